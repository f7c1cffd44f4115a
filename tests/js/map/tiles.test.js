import assert from "node:assert/strict";
import { test } from "node:test";
import { TileSource, viewOf } from "../../../mapui/static/mapui/js/map/tiles.js";
import { feature, layer, square, tile } from "./tiles_by_hand.js";

const answer = () => Promise.resolve(tile(layer("area", [feature(5, [square(0, 0, 10)])])));

test("a tile is asked for once", async () => {
  const asked = [];
  const source = new TileSource("/t/{z}/{x}/{y}", { fetchTile: (url) => (asked.push(url), answer()) });

  await source.get({ z: 9, x: 3, y: 4 });
  await source.get({ z: 9, x: 3, y: 4 });

  assert.deepEqual(asked, ["/t/9/3/4"]);
  assert.equal(source.peek({ z: 9, x: 3, y: 4 }).ids[0], 5);
});

test("beyond the deepest zoom the tile above is asked for", async () => {
  const asked = [];
  const source = new TileSource("/t/{z}/{x}/{y}", { fetchTile: (url) => (asked.push(url), answer()) });

  await source.get({ z: 16, x: 13, y: 6 });
  await source.get({ z: 15, x: 7, y: 3 });

  assert.deepEqual(asked, ["/t/14/3/1"]);
});

test("a failure is not remembered", async () => {
  let times = 0;
  const source = new TileSource("/t/{z}/{x}/{y}", { fetchTile: () => (times++ ? answer() : Promise.reject(new Error("away"))) });

  await assert.rejects(source.get({ z: 1, x: 0, y: 0 }));
  assert.equal((await source.get({ z: 1, x: 0, y: 0 })).size, 1);
});

test("only so many tiles are remembered, the last used ones", async () => {
  const source = new TileSource("/t/{z}/{x}/{y}", { remember: 2, fetchTile: answer });

  for (const x of [0, 1, 0, 2]) await source.get({ z: 9, x, y: 0 });

  assert.equal(source.peek({ z: 9, x: 1, y: 0 }), null);
  assert.ok(source.peek({ z: 9, x: 0, y: 0 }));
});

test("an overzoomed tile shows its part of the tile above", () => {
  const { scale, dx, dy } = viewOf({ z: 16, x: 13, y: 6 }, 4096, 256);

  assert.equal(scale, 0.25);
  assert.deepEqual([dx, dy], [-256, -512]);
});
