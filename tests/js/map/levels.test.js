import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf, canBeToldApart, labelledLevelFor, levelFor, pixelsAcross } from "../../../mapui/static/mapui/js/map/levels.js";

const BAIRIN = [
  { slug: "county", size: 1, minZoom: 0 },
  { slug: "township", size: 17, minZoom: 4 },
  { slug: "village", size: 184, minZoom: 6 },
  { slug: "cell", size: 2924, minZoom: 8 },
];
const levelAt = (zoom) => levelFor(BAIRIN, { zoom, latitude: 44, surface: 6_453e6 }).slug;

test("a county is drawn by townships, then villages, then cells as one comes closer", () => {
  assert.equal(levelAt(7), "township");
  assert.equal(levelAt(8), "village");
  assert.equal(levelAt(8.5), "cell");
  assert.equal(levelAt(15), "cell");
});

test("a level without tiles at a zoom is not drawn there", () => {
  const levels = [{ slug: "township", size: 4, minZoom: 4 }, { slug: "cell", size: 4, minZoom: 8 }];

  assert.equal(levelFor(levels, { zoom: 7, latitude: 0, surface: 6_453e6 }).slug, "township");
});

test("each zoom doubles the pixels", () => {
  const near = pixelsAcross(1e6, 12, 44);

  assert.ok(Math.abs(near / pixelsAcross(1e6, 11, 44) - 2) < 1e-9);
});

test("of a square degree at the equator, 12,392 square kilometres, a county fills a good half", () => {
  assert.ok(Math.abs(areaOf([0, -0.5, 1, 0.5]) / 1e6 - 0.55 * 12_392) < 5);
});

test("labels are of the finest level that has room for them", () => {
  const labelledAt = (zoom) => labelledLevelFor(BAIRIN, { zoom, latitude: 44, surface: 6_453e6 }).slug;

  assert.equal(labelledAt(8.5), "township");
  assert.equal(labelledAt(9.5), "village");
  assert.equal(labelledAt(11), "cell");
});

test("borders that would lie on each other are not drawn", () => {
  const wide = { latitude: 44, surface: 68_000e6 };
  const villages = { slug: "village", size: 4000, minZoom: 6 };

  assert.equal(canBeToldApart(villages, { ...wide, zoom: 8 }), false);
  assert.equal(canBeToldApart(villages, { ...wide, zoom: 9 }), true);
  assert.equal(canBeToldApart({ ...villages, minZoom: 10 }, { ...wide, zoom: 9 }), false);
});
