// i18n.js - the words of the reader's language, from the catalog the page loads (jsi18n). Knows no text of its own.

const catalog = globalThis.django ?? {};

export const language = globalThis.document?.documentElement.lang || "zh-CN";
export const gettext = (text) => (catalog.gettext ? catalog.gettext(text) : text);
export const pgettext = (context, text) => (catalog.pgettext ? catalog.pgettext(context, text) : text);
export const ngettext = (one, many, n) => (catalog.ngettext ? catalog.ngettext(one, many, n) : n === 1 ? one : many);

/** Fills %(name)s. */
export const interpolate = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

const numbers = new Intl.NumberFormat(language);
export const number = (n) => numbers.format(n);

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
export const timeOfDay = (date) => clock.format(date);
