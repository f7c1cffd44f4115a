import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../mapui/static/mapui/js/heat/heat-codec.js";

const bytes = (...numbers) => {
  const out = [];
  for (let number of numbers) {
    while (number > 127) {
      out.push((number & 127) | 128);
      number >>>= 7;
    }
    out.push(number);
  }
  return Uint8Array.from(out).buffer;
};

// Two places: index 5 with 1 issue in bucket 2900 and 3 in 2902; index 300 with 200 in 2901.
const TWO = bytes(1, 32, 2, 1, 2900, 4, 2, 5, 2, 0, 2, 1, 3, 295, 1, 1, 200);

const within = (heat, from, until) => {
  const found = [];
  heat.each(from, until, (...visited) => found.push(visited));
  return found;
};

test("a payload is read with its shape", () => {
  const heat = decode(TWO);

  assert.equal(heat.width, 36);
  assert.deepEqual([heat.bucketWeeks, heat.firstBucket, heat.buckets, heat.places], [1, 2900, 4, 2]);
});

test("a window counts issues and weeks with an issue, the end excluded", () => {
  const heat = decode(TWO);

  assert.deepEqual(within(heat, 2900, 2904), [[5, 4, 2], [300, 200, 1]]);
  assert.deepEqual(within(heat, 2901, 2903), [[5, 3, 1], [300, 200, 1]]);
  assert.deepEqual(within(heat, 2900, 2901), [[5, 1, 1]]);
  assert.deepEqual(within(heat, 2903, 2904), []);
  assert.deepEqual(within(heat, 0, 9999), [[5, 4, 2], [300, 200, 1]]);
});

test("buckets of four weeks are counted whole when the window touches them", () => {
  const heat = decode(bytes(1, 32, 2, 4, 725, 2, 1, 0, 2, 0, 1, 7, 9));

  assert.deepEqual(within(heat, 2903, 2904), [[0, 7, 1]]);
  assert.deepEqual(within(heat, 2903, 2905), [[0, 16, 2]]);
});

test("random payloads answer like counting by hand", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
  for (let round = 0; round < 200; round++) {
    const places = new Map();
    for (let i = random(40); i > 0; i--) places.set(random(1296), new Map());
    for (const counts of places.values()) for (let i = 1 + random(8); i > 0; i--) counts.set(random(60), 1 + random(500));
    const heat = decode(encoded(places));
    const [a, b] = [random(60), random(60)].sort((x, y) => x - y);

    const expected = [...places].sort((x, y) => x[0] - y[0]).map(([index, counts]) => {
      const inside = [...counts].filter(([bucket]) => bucket >= a && bucket < b);
      return [index, inside.reduce((sum, [, n]) => sum + n, 0), inside.length];
    });

    assert.deepEqual(within(heat, 100 + a, 100 + b), expected.filter(([, , weeks]) => weeks));
  }
});

function encoded(places) {
  const numbers = [1, 32, 2, 1, 100, 60, places.size];
  let last = 0;
  for (const [index, counts] of [...places].sort((x, y) => x[0] - y[0])) {
    const entries = [...counts].sort((x, y) => x[0] - y[0]);
    numbers.push(index - last, entries.length, ...entries.map(([bucket], i) => bucket - (i ? entries[i - 1][0] : 0)), ...entries.map(([, n]) => n));
    last = index;
  }
  return bytes(...numbers);
}

test("what is cut short or of another kind is refused with a sentence", () => {
  assert.throws(() => decode(TWO.slice(0, 9)), /too early/);
  assert.throws(() => decode(bytes(2, 32, 2)), /not a heat payload/);
});
