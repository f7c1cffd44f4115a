// kept.js - keeps what was typed on this phone until it is sent. Knows no server; never keeps how to reach somebody.

const PREFIX = "gridgov.kept.";
const LONGEST_MS = 7 * 24 * 3600 * 1000;
const FIELDS = ["text", "place_text", "danger", "group", "category", "area", "lon", "lat", "accuracy"];

/** The name of somebody's draft: on a phone that several use, nobody finds what another began. Empty: a resident. */
export const draftOf = (owner) => (owner ? `report.${owner}` : "report");

/** The store of drafts by name; does nothing where the browser keeps nothing (private windows, full disk). */
export class Kept {
  constructor(name, storage = safeStorage(), now = Date.now) {
    this.key = PREFIX + name;
    this.storage = storage;
    this.now = now;
  }

  read() {
    try {
      const kept = JSON.parse(this.storage?.getItem(this.key) ?? "null");
      return kept && this.now() - kept.at < LONGEST_MS ? kept : null;
    } catch {
      return null;
    }
  }

  write(kept) {
    try {
      this.storage?.setItem(this.key, JSON.stringify({ ...kept, at: this.now() }));
    } catch {
      // No room: the page still works, it only forgets.
    }
  }

  forget() {
    try {
      this.storage?.removeItem(this.key);
    } catch {
      // Nothing to forget.
    }
  }
}

function safeStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** What the form says, without contacts: {uuid, sent, fields: {name: [values]}}. */
export function snapshot(form, sent = false) {
  const data = new FormData(form);
  const fields = {};
  for (const name of FIELDS) fields[name] = data.getAll(name).filter((value) => value !== "");
  return { uuid: data.get("uuid"), sent, fields };
}

export const isWorthKeeping = ({ fields }) => Boolean(fields.text[0]?.trim() || fields.place_text[0]?.trim());
