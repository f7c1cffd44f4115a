// track.js - the entry of the tracking page: what a browser can add to a page that works without it.

import "./every.js";
import { find, findAll } from "../core/dom.js";
import { draftOf, Kept } from "../report/kept.js";
import { choosePhotos } from "../report/photos.js";
import { sendOnce } from "../report/once.js";

// The report has arrived: what the form kept of it on this phone may go.
const arrived = find("[data-new]");
if (arrived) new Kept(draftOf(arrived.dataset.owner)).forget();

for (const button of findAll("[data-print]")) button.hidden = false;

for (const button of findAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}

for (const form of findAll("form[data-once]")) {
  const photos = find("[data-photos]", form);
  const chosen = photos ? choosePhotos(photos) : null;
  sendOnce(form, { before: () => chosen?.ready() });
}

find(".trouble")?.focus();
