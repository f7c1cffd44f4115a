// acting.js - what is pressed on the phone becomes a record of the outbox: kept while it is written, sent in the order of its
// issue, done again under a new key. Knows the outbox; draws nothing.

import { newUuid } from "../phone/ids.js";
import { take } from "../phone/locks.js";
import { DRAFT, step } from "../phone/states.js";
import { seenSince } from "./standing.js";

const lockOf = (uuid) => `draft-${uuid}`;

export class Acting {
  /** `phone`: {outbox, owner, sender} of presence.js. */
  constructor({ outbox, owner, sender }) {
    Object.assign(this, { outbox, owner, sender });
  }

  /** One press, nothing to fill in. */
  async press(issue, button, facts = {}) {
    await this.outbox.add({ uuid: newUuid(), ...this.partsOf(issue, button, facts, this.seenOf(issue, button)) });
    this.sender.nudge();
  }

  /** What is begun in a form: the draft of before for the same action if no other tab has it open, else a new one. */
  async begin(issue, button) {
    const drafts = (await this.outbox.of(this.owner)).filter(({ kind, state, lane, body }) => kind === "move" && state === DRAFT && lane === issue.number && body.verb === button.verb);
    for (const record of drafts.reverse()) {
      const release = await take(lockOf(record.uuid));
      if (release) return new Begun(this, issue, button, record, release);
    }
    const uuid = newUuid();
    return new Begun(this, issue, button, { uuid, body: { facts: {}, seen: this.seenOf(issue, button) } }, await take(lockOf(uuid)));
  }

  /** A refused action, to be changed: a draft again, under a key of its own (a key that was refused is refused for ever). */
  change(record, issue) {
    return this.renew(record, issue);
  }

  /** A refused action once more, as it is, on what stands there now: under a key of its own. */
  async again(record, issue) {
    await this.renew(record, issue, { state: step(DRAFT, "finish") });
    this.sender.nudge();
  }

  async renew(record, issue, parts = {}) {
    const uuid = newUuid();
    const seen = record.body.seen === null ? null : (record.error?.now?.event_count ?? issue.event_count);
    const { field, sentence } = record.error ?? {};
    const complaint = field ? { field, sentence } : null;
    await this.outbox.renew(record.uuid, uuid, (draft) => ({ ...draft, ...parts, complaint, body: { ...draft.body, seen } }));
    return uuid;
  }

  async drop({ uuid }) {
    await this.outbox.remove(uuid);
    this.sender.nudge(); // what waited behind it may go now
  }

  /** What merely adds needs no look at what stands there. */
  seenOf(issue, button) {
    return button.adds ? null : issue.event_count;
  }

  partsOf(issue, button, facts, seen) {
    const { number, title, area_name } = issue;
    return {
      kind: "move",
      owner: this.owner,
      lane: number,
      title: `${button.label} · ${title}`,
      about: { label: button.label, title, area_name },
      body: { issue: number, verb: button.verb, facts, seen },
    };
  }
}

class Begun {
  constructor(acting, issue, button, { uuid, body, complaint = null }, release) {
    Object.assign(this, { acting, issue, button, uuid, release, complaint, facts: body.facts, seen: body.seen });
    this.writing = Promise.resolve();
  }

  /** Keeps what is written, one after the other. */
  keep(facts) {
    this.facts = facts;
    const parts = this.acting.partsOf(this.issue, this.button, facts, this.seen);
    this.writing = this.writing.then(() => this.acting.outbox.keep({ uuid: this.uuid, ...parts }));
    return this.writing;
  }

  /** It is final. What this phone did to the issue since the form was opened, the person has seen. */
  async send(facts) {
    const { outbox, owner, sender } = this.acting;
    if (this.seen !== null) this.seen = seenSince(this.seen, this.issue.number, await outbox.arrived(owner));
    await this.keep(facts);
    await outbox.finish(this.uuid);
    this.close();
    sender.nudge();
  }

  /** Leaves the draft where it is, unless nothing stands in it. */
  async leave() {
    await this.writing;
    const isEmpty = !Object.keys(this.facts).length;
    if (isEmpty && (await this.acting.outbox.get(this.uuid))?.state === DRAFT) await this.acting.outbox.remove(this.uuid);
    this.close();
  }

  close() {
    this.release?.();
    this.release = null;
  }
}
