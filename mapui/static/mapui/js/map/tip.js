// tip.js - what is said of an area when it is pointed at or changes. Pure.

import { gettext, interpolate, ngettext, number } from "../core/i18n.js";
import { BLUE, GREEN, NONE, RED, UNSEEN, YELLOW } from "./palette.js";

const WORDS = {
  [GREEN]: () => gettext("green"),
  [BLUE]: () => gettext("blue"),
  [YELLOW]: () => gettext("yellow"),
  [RED]: () => gettext("red"),
};

/** “Linxi village: red, 12 open issues”. */
export function describe(name, tone, count) {
  if (tone === UNSEEN) return name;
  if (tone === NONE) return interpolate(gettext("%(name)s: nothing open"), { name });
  const sentence = ngettext("%(name)s: %(light)s, %(n)s open issue", "%(name)s: %(light)s, %(n)s open issues", count);
  return interpolate(sentence, { name, light: WORDS[tone](), n: number(count) });
}
