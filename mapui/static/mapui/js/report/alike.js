// alike.js - asks “is it this one?” whenever it is known where it is, or what it is about has changed. Knows no answer.
// The server draws the question; whoever has no script is asked when the form is sent.

import { postForm } from "../core/api.js";
import { find } from "../core/dom.js";
import { drawn, elementsOf, fieldsIn, redraw } from "./fragment.js";

const WAIT_MS = 400; // somebody who goes through the lists is asked once, at the end
const ANSWERS = "#kind, #danger";

const isPlaced = () => ["lon", "area"].some((name) => [...document.querySelectorAll(`#place [name=${name}]`)].some((input) => input.value));

let timer = null;

function askSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (isPlaced() && navigator.onLine) ask();
  }, WAIT_MS);
}

async function ask() {
  const place = find("#alike");
  const fields = fieldsIn(...["#place", "#kind", "#danger", "#alike"].map((each) => find(each)));
  const put = (html) => {
    place.replaceChildren(elementsOf(html));
    drawn(place);
  };
  try {
    await redraw("alike", (how) => postForm(place.dataset.ask, fields, how), put);
  } catch (error) {
    console.info(error.message); // it may be sent without that question
  }
}

export function askWhenAlike() {
  document.addEventListener("change", (event) => event.target.closest?.(ANSWERS) && askSoon());
  document.addEventListener("fragment:drawn", (event) => event.target.id === "place" && askSoon());
  globalThis.addEventListener("load", () => !find("#known") && askSoon());
}
