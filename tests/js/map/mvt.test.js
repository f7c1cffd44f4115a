import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAround, decode, hit } from "../../../mapui/static/mapui/js/map/mvt.js";
import { feature, layer, square, tile } from "./tiles_by_hand.js";

test("an empty buffer is a tile without shapes", () => {
  const shapes = decode(new ArrayBuffer(0));

  assert.equal(shapes.size, 0);
  assert.equal(hit(shapes, 1, 1), null);
});

test("ids, rings and boxes of two squares come out as they went in", () => {
  const buffer = tile(layer("area", [feature(7, [square(0, 0, 10)]), feature(70_000, [square(10, 0, 10)])], 1024));

  const shapes = decode(buffer);

  assert.equal(shapes.extent, 1024);
  assert.deepEqual([...shapes.ids], [7, 70_000]);
  assert.deepEqual([...shapes.rings], [0, 1, 2]);
  assert.deepEqual([...shapes.vertices], [0, 4, 8]);
  assert.deepEqual([...shapes.boxes], [0, 0, 10, 10, 10, 0, 20, 10]);
  assert.deepEqual([...shapes.xy.slice(0, 8)], [0, 0, 10, 0, 10, 10, 0, 10]);
});

test("coordinates left of and above the tile are negative", () => {
  const shapes = decode(tile(layer("area", [feature(1, [square(-8, -16, 4)])])));

  assert.deepEqual([...shapes.boxes], [-8, -16, -4, -12]);
});

test("a point is hit in its own square only", () => {
  const shapes = decode(tile(layer("area", [feature(1, [square(0, 0, 10)]), feature(2, [square(10, 0, 10)])])));

  assert.equal(hit(shapes, 5, 5), 1);
  assert.equal(hit(shapes, 15, 5), 2);
  assert.equal(hit(shapes, 25, 5), null);
});

test("a hole does not belong to the polygon", () => {
  const shapes = decode(tile(layer("area", [feature(3, [square(0, 0, 30), square(10, 10, 10)])])));

  assert.equal(hit(shapes, 5, 5), 3);
  assert.equal(hit(shapes, 15, 15), null);
});

test("other layers and properties are passed over", () => {
  const buffer = tile(layer("road", [feature(9, [square(0, 0, 5)])]), layer("area", [feature(4, [square(0, 0, 5)], { tags: [0, 0] })]));

  assert.deepEqual([...decode(buffer).ids], [4]);
});

test("many vertices grow the arrays without losing any", () => {
  const features = Array.from({ length: 1500 }, (_, n) => feature(n, [square(n % 50, Math.floor(n / 50), 1)]));

  const shapes = decode(tile(layer("area", features)));

  assert.equal(shapes.size, 1500);
  assert.equal(shapes.xy.length, 1500 * 8);
  assert.equal(hit(shapes, 49.5, 29.5), 1499);
});

test("a tile that is cut off is refused", () => {
  const whole = tile(layer("area", [feature(1, [square(0, 0, 10)])]));

  assert.throws(() => decode(whole.slice(0, whole.byteLength - 3)), RangeError);
});

test("the box around some features is that of those alone", () => {
  const shapes = decode(tile(layer("area", [feature(7, [square(0, 0, 10)]), feature(8, [square(30, 40, 5)]), feature(9, [square(90, 0, 10)])])));

  assert.deepEqual(boxAround(shapes, new Set([7, 8])), [0, 0, 35, 45]);
  assert.deepEqual(boxAround(shapes, new Set([9])), [90, 0, 100, 10]);
  assert.equal(boxAround(shapes, new Set([10])), null);
});
