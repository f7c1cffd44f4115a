// inputs.js - one input of a move, drawn from what the pack says of its field, and read again. Knows no issue, no store.

import { find, findAll, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";

const MOST_BUTTONS = 6; // more choices than that, or choices in groups, are a list to open
const PLAIN = { words: ["textarea", { rows: 4 }], line: ["input", { type: "text" }], date: ["input", { type: "date" }], number: ["input", { type: "number", inputmode: "numeric", min: 0, step: 1 }] };
const SUGGESTED = { area: "pocket-areas", issue: "pocket-issues" }; // lists of the page that the person may choose from, or write something else

/**
 * The input with its label, help and place for what is wrong. `spec`: of the pack's `fields`, or one of its parts;
 * `choices`: those of this issue; `value`: what was written before.
 */
export function drawField(name, spec, { id, choices = spec.choices ?? [], isNeeded = false, value = null }) {
  const optional = isNeeded ? null : make("span", { class: "field__optional" }, ` ${gettext("optional")}`);
  const notes = [spec.help ? make("p", { class: "field__help", id: `${id}-help` }, spec.help) : null, make("p", { class: "field__error", id: `${id}-error`, role: "alert", "data-error": true })];
  const described = `${spec.help ? `${id}-help ` : ""}${id}-error`;
  const data = { "data-field": name, "data-kind": spec.kind };
  if (isOneInput(spec, choices)) {
    const input = single(spec, choices, { id, name: id, "aria-describedby": described, required: isNeeded, "data-input": true }, value);
    return make("div", { class: "field", ...data }, make("label", { for: id }, spec.label, optional), input, ...notes);
  }
  const inner = spec.kind === "parts" ? partsOf(spec, id, isNeeded, value) : make("div", { class: "field__choices" }, ...choicesOf(spec, choices, id, value));
  return make("fieldset", { class: "field", ...data, "aria-describedby": described }, make("legend", {}, spec.label, optional), inner, ...notes);
}

const isList = (choices) => choices.length > MOST_BUTTONS || choices.some(([, , group]) => group);
const isOneInput = ({ kind }, choices) => kind in PLAIN || kind in SUGGESTED || (kind === "one" && isList(choices));

function single(spec, choices, attributes, value) {
  if (spec.kind === "one") return select(choices, attributes, value);
  if (spec.kind in SUGGESTED) return filled(make("input", { ...attributes, type: "text", list: SUGGESTED[spec.kind], autocomplete: "off" }), value);
  const [tag, more] = PLAIN[spec.kind];
  return filled(make(tag, { ...attributes, ...more, maxlength: spec.longest ?? null }), value);
}

function filled(input, value) {
  input.value = value ?? "";
  return input;
}

function select(choices, attributes, value) {
  const list = make("select", attributes, make("option", { value: "" }, gettext("Please choose")));
  for (const [each, label, group] of choices) {
    const place = group ? groupOf(list, group) : list;
    place.append(make("option", { value: each, selected: String(value) === each }, label));
  }
  return list;
}

function groupOf(list, label) {
  const found = findAll("optgroup", list).find((group) => group.label === label);
  return found ?? list.appendChild(make("optgroup", { label }));
}

function choicesOf({ kind }, choices, id, value) {
  const chosen = [value ?? []].flat().map(String);
  const type = kind === "many" ? "checkbox" : "radio";
  return choices.map(([each, label, group]) => make("label", { class: "choice" }, make("input", { type, name: id, value: each, checked: chosen.includes(each), "data-input": true }), group ? `${group} · ${label}` : label));
}

function partsOf({ parts }, id, isNeeded, value) {
  return make("div", { class: "stack" }, ...parts.map((part) => drawField(part.name, part, { id: `${id}-${part.name}`, isNeeded, value: value?.[part.name] ?? null })));
}

/** What stands in a field that `drawField` made, as the wire wants it; null if nothing does. */
export function readField(element) {
  const { kind } = element.dataset;
  if (kind === "parts") return readParts(element);
  const inputs = findAll("[data-input]", element);
  if (kind === "many") return someOrNull(inputs.filter(({ checked }) => checked).map(({ value }) => value));
  const input = inputs[0]?.type === "radio" ? inputs.find(({ checked }) => checked) : inputs[0];
  const text = (input?.value ?? "").trim();
  if (!text) return null;
  return kind === "number" ? Number(text) : text;
}

const someOrNull = (list) => (list.length ? list : null);

function readParts(element) {
  const parts = findAll("[data-field]", element).map((part) => [part.dataset.field, readField(part)]);
  return parts.some(([, value]) => value !== null) ? Object.fromEntries(parts.filter(([, value]) => value !== null)) : null;
}

/** Says below the field what is wrong with it; an empty sentence takes it back. */
export function sayWrong(element, sentence) {
  find(":scope > [data-error]", element).textContent = sentence;
  for (const input of findAll("[data-input]", element)) input.toggleAttribute("aria-invalid", Boolean(sentence));
}

export const firstInput = (element) => find("[data-input]", element);
