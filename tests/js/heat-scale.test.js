import assert from "node:assert/strict";
import { test } from "node:test";

import { spreadOut } from "../../mapui/static/mapui/js/heat/heat-paint.js";
import { RAMP, TABLE, colour, legend, strength, top } from "../../mapui/static/mapui/js/heat/heat-scale.js";

const KNOTS = [[1, 4, 1], [4, 8, 2], [16, 16, 8]];

test("the darkest count is told at the lengths the server knows", () => {
  assert.equal(top(KNOTS, 4, "issues"), 8);
  assert.equal(top(KNOTS, 16, "weeks"), 8);
});

test("between two lengths it follows a power law, outside it stays", () => {
  assert.ok(Math.abs(top(KNOTS, 8, "issues") - 8 * Math.SQRT2) < 1e-9);
  assert.equal(top(KNOTS, 100, "issues"), 16);
});

test("without figures, or with few, one issue is not the darkest", () => {
  assert.equal(top([], 4, "issues"), 3);
  assert.equal(top(KNOTS, 1, "weeks"), 3);
});

test("strength grows with the square root and ends at one", () => {
  assert.deepEqual([strength(0, 16), strength(4, 16), strength(16, 16), strength(99, 16)], [0, 0.5, 1, 1]);
});

test("the ramp begins and ends with its own colours, and nothing is transparent", () => {
  assert.deepEqual(colour(0), [0xf3, 0xea, 0xf7]);
  assert.deepEqual(colour(1), [0x4b, 0x12, 0x6a]);
  assert.equal(RAMP.length, 6);
  assert.equal(TABLE[3], 0);
  assert.ok(TABLE[255 * 4 + 3] > 200);
});

test("the legend's counts grow and end at the darkest", () => {
  const counts = legend(25).map(([, count]) => count);

  assert.deepEqual(counts, [1, 4, 9, 16, 25]);
});

test("a bin lends to its eight neighbours and to no other", () => {
  const counts = new Float32Array(25);
  counts[12] = 4;

  assert.deepEqual([...spreadOut(counts, 5)], [0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 2, 4, 2, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0]);
});

test("nothing wraps around from one edge to the other", () => {
  const counts = new Float32Array(9);
  counts[2] = 4;

  assert.deepEqual([...spreadOut(counts, 3)], [0, 2, 4, 0, 1, 2, 0, 0, 0]);
});
