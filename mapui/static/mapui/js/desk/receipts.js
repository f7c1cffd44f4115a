// receipts.js - reports that were entered for others on this phone: what still waits, under its local number, and what arrived,
// with its receipt in large digits for the screen and for paper. Draws; knows no store.

import { make } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { localNumber } from "../phone/ids.js";
import { backTo } from "./detail.js";
import { toList, toReceipt } from "./route.js";
import { moment } from "./when.js";

const MOST = 20;

/** Those that were written for somebody: waiting ones first, then what arrived, newest first. */
export function entriesOf(records, arrived) {
  const waiting = records.filter(({ kind, state, body }) => kind === "report" && state !== "draft" && body.for_somebody);
  const done = arrived.filter(({ kind, receipt }) => kind === "report" && receipt?.receipt && !receipt.erased);
  return [...waiting.map((record) => ({ uuid: record.uuid, title: record.title, at: record.final_at, receipt: record.receipt ?? null })), ...done.map(({ uuid, sent_at: at, receipt }) => ({ uuid, title: receipt.title, at, receipt }))].slice(0, MOST);
}

export const receiptItems = (entries) =>
  entries.map(({ uuid, title, at, receipt }) =>
    make(
      "li",
      { class: "pocket__item", "data-entry": uuid },
      make("a", { class: "pocket__link", href: toReceipt(uuid) }, make("span", { class: "pocket__title" }, title), make("span", { class: "pocket__code" }, receipt ? receipt.receipt : localNumber(uuid)), make("span", { class: "small muted" }, `${receipt ? gettext("arrived") : gettext("waiting on this phone")} · ${moment(at)}`)),
    ),
  );

/** The slip: the receipt code once there is one, until then the number of this phone. */
export function receiptParts(entry) {
  const { uuid, title, at, receipt } = entry;
  const address = receipt ? new URL(receipt.track_url, location.href).href : "";
  return [
    backTo(toList, gettext("My open issues")),
    make(
      "section",
      { class: "panel pocket__slip stack" },
      make("h2", { tabindex: "-1", class: "pocket__heading" }, receipt ? gettext("Receipt code") : gettext("Number on this phone")),
      make("p", { class: "pocket__digits", translate: "no" }, ...inParts(receipt ? receipt.receipt : localNumber(uuid))),
      make("p", {}, title),
      receipt ? arrivedWords(receipt, address) : waitingWords(at),
      make("div", { class: "cluster no-print" }, make("button", { class: "button button--large", type: "button", "data-print": true }, gettext("Print")), receipt ? make("a", { class: "button button--large", href: receipt.track_url }, gettext("Follow this report")) : null),
    ),
  ];
}

/** In groups that break nowhere but between them. */
const inParts = (code) => code.split("-").map((part, at, all) => make("span", {}, at < all.length - 1 ? `${part}-` : part));

const arrivedWords = ({ number, received_at: at }, address) => make("div", { class: "stack" }, make("p", { class: "pocket__address" }, address), make("p", { class: "small" }, interpolate(gettext("Received %(time)s · %(number)s"), { time: moment(at), number })));

const waitingWords = (at) =>
  make(
    "div",
    { class: "stack" },
    make("p", {}, gettext("This report is kept on this phone and not sent yet. It gets its receipt code when there is a signal; until then this number tells it from others. Write it down for whoever reported it.")),
    make("p", { class: "small" }, interpolate(gettext("Entered %(time)s"), { time: moment(at) })),
  );
