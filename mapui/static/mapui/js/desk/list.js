// list.js - the open issues, soonest due first, each a large link. Draws; knows no store and no server.

import { make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { distanceInWords, metresBetween } from "./distance.js";
import { clockMark, lightMark, refusedMark, waitingMark } from "./marks.js";
import { toIssue } from "./route.js";
import { dueInWords } from "./when.js";

/** The items of the list; `here`: {lon, lat} of the phone or null. */
export const issueItems = (issues, here) => issues.map((issue) => item(issue, here));

function item(issue, here) {
  return make(
    "li",
    { class: "pocket__item", "data-issue": issue.number },
    make(
      "a",
      { class: "pocket__link", href: toIssue(issue.number) },
      make("span", { class: "pocket__top" }, lightMark(issue.light), clockMark(issue.clock_state), make("span", { class: "small muted" }, dueInWords(issue.due_at))),
      make("span", { class: "pocket__title" }, issue.title),
      make("span", { class: "small pocket__where" }, placeOf(issue, here)),
      make("span", { class: "small muted" }, issue.isGone ? gettext("no longer among your open issues") : issue.status_word),
    ),
    ...issue.waiting.map(waitingMark),
    ...issue.refused.map(refusedMark),
  );
}

/** Cell, place in words, distance. */
export function placeOf(issue, here) {
  const metres = metresBetween(here, issue);
  return [issue.area_name, issue.place_text, metres === null ? "" : distanceInWords(metres)].filter(Boolean).join(" · ");
}
