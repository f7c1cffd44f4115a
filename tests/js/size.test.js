// Elder mode: which size is chosen and what the buttons lead to; the same as mapui/text_size.py.

import assert from "node:assert/strict";
import { test } from "node:test";

import { choicesAt, sizeIn } from "../../mapui/static/mapui/js/core/size.js";

test("size is read from among the cookies, and what is none is the normal one", () => {
  assert.equal(sizeIn("a=1; size=larger; b=2"), "larger");
  assert.equal(sizeIn("size=huge"), "normal");
  assert.equal(sizeIn("resize=large"), "normal");
  assert.equal(sizeIn(""), "normal");
});

test("buttons lead to the other mode and to the next step", () => {
  assert.deepEqual(choicesAt("normal"), { isLarge: false, isLargest: false, other: "large", step: "larger" });
  assert.deepEqual(choicesAt("large"), { isLarge: true, isLargest: false, other: "normal", step: "larger" });
  assert.deepEqual(choicesAt("larger"), { isLarge: true, isLargest: false, other: "normal", step: "largest" });
  assert.deepEqual(choicesAt("largest"), { isLarge: true, isLargest: true, other: "normal", step: "large" });
});
