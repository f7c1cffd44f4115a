// marks.js - lights, clocks and “waiting on this phone”, as the page's own fragments draw them. Knows no issue.

import { find, make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";

const copyOf = (selector) => find(selector)?.content.firstElementChild.cloneNode(true) ?? null;

/** Character, shape and colour of the light; `isNamed`: with the whole word. */
export const lightMark = (light, isNamed = false) => copyOf(`template[data-light-of="${CSS.escape(light ?? "")}"]${isNamed ? "[data-named]" : ":not([data-named])"}`);

/** The state of the clock; nothing for an issue without one. */
export const clockMark = (state) => copyOf(`template[data-clock-of="${CSS.escape(state ?? "")}"]`);

/** “◷ waiting on this phone: Acknowledge”, “! not taken: Acknowledge”. */
export function waitingMark(record) {
  const words = interpolate(gettext("waiting on this phone: %(action)s"), { action: labelOf(record) });
  return make("span", { class: "pocket__mark", "data-mark": "waiting" }, make("span", { "aria-hidden": "true" }, "◷ "), words);
}

export function refusedMark(record) {
  const words = interpolate(gettext("not taken: %(action)s"), { action: labelOf(record) });
  return make("span", { class: "pocket__mark pocket__mark--refused", "data-mark": "refused" }, make("span", { "aria-hidden": "true" }, "! "), words);
}

export const labelOf = ({ about, body }) => about?.label ?? body.verb;
