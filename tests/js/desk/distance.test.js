import assert from "node:assert/strict";
import { test } from "node:test";

import { distanceInWords, metresBetween } from "../../../mapui/static/mapui/js/desk/distance.js";

test("a degree of latitude is 111 kilometres, one of longitude less the farther north", () => {
  assert.ok(Math.abs(metresBetween({ lon: 119, lat: 43 }, { lon: 119, lat: 44 }) - 111_195) < 5);
  assert.ok(Math.abs(metresBetween({ lon: 119, lat: 60 }, { lon: 120, lat: 60 }) - 55_597) < 20);
  assert.equal(metresBetween({ lon: 119, lat: 43 }, { lon: 119, lat: 43 }), 0);
});

test("without a position there is no distance", () => {
  assert.equal(metresBetween(null, { lon: 119, lat: 43 }), null);
  assert.equal(metresBetween({ lon: 119, lat: 43 }, { lon: null, lat: null }), null);
});

test("distances are said no more exactly than a phone knows", () => {
  assert.equal(distanceInWords(3), "10 m");
  assert.equal(distanceInWords(346), "350 m");
  assert.equal(distanceInWords(994), "990 m");
  assert.equal(distanceInWords(995), "1 km");
  assert.equal(distanceInWords(1249), "1.2 km");
  assert.equal(distanceInWords(12_600), "13 km");
});
