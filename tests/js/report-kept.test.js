import assert from "node:assert/strict";
import { test } from "node:test";

import { isWorthKeeping, Kept } from "../../mapui/static/mapui/js/report/kept.js";

function storage() {
  const items = new Map();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

const DRAFT = { uuid: "u", sent: false, fields: { text: ["lamp"], place_text: [] } };

test("what was kept comes back, and is gone after a week", () => {
  const shelf = storage();
  let now = 1_000_000;
  const kept = new Kept("report", shelf, () => now);

  kept.write(DRAFT);
  assert.deepEqual(kept.read().fields, DRAFT.fields);
  now += 8 * 24 * 3600 * 1000;
  assert.equal(kept.read(), null);
});

test("what was forgotten is nowhere", () => {
  const shelf = storage();
  const kept = new Kept("report", shelf);
  kept.write(DRAFT);

  kept.forget();

  assert.equal(kept.read(), null);
  assert.equal(shelf.items.size, 0);
});

test("a browser that keeps nothing, or something broken, is no error", () => {
  const full = { getItem: () => "{broken", setItem: () => { throw new Error("full"); }, removeItem: () => { throw new Error("no"); } };

  for (const shelf of [null, full]) {
    const kept = new Kept("report", shelf);
    kept.write(DRAFT);
    assert.equal(kept.read(), null);
    kept.forget();
  }
});

test("an untouched form is not worth keeping", () => {
  assert.equal(isWorthKeeping({ fields: { text: ["  "], place_text: [] } }), false);
  assert.equal(isWorthKeeping({ fields: { text: [], place_text: ["by the gate"] } }), true);
});
