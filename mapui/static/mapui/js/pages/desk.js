// desk.js - entry of the member's pocket desk: the list and map of open issues, one issue, one action, one receipt. Everything
// is drawn from what lies on the phone.

import "./every.js";
import "../phone/holding.js"; // with the page: a line that is cut right afterwards must not take it away
import { announce, say } from "../core/a11y.js";
import { find, on } from "../core/dom.js";
import { gettext, interpolate, ngettext, number } from "../core/i18n.js";
import { Acting } from "../desk/acting.js";
import { backTo, issueParts } from "../desk/detail.js";
import { sayAge, showState } from "../desk/head.js";
import { Knowing } from "../desk/knowing.js";
import { issueItems } from "../desk/list.js";
import { moveForm } from "../desk/move-form.js";
import { receiptItems, receiptParts } from "../desk/receipts.js";
import { copyable } from "../desk/refused.js";
import { FRESH } from "../desk/pack.js";
import { routeOf, toIssue, toList, toMove } from "../desk/route.js";
import { fill, goTo, showScreen } from "../desk/screens.js";
import { startMap } from "../desk/show-map.js";
import { here } from "../phone/presence.js";
import { askToPersist, installShell } from "../phone/shell.js";
import { bestPosition } from "../report/gps.js";
import { fetchForOffline } from "../report/places.js";

const detail = find("[data-screen=detail]");
let drawnRoute = null; // what the detail was last drawn for
let begun = null; // the action that is being written
let openedFrom = null; // the issue that the list goes back to

installShell();
const phone = await here();
if (phone) start();
else showNothingKept();

function showNothingKept() {
  for (const section of document.querySelectorAll("[data-pocket-state]")) section.hidden = section.dataset.pocketState !== "nothing-kept";
}

function start() {
  const acting = new Acting(phone);
  const knowing = new Knowing(phone, () => draw(knowing, acting));
  const map = startMap({ onOpen: (issue) => location.assign(toIssue(issue)), onShown: () => draw(knowing, acting) });
  knowing.map = map;
  globalThis.addEventListener("hashchange", () => draw(knowing, acting));
  globalThis.addEventListener("pocket:do", ({ detail: order }) => act(order, knowing, acting));
  on("click", "[data-refresh]", () => Promise.all([phone.sender.nudge(), knowing.refresh()]));
  on("click", "[data-locate]", (event, button) => locate(button, knowing));
  setInterval(() => draw(knowing, acting), 60_000); // clocks go on
  knowing.start().then(() => prepareReports(knowing));
  phone.sender.nudge();
  askToPersist();
}

/** So that a report can be written from here too where there is no signal: the lists of places, and the map of the first cell. */
function prepareReports({ is, kept }) {
  if (is === FRESH) fetchForOffline(find("[data-places]").dataset.places, kept.pack.cells[0]?.code ?? "");
}

function draw(knowing, acting) {
  const { is, kept, owner } = knowing;
  sayAge(is, kept);
  if (showState(is, kept, owner) !== "list") return;
  const route = routeOf();
  if (route.screen === "list") drawList(knowing);
  else drawDetail(route, knowing, acting);
}

function drawList(knowing) {
  const isBack = drawnRoute !== null;
  leaveForm();
  drawnRoute = null;
  const { issues, entries, kept, here: spot } = knowing;
  showScreen("list");
  fill(find("[data-issues]"), issueItems(issues, spot));
  fill(find("[data-entries-list]"), receiptItems(entries));
  find("[data-entries]").hidden = !entries.length;
  find("[data-none]").hidden = issues.length > 0;
  find("[data-some]").hidden = !issues.length;
  find("[data-solver]").hidden = !kept.pack.person.may?.solve;
  find("[data-left-out]").textContent = kept.pack.sentence;
  find("[data-count]").textContent = interpolate(ngettext("%(count)s open issue, soonest due first", "%(count)s open issues, soonest due first", issues.length), { count: number(issues.length) });
  fillSuggestions(kept.pack);
  knowing.map.show(kept.pack, issues, spot);
  if (isBack) find(`[data-issue="${CSS.escape(openedFrom ?? "")}"] a`)?.focus();
}

/** Codes and numbers that may be written into a field. */
function fillSuggestions({ cells, villages, issues }) {
  const option = (value, label) => Object.assign(document.createElement("option"), { value, label });
  fill(find("#pocket-areas"), [...villages, ...cells].map(({ code, name }) => option(code, name)));
  fill(find("#pocket-issues"), issues.map((issue) => option(issue.number, issue.title)));
}

function drawDetail(route, knowing, acting) {
  showScreen("detail");
  const key = JSON.stringify(route);
  const isNew = key !== drawnRoute;
  if (!isNew && route.screen === "move") return; // it is being written in
  if (isNew) leaveForm();
  drawnRoute = key;
  if (route.screen === "move") return drawMove(route, knowing, acting);
  fill(detail, partsOf(route, knowing));
  if (isNew) goTo(detail);
}

function partsOf({ screen, key }, knowing) {
  const found = screen === "issue" ? knowing.issue(key) : knowing.entries.find(({ uuid }) => uuid === key);
  if (!found) return notHere(gettext("This is not on this phone: it ended, or it never was among your issues."));
  if (screen === "receipt") return receiptParts(found);
  openedFrom = key;
  return issueParts(found, knowing);
}

const notHere = (sentence) => [backTo(toList, gettext("My open issues")), Object.assign(document.createElement("p"), { className: "notice", tabIndex: -1, textContent: sentence })];

async function drawMove({ key, verb }, knowing, acting) {
  const issue = knowing.issue(key);
  const button = issue?.verbs.find((each) => each.verb === verb);
  if (!button) return fill(detail, notHere(gettext("This cannot be done on this issue now.")));
  const route = drawnRoute;
  const fresh = await acting.begin(issue, button);
  if (route !== drawnRoute) return fresh.leave(); // the person went elsewhere meanwhile
  begun = fresh;
  const form = moveForm(button, knowing.fields, {
    facts: fresh.facts,
    complaint: fresh.complaint,
    onInput: (facts) => fresh.keep(facts),
    onSend: (facts) => send(fresh, facts),
  });
  const heading = Object.assign(document.createElement("h2"), { className: "pocket__heading", tabIndex: -1, textContent: button.label });
  const about = Object.assign(document.createElement("p"), { className: "muted", textContent: `${issue.number} · ${issue.title}` });
  detail.replaceChildren(backTo(toIssue(key), gettext("The issue")), heading, about, form);
  goTo(detail);
  return null;
}

async function send(action, facts) {
  begun = null;
  await action.send(facts);
  announce(gettext("Kept on this phone; it is sent as soon as there is a signal."));
  location.replace(toIssue(action.issue.number));
}

function leaveForm() {
  begun?.leave();
  begun = null;
}

/** What a button of a screen asked for. */
async function act({ action, record, issue, button }, knowing, acting) {
  const about = record && knowing.issue(record.lane);
  const orders = {
    press: () => acting.press(issue, button),
    again: () => acting.again(record, about),
    drop: () => acting.drop(record),
    copy: () => copy(copyable(record, knowing.fields)),
    change: async () => {
      await acting.change(record, about);
      location.assign(toMove(record.lane, record.body.verb));
    },
  };
  await orders[action]();
  if (action === "press") announce(gettext("Kept on this phone; it is sent as soon as there is a signal."));
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    announce(gettext("Copied"));
  } catch {
    say(gettext("This browser does not copy by itself: hold your finger on the words and choose “Copy”."), "warning");
  }
}

/** Asks the phone once where it is, only when somebody wants to know. */
async function locate(button, knowing) {
  button.setAttribute("aria-disabled", "true");
  try {
    knowing.stand(await bestPosition());
    announce(gettext("The distances are shown."));
  } catch {
    say(gettext("This phone does not say where it is. The list stays as it is."), "warning");
  }
  button.removeAttribute("aria-disabled");
}
