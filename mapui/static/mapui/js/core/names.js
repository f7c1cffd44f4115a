// names.js - what the areas of a level are called, in blocks of their ordinals, each asked for once. Knows no map.

import { getJSON } from "./api.js";

const BLOCK = 1024; // as grids/tiles.py has it

/** The numbers of the blocks that hold `size` areas from the ordinal `first` on. */
export function blocksOf({ first, size }) {
  const from = Math.floor(first / BLOCK);
  return size ? Array.from({ length: Math.floor((first + size - 1) / BLOCK) - from + 1 }, (_, n) => from + n) : [];
}

/** So few that all of them may be asked for, whatever is in view. */
export const areFew = ({ size }) => size <= BLOCK;

export class Names {
  /** `address`: with {block}; `slug`: of the level; `remember`: how many blocks are kept, the last used ones. */
  constructor(address, slug, { ask = getJSON, remember = 16 } = {}) {
    this.address = address;
    this.slug = slug;
    this.ask = ask;
    this.remember = remember;
    this.asked = new Map(); // number of a block → promise; the order is that of last use
    this.here = new Map(); // number of a block → its areas {ordinal, code, name, place, parent, level}, by the rest of the ordinal
  }

  /** The area with that ordinal; null if its block is not here. */
  get(ordinal) {
    return this.here.get(Math.floor(ordinal / BLOCK))?.[ordinal % BLOCK] ?? null;
  }

  /** Those of the ordinals that are here. */
  among(ordinals) {
    return Array.from(ordinals, (ordinal) => this.get(ordinal)).filter(Boolean);
  }

  /** Resolves when the areas with these ordinals are here: to true if any had to be waited for. Rejects if they cannot be had. */
  async load(ordinals) {
    const wanted = new Set();
    for (const ordinal of ordinals) wanted.add(Math.floor(ordinal / BLOCK));
    const blocks = [...wanted];
    const isComplete = blocks.every((block) => this.here.has(block));
    const coming = blocks.map((block) => this.loadBlock(block));
    while (this.asked.size > Math.max(this.remember, blocks.length)) this.forget(this.asked.keys().next().value);
    await Promise.all(coming);
    return !isComplete;
  }

  loadBlock(block) {
    const asked = this.asked.get(block) ?? this.fetchBlock(block);
    this.asked.delete(block);
    this.asked.set(block, asked);
    return asked;
  }

  async fetchBlock(block) {
    try {
      const { areas } = await this.ask(this.address.replace("{block}", block));
      if (this.asked.has(block)) this.here.set(block, this.read(areas));
    } catch (error) {
      this.forget(block); // asked again when it is next needed
      throw error;
    }
  }

  read(areas) {
    const found = [];
    for (const [ordinal, code, name, lon, lat, parent] of areas) {
      found[ordinal % BLOCK] = { ordinal, code, name, parent, level: this.slug, place: lon === null ? null : [lon, lat] };
    }
    return found;
  }

  forget(block) {
    this.asked.delete(block);
    this.here.delete(block);
  }
}
