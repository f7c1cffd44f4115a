import assert from "node:assert/strict";
import { test } from "node:test";

import { nextOf, step } from "../../mapui/static/mapui/js/phone/states.js";

const STEPS = { finish: "waiting", edit: "draft", refuse: "attention", retry: "waiting" };
const POSSIBLE = { draft: ["finish"], waiting: ["edit", "refuse", "retry"], attention: ["edit", "retry"] };

for (const [state, possible] of Object.entries(POSSIBLE)) {
  for (const [name, to] of Object.entries(STEPS)) {
    test(`a record that is “${state}”: ${name}`, () => {
      if (possible.includes(name)) assert.equal(step(state, name), to);
      else assert.throws(() => step(state, name), new RegExp(name));
    });
  }
}

const record = (uuid, final_at, more = {}) => ({ uuid, lane: uuid, state: "waiting", final_at, ...more });
const next = (...records) => nextOf(records, 1000)?.uuid ?? null;

test("the oldest goes first, drafts never, one that failed waits its turn", () => {
  assert.equal(next(record("b", 2), record("a", 1)), "a");
  assert.equal(next(record("a", 1, { state: "draft" }), record("b", 2)), "b");
  assert.equal(next(record("a", 1, { not_before: 1001 }), record("b", 2)), "b");
  assert.equal(next(record("a", 1, { not_before: 1001 })), null);
  assert.equal(next(), null);
});

test("what waits behind another of its lane stays behind it, whatever the reason", () => {
  const lane = { lane: "2026-1" };

  assert.equal(next(record("a", 1, { ...lane, state: "attention" }), record("b", 2, lane), record("c", 3)), "c");
  assert.equal(next(record("a", 1, { ...lane, not_before: 5000 }), record("b", 2, lane)), null);
  assert.equal(next(record("a", 1, lane), record("b", 2, lane)), "a");
});
