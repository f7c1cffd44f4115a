import assert from "node:assert/strict";
import { test } from "node:test";

import { bestPosition } from "../../mapui/static/mapui/js/report/gps.js";

const FIXED = Date.parse("2026-06-01T08:30:00Z");
const at = "2026-06-01T08:30:00.000Z";

/** A phone that gives these answers one after the other; remembers whether it was still being asked. */
function phone(...answers) {
  const asked = { cleared: false };
  return {
    asked,
    watchPosition(onFix, onError) {
      queueMicrotask(() => {
        for (const answer of answers) {
          if (asked.cleared) return;
          if (answer.code) onError(answer);
          else onFix({ coords: { longitude: answer[0], latitude: answer[1], accuracy: answer[2], altitude: answer[3] ?? null }, timestamp: FIXED });
        }
      });
      return 1;
    },
    clearWatch() {
      asked.cleared = true;
    },
  };
}

test("of several positions the most exact is kept, and asking stops when it is good enough", async () => {
  const geolocation = phone([119, 44, 80], [119.1, 44.1, 200], [119.2, 44.2, 10, 801.5], [119.3, 44.3, 5]);
  const told = [];

  const found = await bestPosition({ geolocation, onFix: ({ accuracy }) => told.push(accuracy) });

  assert.deepEqual(found, { lon: 119.2, lat: 44.2, accuracy: 10, altitude: 801.5, at });
  assert.deepEqual(told, [80, 10]);
  assert.equal(geolocation.asked.cleared, true);
});

test("an inexact position is used when no better one comes", async () => {
  const geolocation = phone([119, 44, 800]);

  assert.deepEqual(await bestPosition({ geolocation, settled: 5 }), { lon: 119, lat: 44, accuracy: 800, altitude: null, at });
});

test("a refusal is told at once", async () => {
  await assert.rejects(bestPosition({ geolocation: phone({ code: 1 }) }), { code: 1 });
});

test("a failure that passes is waited out", async () => {
  const geolocation = phone({ code: 2 }, { code: 3 }, [119, 44, 12]);

  assert.equal((await bestPosition({ geolocation })).accuracy, 12);
});

test("no answer in all the time is told as such", async () => {
  await assert.rejects(bestPosition({ geolocation: phone(), longest: 5 }), { code: 3 });
});

test("a browser that knows no positions says so", async () => {
  await assert.rejects(bestPosition({ geolocation: null }), { code: 2 });
});
