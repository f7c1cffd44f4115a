import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_MS, pause, retryAfter } from "../../mapui/static/mapui/js/phone/backoff.js";

const middle = () => 0.5;

test("pauses double from one second and end at five minutes", () => {
  const pauses = [1, 2, 3, 4, 8, 9, 10, 60].map((failures) => pause(failures, { random: middle }) / 1000);

  assert.deepEqual(pauses, [1, 2, 4, 8, 128, 256, 300, 300]);
});

test("a pause is a quarter more or less, never beyond five minutes", () => {
  assert.equal(pause(3, { random: () => 0 }), 3000);
  assert.equal(pause(3, { random: () => 1 }), 5000);
  assert.equal(pause(40, { random: () => 1 }), LONGEST_MS);
});

test("what the server asks for is waited, however long", () => {
  assert.equal(pause(1, { asked: 7_200_000, random: middle }), 7_200_000);
  assert.equal(pause(5, { asked: 10, random: middle }), 16_000);
});

test("Retry-After is read as seconds and as a date; nonsense asks for nothing", () => {
  const now = Date.parse("2026-06-01T10:00:00Z");

  assert.equal(retryAfter("120", now), 120_000);
  assert.equal(retryAfter("Mon, 01 Jun 2026 10:01:00 GMT", now), 60_000);
  assert.equal(retryAfter("Mon, 01 Jun 2026 09:00:00 GMT", now), 0);
  assert.equal(retryAfter("soon", now), 0);
  assert.equal(retryAfter(null, now), 0);
});
