// places.js - what is known of the territory without signal: the lists of places, and what the map needs. Public data, kept
// on the phone when there is a line. Knows no form.

import { getJSON } from "../core/api.js";
import { blocksOf } from "../core/names.js";
import { openOutbox } from "../phone/outbox.js";
import { keepForOffline } from "../phone/shell.js";

const PLACES = "/api/places";
const NOTES = { map: "places.map", tree: "places.tree" };
const [WIDEST, DEEPEST] = [8, 14]; // zooms: deeper ones are drawn from the tiles of the deepest
const NAMES_MOST = 16; // blocks of a level
const TILES_MOST = 64; // per zoom and level; the whole of a large township would be more than a phone should fetch unasked

/** What /report/map.json says, as it was kept if the server is not reached. Rejects if neither is to be had. */
export async function settingsOfMap(address, area) {
  const outbox = await openOutbox();
  try {
    const settings = await getJSON(`${address}?area=${encodeURIComponent(area)}`);
    await outbox?.setNote(NOTES.map, settings);
    return settings;
  } catch (error) {
    const kept = await outbox?.note(NOTES.map);
    if (!kept) throw error;
    return kept;
  }
}

/** The kept tree: {roots: [node], at}; a node is {code, name, level_name, parts: [node] | undefined}. Null if there is none. */
export async function keptTree() {
  return (await (await openOutbox())?.note(NOTES.tree)) ?? null;
}

/** The way from a root to the place of that code: [node, …], empty if it is not known here. */
export function wayTo(nodes, code) {
  for (const node of nodes) {
    if (node.code === code) return [node];
    const below = wayTo(node.parts ?? [], code);
    if (below.length) return [node, ...below];
  }
  return [];
}

/**
 * Fetches for a time without signal: the lists of places, and, for who is at home somewhere or came by a card (`home`: code of
 * an area, or ""), the outlines there. Says nothing if it fails.
 */
export async function fetchForOffline(mapAddress, home) {
  const outbox = await openOutbox();
  if (!outbox || navigator.connection?.saveData) return;
  try {
    await outbox.setNote(NOTES.tree, { roots: await fetchTree(home), at: Date.now() });
    const settings = await settingsOfMap(mapAddress, home);
    if (home) await keepForOffline(addressesOf(settings));
  } catch {
    // No line: what was kept before is still there.
  }
}

const below = async (code, depth) => (await getJSON(`${PLACES}?area=${encodeURIComponent(code)}&depth=${depth}`)).parts;

/** The only root with all below it, as far as one answer goes; of several roots two levels. All below `home` in any case. */
async function fetchTree(home) {
  const { parts: roots } = await getJSON(`${PLACES}?depth=2`);
  if (roots.length === 1) roots[0].parts = await below(roots[0].code, 3);
  const own = wayTo(roots, home).at(-1);
  if (own?.more) own.parts = await below(home, 3);
  return roots;
}

/** The blocks of names of a level; none of a level so large that a phone would carry a province about. */
function namesOf(level) {
  const blocks = blocksOf(level);
  return blocks.length > NAMES_MOST ? [] : blocks;
}

/** The names of all levels, and their tiles over the part of the map that is looked at first; the closest look and the finest level first. */
function addressesOf({ levels, addresses, look }) {
  const filled = (address, level) => address.replace("{level}", level.slug).replace("{version}", level.version);
  const found = levels.flatMap((level) => namesOf(level).map((block) => filled(addresses.names, level).replace("{block}", block)));
  for (let zoom = DEEPEST; zoom >= WIDEST; zoom -= 1) {
    for (const level of [...levels].reverse().filter(({ minZoom }) => zoom >= minZoom)) {
      const address = filled(addresses.tiles, level);
      found.push(...tilesOver(look, zoom).map(({ z, x, y }) => address.replace("{z}", z).replace("{x}", x).replace("{y}", y)));
    }
  }
  return found;
}

/** The tiles of a zoom over [west, south, east, north] (degrees) and around it; none if they were too many. */
export function tilesOver([west, south, east, north], z) {
  const last = 2 ** z - 1;
  const within = (n) => Math.min(last, Math.max(0, n));
  const column = (lon) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z);
  const [left, right, top, bottom] = [column(west) - 1, column(east) + 1, row(north) - 1, row(south) + 1].map(within);
  if ((right - left + 1) * (bottom - top + 1) > TILES_MOST) return [];
  const tiles = [];
  for (let x = left; x <= right; x += 1) for (let y = top; y <= bottom; y += 1) tiles.push({ z, x, y });
  return tiles;
}
