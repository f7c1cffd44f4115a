// place-pins.js - the numbers of the list's places on the map. Knows rows by their data, not how the list is made.

import { find } from "../core/dom.js";
import { markers } from "../map/leaflet.js";

const SIZE = 22;

export class PlacePins {
  /** `onOpen(number)` when a pin is pressed. */
  constructor(map, { pane, onOpen }) {
    this.group = markers({ pane, onOpen, size: SIZE }).addTo(map);
  }

  /** `rows`: elements with data-place (their number), data-lon, data-lat; several at one spot share a pin. */
  show(rows) {
    const spots = new Map();
    for (const row of rows.filter((each) => each.dataset.lon)) {
      const key = `${row.dataset.lon} ${row.dataset.lat}`;
      spots.set(key, [...(spots.get(key) ?? []), row]);
    }
    this.group.show([...spots.values()].map(pinOf));
  }
}

function pinOf([worst, ...others]) {
  const names = [worst, ...others].map((row) => `${row.dataset.place}. ${find("[data-go]", row).textContent} · ${find(".heat__category", row).textContent}`);
  return {
    place: [Number(worst.dataset.lon), Number(worst.dataset.lat)],
    className: worst.dataset.kind ? "heat-pin heat-pin--hot" : "heat-pin",
    title: names.join("\n"),
    text: `${find(".hot__shape", worst)?.textContent ?? ""}${worst.dataset.place}`,
    data: worst.dataset.place,
  };
}
