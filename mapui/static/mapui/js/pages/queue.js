// queue.js - entry of the queue: rows are walked, ticked and moved with the keyboard, one or many. Knows no server.

import "./every.js";
import { announce } from "../core/a11y.js";
import { find, findAll, on } from "../core/dom.js";
import { keepAddressShort, keepCurrentFilter } from "../core/filters.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { currentRow, walkRows } from "../core/rows.js";
import { shortcut } from "../core/shortcuts.js";

const ticks = () => findAll("[data-tick]");
const ticked = () => ticks().filter((tick) => tick.checked);
let last = null; // where a range begins

/** The bar says how many are ticked; the box in the head stands for the page. */
function count() {
  const all = ticks();
  const n = ticked().length;
  const words = ngettext("%(n)s row ticked", "%(n)s rows ticked", n);
  const place = find("[data-ticked]");
  if (place) place.textContent = n ? interpolate(words, { n }) : gettext("For the ticked rows");
  find("#bulk")?.toggleAttribute("data-some", n > 0);
  const head = find("[data-tick-page]");
  if (!head) return;
  head.hidden = false;
  const box = find("input", head);
  box.checked = n > 0 && n === all.length;
  box.indeterminate = n > 0 && n < all.length;
}

on("click", "[data-tick]", (event, tick) => {
  const all = ticks();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = tick.checked;
  }
  last = tick;
  count();
});
on("change", "[data-tick-page] input", (event, box) => {
  for (const tick of ticks()) tick.checked = box.checked;
  count();
});

shortcut("x", () => {
  const tick = find("[data-tick]", currentRow() ?? document.createElement("i"));
  if (!tick) return false;
  tick.click();
  return true;
});

/** For the ticked rows; with none ticked for the one that was walked to, by its own button if it has that one. */
function press(verb) {
  const button = find(`[data-bulk-verb="${verb}"]`);
  const row = currentRow();
  if (!ticked().length && row) {
    const own = find(`[data-row-verb="${verb}"]`, row);
    if (own) return own.click();
    const tick = find("[data-tick]", row);
    if (tick) tick.checked = true;
    count();
  }
  return button && ticked().length ? button.click() : announce(gettext("Tick a row first."));
}
shortcut("a", () => press("acknowledge"));
shortcut("d", () => press("dispatch"));

walkRows();
keepAddressShort("filters");
keepCurrentFilter();
count();

// The list may have been narrowed since the page came: from the answer one goes back to what is shown now.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "bulk") event.detail.parameters.query = location.search;
});

// What was moved says so, and the place is kept for the next press.
document.addEventListener("htmx:afterSettle", (event) => {
  count();
  if (find("[data-bulk-page]")) {
    find("#bulk-title")?.focus({ preventScroll: true });
    return;
  }
  const row = event.detail.elt.closest?.("[data-result]");
  if (!row) return;
  if (row.dataset.result === "done") announce(gettext("Done."));
  find("a.button", row)?.focus({ preventScroll: true });
});
