// every.js - what every page does: menus close, text grows, dialogs open, htmx failures become sentences.

import { say, showOffline } from "../core/a11y.js";
import { giveToHtmx } from "../core/csrf.js";
import { find, findAll, on } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { startShortcuts } from "../core/shortcuts.js";
import { keepSize } from "../core/size.js";
import { offerReading } from "../core/speak.js";
import { keepUnread } from "../core/unread.js";
import { offerDesk } from "../desk/entry.js";
import { noticeReader } from "../desk/reader.js";
import { keepPresent, ownerOfPage } from "../phone/presence.js";

// Filters that narrow nothing are folded where there is little room.
function foldFilters() {
  if (!window.matchMedia("(max-width: 63.99rem)").matches) return;
  for (const filters of findAll('details[data-narrows="false"]')) filters.open = false;
}

function closeMenus(except = null) {
  for (const menu of findAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = find("details[data-menu][open]");
  closeMenus();
  find("summary", open ?? document.createElement("div"))?.focus();
});

// <button data-opens="id"> opens the dialog of that id; <button data-closes> closes the one it is in.
on("click", "[data-opens]", (event, button) => document.getElementById(button.dataset.opens)?.showModal());
on("click", "[data-closes]", (event, button) => button.closest("dialog")?.close());
on("click", "[data-print]", () => window.print());

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if ([401, 403, 409, 429].includes(status)) return; // the answer itself is shown
  say(status === 404 ? gettext("This does not exist, or not for you.") : gettext("The server could not answer. Try again in a moment."), "error");
});
document.addEventListener("htmx:sendError", () => showOffline(true));
document.addEventListener("htmx:afterOnLoad", () => showOffline(false));
window.addEventListener("offline", () => showOffline(true));
window.addEventListener("online", () => showOffline(false));

// Their scripts come on demand, and the line may be cut before they are here.
const leaveToNextPage = (error) => console.info(error.message);

giveToHtmx();
keepSize();
offerReading();
foldFilters();
startShortcuts();
keepUnread(find("[data-unread]"));
keepPresent();
noticeReader(ownerOfPage()).catch(leaveToNextPage);
offerDesk().catch(leaveToNextPage);
if (navigator.onLine === false) showOffline(true);
