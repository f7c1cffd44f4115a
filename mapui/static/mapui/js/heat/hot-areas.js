// hot-areas.js - hot spots on the map: the areas of a fine level coloured by what they are, those of a wide one by how much
// within them is hot. Knows no slider and no list.

import { AreaLayer } from "../map/cell-layer.js";
import { NONE } from "../map/palette.js";
import { VIOLET } from "./heat-areas.js";
import { RAMP } from "./heat-scale.js";
import { stepOfShare } from "./hot-shares.js";

/** Kinds as the server spells them, least pressing first: the number is the tone. */
export const KINDS = ["hot_fading", "growing", "hot", "hot_growing"];
const LINE = "#4B126A";

/** Violet as the heat is; the most pressing has the hatch, and every kind a shape of its own beside its number. */
export const HOT_COLOURS = {
  order: [NONE, 1, 2, 3, 4],
  fills: { [NONE]: "#fbfcfc", 1: RAMP[1], 2: "#ffffff", 3: RAMP[3], 4: RAMP[5] },
  lines: { [NONE]: "#aab4be", 1: LINE, 2: LINE, 3: LINE, 4: LINE },
  faint: [NONE],
  hatched: 4,
};

export const toneOf = (kind) => KINDS.indexOf(kind) + 1;

const byOrdinal = ([slug, areas]) => [slug, new Map(areas.map(([ordinal, name, hot, of]) => [ordinal, { name, hot, of }]))];

export class HotAreas {
  /** `sources`: slug of a level → TileSource of its polygons. */
  constructor({ sources, pane, onTrouble = () => {} }) {
    this.sources = sources;
    this.make = (slug) => new AreaLayer({ source: sources.get(slug), pane, colours: this.shares.has(slug) ? VIOLET : HOT_COLOURS, onTrouble });
    this.layers = new Map();
    this.kinds = new Map(); // slug → Map(ordinal → kind)
    this.shares = new Map(); // slug → Map(ordinal → {name, hot, of}), the largest share first
    this.level = null;
  }

  /** As the server tells them: `levels` {slug: [[ordinal, kind], …]}, `shares` {slug: [[ordinal, name, hot, of], …]}. */
  setSource({ levels, shares }) {
    this.kinds = new Map(Object.entries(levels).map(([slug, areas]) => [slug, new Map(areas)]));
    this.shares = new Map(Object.entries(shares).filter(([, areas]) => areas.length).map(byOrdinal));
    this.#colour();
  }

  /** Colours the areas of that level; null: none. What by: “kinds”, “shares”, or nothing if the server tells nothing of it. */
  use(slug, map) {
    this.layers.get(this.level)?.tiles.remove();
    const by = this.kinds.has(slug) ? "kinds" : this.shares.has(slug) ? "shares" : "";
    this.level = by && this.sources.has(slug) ? slug : null;
    if (!this.level) return "";
    if (!this.layers.has(slug)) this.layers.set(slug, this.make(slug));
    this.layers.get(slug).tiles.addTo(map);
    this.#colour();
    return by;
  }

  /** The kind of the area; null if it is not hot. */
  of(ordinal) {
    return this.kinds.get(this.level)?.get(ordinal) ?? null;
  }

  /** {name, hot, of} of the wide area; null if nothing in it is hot. */
  shareOf(ordinal) {
    return this.shares.get(this.level)?.get(ordinal) ?? null;
  }

  /** Of the level shown, the largest first; none if it is coloured otherwise. */
  get sharesShown() {
    return [...(this.shares.get(this.level)?.values() ?? [])];
  }

  #colour() {
    const [kinds, shares] = [this.kinds.get(this.level), this.shares.get(this.level)];
    const tone = kinds ? (ordinal) => toneOf(kinds.get(ordinal)) : (ordinal) => stepOfShare(shares?.get(ordinal));
    this.layers.get(this.level)?.setState({ count: () => 0, tone });
  }
}
