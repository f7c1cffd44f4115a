// report.js - the entry of the report page: what a browser can add to a form that works without it.

import { find, findAll, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { draftOf, isWorthKeeping, Kept, snapshot } from "../report/kept.js";
import { sendOnce } from "../report/once.js";
import { choosePhotos } from "../report/photos.js";
import { choosePlace, setPin } from "../report/place.js";

const form = find("#report-form");
const kept = new Kept(draftOf(form.dataset.owner));

/** A draft that was not sent, or of which nobody knows whether it arrived, comes back into an untouched form. */
function restore() {
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
  restorePlace(fields);
  tellRestored();
}

function restorePlace({ lon, lat, accuracy, area }) {
  const chosen = findAll("[name=area]", form).some((select) => select.value);
  if (chosen) return; // the card says where
  if (lon[0] && lat[0]) {
    setPinWhenReady({ lon: Number(lon[0]), lat: Number(lat[0]), accuracy: Number(accuracy[0]) || 0 });
  } else if (area.length) {
    const list = find("[name=area]", form);
    list.append(make("option", { value: area.at(-1), selected: true }));
    whenHtmxIsReady(() => list.dispatchEvent(new Event("change", { bubbles: true })));
  }
}

const setPinWhenReady = (pin) => whenHtmxIsReady(() => setPin(pin));

function whenHtmxIsReady(then) {
  if (document.readyState === "complete") then();
  else globalThis.addEventListener("load", then, { once: true });
}

function tellRestored() {
  const discard = () => {
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

function keepWriting() {
  const keep = () => {
    const now = snapshot(form);
    if (isWorthKeeping(now)) kept.write(now);
    else kept.forget();
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("htmx:afterSwap", keep);
}

choosePlace();
const photos = choosePhotos(find("[data-photos]", form));
sendOnce(form, {
  async before() {
    await photos.ready();
    find("[name=device_at]", form).value = new Date().toISOString();
    kept.write(snapshot(form, true));
  },
});
restore();
keepWriting();
find(".trouble")?.focus();
