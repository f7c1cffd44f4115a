import assert from "node:assert/strict";
import { test } from "node:test";

import { blotOf, finenessOf, strengths } from "../../mapui/static/mapui/js/heat/heat-paint.js";
import { RAMP, TABLE, colour, legend, mostOf, stepOf, strength, top } from "../../mapui/static/mapui/js/heat/heat-scale.js";

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

test("the legend tells the counts that have each step, without gaps, as the areas are coloured", () => {
  for (const most of [1, 2, 3, 4, 7, 25, 28, 999]) {
    const steps = legend(most);

    assert.equal(steps[0][1], 1);
    assert.equal(steps.at(-1)[2], Infinity);
    steps.slice(1).forEach(([, fewest], i) => assert.equal(fewest, steps[i][2] + 1));
    for (let count = 1; count < 1200; count++) {
      const [step] = steps.find(([, fewest, last]) => count >= fewest && count <= last);
      assert.equal(step, stepOf(count, most));
    }
  }
  assert.equal(stepOf(0, 9), 0);
});

for (const fineness of [1, 2, 4, 32]) {
  test(`a blot of ${fineness} samples per bin is the same in all directions and stays within the margin`, () => {
    const { side, weights, offset } = blotOf(fineness);

    weights.forEach((weight, i) => {
      const [row, column] = [Math.floor(i / side), i % side];
      assert.equal(weight, weights[column * side + row]);
      assert.equal(weight, weights[(side - 1 - row) * side + column]);
    });
    assert.equal(side, 2 * offset + fineness);
    assert.ok(offset <= 2 * fineness);
    assert.ok(Math.max(...weights) <= 1 && Math.max(...weights) > 0.8);
  });
}

test("neighbouring tiles draw the same on both sides of their edge", () => {
  // One issue in the last column of the left tile: in the right tile it lies in the margin.
  const tile = (index) => ({ side: 4, margin: 2, width: 8, each: (from, until, visit) => visit(index, 9, 1) });
  const [left, right] = [tile(3 * 8 + 5), tile(3 * 8 + 1)].map((heat) => strengths(heat, { from: 0, until: 1, measure: "issues", most: 9 }));
  const fineness = finenessOf(tile(0));
  const width = 8 * fineness;

  assert.ok(Math.max(...right) > 0);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < 2 * fineness; column++) {
      assert.equal(left[row * width + 5 * fineness + column], right[row * width + fineness + column]);
    }
  }
});

test("a bin at a corner of the margin does not wrap around", () => {
  const heat = { side: 32, margin: 2, width: 36, each: (from, until, visit) => visit(35, 4, 1) };
  const width = 36 * finenessOf(heat);

  const reached = [...strengths(heat, { from: 0, until: 1, measure: "weeks", most: 1 })].flatMap((value, i) => (value ? [i] : []));

  assert.ok(reached.length);
  assert.ok(reached.every((i) => i % width >= width - 3 * finenessOf(heat) && i / width < 3 * finenessOf(heat)));
});

test("a handful of areas is darkest, but between 1 and 5 of 100", () => {
  const upTo = (n) => Array.from({ length: n }, (_, i) => n - i);

  assert.equal(mostOf(upTo(200)), 194);
  assert.equal(mostOf(upTo(50)), 48);
  assert.equal(mostOf(upTo(5000)), 4950);
  assert.equal(mostOf(upTo(400), 2), 388);
  assert.equal(mostOf([7]), 7);
  assert.equal(mostOf([]), 0);
});
