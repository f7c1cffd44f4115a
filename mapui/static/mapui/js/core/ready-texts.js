// ready-texts.js - puts a ready-made text into the form it stands in. What was typed stays. Knows no verb.

import { announce } from "./a11y.js";
import { on } from "./dom.js";
import { gettext } from "./i18n.js";

/** Adds the text on a line of its own, unless it stands there already; an input of one line is only filled when empty. */
export function joined(typed, text, isLine) {
  if (!typed.trim()) return text;
  if (isLine || typed.includes(text)) return typed;
  return `${typed.replace(/\s+$/, "")}\n${text}`;
}

function fill(form, texts) {
  let first = null;
  for (const [name, text] of Object.entries(texts)) {
    const field = form.elements[name];
    if (!field || !("value" in field)) continue;
    field.value = joined(field.value, text, field.tagName === "INPUT");
    field.closest("details:not([open])")?.setAttribute("open", "");
    first ??= field;
  }
  first?.focus();
  announce(gettext("The text was inserted."));
}

export function giveReadyTexts() {
  const press = (event, link) => {
    event.preventDefault();
    fill(link.closest("form"), JSON.parse(link.dataset.ready));
    link.closest(".ready__list")?.replaceChildren();
  };
  on("click", "[data-ready]", press);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.matches?.(".ready__list")) event.detail.elt.querySelector("a")?.focus();
  });
  on("keydown", "[data-ready]", (event, link) => {
    if (event.key === " ") press(event, link);
  });
}
