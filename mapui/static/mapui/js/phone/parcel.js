// parcel.js - the outbox as a file that another phone takes in. Knows the format; no page, no server.

import { SCHEMA } from "./database.js";
import { sha256 } from "./ids.js";
import { ATTENTION, DRAFT, WAITING } from "./states.js";

const FORMAT = "gridgov-outbox";
const VERSION = 1;
const STATES = [DRAFT, WAITING, ATTENTION];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `reason`: "foreign" (no such file), "newer" (of a newer version), "damaged" (something in it is not as it was). */
export class UnreadableParcel extends Error {
  constructor(reason) {
    super(`The file cannot be taken in: ${reason}.`);
    this.reason = reason;
  }
}

/** A JSON file with these records and their files; its `check` is over all of them. */
export async function pack(outbox, records, now = new Date()) {
  const packed = await Promise.all(records.map((record) => packRecord(outbox, record)));
  const check = await checkOf(packed);
  return new Blob([JSON.stringify({ format: FORMAT, version: VERSION, schema: SCHEMA, made_at: now.toISOString(), check, records: packed })], { type: "application/json" });
}

async function packRecord(outbox, record) {
  const files = await outbox.files(record.uuid);
  return { ...record, content: files.map(({ sha256: hash, type, name, buffer }) => ({ sha256: hash, type, name, data: toBase64(buffer) })) };
}

/**
 * Reads a file whole before anything is kept of it: [{record, files}]. Throws UnreadableParcel; then nothing was taken in.
 */
export async function unpack(text) {
  const { records, check, version, schema } = parsed(text);
  if (version > VERSION || schema > SCHEMA) throw new UnreadableParcel("newer");
  if (!Array.isArray(records) || check !== (await checkOf(records))) throw new UnreadableParcel("damaged");
  return Promise.all(records.map(unpackRecord));
}

function parsed(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new UnreadableParcel(text.includes(`"${FORMAT}"`) ? "damaged" : "foreign"); // cut off on the way
  }
  if (file?.format !== FORMAT) throw new UnreadableParcel("foreign");
  return file;
}

async function unpackRecord({ content, ...record }) {
  const isWhole = UUID.test(record.uuid) && STATES.includes(record.state) && typeof record.owner === "string" && record.body && Array.isArray(content);
  if (!isWhole) throw new UnreadableParcel("damaged");
  const files = content.map(({ data, ...file }) => ({ ...file, buffer: fromBase64(data) }));
  for (const { sha256: hash, buffer } of files) if (hash !== (await sha256(buffer))) throw new UnreadableParcel("damaged");
  const here = new Set(files.map((file) => file.sha256));
  if (record.files.some((file) => !here.has(file.sha256))) throw new UnreadableParcel("damaged");
  return { record: { ...record, schema: SCHEMA, lane: record.lane ?? record.uuid }, files };
}

/**
 * Takes in what is new: {taken, known}. What lies here already or has arrived from here is left as it is, so taking the
 * same file in twice changes nothing.
 */
export async function takeIn(outbox, text) {
  const parcel = await unpack(text);
  let taken = 0;
  for (const { record, files } of parcel) {
    if ((await outbox.get(record.uuid)) || (await outbox.hasArrived(record.uuid))) continue;
    await outbox.takeIn({ ...record, not_before: 0 }, files);
    taken += 1;
  }
  return { taken, known: parcel.length - taken };
}

const checkOf = (records) => sha256(new TextEncoder().encode(JSON.stringify(records)));

function toBase64(buffer) {
  const bytes = new Uint8Array(buffer);
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

function fromBase64(data) {
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0)).buffer;
  } catch {
    throw new UnreadableParcel("damaged");
  }
}
