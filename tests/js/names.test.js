import assert from "node:assert/strict";
import { test } from "node:test";
import { areFew, blocksOf, Names } from "../../mapui/static/mapui/js/core/names.js";

const rows = (from, n) => Array.from({ length: n }, (_, i) => [from + i, `c${from + i}`, `cell ${from + i}`, 119, 44, 0]);

function served() {
  const asked = [];
  const ask = async (url) => {
    asked.push(url);
    const block = Number(url.match(/(\d+)\.json/)[1]);
    return { areas: rows(1024 * block, 1024) };
  };
  return { asked, names: new Names("/n/cell/3/{block}.json", "cell", { ask, remember: 2 }) };
}

test("a level's blocks are those that hold any of its ordinals", () => {
  assert.deepEqual(blocksOf({ first: 0, size: 1024 }), [0]);
  assert.deepEqual(blocksOf({ first: 1023, size: 2 }), [0, 1]);
  assert.deepEqual(blocksOf({ first: 5000, size: 1025 }), [4, 5]);
  assert.deepEqual(blocksOf({ first: 0, size: 0 }), []);
  assert.equal(areFew({ size: 1024 }), true);
  assert.equal(areFew({ size: 1025 }), false);
});

test("only the blocks that hold what is wanted are asked for, each once", async () => {
  const { asked, names } = served();

  const [first, again] = await Promise.all([names.load([7, 2048, 2049]), names.load([7])]);
  const later = await names.load([8, 2050]);

  assert.deepEqual(asked, ["/n/cell/3/0.json", "/n/cell/3/2.json"]);
  assert.deepEqual([first, again, later], [true, true, false]);
  assert.deepEqual(names.get(2049), { ordinal: 2049, code: "c2049", name: "cell 2049", parent: 0, level: "cell", place: [119, 44] });
  assert.equal(names.get(1024), null);
  assert.deepEqual(names.among([1, 1025]).map(({ name }) => name), ["cell 1"]);
});

test("only so many blocks are kept, the last used ones, however many were looked at", async () => {
  const { asked, names } = served();
  await names.load([1]);
  await names.load([1025]);
  await names.load([1]);

  await names.load([2049]);

  assert.equal(names.here.size, 2);
  assert.deepEqual([names.get(1)?.ordinal, names.get(1025), names.get(2049)?.ordinal], [1, null, 2049]);
  await names.load([1025]);
  assert.equal(asked.length, 4);
});

test("what is wanted at once is kept together even if it is more", async () => {
  const { names } = served();

  await names.load([1, 1025, 2049, 3073]);

  assert.equal(names.among([1, 1025, 2049, 3073]).length, 4);
});

test("a block that could not be had is asked for again", async () => {
  let isDown = true;
  const ask = async () => {
    if (isDown) throw new Error("no line");
    return { areas: rows(0, 3) };
  };
  const names = new Names("/{block}.json", "cell", { ask });

  await assert.rejects(names.load([1]), /no line/);
  isDown = false;
  await names.load([1]);

  assert.equal(names.get(1).code, "c1");
});

test("an area without a boundary has no place for a label", async () => {
  const names = new Names("/{block}.json", "cell", { ask: async () => ({ areas: [[0, "a", "A", null, null, 0]] }) });

  await names.load([0]);

  assert.equal(names.get(0).place, null);
});
