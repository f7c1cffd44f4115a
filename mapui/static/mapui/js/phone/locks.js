// locks.js - one at a time, across tabs. Knows not what is done. Where the browser has no locks, a lease is written down.

const LEASE_MS = 8000;
const PREFIX = "gridgov.lease.";

/**
 * Takes the lock of that name if it is free: a function that gives it back, or null. It is free again when the tab is
 * closed or killed (Web Locks), or eight seconds later (lease).
 */
export function take(name, { locks = navigator.locks, storage = safeStorage() } = {}) {
  return locks ? takeLock(locks, name) : Promise.resolve(takeLease(storage, name));
}

/** Does `work` while holding the lock; what it gives, or null if another tab is at it. */
export async function alone(name, work, tools) {
  const giveBack = await take(name, tools);
  if (!giveBack) return null;
  try {
    return await work();
  } finally {
    giveBack();
  }
}

function takeLock(locks, name) {
  return new Promise((resolve, reject) => {
    locks
      .request(`gridgov-${name}`, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((giveBack) => {
          resolve(giveBack);
        });
      })
      .catch(reject);
  });
}

const mine = `${Date.now()}-${Math.random()}`;

function takeLease(storage, name) {
  const key = PREFIX + name;
  const [holder, until] = (storage?.getItem(key) ?? "").split("|");
  if (holder && Number(until) > Date.now()) return null;
  const write = () => storage?.setItem(key, `${mine}|${Date.now() + LEASE_MS}`);
  write();
  const renewing = setInterval(write, LEASE_MS / 3);
  return () => {
    clearInterval(renewing);
    storage?.removeItem(key);
  };
}

function safeStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
