import assert from "node:assert/strict";
import { test } from "node:test";

import { bare, clock, typeToRecord } from "../../mapui/static/mapui/js/report/voice.js";

test("the type without what follows it, as the server lists types", () => {
  assert.equal(bare("audio/webm;codecs=opus"), "audio/webm");
  assert.equal(bare(" Audio/MP4 ; codecs=mp4a.40.2"), "audio/mp4");
});

test("a browser records what it can, opus first; iPhones that know only MP4 record that", () => {
  assert.equal(typeToRecord(() => true), "audio/webm;codecs=opus");
  assert.equal(typeToRecord((type) => type === "audio/mp4"), "audio/mp4");
  assert.equal(typeToRecord(() => false), "");
});

test("seconds as a clock", () => {
  assert.deepEqual([0, 9.9, 60, 65].map(clock), ["0:00", "0:09", "1:00", "1:05"]);
});
