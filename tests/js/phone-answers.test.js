import assert from "node:assert/strict";
import { test } from "node:test";

import { batches, meaning } from "../../mapui/static/mapui/js/phone/answers.js";

const isOurs = (body) => body?.uuid === "u";
const error = (code) => ({ error: { code, sentence: "…" } });

const TABLE = [
  [201, { uuid: "u" }, "done"],
  [200, { uuid: "u" }, "done"],
  [200, { uuid: "other" }, "later"],
  [200, null, "later"], // a captive portal
  [202, { uuid: "u" }, "later"],
  [204, null, "later"],
  [302, null, "later"],
  [0, null, "later"],
  [400, error("json"), "attention"],
  [400, error("broken_off"), "later"],
  [401, error("login"), "login"],
  [401, error("owner"), "login"],
  [401, null, "login"],
  [403, error("csrf"), "token"],
  [403, error("forbidden"), "attention"],
  [403, error("something"), "login"],
  [403, null, "login"],
  [404, null, "later"],
  [404, error("unknown"), "attention"],
  [408, error("slow"), "later"],
  [409, error("conflict"), "attention"],
  [413, error("too_large"), "attention"],
  [413, null, "attention"], // a proxy's
  [422, error("field"), "attention"],
  [429, error("throttled"), "later"],
  [500, null, "later"],
  [500, error("broken"), "later"],
  [502, null, "later"],
  [503, null, "later"],
];

for (const [status, body, expected] of TABLE) {
  test(`${status} with ${JSON.stringify(body)} means “${expected}”`, () => {
    assert.equal(meaning({ status, body }, isOurs), expected);
  });
}

test("files are sent in lists that fit, in order, and one that fits nowhere goes alone", () => {
  const file = (bytes) => ({ bytes });
  const sizes = (files, limit) => batches(files.map(file), limit).map((list) => list.map(({ bytes }) => bytes));

  assert.deepEqual(sizes([3, 4, 3, 1], 8), [[3, 4], [3, 1]]);
  assert.deepEqual(sizes([9, 1, 1], 8), [[9], [1, 1]]);
  assert.deepEqual(sizes([], 8), []);
});
