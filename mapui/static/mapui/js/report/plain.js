// plain.js - the report form where the browser keeps nothing: it is sent as any form is. What was typed is kept as well as
// can be. Knows no outbox.

import { find, findAll, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { draftOf, isWorthKeeping, Kept, snapshot } from "./kept.js";
import { sendOnce } from "./once.js";
import { chooseArea, setPin } from "./place.js";

/** `photos`: as choosePhotos gives them. */
export function startPlain(form, photos) {
  const kept = new Kept(draftOf(document.documentElement.dataset.owner));
  const keeping = keepWriting(form, kept);
  sendOnce(form, {
    async before() {
      await photos.ready();
      find("[name=device_at]", form).value = new Date().toISOString();
      keeping.stop(); // that it was sent is what must be known now
      kept.write(snapshot(form, true));
    },
  });
  restore(form, kept, keeping);
  keeping.start();
}

/** A draft that was not sent, or of which nobody knows whether it arrived, comes back into an untouched form. */
function restore(form, kept, keeping) {
  const draft = kept.read();
  if (!draft || "returned" in form.dataset || find("[name=text]", form).value) return;
  if (draft.sent) find("[name=uuid]", form).value = draft.uuid; // the same key: if it did arrive, it does not arrive twice
  const { fields } = draft;
  for (const name of ["text", "place_text"]) {
    const input = find(`[name=${name}]`, form);
    if (!input.value) input.value = fields[name][0] ?? "";
  }
  for (const name of ["danger", "group", "category"]) {
    const radio = findAll(`[name=${name}]`, form).find((input) => input.value === fields[name][0]);
    if (radio) radio.checked = true;
  }
  if (fields.group[0]) find("#kind", form).open = true;
  restorePlace(form, fields);
  tellRestored(form, kept, keeping);
}

function restorePlace(form, { lon, lat, accuracy, area }) {
  const chosen = findAll("[name=area]", form).some((select) => select.value);
  if (chosen) return; // the card says where
  if (lon[0] && lat[0]) setPin({ lon: Number(lon[0]), lat: Number(lat[0]), accuracy: Number(accuracy[0]) || 0 });
  else if (area.length) chooseArea(area.at(-1));
}

function tellRestored(form, kept, keeping) {
  const discard = () => {
    keeping.stop(); // a part of the form may still be drawn before the page is gone
    kept.forget();
    location.reload();
  };
  const notice = make(
    "div",
    { class: "notice", role: "status" },
    make("p", {}, gettext("What you wrote earlier is back. Photos and contact details have to be added again.")),
    make("button", { class: "button", type: "button", onclick: discard }, gettext("Start afresh")),
  );
  form.before(notice);
}

/** Keeps the form at each change; once stopped, only when the person writes on. */
function keepWriting(form, kept) {
  let isStopped = false;
  const keep = () => {
    if (isStopped) return;
    const now = snapshot(form);
    if (isWorthKeeping(now)) kept.write(now);
    else kept.forget();
  };
  const keepOn = () => {
    isStopped = false;
    keep();
  };
  return {
    start() {
      if (isWorthKeeping(snapshot(form))) keep(); // what was typed meanwhile
      form.addEventListener("input", keepOn);
      form.addEventListener("change", keepOn);
      form.addEventListener("fragment:drawn", keep);
    },
    stop() {
      isStopped = true;
    },
  };
}
