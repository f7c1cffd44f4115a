// dashboard.js - wires the overview together: address ↔ filters ↔ map ↔ panel, figures and table. Holds no logic of theirs.

import "./every.js";
import { announce, say, showOffline } from "../core/a11y.js";
import { find, findAll, island, on } from "../core/dom.js";
import { gettext, interpolate, ngettext, number, timeOfDay } from "../core/i18n.js";
import { AreaMap } from "../map/area-map.js";
import { issuesLayer } from "../map/issues-layer.js";
import { showLegend } from "../map/legend.js";
import { LiveState } from "../map/live.js";
import { lightOf } from "../map/palette.js";
import { describe } from "../map/tip.js";

const config = island("dashboard-config");
const form = find("#filters");
const panel = find("#panel");
const tip = find("#map-tip");
const FEW = 3;

const filters = () => {
  const query = new URLSearchParams(form ? new FormData(form) : "");
  for (const [name, value] of [...query]) if (!value || name === "area") query.delete(name, value);
  return query;
};
let live = null; // the map tells of its level while it is being made, before there is anything to keep fresh
let area = config.area; // {code, level, ordinal, parent}

// --- The address ------------------------------------------------------------------------------------------------
function address() {
  const query = filters();
  if (area.code !== config.root) query.set("area", area.code);
  const text = query.toString();
  return text ? `?${text}` : location.pathname;
}

function remember() {
  if (`${location.pathname}${address()}` !== `${location.pathname}${location.search}`) history.pushState(null, "", address());
}

// --- Fragments --------------------------------------------------------------------------------------------------
/** Loads a part of the page anew; `then` is called when it has come. What goes wrong, htmx tells every.js. */
function load(target, path, { more = {}, then = () => {} } = {}) {
  const query = filters();
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  // The part is its own source, so that each part waits for itself only; by its hx-sync the newest question waits for the
  // one under way and those between are never asked. Nothing is aborted: htmx calls that an error.
  globalThis.htmx.ajax("GET", `${path}?${query}`, { source: target, target, swap: "innerHTML" }).then(then, () => {});
}

const loadPanel = (then) => load("#panel", config.addresses.panel.replace("{code}", encodeURIComponent(area.code)), { then });
const loadTable = () => load("#table", config.addresses.table, { more: { area: area.code } });
const loadFigures = () => find("#figures") && load("#figures", config.addresses.figures, { more: { area: area.code } });

function loadFragments() {
  loadPanel();
  loadTable();
  loadFigures();
}

// --- The map ----------------------------------------------------------------------------------------------------
const map = new AreaMap(find("#map"), {
  ...config.map,
  look: config.area.bounds ?? config.map.bounds,
  addresses: config.addresses,
  buttons: { zoomIn: gettext("Closer"), zoomOut: gettext("Farther") },
  hooks: { onLevel: showLevel, onChoose: choose, onPoint: showTip, onUp: goUp, onTrouble: trouble },
});
live = new LiveState({
  addresses: { state: config.addresses.state, delta: config.addresses.delta },
  county: config.county,
  every: config.every,
  hooks: { onState: showState, onGeometry: reload, onViewer: checkViewer, onTrouble: trouble, onWell: well },
});
const points = issuesLayer(map.map, {
  address: config.addresses.issues,
  pane: "issues",
  query: () => filters().toString(),
  onOpen: (id) => location.assign(config.addresses.issue.replace("{number}", encodeURIComponent(id))),
  onTruncated: (isTruncated) => {
    find("#map-truncated").hidden = !isTruncated;
  },
  onTrouble: trouble,
});

function showLevel(level) {
  live?.use(level, filters().toString());
  const name = find("#map-level");
  if (name) name.textContent = level.name;
}

function showState(level, state, changed) {
  find("#map").dataset.ready = level.slug;
  map.setState(level, state, changed);
  if (level === map.level) showLegend(find("#legend"), state);
  if (!changed?.size) return;
  announceChanges(level, state, changed);
  flash(changed.size);
  loadFragments();
}

async function announceChanges(level, state, changed) {
  if (changed.size > FEW) {
    announce(interpolate(ngettext("%(n)s area has changed.", "%(n)s areas have changed.", changed.size), { n: number(changed.size) }));
    return;
  }
  const areas = await map.namesOf(level, changed);
  announce(areas.map(({ name, ordinal }) => describe(name, state.tone(ordinal), state.count(ordinal))).join(" "));
}

function flash(n) {
  const place = find("#live");
  place.dataset.changed = String(n);
  setTimeout(() => delete place.dataset.changed, 2500);
}

function choose(chosen) {
  go({ code: chosen.code, level: chosen.level, ordinal: chosen.ordinal });
}

/** Looks at another area: panel, table, figures, address, and the map unless the area is a cell in view. */
function go(next, { fit = true } = {}) {
  area = next;
  map.mark(next);
  const township = find("#filters [name=area]");
  if (township) township.value = [...township.options].some((option) => option.value === next.code) ? next.code : "";
  remember();
  loadTable();
  loadFigures();
  loadPanel(() => settle(fit));
}

/** What the panel knows of the area: where it is, what it is part of. */
function settle(fit) {
  const about = find("[data-area]", panel);
  if (about?.dataset.area !== area.code) return; // somebody was quicker: what is wanted now is still on its way
  area = { code: about.dataset.area, level: about.dataset.level, ordinal: Number(about.dataset.ordinal), parent: about.dataset.parent };
  map.mark(area);
  if (fit && about.dataset.bounds) map.show(JSON.parse(about.dataset.bounds));
}

function goUp() {
  if (area.parent) go({ code: area.parent });
}

function showTip(pointed, at) {
  if (!pointed || !at) {
    tip.hidden = true;
    return;
  }
  const state = map.layer.state;
  tip.textContent = describe(pointed.name, state.tone(pointed.ordinal), state.count(pointed.ordinal));
  tip.dataset.light = lightOf(state.tone(pointed.ordinal));
  tip.hidden = false;
  tip.style.transform = `translate(${Math.round(at.x + 14)}px, ${Math.round(at.y + 14)}px)`;
}

// --- Trouble ----------------------------------------------------------------------------------------------------
function trouble(error) {
  if (error.status === 0) showOffline(true);
  else {
    console.info(error.message);
    say(error.message, "error");
  }
  find("#live").dataset.state = "stale";
}

function well(at) {
  showOffline(false);
  const place = find("#live");
  place.dataset.state = "fresh";
  find("time", place).textContent = timeOfDay(at);
}

function reload() {
  location.reload();
}

function checkViewer(viewer) {
  if (viewer && viewer !== config.viewer) say(gettext("You are no longer logged in. Log in again to see figures."), "warning");
}

// --- Filters, links, history ------------------------------------------------------------------------------------
function applyFilters() {
  remember();
  live.use(map.level, filters().toString());
  points.refresh();
  loadFragments();
}

form?.addEventListener("change", (event) => {
  if (event.target.name === "area") go({ code: event.target.value || config.root });
  else applyFilters();
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  applyFilters();
});

// Links to an area within the page (breadcrumb, table, panel) move the map instead of loading the page anew.
on("click", "a[data-go]", (event, link) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go({ code: link.dataset.go });
});

on("change", "[name=level]", (event, choice) => map.fixLevel(choice.value));

window.addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search);
  for (const field of form ? form.elements : []) {
    if (field.type === "checkbox") field.checked = query.getAll(field.name).includes(field.value);
    else if (field.name) field.value = query.get(field.name) ?? "";
  }
  live.use(map.level, filters().toString());
  points.refresh();
  area = { code: query.get("area") || config.root };
  loadTable();
  loadFigures();
  loadPanel(() => settle(true));
});

map.mark(area);
live.use(map.level, filters().toString());
if (matchMedia("(max-width: 48rem)").matches) for (const fold of findAll("details[data-folds]")) fold.open = false;
find("#map").areaMap = map; // for whoever looks at the element from the console or a test
