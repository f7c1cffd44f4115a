// shell.js - the service worker of this site seen from a page: puts it in place, offers an update, hands it what to keep.
// Without one (old browsers, WeChat on iOS) everything else works; only a start without signal does not.

import { make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";

const ADDRESS = "/sw.js";

/** Puts the worker in place once the page itself has everything; gives nothing and never fails. */
export function installShell() {
  if (!navigator.serviceWorker) return;
  const start = () => register().catch((error) => console.info("No start without signal here:", error.message));
  if (document.readyState === "complete") start();
  else globalThis.addEventListener("load", start, { once: true });
}

async function register() {
  const registration = await navigator.serviceWorker.register(ADDRESS, { scope: "/", updateViaCache: "none" });
  tellLanguage();
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed" && navigator.serviceWorker.controller) offer(fresh);
    });
  });
}

/** So that a start without signal speaks the language that was read last. */
async function tellLanguage() {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: "language", tag: document.documentElement.lang });
}

/** A new version is here; nothing happens before the person taps. What lies in the outbox and in drafts stays. */
function offer(worker) {
  if (document.querySelector("[data-update]")) return;
  const update = () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage({ type: "update" });
  };
  const notice = make(
    "div",
    { class: "notice update", role: "status", "data-update": true },
    make("p", {}, gettext("There is a new version. What you wrote stays on this phone.")),
    make("button", { class: "button", type: "button", onclick: update }, gettext("Update now")),
  );
  document.getElementById("messages")?.after(notice);
}

/** Has the worker keep these addresses for a time without signal (public and unchanging: names and tiles of areas). */
export async function keepForOffline(urls) {
  const registration = await navigator.serviceWorker?.ready;
  registration?.active?.postMessage({ type: "keep", urls });
}

/** Asks the browser not to clear what is kept here when room gets scarce: true, false, or null if it cannot say. */
export async function askToPersist() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return null;
  }
}
