// painter.js - draws decoded polygons on a 2D context by tone. Knows no map and no server.

import { THE_LIGHTS } from "./palette.js";

// One path with all polygons of a colour is far slower to fill than many small ones (27 s against 1 s for 100,000).
const FLUSH = 300;
// Whole pixels need no smoothing: 100,000 such rectangles are drawn in a third of the time of their outlines.
const TOO_SMALL_FOR_A_SHAPE = 3; // points
const FEW_ENOUGH_FOR_OUTLINES = 1500;
const TOO_SMALL_FOR_OUTLINES = 4; // pixels
const WIDE_ENOUGH_FOR_HATCH = 10;

/**
 * Draws `shapes` (mvt.js) in place of what is there. `view`: {scale, dx, dy} from tile units to pixels; `toneOf(id)`; `opacity` 0 to
 * 1; `hatch`: a pattern for the tone that has one, or null; `colours`: see THE_LIGHTS in palette.js; `within`: the part of the
 * canvas that is drawn anew, [left, top, right, bottom] in whole pixels; `ratio`: pixels per point.
 */
export function paint(context, shapes, view, toneOf, { within, ...look }) {
  const [left, top, right, bottom] = within;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.clearRect(left, top, right - left, bottom - top);
  paintTones(context, shapes, view, sortByTone(shapes, toneOf, view, within), look);
  context.restore();
}

function paintTones(context, shapes, { scale, dx, dy }, byTone, { opacity = 1, hatch = null, outlines = true, colours = THE_LIGHTS, ratio = 1 }) {
  const across = typicalSize(shapes) * scale;
  const drawOutlines = outlines && shapes.size < FEW_ENOUGH_FOR_OUTLINES && across >= TOO_SMALL_FOR_OUTLINES;
  const isWide = across >= WIDE_ENOUGH_FOR_HATCH;
  for (const tone of colours.order) {
    const features = byTone.get(tone);
    if (!features) continue;
    context.globalAlpha = opacity * (colours.faint.includes(tone) ? 0.75 : 1);
    context.fillStyle = colours.fills[tone];
    fill(context, shapes, features, { scale, dx, dy }, ratio);
    if (tone === colours.hatched && hatch && isWide) {
      context.fillStyle = hatch;
      fill(context, shapes, features, { scale, dx, dy }, ratio);
    }
    context.globalAlpha = 1;
    if (!drawOutlines) continue;
    const width = colours.faint.includes(tone) ? 0.5 : tone === colours.hatched && isWide ? 2 : isWide ? 1 : 0.5;
    stroke(context, shapes, features, scale, dx, dy, colours.lines[tone], width);
  }
}

/** How much it is to paint them all, in corners; areas below three pixels are a rectangle each. */
export function effortOf(shapes, { scale }, ratio = 1) {
  return typicalSize(shapes) * scale < TOO_SMALL_FOR_A_SHAPE * ratio ? shapes.size : shapes.xy.length / 2;
}

/** Only the edges, for the borders of a wider level. */
export function paintBorders(context, shapes, { scale, dx, dy }, color, width) {
  stroke(context, shapes, Array.from({ length: shapes.size }, (_, f) => f), scale, dx, dy, color, width);
}

/** The edges of the features with that id. */
export function paintOutline(context, shapes, { scale, dx, dy }, id, styles) {
  const features = [];
  for (let f = 0; f < shapes.size; f += 1) if (shapes.ids[f] === id) features.push(f);
  if (!features.length) return;
  for (const { color, width } of styles) stroke(context, shapes, features, scale, dx, dy, color, width);
}

/** The features that reach into the part of the canvas, by tone. */
function sortByTone({ ids, boxes, size }, toneOf, { scale, dx, dy }, [left, top, right, bottom]) {
  const byTone = new Map();
  for (let f = 0; f < size; f += 1) {
    const b = 4 * f;
    if (boxes[b] * scale + dx > right || boxes[b + 2] * scale + dx < left) continue;
    if (boxes[b + 1] * scale + dy > bottom || boxes[b + 3] * scale + dy < top) continue;
    const tone = toneOf(ids[f]);
    const known = byTone.get(tone);
    if (known) known.push(f);
    else byTone.set(tone, [f]);
  }
  return byTone;
}

/** The side of the middle feature, in tile units. */
function typicalSize({ boxes, size }) {
  if (!size) return 0;
  if (size === 1) return Infinity;
  const sides = [];
  for (let f = 0; f < size; f += Math.ceil(size / 50)) sides.push(Math.max(boxes[4 * f + 2] - boxes[4 * f], boxes[4 * f + 3] - boxes[4 * f + 1]));
  return sides.sort((a, b) => a - b)[sides.length >> 1];
}

function fill(context, shapes, features, { scale, dx, dy }, ratio) {
  const { boxes, rings, vertices } = shapes;
  const small = TOO_SMALL_FOR_A_SHAPE * ratio;
  let pending = 0;
  context.beginPath();
  for (const f of features) {
    const b = 4 * f;
    const [west, north, east, south] = [boxes[b] * scale + dx, boxes[b + 1] * scale + dy, boxes[b + 2] * scale + dx, boxes[b + 3] * scale + dy];
    if (east - west < small && south - north < small) {
      const [left, top] = [Math.round(west), Math.round(north)];
      context.fillRect(left, top, Math.max(1, Math.round(east) - left), Math.max(1, Math.round(south) - top));
      continue;
    }
    trace(context, shapes, f, scale, dx, dy);
    pending += vertices[rings[f + 1]] - vertices[rings[f]];
    if (pending > FLUSH) {
      context.fill("evenodd");
      context.beginPath();
      pending = 0;
    }
  }
  if (pending) context.fill("evenodd");
}

function stroke(context, shapes, features, scale, dx, dy, color, width) {
  const { rings, vertices } = shapes;
  let pending = 0;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const f of features) {
    trace(context, shapes, f, scale, dx, dy);
    pending += vertices[rings[f + 1]] - vertices[rings[f]];
    if (pending > FLUSH) {
      context.stroke();
      context.beginPath();
      pending = 0;
    }
  }
  if (pending) context.stroke();
}

function trace(context, { rings, vertices, xy }, f, scale, dx, dy) {
  for (let r = rings[f]; r < rings[f + 1]; r += 1) {
    const start = vertices[r];
    const end = vertices[r + 1];
    context.moveTo(xy[2 * start] * scale + dx, xy[2 * start + 1] * scale + dy);
    for (let v = start + 1; v < end; v += 1) context.lineTo(xy[2 * v] * scale + dx, xy[2 * v + 1] * scale + dy);
    context.closePath();
  }
}

const PERIOD = 8; // divides the side of a tile, so the hatch runs on from tile to tile

/** White diagonals for red areas: seen where colours are not. */
export function makeHatch(context, ratio = 1) {
  const side = PERIOD * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const brush = canvas.getContext("2d");
  brush.strokeStyle = "rgb(255 255 255 / 55%)";
  brush.lineWidth = 1.25 * ratio;
  brush.beginPath();
  for (const shift of [-side, 0, side]) {
    brush.moveTo(shift, side);
    brush.lineTo(shift + side, 0);
  }
  brush.stroke();
  return context.createPattern(canvas, "repeat");
}
