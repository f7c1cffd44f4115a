// palette.js - the colours of the lights on a canvas, as tokens.css has them. Knows no map.

export const NONE = 0;
export const GREEN = 1;
export const BLUE = 2;
export const YELLOW = 3;
export const RED = 4;
export const UNSEEN = 255;

/** In the order in which they are drawn: where two meet in one pixel, the worse one stays. */
export const DRAWING_ORDER = [UNSEEN, NONE, GREEN, BLUE, YELLOW, RED];

export const LIGHTS = ["none", "green", "blue", "yellow", "red"];
export const SHAPES = ["", "●", "■", "◆", "▲"];

export const FILLS = {
  [UNSEEN]: "#e3e7eb",
  [NONE]: "#fbfcfc",
  [GREEN]: "#5db58b",
  [BLUE]: "#2563b8",
  [YELLOW]: "#ffd23f",
  [RED]: "#a50f15",
};

export const LINES = {
  [UNSEEN]: "#c3cad1",
  [NONE]: "#aab4be",
  [GREEN]: "#1e6b4a",
  [BLUE]: "#123e7c",
  [YELLOW]: "#7a5a00",
  [RED]: "#5c0006",
};

/** What painter.js draws with: tones in drawing order, their fills and lines; the faint ones, and the one with a hatch. */
export const THE_LIGHTS = { order: DRAWING_ORDER, fills: FILLS, lines: LINES, faint: [UNSEEN, NONE], hatched: RED };

export const INKS = { [GREEN]: "#111827", [BLUE]: "#ffffff", [YELLOW]: "#111827", [RED]: "#ffffff" };

/** The name of a tone as CSS and the server spell it: “green” …; “none”, “unseen”. */
export const lightOf = (tone) => (tone === UNSEEN ? "unseen" : (LIGHTS[tone] ?? "none"));

/** Relative luminance after WCAG, of “#rrggbb”. */
export function luminance(hex) {
  const channels = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast after WCAG, 1 to 21. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
