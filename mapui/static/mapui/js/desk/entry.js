// entry.js - the way to the pocket desk on copies of pages, which know nobody: shown to whoever had one at the last line.

import { findAll } from "../core/dom.js";

/** Does nothing on a page that the server made: its menu has the entry for those whose it is. */
export async function offerDesk() {
  const entries = findAll("[data-desk-entry]");
  if (!entries.length) return;
  const { openOutbox, remembered } = await import("../phone/holding.js");
  const outbox = await openOutbox();
  const isTheirs = Boolean(outbox && (await remembered(outbox))?.may?.desk);
  for (const entry of entries) entry.hidden = !isTheirs;
}
