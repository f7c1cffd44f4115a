// presence.js - what every page knows of the outbox: the number in its head, the sender while something waits, a word
// before somebody logs out. Opens the database only where there may be something.

import { find, make } from "../core/dom.js";
import { gettext, interpolate, ngettext, number } from "../core/i18n.js";
import { mayHoldSomething } from "./hint.js";

/** The key of whoever this page was made for; null on a page that was made without knowing (offline). */
export function ownerOfPage() {
  const { owner } = document.documentElement.dataset;
  return owner === undefined ? null : owner;
}

let opened = null;

/** The outbox, the owner and the sender of this page, made once: {outbox, owner, sender}, or null without any outbox. */
export function here() {
  opened ??= open().catch(tryAgain);
  return opened;
}

/** The line was cut while the outbox's own script was under way: the next who asks tries again. */
function tryAgain(error) {
  console.info(error.message);
  opened = null;
  return null;
}

async function open() {
  const { openOutbox, remembered, Sender } = await import("./holding.js");
  const outbox = await openOutbox();
  if (!outbox) return null;
  const owner = ownerOfPage() ?? (await remembered(outbox))?.key ?? "";
  const states = new Set();
  const sender = new Sender(outbox, { onState: (state) => states.forEach((listener) => listener(state)) });
  outbox.onChange(() => showNumber(outbox, owner));
  showNumber(outbox, owner);
  sender.start();
  return { outbox, owner, sender, onState: (listener) => states.add(listener) };
}

async function showNumber(outbox, owner) {
  const link = find("[data-outbox]");
  if (!link) return;
  const { unsent, attention } = await outbox.count(owner);
  link.hidden = !unsent;
  find("[data-outbox-number]", link).textContent = number(unsent);
  link.classList.toggle("site-outbox--attention", attention > 0);
}

/** Shows the number and sends, if there may be anything to send; asks before a log-out that leaves something behind. */
export function keepPresent() {
  if (mayHoldSomething()) here();
  find("[data-log-out]")?.form.addEventListener("submit", beforeLogOut);
}

async function beforeLogOut(event) {
  const form = event.target;
  if ("sure" in form.dataset) return;
  event.preventDefault();
  const { forgetPack, openOutbox, remember } = await import("./holding.js");
  const outbox = await openOutbox();
  const unsent = outbox ? (await outbox.count(ownerOfPage() ?? "")).unsent : 0;
  if (unsent && !(await isSure(unsent))) return;
  if (outbox) {
    await remember(outbox, null);
    await forgetPack(outbox);
  }
  form.dataset.sure = "";
  form.requestSubmit();
}

/** Asks in a dialog whether to log out although reports are left; false if not. */
function isSure(unsent) {
  return new Promise((resolve) => {
    const words = ngettext("%(count)s report is not sent yet.", "%(count)s reports are not sent yet.", unsent);
    const dialog = make(
      "dialog",
      { class: "dialog", "aria-labelledby": "unsent-title" },
      make("h2", { id: "unsent-title" }, interpolate(words, { count: number(unsent) })),
      make("p", {}, gettext("They stay on this phone, and nobody else can send them. They are sent when you log in here again.")),
      make(
        "form",
        { method: "dialog", class: "cluster" },
        make("button", { class: "button button--primary", value: "" }, gettext("Stay logged in")),
        make("button", { class: "button button--danger", value: "sure" }, gettext("Log out all the same")),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "sure");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
