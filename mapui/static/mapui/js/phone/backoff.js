// backoff.js - how long to wait before trying again: 1, 2, 4 … 300 seconds, never exactly. Knows no network.

const FIRST_MS = 1000;
export const LONGEST_MS = 300_000;
const JITTER = 0.25; // a quarter more or less, so that phones which lost the server together do not return together

/** Milliseconds to wait after so many failures in a row (1 or more); `asked`: what the server asked for at least. */
export function pause(failures, { asked = 0, random = Math.random } = {}) {
  const plain = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(failures, 1) - 1, 20));
  return Math.max(asked, Math.min(LONGEST_MS, Math.round(plain * (1 - JITTER + 2 * JITTER * random()))));
}

/** Milliseconds that a `Retry-After` header asks for (seconds or a date); 0 if it says nothing that can be read. */
export function retryAfter(header, now = Date.now()) {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}
