// head.js - the line above everything: of when the list is, whether there is a signal, what to do if not. Draws only.

import { find } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { CLOSED, FRESH, LOGIN, OFFLINE } from "./pack.js";
import { moment } from "./when.js";

const AGES = {
  [FRESH]: () => gettext("as of %(time)s"),
  [OFFLINE]: () => gettext("as of %(time)s, without signal"),
  [LOGIN]: () => gettext("as of %(time)s; you are no longer logged in"),
};

/** `is`: what came of the last attempt, null before it; `kept`: the pack and when it was true. */
export function sayAge(is, kept) {
  const words = kept ? interpolate((AGES[is] ?? AGES[FRESH])(), { time: moment(kept.at) }) : "";
  const place = find("[data-age]");
  if (place.textContent !== words) place.textContent = words;
}

/** Which of the page's sections is shown: nothing known yet, nobody, nothing kept, not for you, or the list. */
export function showState(is, kept, owner) {
  const state = stateOf(is, kept, owner);
  for (const section of document.querySelectorAll("[data-pocket-state]")) section.hidden = section.dataset.pocketState !== state;
  find("[data-login]").hidden = is !== LOGIN || state !== "list";
  return state;
}

function stateOf(is, kept, owner) {
  if (is === CLOSED) return "closed";
  if (!owner || (is === LOGIN && !kept)) return "nobody";
  if (kept) return "list";
  return is === OFFLINE ? "empty-handed" : "loading";
}
