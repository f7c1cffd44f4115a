// time-slider.js - a window of time with two handles, a bar per step above, presets and a play button. Knows weeks, not
// what is counted in them, and asks nobody.

import { find, findAll, on } from "../core/dom.js";
import { gettext, interpolate, language, ngettext } from "../core/i18n.js";

const STEP_MS = 220;
const DAY_MS = 86_400_000;
const FIRST_MONDAY = Date.UTC(1970, 0, 5);
const SVG = "http://www.w3.org/2000/svg";
const BARS_HEIGHT = 40;

const dates = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });
const mondayOf = (week) => FIRST_MONDAY + week * 7 * DAY_MS;

/** “2026-03-09”: how the server and the address spell a day. */
export const isoDay = (week) => new Date(mondayOf(week)).toISOString().slice(0, 10);
export const weekOfDay = (iso) => Math.floor((Date.parse(`${iso}T00:00:00Z`) - FIRST_MONDAY) / (7 * DAY_MS));

/** Positions 0…n between steps, as the two handles hold them; pure. */
export class Window {
  constructor(steps, from = 0, until = steps) {
    this.steps = steps;
    this.set(from, until);
  }

  /** Keeps both within 0…steps and at least one step apart, moving the other if one pushes. */
  set(from, until, pushed = "until") {
    const clip = (value, low, high) => Math.min(Math.max(Math.round(value), low), high);
    if (pushed === "until") {
      this.from = clip(from, 0, this.steps - 1);
      this.until = clip(until, this.from + 1, this.steps);
    } else {
      this.until = clip(until, 1, this.steps);
      this.from = clip(from, 0, this.until - 1);
    }
    return this;
  }

  get length() {
    return this.until - this.from;
  }

  /** Moves it as a whole; stops at the ends. */
  shift(by) {
    const room = by > 0 ? this.steps - this.until : this.from;
    const way = Math.sign(by) * Math.min(Math.abs(by), room);
    return this.set(this.from + way, this.until + way);
  }

  /** The last `length` steps. */
  last(length) {
    return this.set(Math.max(this.steps - length, 0), this.steps);
  }

  get atEnd() {
    return this.until >= this.steps;
  }
}

export class TimeSlider {
  /**
   * `root`: the fragment _heat_slider.html. `firstWeek`, `weeks`: the span; `step`: weeks per step.
   * `onMove({from, until})`: weeks, at every move; `onRest` the same when the hand lets go, or playing stops.
   */
  constructor(root, { firstWeek, weeks, step, onMove, onRest = () => {} }) {
    Object.assign(this, { root, firstWeek, weeks, step, onMove, onRest });
    this.window = new Window(Math.max(Math.ceil(weeks / step), 1));
    this.handles = { from: find("[data-handle=from]", root), until: find("[data-handle=until]", root) };
    this.player = find("[data-play]", root);
    this.playing = 0;
    for (const handle of Object.values(this.handles)) handle.max = String(this.window.steps);
    this.#listen();
  }

  /** The chosen weeks [from, until). */
  get chosen() {
    const week = (position) => this.firstWeek + Math.min(position * this.step, this.weeks);
    return { from: week(this.window.from), until: week(this.window.until) };
  }

  /** Chooses weeks [from, until), widened to whole steps. */
  choose({ from, until }) {
    const position = (week) => (week - this.firstWeek) / this.step;
    this.#move(Math.floor(position(from)), Math.ceil(position(until)));
  }

  /** Draws a bar per step: `totals` per week from the first on. */
  setTotals(totals) {
    const bars = Array.from({ length: this.window.steps }, (_, i) => sum(totals.slice(i * this.step, (i + 1) * this.step)));
    const most = Math.max(...bars, 1);
    const svg = find("[data-bars]", this.root);
    svg.setAttribute("viewBox", `0 0 ${bars.length} ${BARS_HEIGHT}`);
    svg.replaceChildren(...bars.map((count, i) => bar(i, (count / most) * BARS_HEIGHT)));
    this.#show();
  }

  play() {
    if (this.playing) return;
    if (this.window.atEnd) this.window.shift(-this.window.steps);
    this.#setPlaying(true);
    let last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      if (now - last >= STEP_MS) {
        last = now;
        this.window.shift(1);
        this.#show();
        if (this.window.atEnd) return this.pause();
      }
      this.playing = requestAnimationFrame(tick);
    };
    this.#show();
    this.playing = requestAnimationFrame(tick);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.#setPlaying(false);
    this.onRest(this.chosen);
  }

  #setPlaying(isPlaying) {
    this.playing = isPlaying ? 1 : 0;
    this.player.setAttribute("aria-pressed", String(isPlaying));
    find("[data-play-label]", this.player).textContent = isPlaying ? gettext("Pause") : gettext("Play");
    find("[data-play-shape]", this.player).textContent = isPlaying ? "‖" : "▶";
  }

  #listen() {
    for (const [name, handle] of Object.entries(this.handles)) {
      handle.addEventListener("input", () => this.#drag(name));
      handle.addEventListener("change", () => this.onRest(this.chosen));
    }
    on("keydown", "[data-handle]", (event) => this.#key(event), this.root);
    on("click", "[data-play]", () => (this.playing ? this.pause() : this.play()), this.root);
    on("click", "[data-shift]", (_, button) => this.#rest(() => this.#shift(Number(button.dataset.shift))), this.root);
    on("click", "[data-last]", (_, button) => this.#rest(() => this.#last(button.dataset.last)), this.root);
  }

  #drag(name) {
    this.pause();
    this.window.set(Number(this.handles.from.value), Number(this.handles.until.value), name);
    this.#show();
  }

  #key(event) {
    if (event.key === " ") {
      event.preventDefault();
      if (this.playing) this.pause();
      else this.play();
    }
  }

  #rest(move) {
    this.pause();
    move();
    this.onRest(this.chosen);
  }

  #shift(by) {
    this.window.shift(by);
    this.#show();
  }

  #last(weeks) {
    this.window.last(weeks === "all" ? this.window.steps : Math.ceil(Number(weeks) / this.step));
    this.#show();
  }

  #move(from, until) {
    this.window.set(from, until);
    this.#show();
  }

  #show() {
    const { from, until } = this.chosen;
    const { steps } = this.window;
    this.handles.from.value = String(this.window.from);
    this.handles.until.value = String(this.window.until);
    this.handles.from.setAttribute("aria-valuetext", dayText(from));
    this.handles.until.setAttribute("aria-valuetext", lastDayText(until));
    this.root.style.setProperty("--from", String(this.window.from / steps));
    this.root.style.setProperty("--until", String(this.window.until / steps));
    findAll("[data-bars] rect", this.root).forEach((rect, i) => {
      rect.classList.toggle("is-chosen", i >= this.window.from && i < this.window.until);
    });
    for (const button of findAll("[data-last]", this.root)) button.setAttribute("aria-pressed", String(this.#isLast(button.dataset.last)));
    find("[data-chosen]", this.root).textContent = spanText(from, until);
    this.onMove({ from, until });
  }

  #isLast(weeks) {
    const length = weeks === "all" ? this.window.steps : Math.min(Math.ceil(Number(weeks) / this.step), this.window.steps);
    return this.window.atEnd && this.window.length === length;
  }
}

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);
const dayText = (week) => dates.format(mondayOf(week));
const lastDayText = (week) => dates.format(mondayOf(week) - DAY_MS);

/** “9 Mar 2026 – 5 Apr 2026 · 4 weeks” */
export function spanText(from, until) {
  const weeks = interpolate(ngettext("%(n)s week", "%(n)s weeks", until - from), { n: until - from });
  return `${dayText(from)} – ${lastDayText(until)} · ${weeks}`;
}

function bar(place, height) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("x", String(place + 0.1));
  rect.setAttribute("width", "0.8");
  rect.setAttribute("y", String(BARS_HEIGHT - height));
  rect.setAttribute("height", String(height));
  return rect;
}
