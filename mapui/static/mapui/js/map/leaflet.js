// leaflet.js - the only module that touches the global L and that swaps axes: here it is longitude first, as everywhere.

const { L } = globalThis;

/** Pixels per point on this screen; more than two would only cost time. */
export const pixelRatio = () => Math.min(globalThis.devicePixelRatio || 1, 2);

const PADDING = 12; // pixels around what is shown whole

/** A map on the element: no base layer, no prefix, no animation for who does not want any. */
export function makeMap(element, { bounds, minZoom = 5, maxZoom = 18, attribution = "" }) {
  const calm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    minZoom,
    maxZoom,
    zoomAnimation: !calm,
    fadeAnimation: false,
    inertia: !calm,
    maxBoundsViscosity: 0.6,
    zoomSnap: 0.5, // tiles of a half zoom are those of the next one made smaller, which stays crisp
    keyboardPanDelta: 120,
  });
  L.control.attribution({ prefix: false }).addTo(map);
  if (attribution) map.attributionControl.addAttribution(attribution);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  if (bounds) fit(map, bounds, { animate: false });
  return map;
}

/**
 * Lets the map be seen from as far as it takes to have [west, south, east, north] (degrees) in view whole, a province on a phone,
 * but from no farther than `farthest`, where there is anything to draw.
 */
export function letAllBeSeen(map, bounds, farthest) {
  const usual = map.getMinZoom();
  map.setMinZoom(farthest); // what fits is otherwise told as no less than the usual
  map.setMinZoom(Math.min(usual, map.getBoundsZoom(box(bounds), false, L.point(2 * PADDING, 2 * PADDING))));
}

const box = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

/** Shows [west, south, east, north] (degrees) whole. */
export function fit(map, bounds, { animate = true, maxZoom = 16, padding = [PADDING, PADDING] } = {}) {
  map.fitBounds(box(bounds), { animate, maxZoom, padding });
}

export const keepWithin = (map, bounds) => map.setMaxBounds(box(bounds).pad(0.5));
export const boundsOf = (map) => {
  const seen = map.getBounds();
  return [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
};
export const centreOf = (map) => lonLat(map.getCenter());
export const lonLat = ({ lng, lat }) => [lng, lat];
export const lookAt = (map, [lon, lat], zoom) => map.setView([lat, lon], zoom);

/** The pixel within the world at that zoom (256 pixels at zoom 0). */
export const project = (map, [lon, lat], zoom) => map.project([lat, lon], zoom);
/** Where the world's pixel [x, y] of zoom z lies in the view, and how many pixels of the view one of those is wide. */
export function worldToView(map, [x, y], z) {
  const at = map.latLngToContainerPoint(map.unproject([x, y], z));
  return { x: at.x, y: at.y, scale: map.getZoomScale(map.getZoom(), z) };
}
export const toContainer = (map, [lon, lat]) => map.latLngToContainerPoint([lat, lon]);

/** A layer of canvas tiles. `draw(canvas, {x, y, z}, done)` fills one; none are asked for outside `bounds`. */
export function canvasTiles({ draw, pane, className = "", bounds = null, minZoom = 0, maxZoom = 18 }) {
  const Tiles = L.GridLayer.extend({
    createTile(coords, done) {
      const canvas = L.DomUtil.create("canvas", `leaflet-tile ${className}`);
      const size = this.getTileSize();
      const ratio = pixelRatio();
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      draw(canvas, { x: coords.x, y: coords.y, z: coords.z }, (error) => done(error ?? null, canvas));
      return canvas;
    },
    /** Calls `visit(canvas, {x, y, z})` for the tiles on the screen. */
    eachTile(visit) {
      for (const { el, coords } of Object.values(this._tiles)) visit(el, coords);
    },
  });
  const within = bounds ? { bounds: box(bounds) } : {};
  return new Tiles({ pane, minZoom, maxZoom, ...within, keepBuffer: 1, updateWhenZooming: false, updateWhenIdle: false });
}

const MARGIN = 0.25; // an overlay reaches so far beyond the view on each side, so that dragging shows no edge at once

/** A canvas over the view, drawn by `draw(context, map, {west, north, east, south})` in pixels of the view when it stands still. */
export function overlay({ draw, pane, className = "" }) {
  const Overlay = L.Layer.extend({
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", `leaflet-zoom-hide ${className}`, map.getPane(pane));
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      this.redraw();
    },
    onRemove(map) {
      map.off("moveend zoomend resize viewreset", this.redraw, this);
      this._canvas.remove();
    },
    redraw() {
      if (!this._map) return;
      const { x, y } = this._map.getSize();
      const [left, top] = [Math.round(x * MARGIN), Math.round(y * MARGIN)];
      const [width, height] = [x + 2 * left, y + 2 * top];
      const ratio = pixelRatio();
      L.DomUtil.setPosition(this._canvas, this._map.containerPointToLayerPoint([-left, -top]));
      const context = this._canvas.getContext("2d");
      this._resize(width, height, ratio);
      context.setTransform(ratio, 0, 0, ratio, left * ratio, top * ratio);
      context.clearRect(-left, -top, width, height);
      draw(context, this._map, { west: -left, north: -top, east: x + left, south: y + top });
    },
    /** Megabytes are not made anew for each area that is pointed at. */
    _resize(width, height, ratio) {
      if (this._canvas.width === Math.floor(width * ratio) && this._canvas.height === Math.floor(height * ratio)) return;
      this._canvas.width = width * ratio;
      this._canvas.height = height * ratio;
      this._canvas.style.width = `${width}px`;
      this._canvas.style.height = `${height}px`;
    },
  });
  return new Overlay();
}

/** A pane of its own at that height; mouse events go through it unless `touchable`. */
export function addPane(map, name, zIndex, { touchable = false } = {}) {
  const pane = map.createPane(name);
  pane.style.zIndex = String(zIndex);
  if (!touchable) pane.style.pointerEvents = "none";
}

export const zoomButtons = (map, { zoomIn, zoomOut }) => L.control.zoom({ position: "topleft", zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);

/** Pictures from an XYZ address. */
export const pictures = (url, { maxNativeZoom = 18, attribution = "" }) =>
  L.tileLayer(url, { maxNativeZoom, maxZoom: 18, attribution, pane: "base" });

/** Markers that the keyboard can reach: `points` of {lonLat, html class, title, data}. Gives a layer with `show(points)`. */
export function markers({ pane, onOpen, size = 28 }) {
  const group = L.layerGroup();
  return Object.assign(group, {
    show(points) {
      group.clearLayers();
      for (const { place: [lon, lat], className, title, text, data } of points) {
        const label = L.DomUtil.create("span", "pin__shape");
        label.textContent = text;
        const icon = L.divIcon({ className, html: label, iconSize: [size, size] });
        const marker = L.marker([lat, lon], { icon, pane, title, keyboard: true, riseOnHover: true })
          .on("click", () => onOpen(data))
          .on("keypress", (event) => event.originalEvent.key === "Enter" && onOpen(data))
          .addTo(group);
        marker.getElement()?.setAttribute("aria-label", title);
      }
    },
  });
}

/**
 * A layer of clipped elements, one per tile: `make(element, {x, y, z}, done)` fills it, `release(element)` lets it go.
 * Between the native zooms the server has tiles; beyond them the nearest are enlarged.
 */
export function elementTiles({ make, release, pane, className = "", minZoom = 0, maxZoom = 18, minNativeZoom, maxNativeZoom }) {
  const Tiles = L.GridLayer.extend({
    createTile(coords, done) {
      const element = L.DomUtil.create("div", `leaflet-tile ${className}`);
      make(element, { x: coords.x, y: coords.y, z: coords.z }, (error) => done(error ?? null, element));
      return element;
    },
    /** Makes all tiles anew. (Leaflet's own redraw asks for tiles of half zooms.) */
    redraw() {
      const map = this._map;
      return map ? this.remove().addTo(map) : this;
    },
  });
  const layer = new Tiles({ pane, minZoom, maxZoom, minNativeZoom, maxNativeZoom, keepBuffer: 1, updateWhenZooming: false });
  return layer.on("tileunload", ({ tile }) => release(tile));
}

/** The outline of a GeoJSON geometry (degrees), drawn as SVG with that class; its `bounds` are [west, south, east, north]. */
export function outline(geometry, { className, pane }) {
  const layer = L.geoJSON(geometry, { style: { className, stroke: true, fill: true }, pane, interactive: false });
  const seen = layer.getBounds();
  return Object.assign(layer, { bounds: seen.isValid() ? [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()] : null });
}

/** One line or polygon of a GeoJSON geometry (degrees) that can be touched; its `toGeoJSON(false)` gives it back unrounded. */
export function shape(geometry, { className, pane }) {
  const [layer] = L.geoJSON(geometry, { style: { className, stroke: true }, pane, pmIgnore: false }).getLayers();
  return layer;
}

/** A circle of so many metres around a place. */
export const circleAround = ([lon, lat], radius, { className, pane }) =>
  L.circle([lat, lon], { radius, className, pane, interactive: false });

/** Leaves the wheel and one finger to the page: for a small map within a text. */
export function letThePageScroll(map) {
  map.scrollWheelZoom.disable();
  if (globalThis.matchMedia?.("(pointer: coarse)").matches) map.dragging.disable();
}

/** A pin that can be dragged: `onMoved([lon, lat])`; `move([lon, lat])` puts it elsewhere. */
export function dragPin([lon, lat], { className, title, onMoved }) {
  const icon = L.divIcon({ className, html: "", iconSize: [36, 48], iconAnchor: [18, 46] });
  const pin = L.marker([lat, lon], { icon, draggable: true, autoPan: true, title, alt: title, keyboard: false });
  pin.on("dragend", () => onMoved(lonLat(pin.getLatLng())));
  return Object.assign(pin, { move: (place) => pin.setLatLng([place[1], place[0]]) });
}
