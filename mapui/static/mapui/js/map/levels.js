// levels.js - which level of areas is drawn at which zoom. Pure.

const WORLD_M = 40_075_016.7;

// A level is drawn from the zoom on at which its middling area is so many pixels wide: enough to see, few enough to mean something.
const WIDE_ENOUGH = { county: 0, township: 0, village: 12, cell: 4.5 };

/** The pixels that the side of an area of so many square metres has at the zoom, at that latitude. */
export function pixelsAcross(squareMetres, zoom, latitude) {
  const metresPerPixel = (WORLD_M * Math.cos((latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
  return Math.sqrt(squareMetres) / metresPerPixel;
}

// A county fills about so much of the box around it.
const FILLED = 0.55;

/** About how many square metres lie within the boundary whose box is [west, south, east, north]. */
export function areaOf([west, south, east, north]) {
  const metresPerDegree = WORLD_M / 360;
  const middle = (((south + north) / 2) * Math.PI) / 180;
  return FILLED * (east - west) * metresPerDegree * Math.cos(middle) * (north - south) * metresPerDegree;
}

/**
 * The level to draw: the finest one whose areas are wide enough. `levels`: {slug, size, minZoom} from wide to fine, each
 * with at least one area; `surface`: square metres of all of them together. `calm`: stay with the wide ones ten times longer,
 * for whom the fine ones tell nothing.
 */
export function levelFor(levels, { zoom, latitude, surface, calm = false }) {
  return finest(levels, { zoom, latitude, surface }, (level) => widthOf(level) * (calm ? 10 : 1));
}

const widthOf = ({ slug }) => WIDE_ENOUGH[slug] ?? 12;

/** Whether the areas of a level can be told apart at that zoom: else their borders are no more than a grey veil. */
export function canBeToldApart(level, { zoom, latitude, surface }) {
  return zoom >= (level.minZoom ?? 0) && pixelsAcross(surface / level.size, zoom, latitude) >= widthOf(level);
}

const ROOM_FOR_A_LABEL = 26;

/** The finest level whose areas have room for a label each; the widest if none has. */
export function labelledLevelFor(levels, where) {
  return finest(levels, where, () => ROOM_FOR_A_LABEL);
}

function finest(levels, { zoom, latitude, surface }, wideEnough) {
  let chosen = levels[0];
  for (const level of levels) {
    const across = pixelsAcross(surface / level.size, zoom, latitude);
    if (zoom >= (level.minZoom ?? 0) && across >= wideEnough(level)) chosen = level;
  }
  return chosen;
}
