// move-form.js - the form of one action: its fields, what is missing, what was written. Knows no store, no server.

import { find, findAll, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { drawField, firstInput, readField, sayWrong } from "./inputs.js";

/**
 * The form of `button` (of the pack) with `fields` (of the pack) and `facts` (written before).
 * `complaint`: {field, sentence} of the server, or null. `onInput(facts)` after each change, `onSend(facts)` once nothing is missing.
 */
export function moveForm(button, fields, { facts = {}, complaint = null, onInput, onSend }) {
  const draw = (name, isNeeded) => drawField(name, fields[name], { id: `move-${name}`, choices: button.choices?.[name] ?? fields[name].choices ?? [], isNeeded, value: facts[name] ?? null });
  const needed = button.needs.map((name) => draw(name, true));
  const allowed = button.allows.map((name) => draw(name, false));
  const form = make(
    "form",
    { class: "stack pocket__form", novalidate: true, "data-verb": button.verb },
    ...needed,
    ...(needed.length ? allowed : []),
    needed.length ? null : folded(allowed, facts),
    make("div", { class: "pocket__send" }, make("button", { class: `button button--large button--wide button--${button.style === "danger" ? "danger" : "primary"}`, type: "submit" }, button.label)),
  );
  form.addEventListener("input", () => onInput(factsOf(form)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isWhole(form, fields, button)) onSend(factsOf(form));
  });
  if (complaint) complain(form, complaint);
  return form;
}

/** What need not be filled in is folded where nothing else is asked. */
function folded(allowed, facts) {
  if (!allowed.length) return null;
  return make("details", { class: "move__more", open: Object.keys(facts).length > 0 }, make("summary", {}, gettext("Add something")), make("div", { class: "stack" }, ...allowed));
}

const top = (form) => findAll("[data-field]", form).filter((element) => !element.parentElement.closest("[data-field]"));

function factsOf(form) {
  const read = top(form).map((element) => [element.dataset.field, readField(element)]);
  return Object.fromEntries(read.filter(([, value]) => value !== null));
}

/** Says what is missing, and goes to the first of it. */
function isWhole(form, fields, { needs }) {
  const wrong = top(form).filter((element) => {
    const name = element.dataset.field;
    const isMissing = needs.includes(name) && readField(element) === null;
    sayWrong(element, isMissing ? fields[name].missing || gettext("This is needed.") : "");
    return isMissing;
  });
  if (wrong.length) firstInput(wrong[0])?.focus();
  return !wrong.length;
}

/** What the server said of a field (“facts.text”, “text”) when this was sent before. */
function complain(form, { field, sentence }) {
  const name = field.replace(/^facts\./, "").split(".")[0];
  const element = find(`[data-field="${CSS.escape(name)}"]`, form);
  if (element) sayWrong(element, sentence);
}
