// heat-scale.js - how dark a count is drawn. Fixed for a zoom and a length of time, so nothing flickers while time
// plays. Pure: knows no canvas and no map.

/** Violet, light to dark: none of the four lights, and told apart by those who see colours otherwise. */
export const RAMP = ["#F3EAF7", "#DCC3E8", "#BF93D3", "#9D63BA", "#773897", "#4B126A"];
const LEAST_TOP = 3; // a single issue is never as dark as it gets

/**
 * The count that is drawn darkest. `knots`: [[weeks, issues, weeks with an issue], …] as the
 * server tells them for a zoom; between two lengths of time a power law holds well enough.
 */
export function top(knots, weeks, measure) {
  const column = measure === "weeks" ? 2 : 1;
  const found = (knots ?? []).filter((knot) => knot[column] > 0);
  if (!found.length) return LEAST_TOP;
  let after = found.findIndex((knot) => knot[0] >= weeks);
  if (after === -1) after = found.length - 1;
  const [a, b] = [found[Math.max(after - 1, 0)], found[after]];
  const share = a[0] === b[0] ? 0 : Math.min(Math.max(Math.log(weeks / a[0]) / Math.log(b[0] / a[0]), 0), 1);
  return Math.max(LEAST_TOP, a[column] * (b[column] / a[column]) ** share);
}

/** 0…1, by the square root: what is rare stays visible beside what is frequent. */
export const strength = (count, most) => Math.sqrt(Math.min(count / most, 1));

const HOTTEST = 6;

/** What all but the hottest do not exceed: a handful per window, but between 1 and 5 of 100; 0 if there are none. */
export function mostOf(values, windows = 1) {
  if (!values.length) return 0;
  const ordered = [...values].sort((a, b) => a - b);
  const share = Math.min(Math.max((HOTTEST * windows) / ordered.length, 0.01), 0.05);
  return ordered[Math.max(Math.ceil((1 - share) * ordered.length) - 1, 0)];
}

const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
const STOPS = RAMP.map((hex) => [part(hex, 1), part(hex, 3), part(hex, 5)]);

/** [red, green, blue] of a strength 0…1 along the ramp. */
export function colour(value) {
  const place = Math.min(Math.max(value, 0), 1) * (STOPS.length - 1);
  const below = Math.min(Math.floor(place), STOPS.length - 2);
  return STOPS[below].map((from, i) => Math.round(from + (STOPS[below + 1][i] - from) * (place - below)));
}

/** 256 × RGBA for canvases: transparent where there is nothing, soon nearly opaque. */
export const TABLE = (() => {
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 1; i < 256; i++) {
    const value = i / 255;
    table.set([...colour(0.12 + 0.88 * value), Math.round(255 * Math.min(0.92, value * 2.6))], i * 4);
  }
  return table;
})();

const STEPS = RAMP.length - 1;

/** The step of the ramp for a count: 0 for none, then 1…5. */
export const stepOf = (count, most) => (count > 0 ? Math.max(1, Math.ceil(STEPS * strength(count, most))) : 0);

/** [step, fewest, most] for each step that some count has, light to dark; the last one has no most. */
export function legend(most) {
  const last = (step) => Math.floor((step / STEPS) ** 2 * most + 1e-9);
  return Array.from({ length: STEPS }, (_, i) => [i + 1, last(i) + 1, i + 1 === STEPS ? Infinity : last(i + 1)]).filter(([, a, b]) => a <= b);
}
