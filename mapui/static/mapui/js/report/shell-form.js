// shell-form.js - makes the copy of the report page that knows nobody fit whoever holds the phone, from what was remembered
// at the last line. Knows no server.

import { find, findAll } from "../core/dom.js";
import { remembered } from "../phone/session.js";
import { openOutbox } from "../phone/outbox.js";
import { chooseArea } from "./place.js";

const CARD = /^\/report\/([^/]+)\/$/;

/** Does nothing on a page that the server made for this reader. */
export async function fitShell(form) {
  if (!("shell" in form.dataset)) return;
  const outbox = await openOutbox();
  const person = outbox ? await remembered(outbox) : null;
  if (person) form.dataset.staff = "";
  for (const part of findAll("[data-only]", document)) {
    part.hidden = !{ staff: person, solver: person?.may?.solve }[part.dataset.only];
  }
  const { pathname } = location;
  const card = CARD.exec(pathname)?.[1];
  if (card) chooseArea(decodeURIComponent(card));
  find("[data-instead]").hidden = pathname.startsWith("/report/");
}
