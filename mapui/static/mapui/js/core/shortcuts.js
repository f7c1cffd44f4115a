// shortcuts.js - keys that do what a link or a button does. Silent while one types, in a dialog, or when switched off.
//
// An element with data-keys="g q" is pressed by those keys, so whatever a key does can be seen and reached without it.
// Single keys are a trap for whoever speaks to the machine (WCAG 2.1.4): the panel that lists them switches them off.

import { announce } from "./a11y.js";
import { find, findAll } from "./dom.js";
import { gettext } from "./i18n.js";

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
const STORED = "gridgov:shortcuts";
const PAUSE_MS = 1500; // longest pause between the two keys of “g q”
const own = new Map();

let first = "";
let timer = null;

export function areOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // no storage: they are as they came
  }
}

function remember(on) {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // for this page only, then
  }
}

/** `run(event)` for a key; it answers false if the key was not meant for it. */
export function shortcut(key, run) {
  own.set(key, run);
}

const isVisible = (element) => Boolean(element.getClientRects().length) || Boolean(element.closest("dialog"));

function press(keys) {
  const named = findAll(`[data-keys="${CSS.escape(keys)}"]`).filter(isVisible);
  const element = named.find((one) => !one.closest("dialog")) ?? named[0];
  if (!element) return false;
  if (element.matches("input:not([type=checkbox]), textarea")) element.focus();
  else element.click();
  return true;
}

const starts = (key) => Boolean(find(`[data-keys^="${CSS.escape(key)} "]`));

function heard(event) {
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  const waiting = first;
  first = "";
  if (own.has(keys)) return own.get(keys)(event) !== false;
  if (press(keys)) return true;
  if (!waiting && starts(event.key)) {
    first = event.key;
    timer = setTimeout(() => {
      first = "";
    }, PAUSE_MS);
    return true;
  }
  return false;
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.(TYPING) || find("dialog[open]")) return;
  if (event.key === "?") {
    find("#shortcuts")?.showModal();
    event.preventDefault();
    return;
  }
  if (areOn() && heard(event)) event.preventDefault();
}

/** Listens; draws the switch in the panel. Without a panel (nobody is logged in) there are no shortcuts. */
export function startShortcuts() {
  const panel = find("#shortcuts");
  if (!panel) return;
  for (const opener of findAll('[data-opens="shortcuts"]')) opener.hidden = false;
  const box = find("[data-shortcuts-switch]", panel);
  box.checked = areOn();
  box.addEventListener("change", () => {
    remember(box.checked);
    announce(box.checked ? gettext("Keyboard shortcuts are on.") : gettext("Keyboard shortcuts are off."));
  });
  document.addEventListener("keydown", onKey);
}
