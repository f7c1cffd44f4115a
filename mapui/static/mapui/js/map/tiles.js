// tiles.js - fetches vector tiles once and remembers the decoded ones. Knows no colour and no screen.

import { getBinary } from "../core/api.js";
import { decode } from "./mvt.js";

/** Beyond this zoom there are no tiles: what is deeper is drawn from their polygons. */
export const DEEPEST = 14;

export class TileSource {
  /** `address`: with {z}, {x}, {y}. `remember`: how many decoded tiles are kept. `bounds`: where there are any (degrees). */
  constructor(address, { remember = 256, minZoom = 0, bounds = null, fetchTile = getBinary } = {}) {
    this.address = address;
    this.remember = remember;
    this.minZoom = minZoom;
    this.bounds = bounds;
    this.fetchTile = fetchTile;
    this.tiles = new Map(); // key → promise; the order is that of last use
    this.ready = new Map(); // key → shapes
  }

  /** The tile that has the shapes for {z, x, y}: itself, or the one of the deepest zoom above it. */
  static source({ z, x, y }) {
    const over = Math.max(0, z - DEEPEST);
    return { z: z - over, x: x >> over, y: y >> over, over };
  }

  /** Shapes for that tile (of the tile itself or of the one it lies in), as a promise. */
  get(coords) {
    const { z, x, y } = TileSource.source(coords);
    const key = `${z}/${x}/${y}`;
    const known = this.tiles.get(key);
    if (known) {
      this.tiles.delete(key);
      this.tiles.set(key, known);
      return known;
    }
    const url = this.address.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    const asked = this.fetchTile(url).then((buffer) => {
      const shapes = decode(buffer);
      this.ready.set(key, shapes);
      return shapes;
    });
    asked.catch(() => this.forget(key)); // asked again when it is next needed
    this.tiles.set(key, asked);
    this.dropOldest();
    return asked;
  }

  /** The shapes if they are here already, else null. */
  peek(coords) {
    const { z, x, y } = TileSource.source(coords);
    return this.ready.get(`${z}/${x}/${y}`) ?? null;
  }

  forget(key) {
    this.tiles.delete(key);
    this.ready.delete(key);
  }

  dropOldest() {
    while (this.tiles.size > this.remember) this.forget(this.tiles.keys().next().value);
  }
}

/** From tile units to pixels of a canvas of `side` pixels that shows {z, x, y}: {scale, dx, dy}. */
export function viewOf(coords, extent, side) {
  const { over } = TileSource.source(coords);
  const times = 2 ** over;
  const scale = (side * times) / extent;
  return { scale, dx: -(coords.x % times) * side, dy: -(coords.y % times) * side };
}
