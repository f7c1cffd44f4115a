// database.js - the stores on this phone and how an older layout becomes the present one. Knows no form and no server.

import { openDB } from "idb";

export const NAME = "gridgov";
/** What `schema` says in each record and in a file that was exported. */
export const SCHEMA = 2;

/** One step per version of the layout, each safe to run on what the step before left. Never change one that was released. */
const STEPS = [
  /** 1: records by their UUID, their files apart (key [uuid, sha256]), the log of what was acknowledged, and notes. */
  (database) => {
    database.createObjectStore("records", { keyPath: "uuid" }).createIndex("owner", "owner");
    database.createObjectStore("files", { keyPath: ["uuid", "sha256"] });
    database.createObjectStore("log", { keyPath: "uuid" });
    database.createObjectStore("notes");
  },
  /** 2: every record says in which lane it waits; those of before wait for nobody but themselves. */
  async (database, transaction) => {
    for (let cursor = await transaction.objectStore("records").openCursor(); cursor; cursor = await cursor.continue()) {
      await cursor.update({ kind: "report", ...cursor.value, lane: cursor.value.lane ?? cursor.value.uuid, schema: 2 });
    }
  },
];

/** The database, brought to the present layout; rejects where the browser keeps nothing (private windows, blocked storage). */
export function openDatabase({ name = NAME, onClosed = () => {} } = {}) {
  return openDB(name, STEPS.length, {
    async upgrade(database, from, to, transaction) {
      for (const each of STEPS.slice(from)) await each(database, transaction);
    },
    blocking: (_now, _wanted, event) => event.target.close(), // a newer tab brings the layout up to date: let it
    terminated: onClosed,
  });
}
