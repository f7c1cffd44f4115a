// spot.js - a report that is opened to be closed at once: “Solved on the spot” is ticked for whoever came for that. Knows no store.

import { find } from "../core/dom.js";

/** Does nothing for those who are not offered it, nor where something was written already. */
export function chooseSpot(form, query = location.search) {
  const solved = find("[name=solved]", form);
  if (!solved || solved.closest("[hidden]") || find("[name=text]", form).value || !new URLSearchParams(query).has("spot")) return;
  solved.checked = true;
}
