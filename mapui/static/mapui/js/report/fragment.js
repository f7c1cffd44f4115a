// fragment.js - a part of the form that the server draws from what the form says. Knows no part in particular; tells of it by
// “fragment:drawn” on what has been put in place.

import { showOffline } from "../core/a11y.js";
import { findAll } from "../core/dom.js";

const underway = new Map();

/** What the inputs within these elements say, as a form would send them. */
export function fieldsIn(...elements) {
  const inputs = elements.flatMap((element) => findAll("input[name], select[name], textarea[name]", element));
  const said = inputs.filter((input) => !input.disabled && (!["radio", "checkbox"].includes(input.type) || input.checked));
  return new URLSearchParams(said.map(({ name, value }) => [name, value]));
}

/**
 * Puts in place what `ask({signal})` gives: `put(html)`. An earlier question under the same `key` is given up, and its answer
 * never shown. False for one that was given up; rejects with what went wrong (ApiError).
 */
export async function redraw(key, ask, put) {
  underway.get(key)?.abort();
  const mine = new AbortController();
  underway.set(key, mine);
  try {
    const html = await ask({ signal: mine.signal });
    if (mine.signal.aborted) return false;
    showOffline(false);
    put(html);
    return true;
  } catch (error) {
    if (mine.signal.aborted) return false;
    if (error.status === 0) showOffline(true);
    throw error;
  }
}

/** The elements that the HTML says. */
export function elementsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Tells whoever listens that this has been drawn anew. */
export const drawn = (element) => element.dispatchEvent(new Event("fragment:drawn", { bubbles: true }));
