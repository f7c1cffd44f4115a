// cell-edit.js - wires the page on which a cell is redrawn: the choice ↔ the map ↔ the hidden shape of the form.

import "./every.js";
import { announce } from "../core/a11y.js";
import { find, findAll, island, on } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { addBasemap } from "../map/basemap.js";
import { drawLine, editShape, prepare, stopDrawing } from "../map/drawing.js";
import { addPane, fit, makeMap, outline, shape, zoomButtons } from "../map/leaflet.js";

const config = island("cell-config");
const form = find("[data-cell-edit]");
const kept = find("[data-shape]");
const wide = globalThis.matchMedia("(min-width: 48rem)");
const kind = () => new FormData(form).get("kind");

let map = null;
let drawn = null; // the layer of what was drawn

// --- The choice ----------------------------------------------------------------------------------------------------
function showKind() {
  for (const element of findAll("[data-says]")) element.hidden = element.dataset.says !== kind();
  if (!config) return;
  find("[data-tools]").hidden = kind() === "merge";
  find("[data-tools-for=split]").hidden = kind() !== "split";
}

function begin() {
  showKind();
  if (!map) return;
  forget();
  if (kind() === "move") edit(config.cell);
  else if (kind() === "split") tell(gettext("Press “Draw the line”, or choose a straight cut."));
}

function forget() {
  stopDrawing(map);
  drawn?.remove();
  drawn = null;
  kept.value = "";
}

function tell(sentence) {
  find("[data-hint]").textContent = sentence;
}

// --- Drawing -------------------------------------------------------------------------------------------------------
function keep(geometry) {
  kept.value = JSON.stringify(geometry);
  tell(gettext("Drawn. See what it does, or draw anew."));
  announce(gettext("Drawn. See what it does, or draw anew."));
}

function showLine(geometry) {
  drawn?.remove();
  drawn = shape(geometry, { className: "cell-edit__line", pane: "drawn" }).addTo(map);
  keep(geometry);
}

function draw() {
  forget();
  tell(gettext("Click outside the cell, click on, and end with a double click beyond it."));
  drawLine(map, { className: "cell-edit__line", onDrawn: showLine });
}

function edit(geometry) {
  drawn = editShape(map, geometry, { className: "cell-edit__own", onChanged: keep });
  tell(gettext("Drag a point; the faint ones between them add one."));
}

/** A straight line through the middle of the cell, a little longer than it. */
function cut(direction) {
  forget();
  const [west, south, east, north] = outline(config.cell, { className: "", pane: "areas" }).bounds;
  const [x, y, dx, dy] = [(west + east) / 2, (south + north) / 2, (east - west) / 10, (north - south) / 10];
  const ends = direction === "ns" ? [[x, north + dy], [x, south - dy]] : [[west - dx, y], [east + dx, y]];
  showLine({ type: "LineString", coordinates: ends });
}

// --- The map -------------------------------------------------------------------------------------------------------
function open() {
  if (map || !config || !wide.matches) return;
  map = makeMap(find("#map"), { bounds: null, attribution: config.attribution, maxZoom: 19 });
  zoomButtons(map, { zoomIn: gettext("Zoom in"), zoomOut: gettext("Zoom out") });
  for (const [name, height] of [["base", 150], ["areas", 250], ["drawn", 420]]) addPane(map, name, height, { touchable: name === "drawn" });
  const own = outline(config.cell, { className: config.new.length ? "cell-edit__beside" : "cell-edit__own", pane: "areas" });
  fit(map, own.bounds, { animate: false, maxZoom: 17, padding: [60, 60] });
  addBasemap(map, config.basemap);
  for (const each of config.beside) add(each, "cell-edit__beside");
  if (config.village) add({ geometry: config.village }, "cell-edit__village");
  own.addTo(map);
  for (const each of config.new) add(each, "cell-edit__new");
  prepare(map);
  showKind();
  if (config.drawn && kind() !== "merge") again();
  else begin();
  find("#map").leafletMap = map; // for the console and the tests
  find("#map").dataset.ready = "yes";
}

/** What was drawn before the page was asked what it does. */
function again() {
  if (config.drawn.type === "LineString") showLine(config.drawn);
  else {
    edit(config.drawn);
    keep(config.drawn);
  }
}

const add = ({ geometry, name }, className) => outline(geometry, { className, pane: "areas", name }).addTo(map);

on("change", "[name=kind]", begin);
on("click", "[data-draw]", draw);
on("click", "[data-again]", begin);
on("click", "[data-cut]", (_, button) => cut(button.dataset.cut));
wide.addEventListener("change", open);
if (!wide.matches && kind() !== "merge" && !config?.new.length) {
  find("[name=kind][value=merge]").checked = true; // the only one that such a screen can do
}
showKind();
open();
find("#cell-preview")?.focus();
