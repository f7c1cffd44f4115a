import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../../mapui/static/mapui/js/map/turns.js";

/** Turns whose frames come when `next()` is called; `done` tells the pieces in the order in which they were done. */
function inFrames(room) {
  const frames = [];
  const done = [];
  const turns = new Turns({ room, nextFrame: (work) => frames.push(work) });
  const settled = () => new Promise((go) => setImmediate(go));
  const take = (cost, name) => turns.take(cost).then(() => done.push(name));
  const next = () => {
    frames.shift()();
    return settled();
  };
  return { done, frames, take, next, settled };
}

test("what there is room for is done at once, the rest frame by frame in the order it came", async () => {
  const { done, take, next, settled } = inFrames(10);

  for (const name of "abcde") take(6, name);

  await settled();
  assert.deepEqual(done, ["a", "b"]); // the second begins while there is room, however much it takes
  await next();
  assert.deepEqual(done, ["a", "b", "c", "d"]);
  await next();
  assert.deepEqual(done, [..."abcde"]);
});

test("a piece larger than a frame is done alone", async () => {
  const { done, take, next, settled } = inFrames(10);

  take(50, "large");
  take(1, "small");

  await settled();
  assert.deepEqual(done, ["large"]);
  await next();
  assert.deepEqual(done, ["large", "small"]);
});

test("room that a frame had is not saved up for the next", async () => {
  const { done, take, next, settled } = inFrames(10);

  take(1, "a");
  await next();
  for (const name of "bcd") take(6, name);

  await settled();
  assert.deepEqual(done, ["a", "b", "c"]);
});

test("no frame is asked for when nobody waits", async () => {
  const { frames, take, next } = inFrames(10);

  take(1, "a");
  take(1, "b");
  assert.equal(frames.length, 1);
  await next();

  assert.equal(frames.length, 0);
});
