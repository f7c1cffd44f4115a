import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { shiftOf, sourcesOf } from "../../../mapui/static/mapui/js/map/basemap.js";
import { fromWgs84 } from "../../../mapui/static/mapui/js/map/gcj02.js";

test("a place in China is shifted by some hundred metres, one outside not at all", () => {
  const [lon, lat] = fromWgs84([119.36, 43.98]);
  const metres = Math.hypot((lon - 119.36) * 80_000, (lat - 43.98) * 111_000);

  assert.ok(metres > 50 && metres < 1000, String(metres));
  assert.deepEqual(fromWgs84([-71.06, 42.36]), [-71.06, 42.36]);
});

test("the shift of a tile grows with the zoom", () => {
  const [near] = shiftOf({ z: 16, x: 54_500, y: 23_800 });
  const [far] = shiftOf({ z: 12, x: 3406, y: 1487 });

  assert.ok(Math.abs(near) > 8 * Math.abs(far));
});

test("the pictures cover the whole shifted tile", () => {
  const coords = { z: 16, x: 54_500, y: 23_800 };

  const sources = sourcesOf(coords);

  assert.ok(sources.length <= 4);
  for (const [x, y] of [[0, 0], [255, 0], [0, 255], [255, 255], [128, 128]]) {
    const covering = sources.filter(({ left, top }) => x >= left && x < left + 256 && y >= top && y < top + 256);
    assert.equal(covering.length, 1, `${x},${y}`);
  }
});

// The vectors of the territory's tests, if that file is here: the same shift in both languages.
const PAIRS = new URL("../../grids/gcj02_wgs84_pairs.csv", import.meta.url);
test("agrees with the pairs that the server is tested by", { skip: !existsSync(PAIRS) }, () => {
  const [head, ...rows] = readFileSync(PAIRS, "utf8").trim().split("\n").map((line) => line.split(","));
  const column = (name) => head.findIndex((each) => each.trim() === name);
  const [gx, gy, wx, wy] = ["lon_gcj02", "lat_gcj02", "lon_wgs84", "lat_wgs84"].map(column);
  assert.ok([gx, gy, wx, wy].every((at) => at >= 0), `unknown columns: ${head}`);
  for (const row of rows) {
    const [lon, lat] = fromWgs84([Number(row[wx]), Number(row[wy])]);
    const metres = Math.hypot((lon - row[gx]) * 111_000 * Math.cos((lat * Math.PI) / 180), (lat - row[gy]) * 111_000);
    assert.ok(metres < 1, `${row}: ${metres} m`);
  }
});
