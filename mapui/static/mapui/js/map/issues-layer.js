// issues-layer.js - single open issues from near by, asked of the server for what is in view. Draws no area.

import { getJSON } from "../core/api.js";
import { gettext, interpolate } from "../core/i18n.js";
import { boundsOf, markers } from "./leaflet.js";
import { SHAPES } from "./palette.js";

export const FROM_ZOOM = 14;
const TONES = { green: 1, blue: 2, yellow: 3, red: 4 };

/** `address` of the issues, `query()` the present filters as part of an address, `onOpen(number)`, `onTruncated(bool)`. */
export function issuesLayer(map, { address, pane, query, onOpen, onTruncated = () => {}, onTrouble = () => {} }) {
  const layer = markers({ pane, onOpen }).addTo(map);
  let asking = null;

  async function refresh() {
    asking?.abort();
    if (map.getZoom() < FROM_ZOOM) {
      layer.show([]);
      onTruncated(false);
      return;
    }
    asking = new AbortController();
    const box = boundsOf(map).map((degrees) => degrees.toFixed(6)).join(",");
    try {
      const found = await getJSON(`${address}?bbox=${box}&${query()}`, { signal: asking.signal });
      layer.show(found.features.map(pin));
      onTruncated(found.truncated);
    } catch (error) {
      if (error.name !== "AbortError") onTrouble(error);
    }
  }

  map.on("moveend", refresh);
  refresh();
  return { refresh };
}

/** What a marker needs of a feature. Pure. */
export function pin({ id, geometry, properties }) {
  const title = interpolate(gettext("%(title)s (%(category)s, %(status)s)"), properties);
  return {
    place: geometry.coordinates,
    className: `pin pin--${properties.light} pin--${properties.clock}`,
    title,
    text: SHAPES[TONES[properties.light]],
    data: id,
  };
}
