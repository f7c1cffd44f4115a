// heat-areas.js - the same counts by area, coloured in the heat's violet: what officials can act on. Knows no slider.

import { getBinary } from "../core/api.js";
import { AreaLayer } from "../map/cell-layer.js";
import { NONE, UNSEEN } from "../map/palette.js";
import { decode } from "./heat-codec.js";
import { RAMP, mostOf, stepOf } from "./heat-scale.js";

const LINE = "rgb(75 18 106 / 35%)";

/** Tones 1…5 are steps of the ramp; as `colours` of an AreaLayer. */
export const VIOLET = {
  order: [UNSEEN, NONE, ...RAMP.slice(1).map((_, i) => i + 1)],
  fills: { [UNSEEN]: "#e3e7eb", [NONE]: "#fbfcfc", ...Object.fromEntries(RAMP.slice(1).map((hex, i) => [i + 1, hex])) },
  lines: { [UNSEEN]: "#c3cad1", [NONE]: "#aab4be", ...Object.fromEntries(RAMP.slice(1).map((_, i) => [i + 1, LINE])) },
  faint: [UNSEEN, NONE],
  hatched: null,
};

/** Nothing is said of any area: the plain sheet under the heat. */
export const BLANK = { tone: () => NONE, count: () => 0 };

/** The count drawn darkest, from all areas and windows as long as this one, one after another back from the end. */
function topOf(heat, { from, until, measure }) {
  const length = Math.max(until - from, 1);
  const first = heat.firstBucket * heat.bucketWeeks;
  const counts = [];
  let windows = 0;
  for (let end = first + heat.buckets * heat.bucketWeeks; end - length >= first || !windows; end -= length) {
    windows += 1;
    heat.each(end - length, end, (_, issues, weeks) => counts.push(measure === "weeks" ? weeks : issues));
  }
  return mostOf(counts, windows);
}

export class HeatAreas {
  /** `sources`: slug of a level → TileSource of its polygons; `levels`: those the server tells of, finest first. */
  constructor({ sources, pane, onTrouble = () => {}, fetchAreas = getBinary }) {
    Object.assign(this, { pane, onTrouble, fetchAreas });
    this.layers = new Map([...sources].map(([slug, source]) => [slug, new AreaLayer({ source, pane, colours: VIOLET, onTrouble })]));
    this.heats = new Map(); // address → promise of a Heat
    this.address = "";
    this.view = null;
    this.level = null;
    this.heat = null;
    this.mosts = new Map();
  }

  /** Where the counts are: an address with {level}. */
  setSource(address) {
    this.address = address;
    this.heats.clear();
    return this.use(this.level);
  }

  /** Colours the areas of that level, if the server tells of it; null: none. */
  async use(level, map = this.map) {
    this.map = map;
    this.layers.get(this.level)?.tiles.remove();
    this.level = this.layers.has(level) ? level : null;
    this.heat = null;
    this.counts = null;
    this.mosts.clear();
    if (!this.level || !map || !this.address) return;
    try {
      const heat = await this.#load(this.level);
      if (this.level !== level) return;
      this.heat = heat;
      this.layers.get(level).tiles.addTo(map);
      this.#colour();
    } catch (error) {
      this.onTrouble(error);
    }
  }

  /** What to show: weeks [from, until), measure “issues” or “weeks”. */
  show(view) {
    this.view = view;
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.#colour();
      });
    }
  }

  /** The count that is drawn darkest. */
  get most() {
    const key = `${this.view.until - this.view.from} ${this.view.measure}`;
    if (!this.mosts.has(key)) this.mosts.set(key, this.heat ? Math.max(topOf(this.heat, this.view), 3) : 3);
    return this.mosts.get(key);
  }

  /** {issues, weeks} of the area; null if it is not told. */
  of(ordinal) {
    if (!this.heat) return null;
    return { issues: this.counts?.issues[ordinal] ?? 0, weeks: this.counts?.weeks[ordinal] ?? 0 };
  }

  #load(level) {
    const address = this.address.replace("{level}", level);
    if (!this.heats.has(address)) {
      const asked = this.fetchAreas(address).then(decode);
      asked.catch(() => this.heats.delete(address));
      this.heats.set(address, asked);
    }
    return this.heats.get(address);
  }

  #colour() {
    if (!this.heat || !this.view) return;
    const { heat, view, most } = this;
    const size = (heat.index.at(-1) ?? -1) + 1;
    const counts = { issues: new Uint32Array(size), weeks: new Uint16Array(size) }; // by ordinal
    heat.each(view.from, view.until, (ordinal, issues, weeks) => {
      counts.issues[ordinal] = issues;
      counts.weeks[ordinal] = weeks;
    });
    this.counts = counts;
    const told = counts[view.measure === "weeks" ? "weeks" : "issues"];
    const count = (ordinal) => told[ordinal] ?? 0;
    this.layers.get(this.level).setState({ count, tone: (ordinal) => stepOf(count(ordinal), most) });
  }
}
