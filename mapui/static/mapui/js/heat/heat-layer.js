// heat-layer.js - the heat on the map: fetches a tile's bins once, then paints any window of time from them. Knows
// neither the slider nor the page.

import { getBinary } from "../core/api.js";
import { elementTiles, project } from "../map/leaflet.js";
import { decode } from "./heat-codec.js";
import { finenessOf, pixels, strengths } from "./heat-paint.js";
import { top } from "./heat-scale.js";

const WORLD_M = 40_075_016.686;
const TILE = 256;

export class HeatLayer {
  /** `onLoading(busy)`, `onTrouble(error)`: about the tiles; `fetchTile(url, {signal})`: an ArrayBuffer. */
  constructor({ pane, zooms: [lowest, highest], maxZoom, onLoading = () => {}, onTrouble = () => {}, fetchTile = getBinary }) {
    Object.assign(this, { fetchTile, onTrouble });
    this.tiles = new Map(); // element → {coords, heat, canvas, stop}
    this.source = null;
    this.view = null;
    this.frame = 0;
    this.layer = elementTiles({
      pane,
      className: "heat-tile",
      minZoom: lowest,
      maxZoom,
      minNativeZoom: lowest,
      maxNativeZoom: highest,
      make: (element, coords, done) => this.#make(element, coords, done),
      release: (element) => this.#release(element),
    });
    this.layer.on("loading", () => onLoading(true)).on("load", () => onLoading(false));
  }

  /** Where the tiles are (an address with {z}, {x}, {y}) and how hot hot is ({zoom: knots}). */
  setSource({ tiles, scales }) {
    this.source = { tiles, scales };
    this.layer.redraw();
  }

  /** What to show: weeks [from, until), and measure “issues” or “weeks” with an issue. No request: paints what is here. */
  show(view) {
    this.view = view;
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        for (const tile of this.tiles.values()) this.#paint(tile);
      });
    }
  }

  /** The count that is drawn darkest on tiles of that zoom. */
  most(zoom) {
    return top(this.source?.scales[zoom], this.view.until - this.view.from, this.view.measure);
  }

  /** {issues, weeks, metres} of the bin at that place; null where nothing has been loaded. */
  at(map, place) {
    for (const { coords, heat } of this.tiles.values()) {
      if (!heat) continue;
      const { x, y } = project(map, place, coords.z);
      const [column, row] = [x / TILE - coords.x, y / TILE - coords.y].map((part) => Math.floor(part * heat.side));
      if (column < 0 || row < 0 || column >= heat.side || row >= heat.side) continue;
      const wanted = (row + heat.margin) * heat.width + column + heat.margin;
      const found = { issues: 0, weeks: 0, metres: binSize(place[1], coords.z, heat.side) };
      heat.each(this.view.from, this.view.until, (index, issues, weeks) => {
        if (index === wanted) Object.assign(found, { issues, weeks });
      });
      return found;
    }
    return null;
  }

  #make(element, coords, done) {
    if (!this.source) return done();
    const stop = new AbortController();
    const tile = { coords, heat: null, canvas: null, stop };
    this.tiles.set(element, tile);
    const { x, y, z } = coords;
    const url = this.source.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    return this.fetchTile(url, { signal: stop.signal }).then(
      (buffer) => {
        tile.heat = decode(buffer);
        if (tile.heat.places) this.#draw(element, tile);
        done();
      },
      (error) => {
        if (error.name !== "AbortError") this.onTrouble(error);
        done(error);
      },
    );
  }

  #release(element) {
    this.tiles.get(element)?.stop.abort();
    this.tiles.delete(element);
  }

  #draw(element, tile) {
    const { side, margin, width } = tile.heat;
    tile.canvas = document.createElement("canvas");
    tile.canvas.className = "heat-tile__bins";
    tile.canvas.width = tile.canvas.height = width * finenessOf(tile.heat);
    // The margin hangs over the edge of the tile, which clips it: neighbours join without a seam.
    tile.canvas.style.width = tile.canvas.style.height = `${(100 * width) / side}%`;
    tile.canvas.style.left = tile.canvas.style.top = `${(-100 * margin) / side}%`;
    element.append(tile.canvas);
    this.#paint(tile);
  }

  #paint({ coords, heat, canvas }) {
    if (!canvas || !this.view) return;
    const values = strengths(heat, { ...this.view, most: this.most(coords.z) });
    canvas.getContext("2d").putImageData(new ImageData(pixels(values), canvas.width), 0, 0);
  }
}

/** Metres along the edge of a bin. */
const binSize = (lat, zoom, side) => (WORLD_M * Math.cos((lat * Math.PI) / 180)) / 2 ** zoom / side;
