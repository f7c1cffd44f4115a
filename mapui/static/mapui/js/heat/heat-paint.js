// heat-paint.js - a tile's bins into pixels, a few per bin; the browser enlarges them. Knows no map and no server.

import { TABLE, strength } from "./heat-scale.js";

const SAMPLES = 64; // along a tile's edge, so two or more per bin: with one, enlarging turns a blot into a cross
const REACH = 1.5; // bins; the margin around a tile is two
const SIGMA = 0.6; // bins

/** Samples per bin along an edge. */
export const finenessOf = (heat) => Math.max(1, Math.round(SAMPLES / heat.side));

/**
 * The strengths (0…255) of a tile between the weeks [from, until), row by row, margin included: width × fineness along
 * an edge. `measure`: “issues”, or “weeks” with an issue; `most`: the count that is strongest.
 */
export function strengths(heat, { from, until, measure, most }) {
  const fineness = finenessOf(heat);
  const side = heat.width * fineness;
  const spread = new Float32Array(side * side);
  const blot = blotOf(fineness);
  heat.each(from, until, (index, issues, weeks) => {
    const count = measure === "weeks" ? weeks : issues;
    press(spread, side, blot, (index % heat.width) * fineness, Math.floor(index / heat.width) * fineness, count);
  });
  const values = new Uint8ClampedArray(spread.length);
  for (let i = 0; i < spread.length; i++) if (spread[i] > 0) values[i] = 255 * strength(spread[i], most);
  return values;
}

/** A place is more than a square: what a bin is worth at the samples around it, 1 in its middle. */
export function blotOf(fineness) {
  const reach = Math.floor(REACH * fineness);
  const side = 2 * reach + (fineness % 2 ? 1 : 0);
  const weights = new Float32Array(side * side);
  const middle = (side - 1) / 2;
  for (let i = 0; i < weights.length; i++) {
    const away = Math.hypot((i % side) - middle, Math.floor(i / side) - middle) / fineness;
    weights[i] = away < REACH ? Math.exp((-away * away) / (2 * SIGMA * SIGMA)) : 0;
  }
  // The first sample of the bin lies so far from the first one of its blot.
  return { side, weights, offset: (side - fineness) / 2 };
}

function press(spread, width, { side, weights, offset }, left, top, count) {
  for (let row = Math.max(0, offset - top); row < side && top - offset + row < width; row++) {
    const line = (top - offset + row) * width + left - offset;
    for (let column = Math.max(0, offset - left); column < side && left - offset + column < width; column++) {
      spread[line + column] += count * weights[row * side + column];
    }
  }
}

const COLOURS = new Uint32Array(TABLE.buffer); // a pixel in one step

/** RGBA pixels of the strengths. */
export function pixels(values) {
  const rgba = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) if (values[i]) rgba[i] = COLOURS[values[i]];
  return new Uint8ClampedArray(rgba.buffer);
}
