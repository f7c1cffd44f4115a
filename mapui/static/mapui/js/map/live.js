// live.js - keeps the state of the shown level fresh: the whole of it first, then what changed since. Draws nothing.

import { ApiError, getIfNew } from "../core/api.js";
import { poll } from "../core/poll.js";
import { AreaState } from "./state.js";

const OTHER_GEOMETRY = 409;

export class LiveState {
  /**
   * `addresses`: {state, delta} with {level}; `county`: its code; hooks: onState(level, state, changed | null),
   * onGeometry(), onViewer(name), onTrouble(error), onWell(date).
   */
  constructor({ addresses, county, every, hooks, ask = getIfNew }) {
    this.addresses = addresses;
    this.county = county;
    this.hooks = hooks;
    this.ask = ask;
    this.level = null;
    this.query = "";
    this.state = null;
    this.etag = "";
    this.stamp = "";
    this.turn = 0;
    this.polling = poll(() => this.refresh(), { every, onTrouble: hooks.onTrouble });
  }

  /** Shows that level (levels.js) under those filters from now on; resolves when its state is here. */
  async use(level, query) {
    this.turn += 1;
    Object.assign(this, { level, query, state: null, etag: "", stamp: "" });
    try {
      await this.loadAll();
    } catch (error) {
      this.hooks.onTrouble(error);
    }
  }

  now() {
    return this.polling.now();
  }

  address(which, more = {}) {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries({ county: this.county, v: this.level.version, ...more })) query.set(name, value);
    return `${this.addresses[which].replace("{level}", this.level.slug)}?${query}`;
  }

  async refresh() {
    if (!this.level) return;
    if (!this.state || !this.stamp) {
      await this.loadAll();
      return;
    }
    const turn = this.turn;
    await this.unlessOtherGeometry(async () => {
      const answer = await this.ask(this.address("delta", { since: this.stamp }), { etag: this.etag });
      if (turn === this.turn) this.take(answer);
    });
  }

  async loadAll() {
    const turn = this.turn;
    await this.unlessOtherGeometry(async () => {
      const answer = await this.ask(this.address("state"), { etag: this.state ? this.etag : "" });
      if (turn === this.turn) this.take(answer);
    });
  }

  async unlessOtherGeometry(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== OTHER_GEOMETRY) throw error;
      this.hooks.onGeometry();
    }
  }

  /** An answer is the whole state, or (JSON) what changed; null: nothing is new. */
  take(answer) {
    if (answer?.headers.get("Content-Type")?.startsWith("application/json")) this.takeChanges(answer);
    else if (answer) this.takeAll(answer);
    this.hooks.onWell(new Date());
  }

  takeAll(answer) {
    const state = AreaState.parse(answer.buffer);
    const changed = this.state ? this.state.difference(state) : null;
    this.state = state;
    this.remember(answer);
    this.hooks.onState(this.level, state, changed);
  }

  takeChanges(answer) {
    const { areas } = JSON.parse(new TextDecoder().decode(answer.buffer));
    const changed = this.state.apply(areas);
    this.remember(answer);
    if (changed.size) this.hooks.onState(this.level, this.state, changed);
  }

  remember({ etag, headers }) {
    this.etag = etag;
    this.stamp = headers.get("X-Stamp") ?? "";
    this.hooks.onViewer(headers.get("X-Viewer"));
  }
}
