// size.js - elder mode: how large the text is, kept in a cookie. Knows no page; the same as mapui/text_size.py without a script.

import { find, findAll } from "./dom.js";
import { gettext } from "./i18n.js";

const NEXT = { large: "larger", larger: "largest", largest: "large" };
const SIZES = ["normal", ...Object.keys(NEXT)];
const YEAR = 365 * 24 * 3600;

/** The size that the cookies name; “normal” if they name none. */
export function sizeIn(cookies) {
  const kept = cookies.split("; ").find((part) => part.startsWith("size="))?.slice("size=".length);
  return SIZES.includes(kept) ? kept : "normal";
}

/** What the two buttons lead to: {other, step, isLarge, isLargest}. */
export function choicesAt(size) {
  const isLarge = size !== "normal";
  return { isLarge, isLargest: size === "largest", other: isLarge ? "normal" : "large", step: NEXT[size] ?? "larger" };
}

function show(size, form) {
  const { isLarge, isLargest, other, step } = choicesAt(size);
  document.documentElement.dataset.size = size;
  if (!form) return; // the page of an error has no buttons
  const switcher = find("[data-large-text]", form);
  const stepper = find("[data-text-step]", form);
  switcher.hidden = false;
  switcher.value = other;
  switcher.setAttribute("aria-pressed", String(isLarge));
  stepper.hidden = !isLarge;
  stepper.value = step;
  const [sign, words] = findAll("span", stepper);
  sign.textContent = isLargest ? "A−" : "A+";
  words.textContent = isLargest ? gettext("Smaller text") : gettext("Larger text");
}

/** The buttons change the size at once; a page that came out of a cache is drawn in the size that was chosen since. */
export function keepSize(form = find("[data-text-size]")) {
  show(sizeIn(document.cookie), form);
  form?.addEventListener("submit", (event) => {
    const size = event.submitter?.value;
    if (!SIZES.includes(size)) return;
    event.preventDefault();
    document.cookie = `size=${size}; path=/; max-age=${YEAR}; samesite=lax`;
    show(size, form);
  });
  globalThis.addEventListener("pageshow", () => show(sizeIn(document.cookie), form));
}
