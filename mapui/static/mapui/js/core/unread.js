// unread.js - the number of unread notices in the head of the page, asked for now and then. Knows no notice.

import { getText } from "./api.js";

const FIRST_MS = 800; // what the page itself needs comes first
const EVERY_MS = 120_000;

/** Keeps the element filled with what is at its `data-unread`; a failure leaves the number as it was. */
export function keepUnread(element) {
  if (!element) return;
  const leaving = new AbortController();
  const ask = async () => {
    try {
      element.innerHTML = await getText(element.dataset.unread, { signal: leaving.signal });
    } catch {
      // Offline, or the page is being left: the next time will do.
    }
  };
  window.addEventListener("pagehide", () => leaving.abort());
  document.body.addEventListener("notices-read", ask);
  setTimeout(ask, FIRST_MS);
  setInterval(() => document.visibilityState === "visible" && ask(), EVERY_MS);
}
