// sender.js - empties the outbox: one sender across all tabs, oldest first, asks who is logged in before it starts, waits
// longer after each failure. Knows no page: tells `onState` what it is doing.

import { ATTENTION, DONE, LOGIN, TOKEN } from "./answers.js";
import { LONGEST_MS, pause, retryAfter } from "./backoff.js";
import { carry } from "./courier.js";
import { alone } from "./locks.js";
import { ownerOf, remember, whoami } from "./session.js";
import { nextOf, WAITING } from "./states.js";

const LOCK = "sender";
const PAUSE = "pause"; // note: {failures, until (ms)}
const SOON_MS = 400;

/** What the sender is doing: {is: "idle" | "sending" | "offline" | "login" | "busy", uuid?, until?}. */
export class Sender {
  constructor(outbox, { ask, onState = () => {}, now = Date.now } = {}) {
    this.outbox = outbox;
    this.ask = ask;
    this.onState = onState;
    this.now = now;
    this.running = null;
    this.timer = null;
    this.wanted = false;
  }

  /** Listens for everything that may mean that there is a line again. */
  start() {
    const nudge = () => this.nudge();
    globalThis.addEventListener("online", nudge);
    globalThis.addEventListener("pageshow", nudge);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.nudge());
    navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.type === "sync" && this.nudge());
    this.outbox.onChange(() => this.plan());
    return this.drain();
  }

  /** Try now, whatever pause was agreed; one call after the other is one attempt. */
  async nudge() {
    if (this.running) {
      this.wanted = true;
      return this.running;
    }
    await this.outbox.setNote(PAUSE, null);
    return this.drain({ patient: false });
  }

  /** Sends what can be sent, unless another tab is at it. Never rejects. */
  drain({ patient = true } = {}) {
    this.running ??= this.run(patient).finally(() => {
      this.running = null;
      this.plan();
    });
    return this.running;
  }

  async run(patient) {
    try {
      do {
        this.wanted = false;
        const ran = await alone(LOCK, () => this.round(patient));
        if (ran === null) this.onState({ is: "busy" });
        patient = false;
      } while (this.wanted);
    } catch (error) {
      this.onState({ is: "offline" });
      console.warn("The outbox could not be sent:", error);
    }
  }

  async round(patient) {
    const agreed = await this.outbox.note(PAUSE);
    if (patient && agreed?.until > this.now()) return true;
    if (!(await this.hasWork())) return this.idle();
    const session = await whoami(this.ask);
    if (!session) return this.rest("offline");
    await remember(this.outbox, session.person);
    return this.sendAll(session, patient);
  }

  async hasWork() {
    return (await this.outbox.all()).some((record) => record.state === WAITING);
  }

  idle() {
    this.onState({ is: "idle" });
    return true;
  }

  /** Those of whoever is logged in, and those that were written with nobody logged in. */
  async mine({ person }) {
    const owners = new Set(["", ownerOf(person)]);
    return (await this.outbox.all()).filter((record) => owners.has(record.owner));
  }

  /** Oldest first; when a person asks (not `patient`), also what was to wait a little longer. */
  async sendAll(session, patient) {
    const owner = ownerOf(session.person);
    for (let record; (record = nextOf(await this.mine(session), patient ? this.now() : Infinity)); ) {
      this.onState({ is: "sending", uuid: record.uuid });
      let said = await carry(this.outbox, record, session, this.ask);
      if (said.outcome === TOKEN) {
        session = await whoami(this.ask);
        if (!session) return this.rest("offline");
        if (ownerOf(session.person) === owner) said = await carry(this.outbox, record, session, this.ask);
      }
      if (said.outcome === DONE) await this.arrived(record, said.receipt);
      else if (said.outcome === ATTENTION) await this.outbox.refuse(record.uuid, said.error);
      else if (said.outcome === LOGIN || said.outcome === TOKEN) return this.login();
      else return this.fail(record, said);
    }
    const left = (await this.outbox.all()).some((record) => record.state === WAITING && !["", owner].includes(record.owner));
    return left ? this.login() : this.idle();
  }

  async arrived(record, receipt) {
    if (record.kind === "move") await this.outbox.raiseSeen(record, receipt.event_count);
    await this.outbox.acknowledge(record.uuid, receipt);
    await this.outbox.setNote(PAUSE, null);
  }

  /** This one failed: it waits for its turn, and so does everything for a while. */
  async fail(record, { retryAfter: header }) {
    const asked = retryAfter(header, this.now());
    await this.outbox.postpone(record.uuid, this.now() + pause(record.tries + 1, { asked }));
    return this.rest("offline", asked);
  }

  async rest(is, asked = 0) {
    const failures = ((await this.outbox.note(PAUSE))?.failures ?? 0) + 1;
    const until = this.now() + pause(failures, { asked });
    await this.outbox.setNote(PAUSE, { failures, until });
    this.onState({ is, until });
    return true;
  }

  /** Somebody has to log in first; whoever does opens a page, which nudges. */
  async login() {
    await this.outbox.setNote(PAUSE, { failures: 0, until: this.now() + LONGEST_MS });
    this.onState({ is: "login" });
    return true;
  }

  /** Wakes up when the pause is over or the first that failed may go again. */
  async plan() {
    clearTimeout(this.timer);
    if (this.running) return;
    const waiting = (await this.outbox.all()).filter((record) => record.state === WAITING);
    if (!waiting.length) return;
    const agreed = (await this.outbox.note(PAUSE))?.until ?? 0;
    const first = Math.min(...waiting.map((record) => record.not_before ?? 0));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drain(), Math.max(SOON_MS, Math.max(agreed, first) - this.now()));
  }
}
