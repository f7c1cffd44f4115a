// drawing.js - drawing by hand: a line, or the points of a shape. The only module that touches Geoman. Knows no page.

import { language } from "../core/i18n.js";
import { shape } from "./leaflet.js";

const SNAP_PX = 12;

/** Speaks the page's language and offers no toolbar of its own. */
export function prepare(map) {
  map.pm.setLang(language.startsWith("zh") ? "zh" : "en");
  map.pm.setGlobalOptions({ snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false });
}

/** Lets the person draw one line; `onDrawn(geometry)` when it is ended (GeoJSON, degrees). */
export function drawLine(map, { className, onDrawn }) {
  map.pm.enableDraw("Line", { finishOn: "dblclick", pathOptions: { className } });
  map.off("pm:create").on("pm:create", ({ layer }) => {
    map.pm.disableDraw();
    const { geometry } = layer.toGeoJSON(false); // not rounded: what was not moved stays what it was
    layer.remove();
    onDrawn(geometry);
  });
}

export const stopDrawing = (map) => map.pm.disableDraw();

/** A polygon whose points can be dragged; `onChanged(geometry)` after each. Give it to `map.removeLayer` to end. */
export function editShape(map, geometry, { className, onChanged }) {
  const layer = shape(geometry, { className, pane: "drawn" }).addTo(map);
  layer.pm.enable({ allowSelfIntersection: false, snappable: true, snapDistance: SNAP_PX });
  layer.on("pm:edit pm:markerdragend pm:vertexadded pm:vertexremoved", () => onChanged(layer.toGeoJSON(false).geometry));
  return layer;
}
