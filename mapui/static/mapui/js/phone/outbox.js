// outbox.js - what was written on this phone and is not known to have arrived. Knows no form, no page, no server.

import { openDatabase, SCHEMA } from "./database.js";
import { hintAt } from "./hint.js";
import { sha256 } from "./ids.js";
import { ATTENTION, DRAFT, step, WAITING } from "./states.js";

const CHANNEL = "gridgov-outbox";
const LOG_MOST = 500; // how many of those that arrived are remembered, so that none is taken in twice

/** The outbox; null where the browser keeps nothing or cannot tell files apart (no IndexedDB, or no https). */
export async function openOutbox(options = {}) {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) return null;
  try {
    return new Outbox(await openDatabase(options));
  } catch {
    return null;
  }
}

/**
 * A record: {uuid, schema, kind ("report", "move"), owner (key of the person, "" for a resident), lane, title, state, body,
 * files [{sha256, type, bytes, name}], made_at, changed_at, final_at (ms), tries, not_before (ms), error (what the server
 * said), receipt (what it answered, once the words have arrived)}. What the files hold lies apart.
 */
export class Outbox {
  constructor(database) {
    this.database = database;
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(CHANNEL) : null;
    this.listeners = new Set();
    this.channel?.addEventListener("message", () => this.tell());
  }

  /** Calls `listener` after each change, here or in another tab; gives the function that stops it. */
  onChange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  async changed() {
    hintAt(await this.database.count("records"));
    this.channel?.postMessage("changed");
    this.tell();
  }

  get(uuid) {
    return this.database.get("records", uuid);
  }

  /** The records of the owner, oldest first. */
  async of(owner) {
    const found = await this.database.getAllFromIndex("records", "owner", owner);
    return found.sort((one, other) => one.made_at - other.made_at);
  }

  /** How many wait, need attention, are drafts; since when the oldest is not sent (ms, or null); how many are others'. */
  async count(owner) {
    const all = await this.database.getAll("records");
    const own = all.filter((record) => record.owner === owner);
    const of = (state) => own.filter((record) => record.state === state).length;
    const final = own.filter((record) => record.state !== DRAFT);
    const oldest = final.length ? Math.min(...final.map((record) => record.final_at)) : null;
    const others = all.filter((record) => record.owner !== owner && record.state !== DRAFT).length;
    return { waiting: of(WAITING), attention: of(ATTENTION), drafts: of(DRAFT), unsent: final.length, oldest, others };
  }

  /** Everything that is not known to have arrived, of whoever: for the file that is taken to another phone. */
  all() {
    return this.database.getAll("records");
  }

  /** Writes a draft down; `files` ([{buffer, type, name}]) only when they changed. A record that is final stays as it is. */
  async keep({ uuid, ...parts }, files = null, now = Date.now()) {
    const named = files && (await Promise.all(files.map(withHash)));
    const transaction = this.database.transaction(["records", "files"], "readwrite");
    const records = transaction.objectStore("records");
    const earlier = await records.get(uuid);
    if (!earlier || earlier.state === DRAFT) {
      const fresh = { uuid, schema: SCHEMA, kind: "report", lane: uuid, state: DRAFT, files: [], made_at: now, tries: 0 };
      const record = { ...fresh, ...earlier, ...parts, changed_at: now };
      if (named) record.files = await putFiles(transaction, uuid, named);
      await records.put(record);
    }
    await transaction.done;
    await this.changed();
  }

  /** A record that is final at once (an action taken on the road). */
  async add({ uuid, files = [], ...parts }, now = Date.now()) {
    await this.keep({ uuid, ...parts }, files, now);
    await this.finish(uuid, now);
    return uuid;
  }

  /** Changes a record in one transaction: `change(record)` gives the new one. Null if there is none any more. */
  async change(uuid, change) {
    const transaction = this.database.transaction("records", "readwrite");
    const record = await transaction.store.get(uuid);
    const changed = record ? change(record) : null;
    if (changed) await transaction.store.put(changed);
    await transaction.done;
    if (changed) await this.changed();
    return changed;
  }

  finish(uuid, now = Date.now()) {
    return this.change(uuid, (record) => ({ ...record, state: step(record.state, "finish"), final_at: record.final_at ?? now, not_before: 0, error: null }));
  }

  /** Back to a draft; not while its words have arrived already. */
  edit(uuid) {
    return this.change(uuid, (record) => (record.receipt ? null : { ...record, state: step(record.state, "edit") }));
  }

  retry(uuid) {
    return this.change(uuid, (record) => ({ ...record, state: step(record.state, "retry"), not_before: 0, error: null, files: record.files.map(forgiven) }));
  }

  /** The server said why it does not take it; nothing if somebody began to edit it meanwhile. */
  refuse(uuid, error) {
    return this.change(uuid, (record) => (record.state === WAITING ? { ...record, state: step(record.state, "refuse"), error, tries: record.tries + 1 } : null));
  }

  postpone(uuid, notBefore) {
    return this.change(uuid, (record) => (record.state === WAITING ? { ...record, not_before: notBefore, tries: record.tries + 1 } : null));
  }

  /**
   * What waits behind an action has seen what that did: `now` entries. What was sent without a look (`seen` null) may have come
   * after something that others did: then only whoever missed exactly that one entry has seen all.
   */
  async raiseSeen({ lane, body: sent }, now) {
    const hasSeenAll = ({ seen }) => seen !== null && seen < now && (sent.seen !== null || seen === now - 1);
    for (const { uuid } of (await this.all()).filter((record) => record.lane === lane && record.kind === "move")) {
      await this.change(uuid, (record) => (hasSeenAll(record.body) ? { ...record, body: { ...record.body, seen: now } } : null));
    }
  }

  /** The words have arrived; files are still here. */
  wordsArrived(uuid, receipt) {
    return this.change(uuid, (record) => ({ ...record, receipt }));
  }

  /** The server cannot take one of the files: its sentence stays with it. */
  refuseFile(uuid, hash, sentence) {
    return this.change(uuid, (record) => ({ ...record, files: record.files.map((file) => (file.sha256 === hash ? { ...file, sentence } : file)) }));
  }

  /**
   * A record under a key of its own: a draft, or what `change(draft)` makes of it, in the same transaction: what waits behind it
   * may never find it gone. For a key that turned out to be taken by other words, or that was refused.
   */
  async renew(uuid, fresh, change = (draft) => draft) {
    const transaction = this.database.transaction(["records", "files"], "readwrite");
    const records = transaction.objectStore("records");
    const store = transaction.objectStore("files");
    const { error, receipt, not_before, ...record } = await records.get(uuid);
    for (const file of await store.getAll(filesOf(uuid))) await store.put({ ...file, uuid: fresh });
    await records.put(change({ ...record, uuid: fresh, lane: record.lane === uuid ? fresh : record.lane, state: DRAFT, tries: 0 }));
    await records.delete(uuid);
    await store.delete(filesOf(uuid));
    await transaction.done;
    await this.changed();
  }

  /** What one of its files holds: {buffer, type, name}, or undefined. */
  file(uuid, hash) {
    return this.database.get("files", [uuid, hash]);
  }

  files(uuid) {
    return this.database.getAll("files", filesOf(uuid));
  }

  /** Gone for good, without having been sent. */
  async remove(uuid) {
    const transaction = this.database.transaction(["records", "files"], "readwrite");
    await Promise.all([transaction.objectStore("records").delete(uuid), transaction.objectStore("files").delete(filesOf(uuid)), transaction.done]);
    await this.changed();
  }

  /** Everything of it has arrived: the copy goes, the log remembers the key and the receipt, all in one transaction. */
  async acknowledge(uuid, receipt, now = Date.now()) {
    const transaction = this.database.transaction(["records", "files", "log"], "readwrite");
    const record = await transaction.objectStore("records").get(uuid);
    if (record) {
      const { kind, owner, made_at } = record;
      await transaction.objectStore("log").put({ uuid, kind, owner, made_at, sent_at: now, receipt });
      await transaction.objectStore("records").delete(uuid);
      await transaction.objectStore("files").delete(filesOf(uuid));
    }
    await transaction.done;
    await this.trimLog();
    await this.changed();
  }

  /** Those of the owner that arrived, newest first. */
  async arrived(owner) {
    const log = await this.database.getAll("log");
    return log.filter((entry) => entry.owner === owner && entry.receipt).sort((one, other) => other.sent_at - one.sent_at);
  }

  hasArrived(uuid) {
    return this.database.get("log", uuid);
  }

  /** Takes the receipts off this phone; that the keys were acknowledged is still remembered. */
  async forgetReceipts(owner) {
    const transaction = this.database.transaction("log", "readwrite");
    for (const entry of await transaction.store.getAll()) {
      if (entry.owner === owner) await transaction.store.put({ ...entry, receipt: null });
    }
    await transaction.done;
    await this.changed();
  }

  async trimLog() {
    const log = await this.database.getAll("log");
    const old = log.sort((one, other) => other.sent_at - one.sent_at).slice(LOG_MOST);
    await Promise.all(old.map(({ uuid }) => this.database.delete("log", uuid)));
  }

  /** A record from a file, as it was there; its files are [{sha256, buffer, type, name}]. */
  async takeIn(record, files) {
    const transaction = this.database.transaction(["records", "files"], "readwrite");
    for (const { sha256: hash, buffer, type, name } of files) {
      await transaction.objectStore("files").put({ uuid: record.uuid, sha256: hash, buffer, type, name });
    }
    await transaction.objectStore("records").put(record);
    await transaction.done;
    await this.changed();
  }

  note(name) {
    return this.database.get("notes", name);
  }

  setNote(name, value) {
    return this.database.put("notes", value, name);
  }
}

const filesOf = (uuid) => IDBKeyRange.bound([uuid], [uuid, []]);

const withHash = async (file) => ({ ...file, sha256: await sha256(file.buffer) });

const forgiven = ({ sentence, ...file }) => file;

/** Puts these files in place of those of before; the list for the record. The same picture twice is one file. */
async function putFiles(transaction, uuid, files) {
  const store = transaction.objectStore("files");
  await store.delete(filesOf(uuid));
  const list = new Map();
  for (const { sha256: hash, buffer, type, name, ...more } of files) {
    await store.put({ ...more, uuid, sha256: hash, buffer, type, name });
    list.set(hash, { sha256: hash, type, bytes: buffer.byteLength, name });
  }
  return [...list.values()];
}
