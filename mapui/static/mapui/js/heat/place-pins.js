// place-pins.js - the numbers of the list's places on the map. Knows rows by their data, not how the list is made.

import { find } from "../core/dom.js";
import { markers } from "../map/leaflet.js";

export class PlacePins {
  /** `onOpen(number)` when a pin is pressed. */
  constructor(map, { pane, onOpen }) {
    this.group = markers({ pane, onOpen }).addTo(map);
  }

  /** `rows`: elements with data-place (their number), data-lon, data-lat; those without a place have no pin. */
  show(rows) {
    const placed = rows.filter((row) => row.dataset.lon);
    this.group.show(
      placed.map((row) => ({
        place: [Number(row.dataset.lon), Number(row.dataset.lat)],
        className: "heat-pin",
        title: `${row.dataset.place}. ${find("[data-go]", row).textContent}`,
        text: row.dataset.place,
        data: row.dataset.place,
      })),
    );
  }
}
