// place.js - sets where it is: from the phone, or by a pin on the map that is loaded when it is first asked for.
// The server draws the part of the form that says where; this only fills in the pin and asks for it anew (htmx).

import { find, make, on } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { bestPosition } from "./gps.js";
import { standInWithoutSignal } from "./place-offline.js";

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
  place().dispatchEvent(new CustomEvent("place:pin"));
}

/** The pin that the form has: {lon, lat, accuracy}; null if none. */
export function pin() {
  const [lon, lat, accuracy] = ["lon", "lat", "accuracy"].map((name) => find(`[name=${name}]`, place()).value);
  return lon && lat ? { lon: Number(lon), lat: Number(lat), accuracy: Number(accuracy) || 0 } : null;
}

/** The same as soon as htmx listens. */
export const setPinWhenReady = (spot) => whenHtmxIsReady(() => setPin(spot));

/** Chooses the area of that code in the lists, and all that it lies in. */
export function chooseArea(code) {
  const list = find("[name=area]");
  list.append(make("option", { value: code, selected: true }));
  whenHtmxIsReady(() => list.dispatchEvent(new Event("change", { bubbles: true })));
}

function whenHtmxIsReady(then) {
  if (document.readyState === "complete") then();
  else globalThis.addEventListener("load", then, { once: true });
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
  // Which of the inputs changed last is what counts; heard before htmx asks.
  document.addEventListener(
    "change",
    (event) => {
      const by = event.target.closest?.("#place") && find("#place [name=by]");
      if (by) by.value = event.target.name === "candidate" ? "candidate" : "";
    },
    true,
  );
  document.addEventListener("htmx:afterSwap", unhide);
  standInWithoutSignal(unhide);
  on("click", "[data-here]", (event, button) => here(button));
  on("click", "[data-open-map]", (event, button) => openMap(button));
}
