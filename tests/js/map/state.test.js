import assert from "node:assert/strict";
import { test } from "node:test";
import { AreaState } from "../../../mapui/static/mapui/js/map/state.js";

/** As issues/tally.py packs it: version, first, size; counts; tones. */
function packed(version, first, areas) {
  const buffer = new ArrayBuffer(12 + 3 * areas.length);
  const view = new DataView(buffer);
  [version, first, areas.length].forEach((value, n) => view.setUint32(4 * n, value, true));
  areas.forEach(([tone, count], n) => {
    view.setUint16(12 + 2 * n, count, true);
    view.setUint8(12 + 2 * areas.length + n, tone);
  });
  return buffer;
}

test("tones and counts are found by ordinal", () => {
  const state = AreaState.parse(packed(9, 100, [[0, 0], [4, 300], [255, 0]]));

  assert.equal(state.version, 9);
  assert.deepEqual([state.tone(100), state.tone(101), state.tone(102)], [0, 4, 255]);
  assert.equal(state.count(101), 300);
});

test("what lies outside the county is unseen", () => {
  const state = AreaState.parse(packed(1, 100, [[4, 1]]));

  assert.equal(state.tone(99), 255);
  assert.equal(state.tone(101), 255);
  assert.equal(state.count(101), 0);
});

test("a state that is cut off is refused", () => {
  assert.throws(() => AreaState.parse(packed(1, 0, [[1, 1], [2, 2]]).slice(0, 16)), RangeError);
});

test("changes give the ordinals that look otherwise, and no others", () => {
  const state = AreaState.parse(packed(1, 10, [[1, 1], [2, 2], [0, 0]]));

  const changed = state.apply([[10, 1, 1], [11, 4, 3], [99, 4, 1]]);

  assert.deepEqual([...changed], [11]);
  assert.equal(state.tone(11), 4);
  assert.equal(state.count(11), 3);
});

test("the difference to another geometry is unknown", () => {
  const state = AreaState.parse(packed(1, 0, [[1, 1]]));

  assert.equal(state.difference(AreaState.parse(packed(2, 0, [[1, 1]]))), null);
  assert.deepEqual([...state.difference(AreaState.parse(packed(1, 0, [[1, 2]])))], [0]);
});

test("the legend counts areas by tone", () => {
  const state = AreaState.parse(packed(1, 0, [[4, 1], [4, 2], [0, 0]]));

  assert.deepEqual([...state.areasByTone()], [[0, 1], [4, 2]]);
});
