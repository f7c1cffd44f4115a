import assert from "node:assert/strict";
import { test } from "node:test";
import { Places, byWeight } from "../../../mapui/static/mapui/js/map/labels.js";
import { AreaState } from "../../../mapui/static/mapui/js/map/state.js";

test("no label takes a place over another", () => {
  const places = new Places();

  assert.equal(places.take([0, 0, 10, 10]), true);
  assert.equal(places.take([5, 5, 15, 15]), false);
  assert.equal(places.take([11, 0, 20, 10]), true);
});

test("the worst light is written first, then the most issues; what is unseen last", () => {
  const state = new AreaState(1, 0, 4);
  state.apply([[0, 1, 50], [1, 4, 1], [2, 4, 7]]);

  const order = [0, 1, 2, 3].map((ordinal) => ({ ordinal })).sort(byWeight(state));

  assert.deepEqual(order.map((each) => each.ordinal), [2, 1, 0, 3]);
});
