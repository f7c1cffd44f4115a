// cell-layer.js - the areas of one level on canvas tiles, coloured by their state. Knows no server and no other level.

import { canvasTiles, pixelRatio, project, worldToView } from "./leaflet.js";
import { boxAround, hit } from "./mvt.js";
import { effortOf, makeHatch, paint, paintBorders, paintOutline } from "./painter.js";
import { THE_LIGHTS } from "./palette.js";
import { AreaState } from "./state.js";
import { viewOf } from "./tiles.js";
import { Turns } from "./turns.js";

const TILE = 256;

// Corners painted in one frame: more, and wheel and finger wait for the tiles of a whole screen.
const turns = new Turns({ room: 40_000 });

const EDGE = 3; // pixels: half of the widest line, and what smoothing touches beside it

/** A box of tile units in whole pixels of the canvas, with what is drawn beside its edge; all of the canvas without one. */
function pixelsOf(part, { scale, dx, dy }, { width, height }) {
  if (!part) return [0, 0, width, height];
  const [west, north, east, south] = part;
  return [
    Math.max(0, Math.floor(west * scale + dx) - EDGE),
    Math.max(0, Math.floor(north * scale + dy) - EDGE),
    Math.min(width, Math.ceil(east * scale + dx) + EDGE),
    Math.min(height, Math.ceil(south * scale + dy) + EDGE),
  ];
}

export class AreaLayer {
  /** `source`: TileSource; `onDrawn` is told after a tile was drawn for the first time. */
  constructor({ source, pane, opacity = 1, colours = THE_LIGHTS, onDrawn = () => {}, onTrouble = () => {} }) {
    this.source = source;
    this.state = new AreaState();
    this.opacity = opacity;
    this.colours = colours;
    this.hatch = null;
    this.waiting = new WeakSet(); // canvases whose turn has not come: nothing else paints them
    this.tiles = canvasTiles({
      pane,
      minZoom: source.minZoom,
      bounds: source.bounds,
      draw: (canvas, coords, done) =>
        this.draw(canvas, coords).then(
          () => {
            done();
            onDrawn();
          },
          (error) => {
            done(error);
            onTrouble(error);
          },
        ),
    });
  }

  /** Paints a tile for the first time when its shapes are here and its turn has come, unless it has left the map meanwhile. */
  async draw(canvas, coords) {
    const shapes = await this.source.get(coords);
    this.waiting.add(canvas);
    await turns.take(effortOf(shapes, viewOf(coords, shapes.extent, canvas.width), pixelRatio()));
    this.waiting.delete(canvas);
    if (canvas.isConnected) this.paint(canvas, coords, shapes);
  }

  /** `part`: only what lies in this box [west, north, east, south] of tile units. */
  paint(canvas, coords, shapes, part = null) {
    const context = canvas.getContext("2d");
    const ratio = pixelRatio();
    this.hatch ??= makeHatch(context, ratio);
    const view = viewOf(coords, shapes.extent, canvas.width);
    paint(context, shapes, view, (id) => this.state.tone(id), {
      opacity: this.opacity,
      hatch: this.hatch,
      colours: this.colours,
      within: pixelsOf(part, view, canvas),
      ratio,
    });
  }

  /** Everything in the colours of another state; what is on the screen is painted in one go. */
  setState(state) {
    this.state = state;
    this.repaint();
  }

  /** The areas with these ordinals have other colours now. */
  recolour(ordinals) {
    this.eachShown((canvas, coords, shapes) => {
      const part = boxAround(shapes, ordinals);
      if (part) this.paint(canvas, coords, shapes, part);
    });
  }

  repaint() {
    this.eachShown((canvas, coords, shapes) => this.paint(canvas, coords, shapes));
  }

  /** Calls `visit(canvas, {x, y, z}, shapes)` for the tiles on the screen that have been painted. */
  eachShown(visit) {
    this.tiles.eachTile((canvas, coords) => {
      const shapes = this.waiting.has(canvas) ? null : this.source.peek(coords);
      if (shapes) visit(canvas, coords, shapes);
    });
  }

  /** The ordinal of the area at [lon, lat] as the map stands; null if there is none, or its tile is still on the way. */
  at(map, place) {
    const z = Math.round(map.getZoom());
    const { x, y } = project(map, place, z);
    const coords = { z, x: Math.floor(x / TILE), y: Math.floor(y / TILE) };
    const shapes = this.source.peek(coords);
    if (!shapes) return null;
    const { scale, dx, dy } = viewOf(coords, shapes.extent, TILE);
    return hit(shapes, (x - coords.x * TILE - dx) / scale, (y - coords.y * TILE - dy) / scale);
  }

  /** Draws the edge of one area on an overlay, tile by tile so that no edge of a tile shows; `tiles`: those on the map. */
  outline(context, map, ordinal, styles, tiles = this.tiles) {
    const z = Math.round(map.getZoom());
    tiles.eachTile((canvas, coords) => {
      const shapes = coords.z === z ? this.source.peek(coords) : null;
      if (!shapes?.ids.includes(ordinal)) return;
      const { x, y, scale: zoomed } = worldToView(map, [coords.x * TILE, coords.y * TILE], z);
      const { scale, dx, dy } = viewOf(coords, shapes.extent, TILE * zoomed);
      context.save();
      context.beginPath();
      context.rect(x, y, TILE * zoomed, TILE * zoomed);
      context.clip();
      paintOutline(context, shapes, { scale, dx: dx + x, dy: dy + y }, ordinal, styles);
      context.restore();
    });
  }
}

/** Only the borders of a level, drawn over a finer one. */
export function borderLayer({ source, pane, color, width, onDrawn = () => {} }) {
  const ratio = pixelRatio();
  return canvasTiles({
    pane,
    minZoom: source.minZoom,
    bounds: source.bounds,
    draw: (canvas, coords, done) =>
      source
        .get(coords)
        .then((shapes) => {
          paintBorders(canvas.getContext("2d"), shapes, viewOf(coords, shapes.extent, canvas.width), color, width * ratio);
          done();
          onDrawn();
        })
        .catch(done),
  });
}
