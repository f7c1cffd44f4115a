// pack.js - the member's cells and open issues, kept on this phone for their owner alone. Knows the store and the address; no page.

import { getIfNew } from "../core/api.js";

const ADDRESS = "/api/desk";
const NOTE = "desk"; // one for the whole phone: whoever comes next writes over it
const PATIENCE_MS = 30_000;

export const FRESH = "fresh"; // kept and up to date
export const OFFLINE = "offline"; // no answer of ours
export const LOGIN = "login"; // nobody is logged in any more
export const OTHER = "other"; // somebody else is
export const CLOSED = "closed"; // no role of theirs has cells

const OF_STATUS = { 401: LOGIN, 403: CLOSED };

/** What was kept for that owner: {owner, etag, at (ms; when it was last known to be true), pack}; null if nothing was. */
export async function keptPack(outbox, owner) {
  const kept = await outbox.note(NOTE);
  return owner && kept?.owner === owner ? kept : null;
}

/** Takes it off this phone. */
export const forgetPack = (outbox) => outbox.setNote(NOTE, null);

/** Asks the server: {is, kept, person?}; what it sends is kept only for whom it is. Never rejects. */
export async function refreshPack(outbox, owner, kept, { ask = getIfNew, now = Date.now } = {}) {
  try {
    const answer = await ask(ADDRESS, { etag: kept?.etag ?? "", signal: AbortSignal.timeout(PATIENCE_MS) });
    return await taken(outbox, owner, answer ? read(answer) : kept, now());
  } catch (error) {
    const is = OF_STATUS[error.status] ?? OFFLINE;
    if (is === CLOSED) await forgetPack(outbox);
    return { is, kept: is === CLOSED ? null : kept };
  }
}

async function taken(outbox, owner, { etag, pack }, at) {
  if (pack.person.key !== owner) return { is: OTHER, kept: null, person: pack.person };
  const kept = { owner, etag, at, pack };
  await outbox.setNote(NOTE, kept);
  return { is: FRESH, kept, person: pack.person };
}

/** Throws for a body that only something on the way can have sent (a hotel's log-in page answers 200 to anything). */
function read({ etag, buffer }) {
  const pack = JSON.parse(new TextDecoder().decode(buffer));
  if (!Array.isArray(pack.issues) || typeof pack.person?.key !== "string") throw new Error("This is no pack of ours.");
  return { etag, pack };
}
