// outbox.js - the page of the outbox: what waits, since when, and what can be done about it. Draws; decides nothing.

import "./every.js";
import "../phone/holding.js"; // with the page: a line that is cut right afterwards must not take it away
import { announce } from "../core/a11y.js";
import { find } from "../core/dom.js";
import { gettext, interpolate, ngettext, number } from "../core/i18n.js";
import { connectFile } from "../phone/outbox-file.js";
import { arrivedItem, draftItem, recordItem } from "../phone/outbox-items.js";
import { here } from "../phone/presence.js";
import { ownerOf, remember, whoami } from "../phone/session.js";
import { askToPersist, installShell } from "../phone/shell.js";
import { DRAFT } from "../phone/states.js";

const show = (name, isShown) => {
  find(`[data-${name}]`).hidden = !isShown;
};

async function start({ outbox, owner, sender, onState }) {
  let state = { is: "idle" };
  const draw = async () => drawAll({ outbox, owner, state });
  const actions = {
    retry: async ({ uuid }) => {
      await outbox.retry(uuid);
      sender.nudge();
    },
    remove: async ({ uuid }) => outbox.remove(uuid),
    finishWithout: async ({ uuid, receipt }) => outbox.acknowledge(uuid, receipt),
  };
  globalThis.addEventListener("outbox:do", ({ detail: { action, record } }) => actions[action](record));
  outbox.onChange(draw);
  onState((now) => {
    state = now;
    draw();
  });
  find("[data-send-now]").addEventListener("click", () => sender.nudge());
  find("[data-forget]").addEventListener("click", () => outbox.forgetReceipts(owner));
  connectFile(outbox, owner, () => sender.nudge());
  await draw();
  show("outbox-page", true);
  setInterval(draw, 60_000); // the ages
  sender.nudge();
  checkWho(outbox, owner);
  find("[data-persisted]").textContent = persistence(await askToPersist());
}

/** A copy of the page cannot know that somebody else has logged in since. */
async function checkWho(outbox, owner) {
  const session = await whoami();
  if (!session) return;
  await remember(outbox, session.person);
  if (ownerOf(session.person) !== owner && document.documentElement.dataset.owner === undefined) location.reload();
}

async function drawAll({ outbox, owner, state }) {
  const records = await outbox.of(owner);
  const anonymous = owner ? await outbox.of("") : [];
  const own = [...records, ...anonymous];
  const unsent = own.filter((record) => record.state !== DRAFT).sort((one, other) => one.final_at - other.final_at);
  const drafts = records.filter((record) => record.state === DRAFT);
  const arrived = await outbox.arrived(owner);
  fill("records", unsent.map((record) => recordItem(record, state)));
  fill("drafts-list", drafts.map(draftItem));
  fill("arrived-list", arrived.slice(0, 50).map(arrivedItem));
  show("unsent", unsent.length);
  show("drafts", drafts.length);
  show("arrived", arrived.length);
  show("empty", !unsent.length && !drafts.length);
  const { others, oldest } = await outbox.count(owner);
  sayOthers(others - anonymous.filter((record) => record.state !== DRAFT).length);
  sayState(state, unsent.length, oldest);
}

/** Puts the items in place; a list that did not change stays, so that a button keeps the focus. */
function fill(name, items) {
  const list = find(`[data-${name}]`);
  const focused = document.activeElement?.closest?.("[data-uuid]")?.dataset.uuid;
  const action = document.activeElement?.dataset?.do;
  const fresh = document.createElement("ul");
  fresh.append(...items);
  if (fresh.innerHTML === list.innerHTML) return;
  list.replaceChildren(...items);
  if (focused) find(`[data-uuid="${focused}"] [data-do="${action}"]`, list)?.focus();
}

function sayOthers(others) {
  show("others", others > 0);
  const words = ngettext("%(count)s more is kept here for somebody else, who has to log in to see and send it.", "%(count)s more are kept here for somebody else, who has to log in to see and send them.", others);
  find("[data-others]").textContent = interpolate(words, { count: number(others) });
}

const STATES = {
  sending: () => gettext("Sending …"),
  offline: ({ until }) => interpolate(gettext("The server cannot be reached. The next attempt is at %(time)s, or press the button."), { time: clock(until) }),
  login: () => gettext("Please log in again: what you wrote is sent then."),
  busy: () => gettext("Another window of this phone is sending."),
};

function sayState(state, unsent, oldest) {
  const button = find("[data-send-now]");
  button.hidden = !unsent;
  button.textContent = interpolate(gettext("Send now (%(count)s)"), { count: number(unsent) });
  button.setAttribute("aria-disabled", String(state.is === "sending"));
  const words = unsent ? `${STATES[state.is]?.(state) ?? ""} ${since(oldest)}`.trim() : "";
  const place = find("[data-state]");
  if (place.textContent !== words) place.textContent = words;
  if (!unsent && place.dataset.was > 0) announce(gettext("Everything has been sent."));
  place.dataset.was = unsent;
}

const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);

const since = (at) => (at ? interpolate(gettext("The oldest has waited since %(time)s."), { time: new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(at) }) : "");

function persistence(persisted) {
  if (persisted) return gettext("This browser has promised not to clear what is kept here when room gets scarce.");
  return gettext("This browser may clear what is kept here when room gets scarce or the site is not used for a week. Send soon, or save it as a file.");
}

installShell();
const phone = await here();
show("loading", false);
show("nothing-kept", !phone);
if (phone) await start(phone);
