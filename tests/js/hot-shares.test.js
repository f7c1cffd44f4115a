import assert from "node:assert/strict";
import { test } from "node:test";

import { sharesInWords, shareText, stepOfShare } from "../../mapui/static/mapui/js/heat/hot-shares.js";

test("the more of an area is hot, the darker it is; nothing hot is no step", () => {
  const steps = [0, 1, 2, 4, 5, 9, 10, 19, 20, 100].map((hot) => stepOfShare({ hot, of: 100 }));
  assert.deepEqual(steps, [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  assert.equal(stepOfShare(undefined), 0);
});

test("a share is told as numbers and as a part of a hundred", () => {
  assert.equal(shareText({ name: "North", hot: 14, of: 120 }), "North: 14 of 120 are hot (12%)");
  assert.equal(shareText({ name: "North", hot: 1, of: 3000 }), "North: 1 of 3,000 are hot (<1%)");
});

test("a share of areas that were redrawn since is never more than all", () => {
  assert.equal(shareText({ name: "North", hot: 5, of: 4 }), "North: 5 of 4 are hot (100%)");
});

test("of many areas twenty are told, and how many others there are", () => {
  const shares = Array.from({ length: 23 }, (_, n) => ({ name: `T${n}`, hot: 23 - n, of: 100 }));

  const words = sharesInWords(shares);

  assert.equal(words.length, 21);
  assert.equal(words[0], "T0: 23 of 100 are hot (23%)");
  assert.equal(words[20], "and 3 others with less");
  assert.deepEqual(sharesInWords([]), []);
});
