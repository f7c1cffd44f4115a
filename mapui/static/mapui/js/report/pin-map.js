// pin-map.js - the map on which a pin is set: by touching, by dragging, or with arrow keys and Enter. Loaded on first use.

import { settingsOfMap } from "./places.js";
import { find, make } from "../core/dom.js";
import { gettext } from "../core/i18n.js";

const CLOSE_ENOUGH = 16;

let opened = null; // {dialog, show}

/** Opens the map; `onPin({lon, lat, accuracy: 0})` when the person has confirmed. `pin`: where it is now, or null. */
export async function openPinMap({ form, area, pin, onPin }) {
  opened ??= await prepare(form, area);
  opened.show({ pin, onPin });
}

async function prepare({ dataset }, area) {
  const [settings] = await Promise.all([settingsOfMap(dataset.map, area), script(dataset.leaflet), style(dataset.leafletCss), style(dataset.mapCss)]);
  const [{ AreaMap }, leaflet] = await Promise.all([import("../map/area-map.js"), import("../map/leaflet.js")]);
  return build(settings, AreaMap, leaflet);
}

function build(settings, AreaMap, leaflet) {
  const place = make("div", { class: "pin-dialog__map", role: "application", "aria-label": gettext("Map. Arrow keys move it, Enter sets the pin in the middle."), tabindex: "0" });
  const use = make("button", { type: "button", class: "button button--primary button--large", disabled: true }, gettext("It is here"));
  const close = make("button", { type: "button", class: "button button--large" }, gettext("Cancel"));
  const hint = make("p", { role: "status" }, gettext("Touch the place. You can move the pin afterwards."));
  const dialog = make(
    "dialog",
    { class: "pin-dialog", "aria-label": gettext("Where is it?") },
    make("div", { class: "pin-dialog__head" }, hint),
    place,
    make("div", { class: "pin-dialog__foot" }, close, use),
  );
  document.body.append(dialog);
  dialog.showModal(); // Leaflet measures its element
  const buttons = { zoomIn: gettext("Zoom in"), zoomOut: gettext("Zoom out") };
  const nothing = () => {};
  const hooks = { onLevel: nothing, onChoose: nothing, onPoint: nothing, onUp: () => dialog.close(), onTrouble: nothing };
  const attribution = [settings.attribution, settings.note].filter(Boolean).join(" · ");
  const areas = new AreaMap(place, { ...settings, attribution, buttons, hooks });
  const { map } = areas;
  let marker = null;
  let circle = null; // how far off the phone's own position may be
  let chosen = null;
  let told = nothing;

  function put(spot) {
    chosen = spot;
    use.disabled = false;
    if (marker) marker.move(spot);
    else marker = leaflet.dragPin(spot, { className: "pin-here", title: gettext("Pin"), onMoved: put }).addTo(map);
  }

  function encircle(pin) {
    circle?.remove();
    circle = pin?.accuracy ? leaflet.circleAround([pin.lon, pin.lat], pin.accuracy, { className: "pin-accuracy" }).addTo(map) : null;
  }

  map.on("click", (event) => put(leaflet.lonLat(event.latlng)));
  place.addEventListener("keydown", (event) => {
    if (event.target === place && event.key === "Enter") put(leaflet.centreOf(map));
  });
  close.addEventListener("click", () => dialog.close());
  use.addEventListener("click", () => {
    dialog.close();
    told({ lon: chosen[0], lat: chosen[1], accuracy: 0, source: "pin" });
  });
  return {
    show({ pin, onPin }) {
      told = onPin;
      if (!dialog.open) dialog.showModal();
      map.invalidateSize({ animate: false });
      encircle(pin);
      if (pin) {
        put([pin.lon, pin.lat]);
        leaflet.lookAt(map, [pin.lon, pin.lat], CLOSE_ENOUGH);
      } else leaflet.fit(map, settings.look, { animate: false });
      place.focus();
    },
  };
}

function script(src) {
  if (globalThis.L) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const element = make("script", { src });
    element.addEventListener("load", resolve);
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}

function style(href) {
  if (find(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const element = make("link", { rel: "stylesheet", href });
    element.addEventListener("load", resolve);
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}
