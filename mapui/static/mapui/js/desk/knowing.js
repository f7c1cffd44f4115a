// knowing.js - all that this phone knows of the member's issues at one moment: the pack, the outbox, the position. Keeps it up
// to date; draws nothing.

import { remember } from "../phone/session.js";
import { FRESH, keptPack, OTHER, refreshPack } from "./pack.js";
import { entriesOf } from "./receipts.js";
import { issuesHere } from "./standing.js";

const OFTEN_MS = 5 * 60_000;

export class Knowing {
  /** `phone`: {outbox, owner, sender} of presence.js; `onChange()` after each change. */
  constructor(phone, onChange) {
    Object.assign(this, { ...phone, onChange, is: null, kept: null, records: [], arrived: [], here: null });
    this.asking = null;
    this.wanted = false;
  }

  /** What lies on the phone is there at once; the server is asked meanwhile, and again whenever there may be a line. */
  async start() {
    this.kept = await keptPack(this.outbox, this.owner);
    await this.look();
    this.outbox.onChange(() => this.onOutbox());
    const again = () => this.refresh();
    globalThis.addEventListener("online", again);
    globalThis.addEventListener("pageshow", ({ persisted }) => persisted && again());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
    setInterval(again, OFTEN_MS);
    return this.refresh();
  }

  get issues() {
    return this.kept ? issuesHere(this.kept.pack, this.records, this.arrived, Date.now()) : [];
  }

  issue(number) {
    return this.issues.find((issue) => issue.number === number) ?? null;
  }

  get entries() {
    return entriesOf(this.records, this.arrived);
  }

  get fields() {
    return this.kept?.pack.fields ?? {};
  }

  async look() {
    const [records, arrived] = await Promise.all([this.outbox.of(this.owner), this.outbox.arrived(this.owner)]);
    Object.assign(this, { records, arrived });
    this.onChange();
  }

  /** What the server took or refused has changed what it knows. */
  async onOutbox() {
    const before = this.settled;
    await this.look();
    if (this.settled !== before) this.refresh();
  }

  get settled() {
    return [this.arrived[0]?.uuid, ...this.records.filter(({ error }) => error).map(({ uuid }) => uuid)].join(" ");
  }

  /** One question at a time; asked for again meanwhile, it is asked again. */
  refresh() {
    this.wanted = true;
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  async ask() {
    while (this.wanted && this.owner) {
      this.wanted = false;
      const { is, kept, person } = await refreshPack(this.outbox, this.owner, this.kept);
      if (is === FRESH || is === OTHER) await remember(this.outbox, person);
      if (is === OTHER) return location.reload(); // whoever it is gets a page of their own
      Object.assign(this, { is, kept });
      this.onChange();
    }
    return null;
  }

  stand(here) {
    this.here = here;
    this.onChange();
  }
}
