// states.js - what may become of a record, as a table. Knows no store and no server.

export const DRAFT = "draft"; // being written; never sent
export const WAITING = "waiting"; // final; goes out when there is a line
export const ATTENTION = "attention"; // the server said why it cannot take it; a person decides

/** What happens → the states it may happen in, and the state it leads to. A record that was sent is no record any more. */
const STEPS = {
  finish: { from: [DRAFT], to: WAITING },
  edit: { from: [WAITING, ATTENTION], to: DRAFT },
  refuse: { from: [WAITING], to: ATTENTION },
  retry: { from: [WAITING, ATTENTION], to: WAITING },
};

/** The state that the step leads to; throws if it is not possible from there. */
export function step(state, name) {
  const { from, to } = STEPS[name];
  if (!from.includes(state)) throw new Error(`“${name}” is not possible for a record that is “${state}”.`);
  return to;
}

/**
 * The record to send next, oldest first; null if there is none. What waits in a lane behind one that was not sent stays
 * behind it: an action may rest on the one before. `now`: those that failed wait until their `not_before` (ms).
 */
export function nextOf(records, now) {
  const held = new Set();
  for (const record of [...records].sort((one, other) => one.final_at - other.final_at)) {
    if (record.state === DRAFT || held.has(record.lane)) continue;
    if (record.state === WAITING && (record.not_before ?? 0) <= now) return record;
    held.add(record.lane);
  }
  return null;
}
