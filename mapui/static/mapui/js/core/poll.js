// poll.js - asks again and again: with jitter, not while nobody looks, slower while it fails. Knows not what is asked.

const LONGEST = 120_000;

/**
 * Calls `ask` (async) about every `every` ms. `onTrouble(error)` after a failure, `onWell()` after the first success
 * that follows one. Gives {stop, now}.
 */
export function poll(ask, { every = 12_000, jitter = 0.3, onTrouble = () => {}, onWell = () => {}, page = document } = {}) {
  let timer = null;
  let failures = 0;
  let running = false;
  let stopped = false;

  const pause = () => Math.min(LONGEST, every * 2 ** Math.min(failures, 5)) * (1 - jitter / 2 + Math.random() * jitter);

  function plan() {
    clearTimeout(timer);
    if (!stopped && !page.hidden) timer = setTimeout(run, pause());
  }

  async function run() {
    if (running || stopped) return;
    running = true;
    clearTimeout(timer);
    try {
      await ask();
      if (failures) onWell();
      failures = 0;
    } catch (error) {
      failures += 1;
      onTrouble(error);
    } finally {
      running = false;
      plan();
    }
  }

  const wake = () => (page.hidden ? clearTimeout(timer) : run());
  page.addEventListener("visibilitychange", wake);
  globalThis.addEventListener?.("online", wake);
  plan();
  return {
    now: run,
    stop() {
      stopped = true;
      clearTimeout(timer);
      page.removeEventListener("visibilitychange", wake);
      globalThis.removeEventListener?.("online", wake);
    },
  };
}
