// refused.js - the server did not take an action: why, how it stands now, what was written, and what can be done. Draws; decides
// nothing: says `pocket:do`.

import { make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { labelOf, lightMark } from "./marks.js";

const tell = (action, record) => globalThis.dispatchEvent(new CustomEvent("pocket:do", { detail: { action, record } }));

/** `issue`: as it stands here; its buttons say whether the same can be asked for at all any more. */
export function refusedPanel(record, issue, fields) {
  const { error } = record;
  const isOffered = issue.verbs.some(({ verb }) => verb === record.body.verb);
  return make(
    "section",
    { class: "notice notice--error pocket__refused", "data-refused": record.uuid, "data-code": error?.code ?? "", "aria-label": interpolate(gettext("“%(action)s” was not done"), { action: labelOf(record) }), tabindex: "-1" },
    make(
      "div",
      { class: "stack" },
      make("h3", {}, interpolate(gettext("“%(action)s” was not done"), { action: labelOf(record) })),
      make("p", {}, error?.sentence || gettext("The server could not take this as it is.")),
      standsNow(error?.now),
      written(record, fields),
      isOffered ? null : make("p", {}, gettext("This can no longer be done on this issue. What you wrote is kept until you let it go.")),
      make("div", { class: "pocket__ways" }, ...waysOf(record, isOffered)),
    ),
  );
}

function standsNow(now) {
  if (!now) return null;
  const rows = [
    [gettext("Status"), now.status_word],
    [gettext("Light"), lightMark(now.light, true)],
    [gettext("Held by"), now.holder],
    [gettext("Done last"), now.last],
  ];
  const facts = rows.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("div", {}, make("h4", {}, gettext("How the issue stands now")), make("dl", { class: "facts" }, ...facts));
}

/** What the person wrote, by the names of the fields. */
function written({ body: { facts } }, fields) {
  const rows = Object.entries(facts).flatMap(([name, value]) => [make("dt", {}, fields[name]?.label ?? name), make("dd", { class: "pocket__own" }, wordsOf(value, fields[name]))]);
  return rows.length ? make("div", {}, make("h4", {}, gettext("What you wrote")), make("dl", { class: "facts" }, ...rows)) : null;
}

function wordsOf(value, spec) {
  if (Array.isArray(value)) return value.map((each) => wordsOf(each, spec)).join(", ");
  if (value && typeof value === "object") return Object.entries(value).map(([name, each]) => `${spec?.parts?.find((part) => part.name === name)?.label ?? name}: ${each}`).join("\n");
  return spec?.choices?.find(([each]) => each === String(value))?.[1] ?? String(value);
}

/** The same as plain text, to be copied. */
export const copyable = ({ body: { facts } }, fields) => Object.entries(facts).map(([name, value]) => `${fields[name]?.label ?? name}: ${wordsOf(value, fields[name])}`).join("\n");

function waysOf(record, isOffered) {
  const way = (action, words, kind = "") => make("button", { class: `button button--large ${kind}`.trim(), type: "button", "data-do": action, onclick: () => tell(action, record) }, words);
  const hasWords = Object.keys(record.body.facts).length > 0;
  const isWrong = Boolean(record.error?.field);
  return [
    isOffered && hasWords ? way("change", gettext("Change it"), isWrong ? "button--primary" : "") : null,
    isOffered && !isWrong ? way("again", gettext("Do it all the same"), "button--primary") : null,
    hasWords ? way("copy", gettext("Copy what I wrote")) : null,
    way("drop", gettext("Let it go"), "button--danger"),
  ].filter(Boolean);
}
