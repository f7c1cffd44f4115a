// courier.js - carries one record to the server: the words first, the files in batches, the words again until nothing is
// missing. Knows the wire; gives an outcome, decides nothing about the store but what has arrived.

import { ATTENTION, batches, DONE, LATER, meaning } from "./answers.js";
import { PATIENCE, request } from "./request.js";

const REPORTS = "/api/reports";
const MOVES = "/api/moves";
const NOT_A_FILE = [413, 415, 422];

/** Carries `record` of the outbox: {outcome, receipt | error, retryAfter}. `session`: {csrf, limits} of whoami. */
export function carry(outbox, record, session, ask = request) {
  const trip = new Trip(outbox, record, session, ask);
  return record.kind === "move" ? trip.move() : trip.report();
}

class Trip {
  constructor(outbox, record, session, ask) {
    Object.assign(this, { outbox, record, session, ask });
  }

  /** Whose record it is goes with it: the server takes it from nobody else. */
  get leave() {
    return { "X-CSRFToken": this.session.csrf, "X-Owner": this.record.owner };
  }

  /** The same words in each batch, but for the phone's clock, which is no part of them. */
  async say(address, body, isOurs) {
    const headers = { ...this.leave, "Content-Type": "application/json", "Idempotency-Key": this.record.uuid };
    const answer = await this.ask("POST", address, { headers, body: JSON.stringify({ ...body, device_at: new Date().toISOString() }) });
    return { outcome: meaning(answer, isOurs), receipt: answer.body, error: answer.body?.error ?? null, retryAfter: answer.retryAfter };
  }

  sayReport() {
    const { body, files, uuid } = this.record;
    const declared = files.map(({ sha256, bytes, type }) => ({ sha256, bytes, type }));
    return this.say(REPORTS, { ...body, files: declared }, (answer) => answer?.uuid === uuid && (answer.erased || Array.isArray(answer.missing)));
  }

  move() {
    const { body } = this.record;
    return this.say(MOVES, body, (answer) => answer?.issue === body.issue && typeof answer.event_count === "number");
  }

  async report() {
    const refused = new Set(this.record.files.filter((file) => file.sentence).map((file) => file.sha256));
    let said = await this.sayReport();
    for (let before = Infinity; said.outcome === DONE; said = await this.sayReport()) {
      const missing = (said.receipt.missing ?? []).filter((hash) => !refused.has(hash));
      if (said.receipt.erased || !missing.length) return refused.size ? this.withoutFiles(said.receipt) : said;
      if (missing.length >= before) return { outcome: LATER }; // something on the way answers for our server
      before = missing.length;
      await this.outbox.wordsArrived(this.record.uuid, said.receipt);
      const failed = await this.sendBatch(missing, refused);
      if (failed) return failed;
    }
    return said;
  }

  /** One batch of what is missing; the outcome if it did not go through, else null. */
  async sendBatch(missing, refused) {
    const here = missing.map((hash) => this.record.files.find((file) => file.sha256 === hash));
    if (here.includes(undefined)) return { outcome: ATTENTION, error: { code: "lost", sentence: "" } };
    for (const file of batches(here, this.session.limits.batch_bytes)[0]) {
      const failed = await this.sendFile(file, refused);
      if (failed) return failed;
    }
    return null;
  }

  async sendFile({ sha256 }, refused) {
    const { uuid } = this.record;
    const file = await this.outbox.file(uuid, sha256);
    if (!file) return { outcome: ATTENTION, error: { code: "lost", sentence: "" } };
    const headers = { ...this.leave, "Content-Type": file.type };
    const answer = await this.ask("PUT", `${REPORTS}/${uuid}/files/${sha256}`, { headers, body: file.buffer, patience: PATIENCE.file });
    const outcome = meaning(answer, (body) => body?.sha256 === sha256);
    if (outcome === DONE) return null;
    if (outcome === ATTENTION && NOT_A_FILE.includes(answer.status)) {
      refused.add(sha256); // the others still go; then a person looks at it
      await this.outbox.refuseFile(uuid, sha256, answer.body.error.sentence);
      return null;
    }
    // “Unknown report”: said again the next time, words first.
    return { outcome: answer.status === 404 ? LATER : outcome, error: answer.body?.error ?? null, retryAfter: answer.retryAfter };
  }

  async withoutFiles(receipt) {
    await this.outbox.wordsArrived(this.record.uuid, receipt);
    return { outcome: ATTENTION, error: { code: "files", sentence: "" } };
  }
}
