// readout.js - the heat in words: what is pointed at, and what the legend counts. Pure.

import { gettext, interpolate, ngettext, number } from "../core/i18n.js";

/** “7 issues in 5 weeks · square of 440 m”, or with the name of the area. */
export function readoutOf({ issues, weeks, metres }, { area = "", step = 1 } = {}) {
  const where = area || interpolate(gettext("square of %(size)s"), { size: length(metres) });
  if (!issues) return interpolate(gettext("No issue · %(where)s"), { where });
  return interpolate(gettext("%(issues)s in %(weeks)s · %(where)s"), { issues: issuesText(issues), weeks: weeksText(weeks, step), where });
}

const issuesText = (n) => interpolate(ngettext("%(n)s issue", "%(n)s issues", n), { n: number(n) });

function weeksText(n, step) {
  if (step > 1) return interpolate(ngettext("%(n)s period of four weeks", "%(n)s periods of four weeks", n), { n: number(n) });
  return interpolate(ngettext("%(n)s week", "%(n)s weeks", n), { n: number(n) });
}

function length(metres) {
  return metres < 1000 ? interpolate(gettext("%(n)s m"), { n: number(Math.round(metres / 10) * 10) }) : interpolate(gettext("%(n)s km"), { n: number(Math.round(metres / 100) / 10) });
}

/** What the legend's numbers count. */
export function titleOf(mode, { step }) {
  if (mode === "areas") return gettext("Issues per area");
  if (mode !== "weeks") return gettext("Issues per square");
  return step > 1 ? gettext("Four-week periods with an issue") : gettext("Weeks with an issue");
}
