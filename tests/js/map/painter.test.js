import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../../mapui/static/mapui/js/map/mvt.js";
import { effortOf, paint } from "../../../mapui/static/mapui/js/map/painter.js";
import { FILLS, GREEN, RED } from "../../../mapui/static/mapui/js/map/palette.js";
import { feature, layer, square, tile } from "./tiles_by_hand.js";

/** A canvas' context that notes what it is told. */
function brush() {
  const calls = [];
  const note = (name) => (...given) => calls.push([name, ...given]);
  const names = ["save", "restore", "beginPath", "rect", "clip", "clearRect", "fillRect", "moveTo", "lineTo", "closePath", "fill", "stroke"];
  const context = Object.fromEntries(names.map((name) => [name, note(name)]));
  Object.defineProperty(context, "fillStyle", { set: (colour) => calls.push(["colour", colour]) });
  return { context, of: (...wanted) => calls.filter(([name]) => wanted.includes(name)) };
}

const shapes = decode(tile(layer("area", [feature(1, [square(0, 0, 10)]), feature(2, [square(10, 0, 10)]), feature(3, [square(400, 400, 10)])])));
const whole = { within: [0, 0, 256, 256] };
const one = { scale: 1, dx: 0, dy: 0 };

test("areas of a few pixels are drawn as whole pixels, not as outlines", () => {
  const { context, of } = brush();

  paint(context, shapes, { scale: 0.24, dx: 0.3, dy: 0 }, () => GREEN, whole);

  assert.deepEqual(of("fillRect"), [["fillRect", 0, 0, 3, 2], ["fillRect", 3, 0, 2, 2], ["fillRect", 96, 96, 3, 2]]);
  assert.deepEqual(of("moveTo"), []);
});

test("on a screen of two pixels per point twice as many are still few", () => {
  const { context, of } = brush();

  paint(context, shapes, { scale: 0.5, dx: 0, dy: 0 }, () => GREEN, { ...whole, ratio: 2 });
  assert.equal(of("fillRect").length, 3);
  paint(context, shapes, { scale: 0.5, dx: 0, dy: 0 }, () => GREEN, whole);
  assert.equal(of("fillRect").length, 3);
});

test("the least area is a pixel", () => {
  const { context, of } = brush();

  paint(context, shapes, { scale: 0.01, dx: 0, dy: 0 }, () => GREEN, whole);

  assert.deepEqual(of("fillRect")[0], ["fillRect", 0, 0, 1, 1]);
});

test("the worse light is drawn after the better one", () => {
  const { context, of } = brush();

  paint(context, shapes, { scale: 0.1, dx: 0, dy: 0 }, (id) => (id === 1 ? RED : GREEN), whole);

  assert.deepEqual(of("colour"), [["colour", FILLS[GREEN]], ["colour", FILLS[RED]]]);
});

test("of a part of the canvas only what reaches into it is cleared and drawn", () => {
  const { context, of } = brush();

  paint(context, shapes, one, () => GREEN, { within: [9, 0, 30, 12], outlines: false });

  assert.deepEqual(of("rect", "clearRect"), [["rect", 9, 0, 21, 12], ["clearRect", 9, 0, 21, 12]]);
  assert.deepEqual(of("moveTo"), [["moveTo", 0, 0], ["moveTo", 10, 0]]);
});

test("areas drawn as whole pixels take an effort each, others one for each of their corners", () => {
  assert.equal(effortOf(shapes, { ...one, scale: 0.24 }), 3);
  assert.equal(effortOf(shapes, { ...one, scale: 0.24 }, 0.5), 12);
  assert.equal(effortOf(shapes, one), 12);
});
