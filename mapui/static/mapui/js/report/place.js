// place.js - sets where it is: from the phone, from the lists, or by a pin on the map that is loaded when it is first asked for.
// The server draws the part of the form that says where; this only fills in the pin and asks for it anew.

import { say as sayAbove } from "../core/a11y.js";
import { getText } from "../core/api.js";
import { find, make, on } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { drawn, elementsOf, fieldsIn, redraw } from "./fragment.js";
import { bestPosition } from "./gps.js";
import { standIn } from "./place-offline.js";

const REFUSED = {
  1: () => gettext("This phone did not allow its position. Please choose the place from the lists, or set a pin on the map."),
  2: () => gettext("This phone does not know its position. Please choose the place from the lists, or set a pin on the map."),
  3: () => gettext("The position took too long; outdoors it works better. Please choose the place from the lists, or set a pin on the map."),
};

const place = () => find("#place");
const say = (sentence) => {
  const status = find("[data-here-status]");
  if (status) status.textContent = sentence;
};

let fix = null;

/** The position set last: {lon, lat, accuracy, altitude, at, source ("gps", "pin")}, or null. */
export const lastFix = () => fix;

/** Writes the pin into the form and has the server say which area that is. */
export function setPin({ source = "pin", ...spot }) {
  fix = { ...spot, source };
  const { lon, lat, accuracy } = spot;
  const fill = (name, value) => {
    find(`[name=${name}]`, place()).value = value;
  };
  fill("lon", lon.toFixed(6));
  fill("lat", lat.toFixed(6));
  fill("accuracy", accuracy ? Math.ceil(accuracy) : "");
  fill("by", "pin");
  drawPlace();
}

/** The pin that the form has: {lon, lat, accuracy}; null if none. */
export function pin() {
  const [lon, lat, accuracy] = ["lon", "lat", "accuracy"].map((name) => find(`[name=${name}]`, place()).value);
  return lon && lat ? { lon: Number(lon), lat: Number(lat), accuracy: Number(accuracy) || 0 } : null;
}

/** Chooses the area of that code in the lists, and all that it lies in. */
export function chooseArea(code) {
  const list = find("[name=area]");
  list.append(make("option", { value: code, selected: true }));
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Has the server say which place that is; without it, what is kept on the phone says it as well as it can. */
async function drawPlace() {
  const { dataset } = place();
  place().setAttribute("aria-busy", "true");
  try {
    const isLast = await redraw("place", (how) => getText(`${dataset.where}?${fieldsIn(place())}`, how), put);
    if (!isLast) return;
  } catch (error) {
    place().removeAttribute("aria-busy");
    if (error.status === 0) await standIn(place());
    else sayAbove(error.message, "error");
  }
  unhide();
  drawn(place());
}

/** In place of the old part; what is being typed or looked at stays. */
function put(html) {
  const old = place();
  const fresh = elementsOf(html).firstElementChild;
  const { activeElement } = document;
  const focused = old.contains(activeElement) ? activeElement.id : "";
  const words = find("[name=place_text]", old).value;
  old.replaceWith(fresh);
  find("[name=place_text]", fresh).value = words;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function here(button) {
  button.disabled = true;
  say(gettext("Looking for your position …"));
  try {
    const onFix = ({ accuracy }) => {
      say(interpolate(gettext("Position found to about %(metres)s metres, looking for a better one …"), { metres: Math.ceil(accuracy) }));
    };
    const position = await bestPosition({ onFix });
    say("");
    setPin({ ...position, source: "gps" });
  } catch (error) {
    say((REFUSED[error.code] ?? REFUSED[2])());
  } finally {
    button.disabled = false;
  }
}

async function openMap(button) {
  button.disabled = true;
  say(gettext("Opening the map …"));
  try {
    const { openPinMap } = await import("./pin-map.js");
    say("");
    await openPinMap({ form: find("#report-form"), area: place().dataset.area, pin: pin(), onPin: setPin });
  } catch {
    say(gettext("The map could not be opened. Please choose the place from the lists."));
  } finally {
    button.disabled = false;
  }
}

function unhide() {
  const tools = find("[data-place-tools]");
  if (tools) tools.hidden = false;
  const step = find("[data-step]");
  if (step) step.hidden = true; // the lists come by themselves
}

export function choosePlace() {
  unhide();
  // Which of the inputs changed last is what counts; heard before the server is asked.
  document.addEventListener(
    "change",
    (event) => {
      const by = event.target.closest?.("#place") && find("#place [name=by]");
      if (by) by.value = event.target.name === "candidate" ? "candidate" : "";
    },
    true,
  );
  on("change", ".place__choices", drawPlace);
  on("click", "[data-here]", (event, button) => here(button));
  on("click", "[data-open-map]", (event, button) => openMap(button));
}
