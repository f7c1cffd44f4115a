// screens.js - which screen is seen, and that it changes no more than it has to: what has the focus keeps it, what is being
// written stays. Knows the page's sections; no issue, no store.

import { find, findAll } from "../core/dom.js";

const KEYS = ["data-verb", "data-do", "data-issue", "data-entry"];

/** Shows the section of that name alone. */
export function showScreen(name) {
  for (const section of findAll("[data-screen]")) section.hidden = section.dataset.screen !== name;
}

/** Puts the children in place unless they look the same already; the focus goes to what has the same meaning. */
export function fill(place, children) {
  const fresh = document.createElement(place.tagName);
  fresh.append(...children.filter(Boolean));
  if (fresh.innerHTML === place.innerHTML) return;
  const meaning = meaningOf(document.activeElement, place);
  place.replaceChildren(...fresh.childNodes);
  if (meaning) find(meaning, place)?.focus({ preventScroll: true });
}

function meaningOf(element, place) {
  if (!place.contains(element)) return null;
  const holder = element.closest(KEYS.map((key) => `[${key}]`).join(","));
  const key = holder && KEYS.find((each) => holder.hasAttribute(each));
  if (!key) return null;
  const around = holder.closest("[data-refused], [data-waiting]");
  const record = around && ["data-refused", "data-waiting"].find((each) => around.hasAttribute(each));
  const within = record ? `[${record}="${CSS.escape(around.getAttribute(record))}"] ` : "";
  return `${within}[${key}="${CSS.escape(holder.getAttribute(key))}"]${element === holder ? "" : " a"}`;
}

/** To the heading of a screen that was just opened, and to its top. */
export function goTo(place) {
  find("[tabindex='-1']", place)?.focus({ preventScroll: true });
  globalThis.scrollTo({ top: 0 });
}
