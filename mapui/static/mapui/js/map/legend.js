// legend.js - how many areas on the map have which light. Knows no geometry.

import { find } from "../core/dom.js";
import { number } from "../core/i18n.js";
import { LIGHTS, UNSEEN } from "./palette.js";

/** Writes the numbers of a state (state.js) beside the lights of the legend; `place` holds [data-tone] elements. */
export function showLegend(place, state) {
  const found = state.areasByTone();
  LIGHTS.forEach((light, tone) => {
    const entry = find(`[data-tone="${light}"]`, place);
    if (entry) entry.textContent = number(found.get(tone) ?? 0);
  });
  const unseen = find('[data-legend="unseen"]', place);
  if (unseen) unseen.hidden = !found.has(UNSEEN);
}
