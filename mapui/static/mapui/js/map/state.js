// state.js - tone and count of each area of a level, by ordinal. Knows no geometry, no server.

import { NONE, UNSEEN } from "./palette.js";

const HEADER = 12;

export class AreaState {
  /** Of `size` areas with ordinals from `first` on; nobody has looked yet, so all are unseen. */
  constructor(version = 0, first = 0, size = 0) {
    this.version = version;
    this.first = first;
    this.counts = new Uint16Array(size);
    this.tones = new Uint8Array(size).fill(UNSEEN);
  }

  /** What `issues/tally.py: packed` wrote. Throws RangeError for anything else. */
  static parse(buffer) {
    const view = new DataView(buffer);
    const [version, first, size] = [0, 4, 8].map((at) => view.getUint32(at, true));
    if (buffer.byteLength !== HEADER + 3 * size) throw new RangeError("The state of the map is cut off.");
    const state = new AreaState(version, first, size);
    for (let i = 0; i < size; i += 1) state.counts[i] = view.getUint16(HEADER + 2 * i, true);
    state.tones.set(new Uint8Array(buffer, HEADER + 2 * size, size));
    return state;
  }

  get size() {
    return this.tones.length;
  }

  has(ordinal) {
    return ordinal >= this.first && ordinal < this.first + this.size;
  }

  tone(ordinal) {
    return this.has(ordinal) ? this.tones[ordinal - this.first] : UNSEEN;
  }

  count(ordinal) {
    return this.has(ordinal) ? this.counts[ordinal - this.first] : 0;
  }

  /** Takes [[ordinal, tone, count], …]; gives the ordinals that look otherwise now. */
  apply(changes) {
    const changed = new Set();
    for (const [ordinal, tone, count] of changes) {
      if (!this.has(ordinal)) continue;
      const at = ordinal - this.first;
      if (this.tones[at] === tone && this.counts[at] === count) continue;
      this.tones[at] = tone;
      this.counts[at] = count;
      changed.add(ordinal);
    }
    return changed;
  }

  /** The ordinals at which the other state differs; null if it is of another geometry. */
  difference(other) {
    if (other.version !== this.version || other.first !== this.first || other.size !== this.size) return null;
    const changed = new Set();
    for (let i = 0; i < this.size; i += 1) {
      if (this.tones[i] !== other.tones[i] || this.counts[i] !== other.counts[i]) changed.add(this.first + i);
    }
    return changed;
  }

  /** How many areas have each tone: a Map from tone to number. */
  areasByTone() {
    const areas = new Uint32Array(256);
    for (const tone of this.tones) areas[tone] += 1;
    return new Map([...areas.entries()].filter(([, n]) => n));
  }

  get isAllUnseen() {
    return this.tones.every((tone) => tone === UNSEEN);
  }

  get isAllQuiet() {
    return this.tones.every((tone) => tone === UNSEEN || tone === NONE);
  }
}
