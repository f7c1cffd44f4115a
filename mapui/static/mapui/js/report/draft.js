// draft.js - the report that is being written, held by this tab alone and kept as it is typed. Knows no input and no server.

import { newUuid } from "../phone/ids.js";
import { take } from "../phone/locks.js";
import { DRAFT } from "../phone/states.js";

const LONGEST_MS = 7 * 24 * 3600 * 1000; // an older draft does not come back by itself; the outbox still lists it

const lockOf = (uuid) => `draft-${uuid}`;

/**
 * The draft for this tab: the one asked for (`wanted`, a UUID), else the newest that no other tab has open, else a new one.
 * Its `record` is what was kept of it, or null. `fresh`: none is taken up again.
 */
export async function openDraft(outbox, owner, { wanted = "", fresh = false, now = Date.now() } = {}) {
  const asked = wanted ? await reopened(outbox, owner, wanted) : null;
  if (asked) return asked;
  const drafts = fresh ? [] : (await outbox.of(owner)).filter((record) => record.kind === "report" && record.state === DRAFT);
  for (const record of drafts.reverse()) {
    if (now - record.changed_at > LONGEST_MS) continue;
    const release = await take(lockOf(record.uuid));
    if (release) return new Draft(outbox, owner, record, release);
  }
  return newDraft(outbox, owner);
}

async function newDraft(outbox, owner, uuid = newUuid()) {
  return new Draft(outbox, owner, { uuid }, await take(lockOf(uuid)));
}

/** A record of the outbox, to be written on; null if it is another's, open in another tab, or its words have arrived. */
async function reopened(outbox, owner, uuid) {
  const record = await outbox.get(uuid);
  if (record?.kind !== "report" || ![owner, ""].includes(record.owner)) return null;
  const release = await take(lockOf(uuid));
  const draft = release && (record.state === DRAFT ? record : await outbox.edit(uuid));
  if (draft) return new Draft(outbox, draft.owner, draft, release);
  release?.();
  return null;
}

class Draft {
  constructor(outbox, owner, record, release) {
    this.outbox = outbox;
    this.owner = owner;
    this.uuid = record.uuid;
    this.record = record.body ? record : null;
    this.release = release;
    this.writing = null; // the promise of what is being written down
    this.unwritten = null; // what came in meanwhile
  }

  /** Keeps this at once, or as soon as what is being written down is; `files` only when they changed. */
  keep(parts, files = null) {
    this.unwritten = { parts, files: files ?? this.unwritten?.files ?? null };
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  async writeAll() {
    while (this.unwritten) {
      const { parts, files } = this.unwritten;
      this.unwritten = null;
      await this.outbox.keep({ uuid: this.uuid, owner: this.owner, ...parts }, files);
    }
  }

  /** Nothing is left of it. */
  async drop() {
    this.unwritten = null;
    await this.writing;
    await this.outbox.remove(this.uuid);
  }

  /** It is final; from here on it is the sender's. */
  async finish(parts, files) {
    await this.keep(parts, files);
    await this.outbox.finish(this.uuid);
    this.release?.();
    this.release = null;
  }

  /** The server sent it back: it is written on, under its key. */
  async resume() {
    this.release ??= await take(lockOf(this.uuid));
    await this.outbox.edit(this.uuid);
  }

  /** Its key belongs to other words: it gets one of its own. */
  async renew() {
    const fresh = newUuid();
    await this.outbox.renew(this.uuid, fresh);
    this.release?.();
    this.uuid = fresh;
    this.release = await take(lockOf(fresh));
  }
}
