// reader.js - notices that another reader than the last one holds this phone, and takes from it what was the last one's to read.
// What they wrote stays in the outbox, for whoever wrote it. Every page loads this: the rest only when the reader changed.

const LAST = "gridgov.reader";

/** `owner`: the key of whoever the page was made for, "" for a visitor, null on a copy that knows nobody. */
export async function noticeReader(owner) {
  if (owner === null || owner === lastReader()) return;
  const holding = await import("../phone/holding.js");
  const outbox = await holding.openOutbox();
  if (!outbox || (await changeReader(holding, outbox, owner))) noteReader(owner); // else the next page tries again
}

/** Whether all is known of the new one. A visitor may be the same person, whose log-in has ended: their pack is not shown, but stays. */
async function changeReader({ forgetPack, keptPack, ownerOf, remember, remembered, whoami }, outbox, owner) {
  if (ownerOf(await remembered(outbox)) === owner) return true; // the page itself was quicker
  await remember(outbox, null);
  if (!owner) return true;
  if (!(await keptPack(outbox, owner))) await forgetPack(outbox);
  const session = await whoami();
  const isKnown = ownerOf(session?.person) === owner;
  if (isKnown) await remember(outbox, session.person);
  return isKnown;
}

function lastReader() {
  try {
    return localStorage.getItem(LAST) ?? "";
  } catch {
    return null; // it is looked into each time, then
  }
}

function noteReader(owner) {
  try {
    if (owner) localStorage.setItem(LAST, owner);
    else localStorage.removeItem(LAST);
  } catch {
    // As above.
  }
}
