// hint.js - whether anything lies in the outbox, without opening it: pages that need not know more stay light. Knows no record.

const NAME = "gridgov.outbox";

/** Writes down how many records there are; nothing for none. */
export function hintAt(count) {
  try {
    if (count) localStorage.setItem(NAME, String(count));
    else localStorage.removeItem(NAME);
  } catch {
    // Then every page looks for itself.
  }
}

/** Whether there may be anything. */
export function mayHoldSomething() {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return true;
  }
}
