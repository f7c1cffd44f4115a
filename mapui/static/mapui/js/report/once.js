// once.js - a form is sent once, however often its button is pressed. Knows no form in particular.

import { find } from "../core/dom.js";

/** `before()` may return a promise: the form is sent when it is fulfilled. Comes alive again if the page comes back. */
export function sendOnce(form, { before = () => null } = {}) {
  const button = find("[data-send]", form);
  const words = button.textContent;
  let sending = false;

  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "step") return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.sending;
    Promise.resolve(before()).finally(() => form.submit());
  });

  globalThis.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sending = false;
    button.removeAttribute("aria-disabled");
    button.textContent = words;
  });
}
