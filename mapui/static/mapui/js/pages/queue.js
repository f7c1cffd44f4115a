// queue.js - entry of the queue: j and k go from row to row, Enter opens. Knows no server.

import { announce } from "../core/a11y.js";
import { find, findAll } from "../core/dom.js";
import { gettext } from "../core/i18n.js";

const TYPING = "input, select, textarea, [contenteditable]";

const rows = () => findAll("[data-row]");
const current = () => find("[data-row][aria-selected=true]");

function select(row) {
  current()?.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  find("th a", row)?.focus({ preventScroll: true });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  select(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

const filters = find(".queue__filters");
if (filters && filters.dataset.narrows === "false" && window.matchMedia("(max-width: 63.99rem)").matches) filters.open = false;

// An address says what was chosen, not what was not.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "filters") return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) if (!parameters[name]) delete parameters[name];
});

document.addEventListener("keydown", (event) => {
  if (event.target.closest(TYPING) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "Enter" && event.target === document.body) find("th a", current() ?? document.createElement("i"))?.click();
  else return;
  event.preventDefault();
});

// A row was moved: say so, and keep the place for the next press.
document.addEventListener("htmx:afterSettle", (event) => {
  const row = event.detail.elt.closest?.("[data-result]");
  if (!row) return;
  if (row.dataset.result === "done") announce(gettext("Done."));
  find("a.button", row)?.focus({ preventScroll: true });
});
