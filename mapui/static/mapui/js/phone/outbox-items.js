// outbox-items.js - one record as an item of a list, with what can be done about it. Knows no store: says `outbox:do`.

import { make } from "../core/dom.js";
import { gettext, interpolate, language, ngettext, number } from "../core/i18n.js";
import { toIssue, toMove, toReceipt } from "../desk/route.js";
import { localNumber } from "./ids.js";
import { ATTENTION } from "./states.js";

const MINUTE = 60_000;
const REPORT = "/report/";
const DESK = "/desk/";

const tell = (action, record) => globalThis.dispatchEvent(new CustomEvent("outbox:do", { detail: { action, record } }));

const button = (action, words, onclick, kind = "") => make("button", { class: `button ${kind}`.trim(), type: "button", "data-do": action, onclick }, words);

/** What waits or needs attention. `state`: what the sender is doing. */
export function recordItem(record, state) {
  return item(record, [
    localLine(record),
    make("p", { class: "record__state", "data-state-of": stateOf(record, state) }, mark(record, state), wordOf(record, state)),
    ...explanation(record),
    make("div", { class: "cluster" }, ...actionsOf(record)),
  ]);
}

/** A report that somebody else waits for has a number to write down. */
function localLine({ uuid, kind, body, receipt }) {
  if (kind !== "report" || !body.for_somebody || receipt) return null;
  return make("p", {}, make("a", { href: DESK + toReceipt(uuid) }, interpolate(gettext("Number on this phone: %(number)s"), { number: localNumber(uuid) })));
}

export function draftItem(record) {
  const { kind, uuid, lane, body } = record;
  const href = kind === "move" ? DESK + toMove(lane, body.verb) : `${REPORT}#${uuid}`;
  const open = make("a", { class: "button button--primary", href }, gettext("Go on writing"));
  return item(record, [make("div", { class: "cluster" }, open, removeButton(record))]);
}

export function arrivedItem({ uuid, sent_at, receipt }) {
  const link = receipt.track_url ? make("a", { href: receipt.track_url, class: "record__receipt" }, receipt.receipt) : make("span", {}, receipt.sentence ?? "");
  const erased = receipt.erased ? make("p", {}, gettext("It arrived and was erased since.")) : null;
  const note = receipt.note ? make("p", { class: "record__reason" }, receipt.note) : null; // that it could not join another, say
  return make("li", { class: "record record--arrived", "data-uuid": uuid }, link, make("p", { class: "small muted" }, interpolate(gettext("Arrived on %(time)s"), { time: moment(sent_at) })), note, erased);
}

function item(record, parts) {
  const files = record.files.length;
  const more = files ? interpolate(ngettext("%(count)s file", "%(count)s files", files), { count: number(files) }) : "";
  const small = [interpolate(gettext("Written %(age)s"), { age: age(record.final_at ?? record.made_at) }), more].filter(Boolean).join(" · ");
  return make(
    "li",
    { class: "record", "data-uuid": record.uuid },
    make("h3", { class: "record__title" }, record.title || gettext("Without words yet")),
    make("p", { class: "small muted" }, small),
    ...parts,
  );
}

function stateOf(record, state) {
  if (record.state === ATTENTION) return "attention";
  return state.is === "sending" && state.uuid === record.uuid ? "sending" : "waiting";
}

const MARKS = { attention: "!", sending: "↑", waiting: "◷" };
const mark = (record, state) => make("span", { class: "record__mark", "aria-hidden": "true" }, MARKS[stateOf(record, state)]);

function wordOf(record, state) {
  const words = { attention: gettext("Needs attention"), sending: gettext("Sending …"), waiting: gettext("Waiting to be sent") }[stateOf(record, state)];
  if (!record.receipt?.missing?.length) return words;
  return interpolate(gettext("%(state)s: the words have arrived, %(count)s files are still here"), { state: words, count: number(record.receipt.missing.length) });
}

/** What the server said, and the receipt if the words have arrived. */
function explanation(record) {
  const lines = [];
  const { error, receipt } = record;
  if (error) lines.push(make("p", { class: "record__reason" }, sentenceOf(error)));
  for (const file of record.files.filter((each) => each.sentence)) lines.push(make("p", { class: "record__reason" }, file.sentence));
  for (const door of error?.doors ?? []) lines.push(make("p", {}, `${door.title} `, ...door.numbers.map((each) => make("a", { href: `tel:${each.number}` }, each.number))));
  const known = receipt ?? error?.kept;
  if (known?.receipt) lines.push(make("p", {}, interpolate(gettext("Receipt code: %(code)s"), { code: known.receipt })));
  return lines;
}

function sentenceOf({ code, sentence }) {
  if (code === "files") return gettext("The words have arrived. What could not be taken:");
  if (code === "lost") return gettext("A file of this report is no longer on this phone. The words are still here.");
  return sentence || gettext("The server could not take this as it is.");
}

function actionsOf(record) {
  const edit = make("a", { class: "button button--primary", href: `${REPORT}#${record.uuid}` }, gettext("Edit"));
  const look = make("a", { class: "button button--primary", href: DESK + toIssue(record.lane) }, gettext("Look at the issue"));
  const again = button("retry", gettext("Try again"), () => tell("retry", record));
  const isReport = record.kind === "report";
  if (record.receipt) {
    const leave = button("finishWithout", gettext("Leave it at that"), () => tell("finishWithout", record));
    return record.state === ATTENTION ? [again, leave] : [again];
  }
  if (isReport) return [edit, again, removeButton(record)];
  return record.state === ATTENTION ? [look, removeButton(record)] : [look, again, removeButton(record)]; // a refusal stays one
}

const asked = new Set(); // those of which was asked whether to delete them, and not answered yet: the list may be drawn anew meanwhile

/** Deleting asks once more, in place. */
function removeButton(record) {
  const { uuid } = record;
  const ask = button("remove", gettext("Delete"), () => turn(true), "button--danger");
  const sure = make("span", { class: "cluster", role: "group", "aria-label": gettext("Delete it for good?") });
  const yes = button("remove-sure", gettext("Delete it for good"), () => tell("remove", record), "button--danger");
  const no = button("remove-not", gettext("Keep it"), () => turn(false));
  sure.append(yes, no);
  const turn = (isAsked) => {
    asked[isAsked ? "add" : "delete"](uuid);
    (isAsked ? ask : sure).replaceWith(isAsked ? sure : ask);
    (isAsked ? yes : ask).focus();
  };
  return asked.has(uuid) ? sure : ask;
}

const moment = (at) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);

/** “5 minutes ago”, in the largest unit that is not zero. */
function age(at, now = Date.now()) {
  const minutes = Math.round((now - at) / MINUTE);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (minutes < 60) return relative.format(-minutes, "minute");
  return minutes < 48 * 60 ? relative.format(-Math.round(minutes / 60), "hour") : relative.format(-Math.round(minutes / 1440), "day");
}
