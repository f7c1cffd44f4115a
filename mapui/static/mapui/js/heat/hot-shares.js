// hot-shares.js - of a wide area, how much within it is hot: which step of the ramp, and in words. Pure.

import { gettext, interpolate, ngettext, number } from "../core/i18n.js";

// The least share of each step, light to dark; the legend of the page says the same.
const LEAST = [0, 0.02, 0.05, 0.1, 0.2];
const MOST_TOLD = 20;

/** 1…5; 0 if nothing is hot. `share`: {hot, of}, or undefined. */
export function stepOfShare(share) {
  if (!share?.hot) return 0;
  const part = share.hot / share.of;
  return LEAST.filter((least) => part >= least).length;
}

/** “林东镇: 14 of 120 are hot (12%)” */
export function shareText({ name, hot, of }) {
  const part = Math.min(100, (100 * hot) / of);
  const percent = part < 1 ? "<1%" : `${number(Math.round(part))}%`;
  return interpolate(gettext("%(name)s: %(hot)s of %(of)s are hot (%(percent)s)"), { name, hot: number(hot), of: number(of), percent });
}

/** A line for each of the areas with the largest shares, and one for all the others. `shares`: largest first. */
export function sharesInWords(shares) {
  const told = shares.slice(0, MOST_TOLD).map(shareText);
  const others = shares.length - told.length;
  if (!others) return told;
  return [...told, interpolate(ngettext("and %(n)s other with less", "and %(n)s others with less", others), { n: number(others) })];
}
