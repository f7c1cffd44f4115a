// rows.js - goes from row to row with j and k, opens with Enter. Knows no list: any element with [data-row] is a row.

import { find, findAll } from "./dom.js";
import { shortcut } from "./shortcuts.js";

const rows = () => findAll("[data-row]");

/** The row that was walked to, else the one in which the focus is. */
export const currentRow = () => find("[data-row][aria-current=true]") ?? document.activeElement?.closest("[data-row]");

/** Makes the row the current one and puts the focus on its link. */
export function walkTo(row, link) {
  find("[data-row][aria-current=true]")?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  find(link, row)?.focus({ preventScroll: true });
}

/** j and k walk, Enter opens; `link`: the selector of a row's link. */
export function walkRows({ link = "th a" } = {}) {
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(currentRow());
    walkTo(all[Math.min(Math.max(at + by, 0), all.length - 1)], link);
  };
  shortcut("j", () => step(1));
  shortcut("k", () => step(-1));
  shortcut("Enter", (event) => {
    if (event.target !== document.body) return false;
    find(link, currentRow() ?? document.createElement("i"))?.click();
    return true;
  });
}
