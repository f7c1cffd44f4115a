// labels.js - writes names and counts at the areas' label points, the worst first, none over another. Knows no geometry.

import { number, pgettext } from "../core/i18n.js";
import { toContainer } from "./leaflet.js";
import { FILLS, INKS, LINES, NONE, SHAPES, UNSEEN } from "./palette.js";

const GAP = 3;
const CHARACTERS = () => ["", pgettext("light", "G"), pgettext("light", "B"), pgettext("light", "Y"), pgettext("light", "R")];

/** In which order labels take their place: the worst light, then the most issues. Pure. */
export function byWeight(state) {
  const weight = ({ ordinal }) => {
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

/** `areas`: {ordinal, name, place}; `withNames`, `withCharacters`: what to write besides the count. */
export function drawLabels(context, map, view, { areas, state, withNames, withCharacters, font }) {
  const places = new Places();
  const characters = CHARACTERS();
  const seen = areas
    .filter((area) => withNames || state.count(area.ordinal) > 0)
    .map((area) => ({ area, at: toContainer(map, area.place) }))
    .filter(({ at }) => at.x > view.west && at.x < view.east && at.y > view.north && at.y < view.south);
  const compare = byWeight(state);
  for (const { area, at } of seen.sort((a, b) => compare(a.area, b.area))) {
    const tone = state.tone(area.ordinal);
    const hasLight = tone !== NONE && tone !== UNSEEN;
    const said = hasLight ? `${SHAPES[tone]}${withCharacters ? characters[tone] : ""} ${number(state.count(area.ordinal))}` : "";
    drawLabel(context, places, at, { tone, said, name: withNames ? area.name : "", font });
  }
}

function drawLabel(context, places, { x, y }, { tone, said, name, font }) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 12px ${font}`;
  const saidWidth = said ? context.measureText(said).width + 10 : 0;
  context.font = `500 12px ${font}`;
  const nameWidth = name ? context.measureText(name).width : 0;
  const height = (name ? 16 : 0) + (said ? 19 : 0);
  const half = Math.max(saidWidth, nameWidth) / 2 + GAP;
  if (!places.take([x - half, y - height / 2, x + half, y + height / 2])) {
    if (name && said) drawLabel(context, places, { x, y }, { tone, said, name: "", font });
    return;
  }
  let top = y - height / 2;
  if (name) {
    drawName(context, name, x, top + 8);
    top += 16;
  }
  if (said) drawPill(context, said, x, top + 9.5, saidWidth, tone, font);
}

function drawName(context, name, x, y) {
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = "rgb(255 255 255 / 90%)";
  context.strokeText(name, x, y);
  context.fillStyle = "#15212c";
  context.fillText(name, x, y);
}

function drawPill(context, said, x, y, width, tone, font) {
  context.beginPath();
  context.roundRect(x - width / 2, y - 9, width, 18, 5);
  context.fillStyle = FILLS[tone];
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = LINES[tone];
  context.stroke();
  context.font = `600 12px ${font}`;
  context.fillStyle = INKS[tone];
  context.fillText(said, x, y + 0.5);
}
