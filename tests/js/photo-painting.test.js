import assert from "node:assert/strict";
import { test } from "node:test";

import { Painting } from "../../mapui/static/mapui/js/photo/painting.js";

const painted = () => {
  const painting = new Painting(1000, 800);
  painting.begin(40, [100, 100]);
  painting.extend([150, 100]);
  return painting;
};

test("a stroke grows by points that lie apart, and is one step to undo", () => {
  const painting = painted();
  painting.extend([150.4, 100.2]); // too near to say anything

  assert.deepEqual(painting.strokes, [{ width: 40, points: [[100, 100], [150, 100]] }]);
  painting.undo();
  assert.deepEqual(painting.shapes, []);
  painting.redo();
  assert.equal(painting.strokes[0].points.length, 2);
});

test("what is painted after an undo takes the place of what was undone", () => {
  const painting = painted();
  painting.undo();
  painting.begin(10, [5, 5]);

  assert.equal(painting.canRedo, false);
  assert.deepEqual(painting.strokes.map(({ width }) => width), [10]);
});

test("starting afresh can be undone; of nothing it is no step", () => {
  const empty = new Painting(10, 10);
  empty.clear();
  assert.equal(empty.canUndo, false);

  const painting = painted();
  painting.clear();
  assert.deepEqual(painting.shapes, []);
  painting.undo();
  assert.equal(painting.shapes.length, 1);
});

test("points outside are drawn at the edge", () => {
  const painting = new Painting(1000, 800);
  painting.begin(40, [-50, 900]);

  assert.deepEqual(painting.strokes[0].points, [[0, 800]]);
});

test("a rectangle stays on the photo however far it is moved or grown, and never vanishes", () => {
  const painting = new Painting(1000, 800);
  painting.addBox({ x: 900, y: 700, w: 50, h: 50 });
  painting.shift(500, 500);
  assert.deepEqual(painting.boxes, [{ x: 950, y: 750, w: 50, h: 50 }]);
  painting.shift(-900, -900, { resize: true });
  assert.deepEqual(painting.boxes, [{ x: 950, y: 750, w: 8, h: 8 }]);
  painting.shift(5000, 5000, { resize: true });
  assert.deepEqual(painting.boxes, [{ x: 0, y: 0, w: 1000, h: 800 }]);
});

test("the selected rectangle alone is moved and taken away; after an undo none is selected", () => {
  const painting = new Painting(1000, 800);
  painting.addBox({ x: 0, y: 0, w: 100, h: 100 });
  painting.addBox({ x: 200, y: 200, w: 100, h: 100 });
  painting.shift(10, 0);
  assert.deepEqual(painting.boxes.map(({ x }) => x), [0, 210]);
  painting.removeSelected();
  assert.deepEqual(painting.boxes.map(({ x }) => x), [0]);
  painting.undo();
  painting.removeSelected();
  painting.shift(10, 0);
  assert.deepEqual(painting.boxes.map(({ x }) => x), [0, 210]);
});

test("typed rectangles take the place of those that are there; strokes stay", () => {
  const painting = painted();
  painting.addBox();
  painting.setBoxes([{ x: 1, y: 2, w: 30, h: 40 }]);

  assert.deepEqual([painting.strokes.length, painting.boxes], [1, [{ x: 1, y: 2, w: 30, h: 40 }]]);
});
