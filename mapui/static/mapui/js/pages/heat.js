// heat.js - wires the heat page together: address ↔ filters ↔ slider ↔ map ↔ list. Holds no logic of theirs.

import "./every.js";
import { announce, say } from "../core/a11y.js";
import { getJSON } from "../core/api.js";
import { find, findAll, island, on } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { BLANK, HeatAreas } from "../heat/heat-areas.js";
import { HeatLayer } from "../heat/heat-layer.js";
import { HotAreas } from "../heat/hot-areas.js";
import { shareText, sharesInWords } from "../heat/hot-shares.js";
import { legend } from "../heat/heat-scale.js";
import { PlacePins } from "../heat/place-pins.js";
import { readoutOf, titleOf } from "../heat/readout.js";
import { TimeSlider, isoDay, spanText } from "../heat/time-slider.js";
import { AreaMap } from "../map/area-map.js";
import { addPane, lonLat } from "../map/leaflet.js";

const config = island("heat-config");
const form = find("#heat-filters");
const CALM_MS = 400;

const state = { info: null, from: config.period.from, until: config.period.until };
const mode = () => new FormData(form).get("mode");
const category = () => find("#heat-category").value;
const view = () => ({ from: state.from, until: state.until, measure: mode() === "weeks" ? "weeks" : "issues" });

// --- The map ----------------------------------------------------------------------------------------------------
let map = null;
let heat = null;
let areas = null;
let hot = null;
let slider = null;
map = new AreaMap(find("#map"), {
  ...config.map,
  look: config.towns[find("#heat-town")?.value] ?? config.map.bounds,
  addresses: config.addresses,
  buttons: { zoomIn: gettext("Closer"), zoomOut: gettext("Farther") },
  hooks: { onLevel: showLevel, onChoose: () => {}, onPoint: () => {}, onUp: () => {}, onTrouble: trouble },
});
find("#map").areaMap = map; // for the console and the tests
addPane(map.map, "heat", 275);
const pins = new PlacePins(map.map, { pane: "issues", onOpen: openPlace });

function showLevel(level) {
  map?.setState(level, BLANK); // null while it is being made: then it is done below
  if (areas && mode() === "areas") areas.use(level.slug, map.map).then(showLegend);
  if (hot && mode() === "hot") showHot();
}

/** The hot spots are those of the last night and of the whole year: they have a legend of their own, and no slider. */
function showHot() {
  const isHot = mode() === "hot";
  const by = hot?.use(isHot ? map.level.slug : null, map.map);
  find("#hot-legend").hidden = !isHot;
  find("#hot-far").hidden = Boolean(by) || !hot?.kinds.size;
  find("#hot-shares").hidden = by !== "shares";
  find("[data-in-words]").replaceChildren(...sharesInWords(hot?.sharesShown ?? []).map(lineOf));
  find("#heat-empty").hidden = isHot || !isEmpty();
  find("#time").hidden = isHot || !state.info?.weeks;
}

function lineOf(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

const isEmpty = () => Boolean(state.info) && (!state.info.weeks || !state.info.totals.some(Boolean));

async function loadHot() {
  const asked = category();
  try {
    const told = await getJSON(`${config.hot}?category=${encodeURIComponent(asked)}`);
    if (asked !== category()) return;
    const sources = [...map.layers].map(([slug, layer]) => [slug, layer.source]);
    hot ??= new HotAreas({ sources: new Map(sources), pane: "heat", onTrouble: trouble });
    hot.setSource(told);
    showHot();
    find("#map").dataset.hot = asked || "all";
  } catch (error) {
    trouble(error);
  }
}

function showMode() {
  const byArea = mode() === "areas";
  if (mode() === "hot" && !hot) loadHot();
  else showHot();
  if (!heat) return;
  if (byArea || mode() === "hot") heat.layer.remove();
  else heat.layer.addTo(map.map);
  areas.use(byArea ? map.level.slug : null, map.map).then(showLegend);
  paint();
}

function paint() {
  if (!heat) return;
  if (mode() === "areas") areas.show(view());
  else if (mode() !== "hot") heat.show(view());
  showLegend();
}

function showLegend() {
  const place = find("#heat-legend");
  const byArea = mode() === "areas";
  place.hidden = (byArea && !areas.heat) || mode() === "hot";
  if (place.hidden) return;
  const most = byArea ? areas.most : heat.most(Math.min(Math.round(map.map.getZoom()), state.info.zooms[1]));
  find("[data-legend-title]", place).textContent = titleOf(mode(), state.info);
  for (const entry of findAll("[data-step]", place)) entry.hidden = true;
  for (const [step, fewest, last] of legend(most)) {
    const entry = find(`[data-step="${step}"]`, place);
    entry.hidden = false;
    find("[data-count]", entry).textContent = last === Infinity ? `≥${fewest}` : fewest === last ? `${fewest}` : `${fewest}–${last}`;
  }
}

// --- What the server tells of a category ----------------------------------------------------------------------------
async function load() {
  const asked = category();
  try {
    const info = await getJSON(`${config.info}?category=${encodeURIComponent(asked)}`);
    if (asked !== category()) return;
    state.info = info;
    showHot();
    if (!info.weeks) return;
    begin(info);
    heat.setSource(info);
    slider.setTotals(info.totals);
    await areas.setSource(info.areas);
    paint();
    find("#map").dataset.ready = asked || "all";
  } catch (error) {
    trouble(error);
  }
}

/** The first time: the layers and the slider, for which one has to know the weeks. */
function begin(info) {
  if (heat) return;
  heat = new HeatLayer({ pane: "heat", zooms: info.zooms, maxZoom: 18, onLoading: showLoading, onTrouble: trouble });
  const told = new Map([...map.layers].filter(([slug]) => info.levels.includes(slug)));
  areas = new HeatAreas({ sources: new Map([...told].map(([slug, layer]) => [slug, layer.source])), pane: "heat", onTrouble: trouble });
  const chosen = { ...state };
  slider = new TimeSlider(find("#time"), { firstWeek: info.first_week, weeks: info.weeks, step: info.step, onMove: moved, onRest: rested });
  slider.choose({ from: Math.max(chosen.from, info.first_week), until: chosen.until });
  rested(slider.chosen);
  showMode();
}

let loadingTimer = 0;
function showLoading(isBusy) {
  find("#map").dataset.heat = isBusy ? "loading" : "shown";
  clearTimeout(loadingTimer);
  if (isBusy) loadingTimer = setTimeout(() => (find("#heat-loading").hidden = false), CALM_MS);
  else find("#heat-loading").hidden = true;
}

function trouble(error) {
  showLoading(false);
  if (error.name !== "AbortError") say(error.message, "error");
}

// --- Time ---------------------------------------------------------------------------------------------------------
function moved({ from, until }) {
  Object.assign(state, { from, until });
  paint();
}

/** The hand let go: now the form, the address and the button that asks for the list follow. */
function rested({ from, until }) {
  find("#heat-from").value = isoDay(from);
  find("#heat-to").value = isoDay(until - 1);
  offerList();
  remember();
  announce(spanText(from, until));
}

function offerList() {
  const list = find("#places").dataset;
  const button = find("[data-list-period]");
  if (!button) return;
  button.hidden = list.from === find("#heat-from").value && weekOf(list.to) === weekOf(find("#heat-to").value);
}

const weekOf = (iso) => Math.floor((Date.parse(iso) - Date.UTC(1970, 0, 5)) / 604_800_000);

function remember() {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of new FormData(form)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(history.state, "", `?${query}`);
}

// --- The list -------------------------------------------------------------------------------------------------------
function openPlace(number) {
  const row = find(`[data-place="${number}"]`);
  row?.scrollIntoView({ block: "center" });
  find("[data-go]", row)?.focus();
}

function goTo(row) {
  const place = [Number(row.dataset.lon), Number(row.dataset.lat)];
  map.show([place[0] - 0.03, place[1] - 0.02, place[0] + 0.03, place[1] + 0.02], { maxZoom: Math.min(13, state.info?.zooms[1] ?? 13) });
  for (const each of findAll("[data-place]")) each.toggleAttribute("aria-selected", false);
  row.setAttribute("aria-selected", "true");
  find("#map").scrollIntoView({ block: "nearest" });
}

function listChanged() {
  pins.show(findAll("#places [data-place]"));
  if (slider) offerList();
}

/** The list beside the map is another one for hot spots; between the other ways to colour it stays as it is. */
function followMode() {
  const isHot = find("#places").dataset.mode === "hot";
  if (isHot !== (mode() === "hot")) form.dispatchEvent(new CustomEvent("hot-mode"));
}

// --- Pointing ---------------------------------------------------------------------------------------------------------
function showReadout(event) {
  const place = lonLat(event.latlng);
  if (mode() === "hot") map.lookUp("read", place, showHotness);
  else if (heat && mode() === "areas") map.lookUp("read", place, (area) => tell(area && areas.of(area.ordinal), area?.name));
  else if (heat) tell(heat.at(map.map, place));
}

function tell(found, area) {
  const readout = find("#heat-readout");
  readout.hidden = !found;
  if (found) readout.textContent = readoutOf(found, { area, step: state.info.step });
}

function showHotness(area) {
  const readout = find("#heat-readout");
  const [kind, share] = hot && area ? [hot.of(area.ordinal), hot.shareOf(area.ordinal)] : [];
  readout.hidden = !kind && !share;
  if (kind) readout.textContent = `${config.shapes[kind][0]} ${config.shapes[kind][1]} · ${area.name}`;
  else if (share) readout.textContent = shareText(share);
}

for (const element of findAll("[data-plain]")) element.hidden = true;
find("#heat-category").addEventListener("change", () => {
  load();
  if (hot || mode() === "hot") loadHot();
});
find("#heat-town")?.addEventListener("change", (event) => map.show(config.towns[event.target.value] ?? config.map.bounds));
on("change", "[name=mode]", () => {
  showMode();
  remember();
  followMode();
});
on("click", "[data-go]", (_, button) => goTo(button.closest("[data-place]")));
document.addEventListener("htmx:afterSettle", listChanged);
map.map.on("mousemove click", showReadout);
map.map.on("mouseout", () => (find("#heat-readout").hidden = true));
map.map.on("zoomend", () => heat && showLegend());

showLevel(map.level);
listChanged();
load();
if (mode() === "hot") loadHot();
