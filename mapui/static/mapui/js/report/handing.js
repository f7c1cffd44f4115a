// handing.js - what the page says after “Send”: arrived, kept on this phone, or why not. Knows the sections of the page
// (data-outcome) and the outbox; no server.

import { find, findAll, make } from "../core/dom.js";
import { gettext, interpolate, number } from "../core/i18n.js";
import { toReceipt } from "../desk/route.js";
import { localNumber } from "../phone/ids.js";
import { ATTENTION, WAITING } from "../phone/states.js";
import { addShown } from "./fields.js";

/** Follows the record until it has arrived or a person is needed; `onBack(error)` when the server does not take it. */
export function follow({ outbox, uuid, onState, form, onBack }) {
  let state = { is: "sending" };
  let over = false;

  async function look() {
    if (over) return;
    const record = await outbox.get(uuid);
    if (over) return;
    if (!record) return arrived(await outbox.hasArrived(uuid));
    if (record.state === ATTENTION && record.error?.code !== "files") return back(record.error);
    if (record.receipt) showReceipt(record);
    else if (record.state === WAITING && state.is !== "sending") {
      showLocalNumber(record);
      show(state.is === "login" ? "login" : "kept");
    }
  }

  function arrived(entry) {
    over = true;
    if (entry?.receipt?.track_url) location.assign(`${entry.receipt.track_url}?received=1${entry.receipt.note ? "&missed=1" : ""}`);
    else show("gone");
  }

  function back(error) {
    over = true;
    show(null);
    onBack(error);
  }

  const show = (outcome) => showOutcome(form, outcome);
  outbox.onChange(look);
  onState((now) => {
    state = now;
    look();
  });
  return look;
}

/** Shows one section in place of the form; null: the form. */
function showOutcome(form, outcome) {
  const shown = find("[data-outcome]:not([hidden])");
  if (shown?.dataset.outcome === outcome) return;
  for (const section of findAll("[data-outcome]")) section.hidden = section.dataset.outcome !== outcome;
  form.hidden = outcome !== null;
  find(`[data-outcome="${outcome}"]`)?.focus();
}

/** What to write down for somebody who waits for a receipt, until there is one. */
function showLocalNumber({ uuid, body }) {
  find("[data-local]").hidden = !body.for_somebody;
  find("[data-local-number]").textContent = localNumber(uuid);
  find("[data-local-slip]").href = `/desk/${toReceipt(uuid)}`;
}

/** The words have arrived, pictures are still on their way. */
function showReceipt({ receipt, files }) {
  showOutcome(find("#report-form"), "files");
  find("[data-receipt]").textContent = receipt.receipt;
  find("[data-track]").href = receipt.track_url;
  const missing = receipt.missing.length;
  const words = gettext("Photos and recordings sent: %(sent)s of %(all)s. Please leave this page open.");
  find("[data-files-sent]").textContent = interpolate(words, { sent: number(files.length - missing), all: number(files.length) });
}

/** Puts on the page why the report was not taken; gives the words for the button if they change. */
export function sayWhy(error, form) {
  const place = find("#trouble");
  const notices = { doors: () => error.doors.map(door), conflict: () => [conflict(error)] }[error.code]?.() ?? [refusal(error, form)];
  place.replaceChildren(...notices);
  for (const { code } of error.doors ?? []) addShown(form, code);
  find(".trouble", place)?.focus();
  if (error.code === "doors") return gettext("Send it here anyway");
  return error.code === "conflict" ? gettext("Send it as a new report") : null;
}

const notice = (kind, ...children) => make("div", { class: `notice notice--${kind} trouble`, role: "alert", tabindex: "-1" }, make("div", { class: "stack" }, ...children));

function door({ title, sentence, numbers }) {
  const calls = numbers.map((each) => make("li", {}, make("a", { class: "numbers__call", href: `tel:${each.number}` }, make("b", {}, each.number), ` ${each.name}`)));
  return notice(
    "warning",
    make("h2", {}, title),
    make("p", {}, sentence),
    make("ul", { class: "numbers" }, ...calls),
    make("p", { class: "small" }, gettext("Nothing was sent yet; what you wrote is kept below.")),
  );
}

function conflict({ sentence, kept }) {
  const link = kept?.track_url ? make("p", {}, make("a", { class: "button", href: kept.track_url }, gettext("Look at that report"))) : null;
  const hint = make("p", { class: "small" }, gettext("If this is another problem, press the button below to send it as a new report."));
  return notice("warning", make("p", {}, sentence), link, hint);
}

/** The sentence, as a way to the input that it is about. */
function refusal({ sentence, field = "" }, form) {
  const input = inputOf(form, field);
  input?.setAttribute("aria-invalid", "true");
  const details = input?.closest("details");
  if (details) details.open = true;
  const words = sentence || gettext("The server could not take this as it is.");
  const said = input?.id ? make("a", { href: `#${input.id}` }, words) : words;
  return notice("error", make("p", {}, make("strong", {}, gettext("Not sent yet:"))), make("p", {}, said));
}

/** The input that a field of the wire belongs to (“contact.phone”, “files.2.sha256”), or null. */
function inputOf(form, field) {
  const [first, second] = field.split(".");
  const name = { contact: second, files: "photos", place: "place_text" }[first] ?? first;
  return name ? find(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form) : null;
}
