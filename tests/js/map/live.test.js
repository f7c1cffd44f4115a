import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../mapui/static/mapui/js/core/api.js";
import { LiveState } from "../../../mapui/static/mapui/js/map/live.js";

globalThis.document ??= { hidden: true, addEventListener() {}, removeEventListener() {} };

const LEVEL = { slug: "cell", version: 3 };

function whole(tones) {
  const buffer = new ArrayBuffer(12 + 3 * tones.length);
  new DataView(buffer).setUint32(8, tones.length, true);
  new Uint8Array(buffer).set(tones, 12 + 2 * tones.length);
  return buffer;
}
const headers = (stamp, kind = "application/octet-stream") => new Map([["X-Stamp", stamp], ["X-Viewer", "staff"], ["Content-Type", kind]]);
const json = (content) => new TextEncoder().encode(JSON.stringify(content)).buffer;

function live(answers) {
  const said = [];
  const asked = [];
  const ask = async (url, { etag }) => {
    asked.push({ url, etag });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const hooks = {
    onState: (level, state, changed) => said.push(["state", changed && [...changed]]),
    onGeometry: () => said.push(["geometry"]),
    onViewer: () => {},
    onTrouble: (error) => said.push(["trouble", error.status]),
    onWell: () => said.push(["well"]),
  };
  const state = new LiveState({ addresses: { state: "/s/{level}/", delta: "/d/{level}/" }, county: "150422", every: 60_000, hooks, ask });
  return { state, said, asked };
}

test("first the whole state is asked for, with the version that is drawn", async () => {
  const { state, said, asked } = live([{ etag: '"a"', headers: headers("e.1.7"), buffer: whole([1, 2]) }]);

  await state.use(LEVEL, "light=red");
  state.polling.stop();

  assert.equal(asked[0].url, "/s/cell/?light=red&county=150422&v=3");
  assert.deepEqual(said, [["state", null], ["well"]]);
});

test("then only what has changed since the stamp", async () => {
  const { state, said, asked } = live([
    { etag: '"a"', headers: headers("e.1.7"), buffer: whole([1, 2]) },
    { etag: '"b"', headers: headers("e.1.8", "application/json"), buffer: json({ areas: [[1, 4, 9]] }) },
    null,
  ]);
  await state.use(LEVEL, "");

  await state.refresh();
  await state.refresh();
  state.polling.stop();

  assert.match(asked[1].url, /^\/d\/cell\/\?.*since=e\.1\.7/);
  assert.equal(asked[1].etag, '"a"');
  assert.match(asked[2].url, /since=e\.1\.8/);
  assert.deepEqual(said.slice(2), [["state", [1]], ["well"], ["well"]]);
  assert.equal(state.state.tone(1), 4);
});

test("answered with the whole state instead of changes, it says what differs", async () => {
  const { state, said } = live([
    { etag: '"a"', headers: headers("e.1.7"), buffer: whole([1, 2]) },
    { etag: '"c"', headers: headers("f.1.0"), buffer: whole([1, 4]) },
  ]);
  await state.use(LEVEL, "");

  await state.refresh();
  state.polling.stop();

  assert.deepEqual(said[2], ["state", [1]]);
  assert.equal(state.stamp, "f.1.0");
});

test("another geometry is told, not drawn", async () => {
  const { state, said } = live([new ApiError(409, "other")]);

  await state.use(LEVEL, "");
  state.polling.stop();

  assert.deepEqual(said, [["geometry"]]);
});

test("an answer to a question of before the level changed is left alone", async () => {
  let release;
  const slow = new Promise((resolve) => {
    release = resolve;
  });
  const { state, said } = live([slow, { etag: '"b"', headers: headers("e.1.7"), buffer: whole([2]) }]);
  const first = state.use(LEVEL, "");
  await state.use({ slug: "village", version: 1 }, "");

  release({ etag: '"a"', headers: headers("e.1.7"), buffer: whole([1, 1, 1]) });
  await first;
  state.polling.stop();

  assert.equal(state.state.size, 1);
  assert.equal(said.filter(([what]) => what === "state").length, 1);
});
