// standing.js - how the issues stand as far as this phone knows: the pack, what was answered since, what still waits here.
// Pure: knows no store, no server, no page.

import { ATTENTION, DRAFT, WAITING } from "../phone/states.js";

const OVERDUE = "overdue";
const RUNNING = ["on_track", "due_soon"];
const STANDS = ["status", "status_word", "light", "light_word", "event_count", "holder"];

/**
 * The issues of the pack in their order, each with `waiting` and `refused` (records of the outbox), the clock of `now` (ms)
 * and only those buttons that were not pressed yet. An issue that is in the outbox but no longer in the pack comes last, `isGone`.
 * `records`: the owner's; `arrived`: entries of the log.
 */
export function issuesHere(pack, records, arrived, now) {
  const moves = records.filter(({ kind, state }) => kind === "move" && state !== DRAFT);
  const known = new Set(pack.issues.map(({ number }) => number));
  const gone = new Set(moves.map(({ lane }) => lane).filter((number) => !known.has(number)));
  const all = [...pack.issues, ...[...gone].map((number) => unknown(number, moves))];
  return all.map((issue) => issueHere(issue, moves.filter(({ lane }) => lane === issue.number), answersTo(issue, arrived), now));
}

function issueHere(issue, moves, answers, now) {
  const newest = answers.at(-1);
  const stands = newest ? Object.fromEntries(STANDS.map((name) => [name, newest[name]])) : {};
  const waiting = moves.filter(({ state }) => state === WAITING);
  const pressed = new Set([...waiting.map(({ body }) => body.verb), ...answers.map(({ verb }) => verb)]);
  return {
    ...issue,
    ...stands,
    clock_state: clockOf(issue, now),
    waiting,
    refused: moves.filter(({ state }) => state === ATTENTION),
    verbs: issue.verbs.filter(({ verb, adds }) => adds || !pressed.has(verb)),
  };
}

/** What the server answered to this phone about the issue since the pack was made, oldest first. */
const answersTo = ({ number, event_count: known }, arrived) =>
  arrived
    .filter(({ kind, receipt }) => kind === "move" && receipt?.issue === number && receipt.event_count > known)
    .map(({ receipt }) => receipt)
    .sort((one, other) => one.event_count - other.event_count);

/** What the outbox says of an issue that the pack does not hold: it ended, or went where this person does not see it. */
function unknown(number, moves) {
  const about = moves.find(({ lane }) => lane === number).about ?? {};
  return { number, title: about.title ?? number, area_name: about.area_name ?? "", isGone: true, event_count: 0, verbs: [], reports: [], lines: [], place_text: "", lon: null, lat: null, due_at: null, clock_state: "" };
}

/** A clock goes on without signal: what is past its time is late. One that rests rests. */
export const clockOf = ({ clock_state: state, due_at: due }, now) => (RUNNING.includes(state) && due && Date.parse(due) <= now ? OVERDUE : state);

/** How many entries the person had seen, counting what they did themselves since: one more each, or somebody else acted too. */
export function seenSince(seen, number, arrived) {
  const answers = answersTo({ number, event_count: seen }, arrived);
  return answers.reduce((before, { event_count: after }) => (after === before + 1 ? after : before), seen);
}
