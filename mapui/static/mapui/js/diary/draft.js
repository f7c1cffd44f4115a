// draft.js - what was typed of a diary entry, kept on this device until it has arrived. Knows no page, no server.

import { Kept } from "../report/kept.js";

/** The draft of that person: of the entry with that key, or of a new one. */
export const draftOf = (owner, entry) => new Kept(`diary.${owner}.${entry || "new"}`);

/** What the form says, by name; the key too, so that the entry is the same one when it is sent at last. */
export const typedIn = (form) => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));

/** Puts it back; a place that is not offered any more stays as the form has it. */
export function putBack(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const input = form.elements.namedItem(name);
    const isOffered = !input?.options || [...input.options].some((option) => option.value === value);
    if (input && isOffered) input.value = value;
  }
  for (const fold of form.querySelectorAll("details")) {
    if ([...fold.querySelectorAll("input, textarea")].some((input) => input.value)) fold.open = true;
  }
}

/** The entry with that key has arrived: neither its draft nor that of a new one with the same key is needed any more. */
export function forgetEntry(owner, key) {
  draftOf(owner, key).forget();
  const fresh = draftOf(owner, "");
  if (fresh.read()?.fields.key === key) fresh.forget();
}
