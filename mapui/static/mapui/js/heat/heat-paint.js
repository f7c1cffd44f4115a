// heat-paint.js - a tile's bins into pixels, one per bin; the browser enlarges them. Knows no map and no server.

import { TABLE, strength } from "./heat-scale.js";

/**
 * The strengths (0…255) of a tile's width × width bins between the weeks [from, until).
 * @param {"issues"|"weeks"} measure  issues, or weeks with an issue.
 */
export function strengths(heat, { from, until, measure, most }) {
  const counts = new Float32Array(heat.width * heat.width);
  heat.each(from, until, (index, issues, weeks) => {
    counts[index] = measure === "weeks" ? weeks : issues;
  });
  const spread = spreadOut(counts, heat.width);
  return Uint8ClampedArray.from(spread, (count) => (count > 0 ? 255 * strength(count, most) : 0));
}

/** Each bin also lends half of itself to its neighbours: a place is more than a square. The outermost bins only give. */
export function spreadOut(counts, width) {
  const across = new Float32Array(counts.length);
  for (let i = 0; i < counts.length; i++) {
    const column = i % width;
    across[i] = counts[i] + 0.5 * ((column > 0 ? counts[i - 1] : 0) + (column < width - 1 ? counts[i + 1] : 0));
  }
  return across.map((count, i) => count + 0.5 * ((across[i - width] ?? 0) + (across[i + width] ?? 0)));
}

/** RGBA pixels of the strengths. */
export function pixels(values) {
  const rgba = new Uint8ClampedArray(values.length * 4);
  values.forEach((value, i) => rgba.set(TABLE.subarray(value * 4, value * 4 + 4), i * 4));
  return rgba;
}
