import assert from "node:assert/strict";
import { test } from "node:test";

import { clockOf, issuesHere, seenSince } from "../../../mapui/static/mapui/js/desk/standing.js";

const NOON = Date.parse("2026-06-01T12:00:00+08:00");

const button = (verb, adds = false) => ({ verb, label: verb, style: "", adds, needs: [], allows: [] });

const issue = (number, more = {}) => ({
  number,
  title: `Lamp ${number}`,
  status: "assigned",
  status_word: "awaiting acknowledgement",
  light: "green",
  light_word: "green",
  event_count: 3,
  holder: "Li",
  due_at: "2026-06-01T17:00:00+08:00",
  clock_state: "on_track",
  verbs: [button("acknowledge"), button("note", true)],
  reports: [],
  lines: [],
  ...more,
});

const move = (number, verb, state = "waiting", more = {}) => ({ uuid: `${number}-${verb}`, kind: "move", state, lane: number, about: { title: "Lamp", area_name: "East" }, body: { issue: number, verb, facts: {}, seen: 3 }, ...more });

const answer = (number, verb, event_count) => ({ kind: "move", receipt: { issue: number, verb, status: "in_progress", status_word: "in progress", light: "green", light_word: "green", event_count, holder: "Li" } });

test("what waits on the phone is marked, and its button is not offered again", () => {
  const [found] = issuesHere({ issues: [issue("1")] }, [move("1", "acknowledge")], [], NOON);

  assert.deepEqual(found.waiting.map(({ uuid }) => uuid), ["1-acknowledge"]);
  assert.deepEqual(found.verbs.map(({ verb }) => verb), ["note"]);
  assert.equal(found.status_word, "awaiting acknowledgement");
});

test("what merely adds can be pressed again while the first waits", () => {
  const [found] = issuesHere({ issues: [issue("1")] }, [move("1", "note")], [], NOON);

  assert.deepEqual(found.verbs.map(({ verb }) => verb), ["acknowledge", "note"]);
});

test("a draft is no waiting action, and those of other issues do not count", () => {
  const [found] = issuesHere({ issues: [issue("1")] }, [move("1", "acknowledge", "draft"), move("2", "acknowledge")], [], NOON);

  assert.deepEqual(found.waiting, []);
  assert.equal(found.verbs.length, 2);
});

test("an answer that is newer than the pack says how the issue stands; an older one does not", () => {
  const pack = { issues: [issue("1"), issue("2")] };

  const [newer, older] = issuesHere(pack, [], [answer("1", "acknowledge", 4), answer("2", "acknowledge", 3)], NOON);

  assert.deepEqual([newer.status_word, newer.event_count, newer.verbs.length], ["in progress", 4, 1]);
  assert.deepEqual([older.status_word, older.event_count, older.verbs.length], ["awaiting acknowledgement", 3, 2]);
});

test("a refused action of an issue that is gone from the pack is still shown, last and without buttons", () => {
  const found = issuesHere({ issues: [issue("1")] }, [move("9", "verify", "attention")], [], NOON);

  assert.deepEqual(found.map(({ number }) => number), ["1", "9"]);
  assert.deepEqual([found[1].isGone, found[1].title, found[1].area_name, found[1].refused.length, found[1].verbs], [true, "Lamp", "East", 1, []]);
});

test("a clock that runs is late once its time is past; one that rests is not, nor one without a date", () => {
  assert.equal(clockOf(issue("1"), Date.parse("2026-06-01T16:59:59+08:00")), "on_track");
  assert.equal(clockOf(issue("1"), Date.parse("2026-06-01T17:00:00+08:00")), "overdue");
  assert.equal(clockOf(issue("1", { clock_state: "due_soon" }), Date.parse("2026-06-02T00:00:00+08:00")), "overdue");
  assert.equal(clockOf(issue("1", { clock_state: "paused" }), Date.parse("2026-06-02T00:00:00+08:00")), "paused");
  assert.equal(clockOf(issue("1", { due_at: null }), Date.parse("2026-06-02T00:00:00+08:00")), "on_track");
});

test("what the phone itself did since counts as seen, what others did does not", () => {
  assert.equal(seenSince(3, "1", []), 3);
  assert.equal(seenSince(3, "1", [answer("1", "note", 4), answer("1", "acknowledge", 5), answer("2", "note", 6)]), 5);
  assert.equal(seenSince(3, "1", [answer("1", "note", 5)]), 3);
  assert.equal(seenSince(3, "1", [answer("1", "note", 4), answer("1", "note", 6)]), 4);
});
