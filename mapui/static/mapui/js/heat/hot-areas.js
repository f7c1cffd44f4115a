// hot-areas.js - hot spots on the map: the areas of a level coloured by what they are. Knows no slider and no list.

import { AreaLayer } from "../map/cell-layer.js";
import { NONE } from "../map/palette.js";
import { RAMP } from "./heat-scale.js";

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

export class HotAreas {
  /** `sources`: slug of a level → TileSource of its polygons. */
  constructor({ sources, pane, onTrouble = () => {} }) {
    this.layers = new Map([...sources].map(([slug, source]) => [slug, new AreaLayer({ source, pane, colours: HOT_COLOURS, onTrouble })]));
    this.kinds = new Map(); // slug → Map(ordinal → kind)
    this.level = null;
  }

  /** `levels`: {slug: [[ordinal, kind], …]} as the server tells them. */
  setSource(levels) {
    this.kinds = new Map(Object.entries(levels).map(([slug, areas]) => [slug, new Map(areas)]));
    this.#colour();
  }

  /** Colours the areas of that level; null: none. True if the server tells of that level. */
  use(slug, map) {
    this.layers.get(this.level)?.tiles.remove();
    this.level = this.kinds.has(slug) && this.layers.has(slug) ? slug : null;
    if (!this.level) return false;
    this.layers.get(slug).tiles.addTo(map);
    this.#colour();
    return true;
  }

  /** The kind of the area; null if it is not hot. */
  of(ordinal) {
    return this.kinds.get(this.level)?.get(ordinal) ?? null;
  }

  #colour() {
    const kinds = this.kinds.get(this.level);
    if (kinds) this.layers.get(this.level).setState({ count: () => 0, tone: (ordinal) => toneOf(kinds.get(ordinal)) });
  }
}
