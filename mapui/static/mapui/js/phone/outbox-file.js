// outbox-file.js - the part of the outbox page that saves to a file and takes one in. Knows no format.

import { find, make } from "../core/dom.js";
import { gettext, interpolate, number } from "../core/i18n.js";
import { pack, takeIn } from "./parcel.js";

const SENTENCES = {
  foreign: () => gettext("This is not a file of an outbox. Nothing was taken in."),
  newer: () => gettext("This file was made by a newer version. Open this site with a connection, update it, and try again. Nothing was taken in."),
  damaged: () => gettext("This file is damaged: it was cut off or changed on the way. Nothing was taken in; save it on the other phone once more."),
};

/** Connects the buttons; `onTaken()` when something new lies in the outbox. */
export function connectFile(outbox, owner, onTaken) {
  const say = (words) => {
    find("[data-file-status]").textContent = words;
  };
  find("[data-export]").addEventListener("click", async () => say(await save(outbox, owner)));
  find("[data-import]").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = ""; // the same file may be chosen again
    if (!file) return;
    say(gettext("Reading the file …"));
    say(await open(outbox, file));
    onTaken();
  });
}

/** Offers the file to the browser; what to say about it. */
async function save(outbox, owner) {
  const records = [...(await outbox.of(owner)), ...(owner ? await outbox.of("") : [])];
  if (!records.length) return gettext("There is nothing to save.");
  const url = URL.createObjectURL(await pack(outbox, records));
  const day = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "");
  make("a", { href: url, download: `gridgov-outbox-${day}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return interpolate(gettext("Saved: %(count)s. They stay in the outbox here as well."), { count: number(records.length) });
}

async function open(outbox, file) {
  try {
    const { taken, known } = await takeIn(outbox, await file.text());
    return interpolate(gettext("Taken in: %(taken)s. Known here already: %(known)s."), { taken: number(taken), known: number(known) });
  } catch (error) {
    return SENTENCES[error.reason]?.() ?? gettext("There is no room left on this phone for what is in the file. Nothing of it that is missing was lost: it is still in the file.");
  }
}
