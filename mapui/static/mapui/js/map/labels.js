// labels.js - writes names and counts at the areas' label points, the worst first, none over another. Knows no geometry.

import { number, pgettext } from "../core/i18n.js";
import { toContainer } from "./leaflet.js";
import { FILLS, INKS, LINES, NONE, SHAPES, UNSEEN } from "./palette.js";

const GAP = 3;
const CHARACTERS = () => ["", pgettext("light", "G"), pgettext("light", "B"), pgettext("light", "Y"), pgettext("light", "R")];

/** In which order labels take their place: the worst light, then the most issues; as they come without a state. Pure. */
export function byWeight(state) {
  const weight = ({ ordinal }) => {
    if (!state) return 0;
    const tone = state.tone(ordinal);
    return tone === UNSEEN ? -1 : tone * 100_000 + state.count(ordinal);
  };
  return (a, b) => weight(b) - weight(a);
}

/** Remembers which rectangles are taken. Pure. */
export class Places {
  constructor() {
    this.taken = [];
  }

  /** Takes [west, north, east, south] if it is free; says whether it was. */
  take([west, north, east, south]) {
    const isFree = this.taken.every((box) => box[0] > east || box[2] < west || box[1] > south || box[3] < north);
    if (isFree) this.taken.push([west, north, east, south]);
    return isFree;
  }
}

/** `areas`: {ordinal, name, place}; `state`: of theirs, or null for names alone; `withNames`, `withCharacters`: what to write besides the count. */
export function drawLabels(context, map, view, { areas, state, withNames, withCharacters, font }) {
  const places = new Places();
  const characters = CHARACTERS();
  const seen = areas
    .filter((area) => withNames || state?.count(area.ordinal) > 0)
    .map((area) => ({ area, at: toContainer(map, area.place) }))
    .filter(({ at }) => at.x > view.west && at.x < view.east && at.y > view.north && at.y < view.south);
  const compare = byWeight(state);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { area, at } of seen.sort((a, b) => compare(a.area, b.area))) {
    const tone = state ? state.tone(area.ordinal) : UNSEEN;
    const hasLight = tone !== NONE && tone !== UNSEEN;
    const label = {
      tone,
      sign: hasLight ? `${SHAPES[tone]}${withCharacters ? characters[tone] : ""}` : "",
      count: hasLight ? number(state.count(area.ordinal)) : "",
      name: withNames ? area.name : "",
    };
    drawLabel(context, places, at, label, font);
  }
}

const SIGN_FONT = 11;
const COUNT_FONT = 12;
const PILL = 18;

function drawLabel(context, places, { x, y }, label, font) {
  const { sign, count, name } = label;
  context.font = `${SIGN_FONT}px ${font}`;
  const signWidth = sign ? context.measureText(sign).width + 8 : 0;
  context.font = `600 ${COUNT_FONT}px ${font}`;
  const pillWidth = sign ? signWidth + context.measureText(count).width + 10 : 0;
  const nameWidth = name ? context.measureText(name).width : 0;
  const height = (name ? 16 : 0) + (sign ? PILL + 2 : 0);
  const half = Math.max(pillWidth, nameWidth) / 2 + GAP;
  if (!places.take([x - half, y - height / 2, x + half, y + height / 2])) {
    if (name && sign) drawLabel(context, places, { x, y }, { ...label, name: "" }, font);
    return;
  }
  const top = y - height / 2;
  if (name) drawName(context, name, x, top + 8, font);
  if (sign) drawPill(context, label, { left: x - pillWidth / 2, top: top + (name ? 17 : 1), signWidth, pillWidth }, font);
}

function drawName(context, name, x, y, font) {
  context.font = `600 ${COUNT_FONT}px ${font}`;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = "rgb(255 255 255 / 90%)";
  context.strokeText(name, x, y);
  context.fillStyle = "#15212c";
  context.fillText(name, x, y);
}

/** The sign of the worst light in its colour, and beside it, on white, how many issues there are in all. */
function drawPill(context, { tone, sign, count }, { left, top, signWidth, pillWidth }, font) {
  const middle = top + PILL / 2 + 0.5;
  rounded(context, left, top, pillWidth, [4]);
  context.fillStyle = "#ffffff";
  context.fill();
  rounded(context, left, top, signWidth, [4, 0, 0, 4]);
  context.fillStyle = FILLS[tone];
  context.fill();
  rounded(context, left, top, pillWidth, [4]);
  context.lineWidth = 1.25;
  context.strokeStyle = LINES[tone];
  context.stroke();
  context.font = `${SIGN_FONT}px ${font}`;
  context.fillStyle = INKS[tone];
  context.fillText(sign, left + signWidth / 2, middle);
  context.font = `600 ${COUNT_FONT}px ${font}`;
  context.fillStyle = "#15212c";
  context.fillText(count, left + (signWidth + pillWidth) / 2, middle);
}

function rounded(context, left, top, width, radii) {
  context.beginPath();
  context.roundRect(left, top, width, PILL, radii);
}
