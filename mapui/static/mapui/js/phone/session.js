// session.js - asks the server who is logged in here and for a fresh token. Knows no record.

import { request } from "./request.js";

const ADDRESS = "/api/whoami";
const NOTE = "who";

/** Whether a body is the one that only our server gives: a captive portal answers 200 to anything. */
const isOurs = (body) => body?.gridgov === 1 && typeof body.csrf === "string";

/** {person: {key, name, roles, may} | null, csrf, limits}; null if our server was not reached. */
export async function whoami(ask = request) {
  const { status, body } = await ask("GET", ADDRESS);
  return status === 200 && isOurs(body) ? body : null;
}

export const ownerOf = (person) => person?.key ?? "";

/** Remembers who was last seen logged in, for a start without signal. Nothing but key, name and what is offered to them. */
export function remember(outbox, person) {
  return outbox.setNote(NOTE, person ? { key: person.key, name: person.name, may: person.may } : null);
}

/** Who was logged in when the server was last asked: {key, name, may}, or null. */
export const remembered = async (outbox) => (await outbox.note(NOTE)) ?? null;
