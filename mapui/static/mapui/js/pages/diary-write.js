// diary-write.js - the form of a diary entry: nothing that was typed is lost when the browser dies or the line is cut.

import "./every.js";
import { find } from "../core/dom.js";
import { draftOf, putBack, typedIn } from "../diary/draft.js";
import { ownerOfPage } from "../phone/presence.js";

const form = find("[data-entry-form]");
const draft = draftOf(ownerOfPage(), form.dataset.entry);
const kept = draft.read();
if (kept && "fresh" in form.dataset) {
  putBack(form, kept.fields);
  find("[data-kept]").hidden = false;
}
form.addEventListener("input", () => draft.write({ fields: typedIn(form) }));
find("[data-kept-drop]").addEventListener("click", () => {
  draft.forget();
  window.location.replace(window.location.href);
});
