// distance.js - how far away something is. Pure; positions in degrees (WGS-84), distances in metres.

import { gettext, interpolate, number } from "../core/i18n.js";

const EARTH_M = 6_371_008;
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two {lon, lat} along the earth; null if one has no position. */
export function metresBetween(one, other) {
  if (![one?.lon, one?.lat, other?.lon, other?.lat].every(Number.isFinite)) return null;
  const [north, east] = [radians(other.lat - one.lat), radians(other.lon - one.lon)];
  const half = Math.sin(north / 2) ** 2 + Math.cos(radians(one.lat)) * Math.cos(radians(other.lat)) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** “350 m”, “1.2 km”: no more exact than a phone knows. */
export function distanceInWords(metres) {
  if (metres < 995) return interpolate(gettext("%(distance)s m"), { distance: number(Math.max(10, Math.round(metres / 10) * 10)) });
  const kilometres = metres < 9950 ? Math.round(metres / 100) / 10 : Math.round(metres / 1000);
  return interpolate(gettext("%(distance)s km"), { distance: number(kilometres) });
}
