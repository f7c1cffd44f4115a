// area-map.js - the map of areas: shows the level that fits the zoom, its labels and borders, what is pointed at and chosen.
// Knows no page: tells `hooks` what happened.

import { getJSON } from "../core/api.js";
import { addBasemap } from "./basemap.js";
import { AreaLayer, borderLayer } from "./cell-layer.js";
import { drawLabels } from "./labels.js";
import { addPane, centreOf, fit, keepWithin, lonLat, makeMap, overlay, zoomButtons } from "./leaflet.js";
import { areaOf, labelledLevelFor, levelFor } from "./levels.js";
import { TileSource } from "./tiles.js";

const NAMES_FROM = { county: 0, township: 0, village: 10, cell: 14 };
const CHARACTERS_FROM = 13;
const CHOSEN = [{ color: "#ffffff", width: 6 }, { color: "#15212c", width: 3 }];
const POINTED = [{ color: "#ffffff", width: 4 }, { color: "#15212c", width: 1.5 }];
const BORDERS = { township: { color: "rgb(21 33 44 / 75%)", width: 1.5 }, village: { color: "rgb(21 33 44 / 45%)", width: 0.75 } };

export class AreaMap {
  /**
   * `levels`: [{slug, version, size, minZoom}] from wide to fine; `addresses`: {tiles, names} with {level} and {version};
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
    this.asked = new Map(); // slug → promise of the same
    this.areas = new Map(); // slug → Map of ordinal → {ordinal, code, name, place, parent}
    this.map = makeMap(element, { bounds: look, attribution, minZoom: 5 });
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

  makeLayer(level, opacity) {
    const address = this.addresses.tiles.replace("{level}", level.slug).replace("{version}", level.version);
    const source = new TileSource(address, { minZoom: level.minZoom, bounds: this.bounds });
    return new AreaLayer({ source, pane: "areas", opacity, onDrawn: () => this.soon(() => this.marks.redraw()), onTrouble: this.hooks.onTrouble });
  }

  makeBorders(level) {
    const onDrawn = () => this.soon(() => this.marks.redraw());
    return borderLayer({ source: this.layers.get(level.slug).source, pane: "borders", onDrawn, ...BORDERS[level.slug] });
  }

  listen(element) {
    const { map } = this;
    map.on("zoomend", () => this.followZoom());
    map.on("click", (event) => this.choose(this.areaAt(lonLat(event.latlng))));
    map.on("mousemove", (event) => this.soon(() => this.point(this.areaAt(lonLat(event.latlng)), event.containerPoint)));
    map.on("mouseout", () => this.point(null));
    element.addEventListener("keydown", (event) => {
      if (event.target !== element) return;
      if (event.key === "Enter") this.choose(this.areaAt(centreOf(map)));
      else if (event.key === "Escape") this.hooks.onUp();
    });
    map.on("moveend", () => document.activeElement === element && this.point(this.areaAt(centreOf(map)), map.getSize().divideBy(2)));
  }

  /** Runs once per frame, the last one asked for of each kind. */
  soon(work) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(work);
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
    if (level === this.level) return;
    if (this.level) this.layers.get(this.level.slug).tiles.remove();
    this.level = level;
    this.layers.get(level.slug).tiles.addTo(this.map);
    const depth = this.levels.indexOf(level);
    for (const [slug, border] of this.borders) {
      const isWider = this.levels.findIndex((each) => each.slug === slug) < depth;
      if (isWider) border.addTo(this.map);
      else border.remove();
    }
    this.point(null);
    this.loadNames(level).then(() => this.labels.redraw());
    this.hooks.onLevel(level);
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

  /** The areas of the level by ordinal, asked for once. */
  loadNames({ slug, version }) {
    if (!this.asked.has(slug)) this.asked.set(slug, this.askNames(slug, version));
    return this.asked.get(slug);
  }

  async askNames(slug, version) {
    const known = new Map();
    try {
      const { areas } = await getJSON(this.addresses.names.replace("{level}", slug).replace("{version}", version));
      for (const [ordinal, code, name, lon, lat, parent] of areas) {
        known.set(ordinal, { ordinal, code, name, parent, level: slug, place: lon === null ? null : [lon, lat] });
      }
      this.areas.set(slug, known);
    } catch (error) {
      this.asked.delete(slug);
      this.hooks.onTrouble(error);
    }
    return known;
  }

  areaAt(place) {
    const ordinal = this.layer.at(this.map, place);
    return ordinal === null ? null : (this.areas.get(this.level.slug)?.get(ordinal) ?? null);
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
    const known = this.areas.get(level.slug);
    if (!known) this.loadNames(level).then(() => this.labels.redraw());
    const zoom = map.getZoom();
    drawLabels(context, map, view, {
      areas: [...(known?.values() ?? [])].filter((area) => area.place),
      state: isWider ? null : this.layer.state,
      withNames: isWider || zoom >= (NAMES_FROM[level.slug] ?? 0),
      withCharacters: zoom >= CHARACTERS_FROM,
      font: this.font,
    });
  }
}
