// cell-layer.js - the areas of one level on canvas tiles, coloured by their state. Knows no server and no other level.

import { canvasTiles, pixelRatio, project, worldToView } from "./leaflet.js";
import { hit } from "./mvt.js";
import { makeHatch, paint, paintBorders, paintOutline } from "./painter.js";
import { THE_LIGHTS } from "./palette.js";
import { AreaState } from "./state.js";
import { viewOf } from "./tiles.js";

const TILE = 256;

export class AreaLayer {
  /** `source`: TileSource; `onDrawn` is told after a tile was drawn for the first time. */
  constructor({ source, pane, opacity = 1, colours = THE_LIGHTS, onDrawn = () => {}, onTrouble = () => {} }) {
    this.source = source;
    this.state = new AreaState();
    this.opacity = opacity;
    this.colours = colours;
    this.hatch = null;
    this.tiles = canvasTiles({
      pane,
      minZoom: source.minZoom,
      bounds: source.bounds,
      draw: (canvas, coords, done) =>
        source
          .get(coords)
          .then((shapes) => {
            this.paint(canvas, coords, shapes);
            done();
            onDrawn();
          })
          .catch((error) => {
            done(error);
            onTrouble(error);
          }),
    });
  }

  paint(canvas, coords, shapes) {
    const context = canvas.getContext("2d");
    const ratio = pixelRatio();
    this.hatch ??= makeHatch(context, ratio);
    context.clearRect(0, 0, canvas.width, canvas.height);
    paint(context, shapes, viewOf(coords, shapes.extent, canvas.width), (id) => this.state.tone(id), {
      opacity: this.opacity,
      hatch: this.hatch,
      colours: this.colours,
    });
  }

  /** Everything in the colours of another state; what is on the screen is painted in one go. */
  setState(state) {
    this.state = state;
    this.repaint(() => true);
  }

  /** The areas with these ordinals have other colours now. */
  recolour(ordinals) {
    this.repaint((shapes) => shapes.ids.some((id) => ordinals.has(id)));
  }

  repaint(isConcerned) {
    this.tiles.eachTile((canvas, coords) => {
      const shapes = this.source.peek(coords);
      if (shapes && isConcerned(shapes)) this.paint(canvas, coords, shapes);
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
