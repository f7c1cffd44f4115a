// browser_probe.js - measures the overview from within. Put into the page by bench/browser_page.py before its own scripts run.
(() => {
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const areaMap = () => document.querySelector("#map")?.areaMap;
  const longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask", buffered: true });

  /** When what is drawn by now is on the screen: the frame after the one that shows it begins. */
  async function shown() {
    await frame();
    await frame();
    return performance.now();
  }

  const isPainted = (map, slug) => map?.level?.slug === slug && !map.layer.tiles.isLoading() && map.layer.state.size > 0 && !map.map._animatingZoom;

  /** When every tile in view of that level has its colours. */
  async function untilPainted(slug) {
    while (!isPainted(areaMap(), slug)) await frame();
    return shown();
  }

  /** Notes when areas are first drawn in their colours on the layer. */
  function noteFirst(layer) {
    const paint = layer.paint;
    return new Promise((found) => {
      layer.paint = function noted(canvas, coords, shapes, ...more) {
        paint.call(this, canvas, coords, shapes, ...more);
        if (!shapes.size || !this.state.size) return;
        delete this.paint;
        shown().then(found);
      };
    });
  }

  /** Shows that level, if need be from as near as there are tiles of it: a narrow screen then has not all of them in view. */
  function choose(slug) {
    const map = areaMap();
    const { minZoom } = map.levels.find((level) => level.slug === slug);
    if (map.map.getZoom() < minZoom) map.map.setZoom(minZoom, { animate: false });
    document.querySelector(`.map__levels [value="${slug}"]`).click();
  }

  /** From the start of the page: when the map stood, when its own level was painted, when the first and all of `slug` were. */
  async function load(slug) {
    while (!areaMap()) await frame();
    const map = areaMap();
    const made = performance.now();
    const own = await untilPainted(map.level.slug);
    const chosen = performance.now();
    const first = noteFirst(map.layers.get(slug));
    choose(slug);
    const all = await untilPainted(slug);
    return { made, own, first: (await first) - chosen, all: all - chosen, tiles: count(map.layer.tiles) };
  }

  /** The same when the page is asked for the cells at once. */
  async function loadAtOnce(slug) {
    while (!areaMap()) await frame();
    const first = noteFirst(areaMap().layers.get(slug));
    choose(slug);
    const all = await untilPainted(slug);
    return { first: await first, all, longest: Math.max(0, ...longTasks) };
  }

  function count(tiles) {
    let n = 0;
    tiles.eachTile(() => {
      n += 1;
    });
    return n;
  }

  /** How many different areas the tiles in view hold, and the bytes of their arrays. */
  function held() {
    const { layer } = areaMap();
    const ids = new Set();
    let bytes = 0;
    for (const shapes of layer.source.ready.values()) {
      for (const id of shapes.ids) ids.add(id);
      for (const part of Object.values(shapes)) bytes += part.byteLength ?? 0;
    }
    return { areas: ids.size, bytes };
  }

  async function timed(work) {
    await frame();
    const started = performance.now();
    work();
    const script = performance.now() - started;
    return { script, screen: (await shown()) - started };
  }

  const other = (tone) => (tone % 4) + 1;

  /** Gives that many areas (0: all) another tone, so many times; what the script took and when it was on the screen. */
  async function recolour(many, times) {
    const map = areaMap();
    const found = [];
    for (let turn = 0; turn < times; turn += 1) {
      const { state } = map.layer;
      if (many) {
        const ordinals = Array.from({ length: many }, (_, n) => state.first + Math.floor(((n + turn / times) * state.size) / many));
        const changed = state.apply(ordinals.map((ordinal) => [ordinal, other(state.tone(ordinal)), 1]));
        found.push(await timed(() => map.setState(map.level, state, changed)));
      } else {
        const next = new state.constructor(state.version, state.first, state.size);
        next.tones.set(state.tones.map(other));
        next.counts.set(state.counts);
        found.push(await timed(() => map.setState(map.level, next)));
      }
    }
    return found;
  }

  /** Microseconds per look-up of the area under a place in view, and what share of them found one. */
  function hits(times) {
    const map = areaMap();
    const size = map.map.getSize();
    const places = Array.from({ length: times }, (_, n) => {
      const { lng, lat } = map.map.containerPointToLatLng([((n * 0.618034) % 1) * size.x, ((n * 0.754878) % 1) * size.y]);
      return [lng, lat];
    });
    const taken = [];
    let found = 0;
    for (const place of places) {
      const started = performance.now();
      if (map.layer.at(map.map, place) !== null) found += 1;
      taken.push(performance.now() - started);
    }
    return { taken, found: found / times };
  }

  let intervals = null;

  /** Notes the time between frames until `frames()` asks for it. */
  function watchFrames() {
    intervals = [];
    let last = null;
    const tick = (at) => {
      if (!intervals) return;
      if (last !== null) intervals.push(at - last);
      last = at;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  function frames() {
    const found = intervals;
    intervals = null;
    return found;
  }

  /** Milliseconds from asking for another zoom until all of it is painted. */
  async function zoomBy(steps) {
    const map = areaMap();
    const started = performance.now();
    map.map.setZoom(map.map.getZoom() + steps);
    await frame();
    return (await untilPainted(map.level.slug)) - started;
  }

  /** Milliseconds until the pointer's area is named, from one place in the view (0…1) to another. */
  async function hover(x, y) {
    const map = areaMap();
    const size = map.map.getSize();
    const box = document.querySelector("#map").getBoundingClientRect();
    const target = document.querySelector("#map");
    const started = performance.now();
    target.dispatchEvent(new MouseEvent("mousemove", { clientX: box.left + x * size.x, clientY: box.top + y * size.y, bubbles: true }));
    return (await shown()) - started;
  }

  /** When the heat of all tiles in view is on the screen, from the start of the page. */
  async function heatShown() {
    const { dataset } = document.querySelector("#map") ?? { dataset: {} };
    while (!dataset.ready || dataset.heat !== "shown") await frame();
    return shown();
  }

  /** Colours the cells, all that are in view, in place of the heat. */
  async function byCells() {
    document.querySelector('[name=mode][value="areas"]').click();
    areaMap().fixLevel("cell");
    await shown();
    const layers = [];
    areaMap().map.eachLayer((layer) => layer.isLoading && layers.push(layer));
    while (layers.some((layer) => layer.isLoading())) await frame();
    return shown();
  }

  /** Moves the end of the slider's window a step back and forth, so many times. */
  async function slide(times) {
    const handle = document.querySelector('[data-handle="until"]');
    const found = [];
    for (let turn = 0; turn < times; turn += 1) {
      handle.value = String(Number(handle.value) + (turn % 2 ? 1 : -1));
      found.push(await timed(() => handle.dispatchEvent(new Event("input", { bubbles: true }))));
    }
    return found;
  }

  /** The times between frames while thirteen weeks run through the years. */
  async function play(ms) {
    document.querySelector('[data-last="13"]').click();
    await shown();
    document.querySelector("[data-play]").click();
    watchFrames();
    await new Promise((go) => setTimeout(go, ms));
    const found = frames();
    document.querySelector("[data-play]").click();
    return found;
  }

  /** What was fetched: kB over the wire and ms, by the kind of thing. */
  function fetched() {
    const kinds = { tiles: /\/cell\/.*\.mvt/, "tiles of borders": /\/(village|township)\/.*\.mvt/, names: /\/map\/areas\//, state: /\/map\/state\//, scripts: /\.js(\?|$)/, styles: /\.css/ };
    const found = { page: sum(performance.getEntriesByType("navigation")) };
    const rest = performance.getEntriesByType("resource");
    for (const [kind, pattern] of Object.entries(kinds)) found[kind] = sum(rest.filter((entry) => pattern.test(entry.name)));
    return found;
  }

  function sum(entries) {
    const kb = entries.reduce((all, { encodedBodySize }) => all + encodedBodySize / 1000, 0);
    return { n: entries.length, kb, ms: Math.max(0, ...entries.map(({ startTime, responseEnd }) => responseEnd - startTime)) };
  }

  globalThis.probe = { load, loadAtOnce, untilPainted, held, recolour, hits, watchFrames, frames, zoomBy, hover, fetched, heatShown, byCells, slide, play, longTasks };
})();
