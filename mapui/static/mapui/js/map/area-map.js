// area-map.js - the map of areas: shows the level that fits the zoom, its labels and borders, what is pointed at and chosen.
// Knows no page: tells `hooks` what happened.

import { addBasemap } from "./basemap.js";
import { AreaLayer, borderLayer } from "./cell-layer.js";
import { drawLabels } from "./labels.js";
import { addPane, centreOf, fit, keepWithin, letAllBeSeen, lonLat, makeMap, overlay, zoomButtons } from "./leaflet.js";
import { areaOf, canBeToldApart, labelledLevelFor, levelFor } from "./levels.js";
import { areFew, Names } from "../core/names.js";
import { TileSource } from "./tiles.js";

const NAMES_FROM = { county: 0, township: 0, village: 10, cell: 14 };
const CHARACTERS_FROM = 13;
const LABELS_AFTER_MS = 60;
const CHOSEN = [{ color: "#ffffff", width: 6 }, { color: "#15212c", width: 3 }];
const POINTED = [{ color: "#ffffff", width: 4 }, { color: "#15212c", width: 1.5 }];
const BORDERS = { township: { color: "rgb(21 33 44 / 75%)", width: 1.5 }, village: { color: "rgb(21 33 44 / 45%)", width: 0.75 } };

export class AreaMap {
  /**
   * `levels`: [{slug, version, size, first, minZoom}] from wide to fine; `addresses`: {tiles, names} with {level} and {version};
   * `bounds`: of all areas, `look`: what is shown first (degrees); `calm`: see levels.js;
   * hooks: onLevel(level), onChoose(area), onPoint(area | null, {x, y}), onUp(), onTrouble(error).
   */
  constructor(element, { levels, bounds, look = bounds, calm = false, addresses, basemap = {}, attribution = "", buttons, hooks }) {
    this.levels = levels.filter((level) => level.size > 0);
    this.addresses = addresses;
    this.hooks = hooks;
    this.bounds = bounds;
    this.calm = calm;
    this.surface = areaOf(bounds);
    this.fixedLevel = null;
    this.level = null;
    this.chosen = null;
    this.pointed = null;
    this.questions = new Map(); // why → how often somebody has asked what is at a place
    this.frames = new Map(); // kind → what is to be done at the next frame
    this.names = new Map(this.levels.map((level) => [level.slug, new Names(this.address("names", level), level.slug)]));
    this.map = makeMap(element, { bounds: null, attribution, minZoom: 5 });
    letAllBeSeen(this.map, bounds, this.levels[0].minZoom);
    fit(this.map, look, { animate: false });
    keepWithin(this.map, bounds);
    zoomButtons(this.map, buttons);
    this.font = getComputedStyle(element).fontFamily;
    for (const [name, height] of [["base", 150], ["areas", 250], ["borders", 300], ["marks", 350], ["labels", 400]]) addPane(this.map, name, height);
    addPane(this.map, "issues", 450, { touchable: true });
    addBasemap(this.map, basemap);
    this.layers = new Map(this.levels.map((level) => [level.slug, this.makeLayer(level, basemap.url ? 0.72 : 1)]));
    this.borders = new Map(this.levels.filter((level) => BORDERS[level.slug]).map((level) => [level.slug, this.makeBorders(level)]));
    this.marks = overlay({ pane: "marks", draw: (context) => this.drawMarks(context) }).addTo(this.map);
    this.labels = overlay({ pane: "labels", draw: (context, map, view) => this.drawLabels(context, map, view) }).addTo(this.map);
    this.listen(element);
    this.followZoom();
  }

  address(which, { slug, version }) {
    return this.addresses[which].replace("{level}", slug).replace("{version}", version);
  }

  makeLayer(level, opacity) {
    const source = new TileSource(this.address("tiles", level), { minZoom: level.minZoom, bounds: this.bounds });
    return new AreaLayer({ source, pane: "areas", opacity, onDrawn: () => this.redrawSoon(), onTrouble: this.hooks.onTrouble });
  }

  makeBorders(level) {
    const { source } = this.layers.get(level.slug);
    return borderLayer({ source, pane: "borders", onDrawn: () => this.redrawSoon(), ...BORDERS[level.slug] });
  }

  /** Marks and labels stand on tiles, and those come by and by: labels, of which there are hundreds, when none came for a while. */
  redrawSoon() {
    this.soon("marks", () => this.marks.redraw());
    clearTimeout(this.labelling);
    this.labelling = setTimeout(() => this.labels.redraw(), LABELS_AFTER_MS);
  }

  listen(element) {
    const { map } = this;
    map.on("zoomend", () => this.followZoom());
    const pointAt = (place, at) => this.lookUp("point", place, (area) => this.point(area, at));
    const chooseAt = (place) => this.lookUp("choose", place, (area) => this.choose(area));
    map.on("click", (event) => chooseAt(lonLat(event.latlng)));
    map.on("mousemove", (event) => this.soon("point", () => pointAt(lonLat(event.latlng), event.containerPoint)));
    map.on("mouseout", () => this.soon("point", () => this.point(null)));
    element.addEventListener("keydown", (event) => {
      if (event.target !== element) return;
      if (event.key === "Enter") chooseAt(centreOf(map));
      else if (event.key === "Escape") this.hooks.onUp();
    });
    map.on("moveend", () => document.activeElement === element && pointAt(centreOf(map), map.getSize().divideBy(2)));
  }

  /** Runs once per frame, the last one asked for of each kind. */
  soon(kind, work) {
    if (!this.frames.size) requestAnimationFrame(() => this.doDue());
    this.frames.set(kind, work);
  }

  doDue() {
    const due = [...this.frames.values()];
    this.frames.clear();
    for (const work of due) work();
  }

  /** Holds one level whatever the zoom; null: the level that fits. */
  fixLevel(slug) {
    this.fixedLevel = this.levels.find((level) => level.slug === slug) ?? null;
    this.followZoom();
  }

  /** What the choice of a level depends on. */
  get where() {
    const [, latitude] = centreOf(this.map);
    return { zoom: this.map.getZoom(), latitude, surface: this.surface, calm: this.calm };
  }

  followZoom() {
    const { zoom } = this.where;
    const fitting = levelFor(this.levels, this.where);
    const level = this.fixedLevel && zoom >= this.fixedLevel.minZoom ? this.fixedLevel : fitting;
    this.showBorders(level);
    if (level === this.level) return;
    if (this.level) this.layers.get(this.level.slug).tiles.remove();
    this.level = level;
    this.layers.get(level.slug).tiles.addTo(this.map);
    this.point(null);
    this.labels.redraw();
    this.hooks.onLevel(level);
  }

  /** Of the levels wider than that one. */
  showBorders(level) {
    for (const wider of this.levels) {
      const border = this.borders.get(wider.slug);
      if (this.levels.indexOf(wider) < this.levels.indexOf(level) && canBeToldApart(wider, this.where)) border?.addTo(this.map);
      else border?.remove();
    }
  }

  get layer() {
    return this.layers.get(this.level.slug);
  }

  /** Colours the areas of that level; `changed`: only these ordinals look otherwise. */
  setState(level, state, changed = null) {
    const layer = this.layers.get(level.slug);
    if (changed) {
      layer.state = state;
      layer.recolour(changed);
    } else layer.setState(state);
    if (level === this.level) this.labels.redraw();
  }

  /** The areas of that level with these ordinals, when their names are here. */
  async namesOf({ slug }, ordinals) {
    const names = this.names.get(slug);
    await names.load(ordinals);
    return names.among(ordinals);
  }

  /** Does `use(area | null)` with what is at the place: at once, or when its name has come, unless `why` asked for another meanwhile. */
  lookUp(why, place, use) {
    const { level } = this;
    const question = (this.questions.get(why) ?? 0) + 1;
    this.questions.set(why, question);
    const names = this.names.get(level.slug);
    const ordinal = this.layer.at(this.map, place);
    const known = ordinal === null ? null : names.get(ordinal);
    if (known || ordinal === null) {
      use(known);
      return;
    }
    const answer = () => question === this.questions.get(why) && level === this.level && use(names.get(ordinal));
    names.load([ordinal]).then(answer, this.hooks.onTrouble);
  }

  point(area, at = null) {
    if (area === this.pointed && !area) return;
    const isOther = area !== this.pointed;
    this.pointed = area;
    this.hooks.onPoint(area, at);
    if (isOther) this.marks.redraw();
  }

  choose(area) {
    if (!area) return;
    this.mark(area);
    this.hooks.onChoose(area);
  }

  /** Marks an area as chosen without telling anybody; null: none. `area`: {level, ordinal}. */
  mark(area) {
    this.chosen = area;
    this.marks.redraw();
  }

  show(bounds, options) {
    fit(this.map, bounds, options);
  }

  /** The area pointed at, if it is of the level shown; the chosen one also if it is of a wider level, whose borders are drawn. */
  drawMarks(context) {
    if (!this.level) return;
    const shown = this.layer;
    if (this.pointed?.level === this.level.slug) shown.outline(context, this.map, this.pointed.ordinal, POINTED);
    const chosenLevel = this.chosen?.level;
    if (chosenLevel === this.level.slug || (this.borders.has(chosenLevel) && this.map.hasLayer(this.borders.get(chosenLevel)))) {
      this.layers.get(chosenLevel).outline(context, this.map, this.chosen.ordinal, CHOSEN, shown.tiles);
    }
  }

  /** Labels of the level shown; where its areas have no room for any, the names alone of a wider one. */
  drawLabels(context, map, view) {
    if (!this.level) return;
    const labelled = labelledLevelFor(this.levels, this.where);
    const isWider = this.levels.indexOf(labelled) < this.levels.indexOf(this.level);
    const level = isWider ? labelled : this.level;
    const names = this.names.get(level.slug);
    const ordinals = this.inView(level);
    names.load(ordinals).then((hasMore) => hasMore && this.labels.redraw(), this.hooks.onTrouble);
    const zoom = map.getZoom();
    drawLabels(context, map, view, {
      areas: names.among(ordinals).filter((area) => area.place),
      state: isWider ? null : this.layer.state,
      withNames: isWider || zoom >= (NAMES_FROM[level.slug] ?? 0),
      withCharacters: zoom >= CHARACTERS_FROM,
      font: this.font,
    });
  }
  /** Ordinals of the areas of a level that may be in view: those that the tiles on the screen hold, or all if they are few. */
  inView(level) {
    if (areFew(level)) return Array.from({ length: level.size }, (_, n) => level.first + n);
    const { source } = this.layers.get(level.slug);
    const found = new Set();
    this.layer.tiles.eachTile((canvas, coords) => source.peek(coords)?.ids.forEach((id) => found.add(id)));
    return found;
  }
}
