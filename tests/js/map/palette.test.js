import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as palette from "../../../mapui/static/mapui/js/map/palette.js";

const LIGHTS = [palette.GREEN, palette.BLUE, palette.YELLOW, palette.RED];
const css = readFileSync(new URL("../../../mapui/static/mapui/css/tokens.css", import.meta.url), "utf8");
const token = (name) => css.match(new RegExp(`--${name}: (#[0-9a-f]{6})`))[1];

test("canvas and style sheet have the same colours", () => {
  for (const tone of LIGHTS) {
    const name = palette.LIGHTS[tone];
    assert.equal(palette.FILLS[tone], token(name));
    assert.equal(palette.LINES[tone], token(`${name}-line`));
    assert.equal(palette.INKS[tone], token(`on-${name}`));
  }
});

test("text on every light has a contrast of 4.5 or more", () => {
  for (const tone of LIGHTS) assert.ok(palette.contrast(palette.FILLS[tone], palette.INKS[tone]) >= 4.5, palette.LIGHTS[tone]);
});

test("the outline of every light has a contrast of 3 or more against paper", () => {
  for (const tone of LIGHTS) assert.ok(palette.contrast(palette.LINES[tone], "#ffffff") >= 3, palette.LIGHTS[tone]);
});

test("text and its paper have a contrast of 4.5 or more", () => {
  for (const ink of ["ink", "ink-2", "ink-3", "accent", "warn", "error", "good", "focus"]) {
    for (const paper of ["paper", "ground", "sunk"]) {
      const wanted = ink === "focus" ? 3 : 4.5;
      assert.ok(palette.contrast(token(ink), token(paper)) >= wanted, `${ink} on ${paper}`);
    }
  }
});

test("red is drawn last, so that it is never hidden", () => {
  assert.equal(palette.DRAWING_ORDER.at(-1), palette.RED);
});
