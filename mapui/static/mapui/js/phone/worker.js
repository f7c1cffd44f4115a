// worker.js - the service worker: pages that start without signal. The view that serves it at /sw.js puts two lines before
// it: VERSION, and SHELL = {pages: {language: [[path, address], …]}, files: [address, …]}. Knows no report.
// It keeps only what is the same for everybody; the outbox lies in IndexedDB, which it never touches.
/* global VERSION, SHELL */

const PREFIX = "gridgov-shell-";
const CACHE = PREFIX + VERSION;
const AREAS = "gridgov-areas"; // outlines and names of areas: the version is in their address
const NOTES = "gridgov-language";
const IMMUTABLE = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;
const AREA = /^\/map\/(tiles\/\w+\/\d+\/|areas\/\w+\/\d+\/\d+\.json$)/;
const ANY = { ignoreVary: true }; // what is kept is the same for everybody
const PATIENCE_MS = 6000; // for a page of which there is a copy; the line may hang for minutes
const TOGETHER = 4; // requests at once for what nobody waits for
const ADDRESSES = new Set([...SHELL.files, ...Object.values(SHELL.pages).flat().map(([, address]) => address)]);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...ADDRESSES].map((address) => new Request(address, { cache: "no-cache", credentials: "omit" })))));
});

// The version before stays until the next one: another tab may still run on it.
self.addEventListener("activate", (event) => {
  const drop = async () => {
    const shells = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

self.addEventListener("message", (event) => {
  const { data } = event;
  if (data?.type === "update") self.skipWaiting();
  if (data?.type === "language") event.waitUntil(note(data.tag));
  if (data?.type === "keep") event.waitUntil(keep(data.urls.filter((url) => AREA.test(new URL(url, self.location).pathname))));
});

self.addEventListener("sync", (event) => {
  event.waitUntil(self.clients.matchAll().then((pages) => pages.forEach((page) => page.postMessage({ type: "sync" }))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (IMMUTABLE.test(url.pathname)) event.respondWith(kept(CACHE, request));
  else if (AREA.test(url.pathname)) event.respondWith(kept(AREAS, request));
  else if (ADDRESSES.has(url.pathname + url.search)) event.respondWith(fetch(request).catch(async () => (await copyOf(request)) ?? Response.error()));
});

/** The page from the server; without an answer the copy of it that knows nobody, or the one of the report form. */
async function page(request, path) {
  const copy = SHELL.pages[await language()].find(([start]) => path.startsWith(start));
  const fresh = fetch(request);
  fresh.catch(() => null); // it may still fail when nobody waits for it any more
  try {
    return await (copy ? Promise.race([fresh, late()]) : fresh);
  } catch {
    return (await copyOf(copy?.[1] ?? SHELL.pages[await language()][0][1])) ?? fresh;
  }
}

// Of this version alone: the one before may still lie beside it.
const copyOf = async (request) => (await caches.open(CACHE)).match(request, ANY);

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));

async function kept(name, request) {
  const found = await caches.match(request, ANY);
  if (found) return found;
  const response = await fetch(request);
  if (response.status === 200) (await caches.open(name)).put(request, response.clone());
  return response;
}

async function keep(urls) {
  const cache = await caches.open(AREAS);
  const add = async (url) => (await cache.match(url, ANY)) ?? cache.add(url).catch(() => null);
  for (let at = 0; at < urls.length; at += TOGETHER) await Promise.all(urls.slice(at, at + TOGETHER).map(add));
}

async function language() {
  const found = await (await caches.open(NOTES)).match("/language");
  const said = await found?.text();
  return said in SHELL.pages ? said : Object.keys(SHELL.pages)[0];
}

/** Remembers what the reader read last; `tag`: as the page says it (“zh-CN”). */
async function note(tag) {
  const read = Object.keys(SHELL.pages).find((code) => code.slice(0, 2) === tag.slice(0, 2));
  if (read) await (await caches.open(NOTES)).put("/language", new Response(read));
}
