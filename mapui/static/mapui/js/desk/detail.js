// detail.js - one issue: how it stands, what was reported, what was done, what may be pressed. Draws; says `pocket:do`.

import { make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { placeOf } from "./list.js";
import { clockMark, labelOf, lightMark } from "./marks.js";
import { refusedPanel } from "./refused.js";
import { toList, toMove } from "./route.js";
import { dueInWords, moment } from "./when.js";

const tell = (detail) => globalThis.dispatchEvent(new CustomEvent("pocket:do", { detail }));

/** The parts of the screen. `here`: {lon, lat} or null; `fields`: of the pack. */
export function issueParts(issue, { here, fields }) {
  return [
    backTo(toList, gettext("My open issues")),
    make("h2", { class: "pocket__heading", tabindex: "-1" }, issue.title),
    make("p", { class: "cluster" }, lightMark(issue.light, true), clockMark(issue.clock_state), make("span", { class: "muted" }, dueInWords(issue.due_at))),
    ...issue.refused.map((record) => refusedPanel(record, issue, fields)),
    ...issue.waiting.map(waitingPanel),
    issue.isGone ? goneNotice() : buttonsOf(issue),
    factsOf(issue, here),
    section(gettext("What was reported"), issue.reports.map(({ text, received_at: at }) => make("li", {}, make("p", { class: "pocket__said" }, text), make("p", { class: "small muted" }, moment(at))))),
    section(gettext("What was done last"), issue.lines.map(line)),
    make("p", {}, make("a", { class: "button", href: `/issues/${encodeURIComponent(issue.number)}/` }, gettext("Open its page (needs a connection)"))),
  ];
}

export const backTo = (href, words) => make("a", { class: "pocket__back", href }, make("span", { "aria-hidden": "true" }, "‹ "), words);

const goneNotice = () => make("p", { class: "notice" }, gettext("This issue is no longer among your open issues: it ended, or somebody else has it now."));

/** Each button by itself, full width: the thumb finds it. What asks for something leads to its form. */
function buttonsOf(issue) {
  if (!issue.verbs.length) return make("p", { class: "muted" }, gettext("There is nothing for you to press on this issue now."));
  return make("div", { class: "pocket__verbs" }, ...issue.verbs.map((button) => verbButton(issue, button)));
}

function verbButton(issue, button) {
  const kind = button.style ? ` button--${button.style}` : "";
  const attributes = { class: `button button--large button--wide${kind}`, "data-verb": button.verb };
  if (button.needs.length || button.allows.length) return make("a", { ...attributes, href: toMove(issue.number, button.verb) }, button.label);
  return make("button", { ...attributes, type: "button", onclick: () => tell({ action: "press", issue, button }) }, button.label);
}

function waitingPanel(record) {
  return make(
    "div",
    { class: "notice pocket__waiting", "data-waiting": record.uuid },
    make("p", {}, interpolate(gettext("“%(action)s” waits on this phone and is sent when there is a signal (pressed %(time)s)."), { action: labelOf(record), time: moment(record.final_at) })),
    make("button", { class: "button", type: "button", "data-do": "drop", onclick: () => tell({ action: "drop", record }) }, gettext("Take it back")),
  );
}

function factsOf(issue, here) {
  const rows = [
    [gettext("Number"), issue.number],
    [gettext("Status"), issue.status_word],
    [gettext("Held by"), issue.holder],
    [gettext("About"), issue.category],
    [gettext("Place"), placeOf(issue, here)],
    [gettext("On a map"), pointLink(issue)],
  ];
  return make("dl", { class: "facts panel" }, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function pointLink({ lat, lon }) {
  if (!Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  const degrees = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  return make("a", { href: `geo:${degrees}` }, degrees);
}

function section(title, items) {
  if (!items.length) return null;
  return make("section", { class: "panel" }, make("h3", {}, title), make("ul", { class: "pocket__lines" }, ...items));
}

function line({ at, verb, who, words }) {
  return make("li", {}, make("p", {}, make("span", { class: "strong" }, verb), ` · ${who} `, make("span", { class: "small muted" }, moment(at))), ...words.map((each) => make("p", { class: "pocket__said" }, each)));
}
