// alike.js - asks “is it this one?” whenever it is known where it is, or what it is about has changed. Knows no answer.
// The server draws the question (htmx); whoever has no script is asked when the form is sent.

import { find } from "../core/dom.js";

const WAIT_MS = 400; // somebody who goes through the lists is asked once, at the end
const ANSWERS = "#kind, #danger";

const isPlaced = () => ["lon", "area"].some((name) => [...document.querySelectorAll(`#place [name=${name}]`)].some((input) => input.value));

let timer = null;

function ask() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (isPlaced() && navigator.onLine) find("#alike").dispatchEvent(new CustomEvent("alike:ask"));
  }, WAIT_MS);
}

document.addEventListener("change", (event) => event.target.closest?.(ANSWERS) && ask());
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "place" && ask());
globalThis.addEventListener("load", () => !find("#known") && ask());
