// map.js - the member's cells and the issues in them, from what lies on the phone: no base map, no tiles. Knows no page.

import { gettext, interpolate } from "../core/i18n.js";
import { addPane, circleAround, fit, lookAt, makeMap, markers, outline, zoomButtons } from "../map/leaflet.js";
import { lightOf, SHAPES } from "../map/palette.js";

const CLOSE = 15;
const PIN = 44; // pixels: a thumb hits it
const shapeOf = (light) => SHAPES[SHAPES.findIndex((_, tone) => lightOf(tone) === light)] ?? "";

/** Draws the map; gives {show(pack, issues, here)}. `onOpen(number)` when an issue is touched. */
export function pocketMap(element, { onOpen }) {
  const map = makeMap(element, { bounds: null });
  lookAt(map, [0, 0], 2);
  zoomButtons(map, { zoomIn: gettext("Zoom in"), zoomOut: gettext("Zoom out") });
  addPane(map, "areas", 250);
  addPane(map, "pins", 450, { touchable: true });
  const pins = markers({ pane: "pins", onOpen, size: PIN }).addTo(map);
  let drawn = { version: null, bounds: null, layers: [] };
  let circle = null;

  function drawCells({ version, cells }) {
    const key = `${version} ${cells.map(({ code }) => code).join(" ")}`;
    if (drawn.version === key) return;
    for (const layer of drawn.layers) layer.remove();
    const layers = cells.filter((cell) => cell.outline).map((cell) => outline(cell.outline, { className: "place__own", pane: "areas" }).addTo(map));
    drawn = { version: key, layers, bounds: aroundAll(layers.map((layer) => layer.bounds).filter(Boolean)) };
    if (drawn.bounds) fit(map, drawn.bounds, { animate: false, padding: [16, 16] });
  }

  function drawHere(here) {
    circle?.remove();
    circle = here ? circleAround([here.lon, here.lat], Math.max(here.accuracy, 5), { className: "place__accuracy", pane: "areas" }).addTo(map) : null;
  }

  return {
    show(pack, issues, here) {
      map.invalidateSize({ animate: false });
      drawCells(pack);
      const placed = issues.filter(({ lon, lat }) => Number.isFinite(lon) && Number.isFinite(lat));
      pins.show(placed.map(pinOf));
      if (!drawn.bounds && placed.length) lookAt(map, [placed[0].lon, placed[0].lat], CLOSE);
      drawHere(here);
    },
  };
}

const pinOf = ({ number, title, status_word: status, light, clock_state: clock, lon, lat }) => ({
  place: [lon, lat],
  className: `pin pin--${light} pin--${clock}`,
  title: interpolate(gettext("%(title)s (%(status)s)"), { title, status }),
  text: shapeOf(light),
  data: number,
});

/** The smallest box around all [west, south, east, north]; null around none. */
export function aroundAll(boxes) {
  if (!boxes.length) return null;
  const at = (side, choose) => choose(...boxes.map((box) => box[side]));
  return [at(0, Math.min), at(1, Math.min), at(2, Math.max), at(3, Math.max)];
}
