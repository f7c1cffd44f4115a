// issue.js - entry of the page of one issue: the small map, and where the eye goes after a move.

import "./every.js";
import { find, on } from "../core/dom.js";
import { giveReadyTexts } from "../core/ready-texts.js";
import { drawPlace } from "../map/place-map.js";

const FOCUS = "#refusal, #done";
const WRONG = "[aria-invalid=true]";

/** After a move: to what was wrong, else to the sentence that says what came of it. */
function lookAtAnswer(article) {
  const answer = find(FOCUS, article);
  (find(WRONG, article) ?? answer)?.focus({ preventScroll: true });
  answer?.scrollIntoView({ block: "nearest" });
}

/** Whether somebody is filling something in, so that what comes late must not take the keyboard from them. */
const isWriting = () => document.activeElement?.matches("textarea, select, input");

const lookAtFirst = (form) => find("textarea, select, input:not([type=hidden])", form)?.focus();

document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  if (elt.id === "issue") lookAtAnswer(elt);
  if (elt.matches("form.move__form") && !isWriting()) lookAtFirst(elt); // it came because somebody opened it
});

// A form that opens shows its first input.
on("click", ".move > summary", (event, summary) => {
  setTimeout(() => {
    if (summary.parentElement.open) lookAtFirst(summary.parentElement);
  });
});

giveReadyTexts();

const place = find("[data-place]");
if (place) {
  drawPlace(place, place.dataset.place).catch(() => {
    place.dataset.failed = "true"; // the words below the map say the same
  });
}
