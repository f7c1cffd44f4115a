// place-map.js - the small map beside an issue: its cell, what the cell lies in, the point and how sure it is, disputed ground. Knows no issue.

import { getJSON } from "../core/api.js";
import { gettext } from "../core/i18n.js";
import { addBasemap } from "./basemap.js";
import { addPane, circleAround, fit, letThePageScroll, lookAt, makeMap, markers, outline, zoomButtons } from "./leaflet.js";

/** Draws what `address` answers into the element; throws what the fetch throws. */
export async function drawPlace(element, address) {
  const place = await getJSON(address);
  element.replaceChildren();
  const map = makeMap(element, { bounds: null, attribution: place.attribution });
  zoomButtons(map, { zoomIn: gettext("Zoom in"), zoomOut: gettext("Zoom out") });
  letThePageScroll(map);
  addPane(map, "base", 150);
  addPane(map, "areas", 250);
  addPane(map, "pins", 350);
  const drawn = place.areas.map(({ geometry, name, own }) =>
    outline(geometry, { className: own ? "place__own" : "place__around", pane: "areas", name }),
  );
  if (place.dispute) drawn.push(outline(place.dispute.geometry, { className: "place__dispute", pane: "areas", name: place.dispute.name }));
  look(map, place, drawn);
  addBasemap(map, place.basemap);
  for (const layer of drawn) layer.addTo(map);
  if (place.point) addPoint(map, place);
  return map;
}

function look(map, place, drawn) {
  const own = drawn.at(-1)?.bounds;
  if (own) fit(map, own, { animate: false, maxZoom: 17, padding: [16, 16] });
  else lookAt(map, place.point ?? [0, 0], place.point ? 15 : 2);
}

function addPoint(map, place) {
  if (place.accuracy > 5) circleAround(place.point, place.accuracy, { className: "place__accuracy", pane: "areas" }).addTo(map);
  const pins = markers({ pane: "pins", onOpen: () => {} }).addTo(map);
  pins.show([{ place: place.point, className: `place__pin place__pin--${place.light}`, title: place.title, text: place.mark }]);
}
