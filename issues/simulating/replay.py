"""The replay itself: all issues at once, one step of each per wave (method: `issues.simulating`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grids.levels import LADDER_LEVELS
from issues.policy import Policy
from issues.simulating.history import ROWS, Begun, Ended, History
from issues.terms import RequestType, Urgency
from issues.timing.spans import Span, Unit
from issues.timing.worktime import DAY, FOREVER, MINUTE, Flags, Moments, Worktime

TOLERANCE = 5 * MINUTE  # a climb happens when a sweep comes by: so much later it still counts as the same moment
MOST_WAVES = 200
TOWNSHIP, COUNTY = 2, 3  # index of the ladder


@dataclass
class Outcome:
    """What came of every issue. `seen`, `late`, `climbed`: issues × levels; the stays: which issue, level, from, until."""

    seen: NDArray[np.bool_]
    late: NDArray[np.bool_]
    climbed: NDArray[np.bool_]
    drafted: Flags
    entered: Flags  # on the red list, by the decision of people
    stays: list[tuple[Moments, Moments, Moments, Moments]]

    @classmethod
    def empty(cls, n: int) -> Outcome:
        table = (n, len(LADDER_LEVELS))
        flags = (np.zeros(table, bool), np.zeros(table, bool), np.zeros(table, bool))
        return cls(*flags, np.zeros(n, bool), np.zeros(n, bool), [])


class Replay:
    """Some issues of a history, all under one calendar, replayed under one policy until `horizon`."""

    def __init__(self, history: History, rows: Moments, terms: Policy, worktime: Worktime, horizon: int) -> None:
        self.history, self.rows, self.terms, self.worktime, self.horizon = history, rows, terms, worktime, horizon
        n = len(rows)
        self.row = history.row[rows]
        self.at = history.first[rows].copy()  # the stretch that each issue is in
        self.last = self.at + history.stretches[rows] - 1
        self.level = np.zeros(n, np.int64)
        self.came = np.zeros(n, np.int64)  # when the level got it
        self.due, self.climb, self.until = (np.full(n, FOREVER) for _ in range(3))
        self.exact = np.zeros(n, bool)
        self._begin_levels = np.array([LADDER_LEVELS.index(terms.start_level(level)) for level in LADDER_LEVELS])
        self._up = np.array([_index(terms.rung_up(level)) for level in LADDER_LEVELS])
        self._down = np.array([_index(terms.rung_down(level)) for level in LADDER_LEVELS])
        self._natural = np.isin(self.row, (ROWS.index("urgent"), ROWS.index("critical")))

    def run(self, outcome: Outcome, alive: Callable[[], None]) -> None:
        """Every issue to its end or the horizon; what came of it is written into its rows of `outcome`. `alive` may raise."""
        self._begin()
        active = np.flatnonzero(self.came < self.horizon)
        for _wave in range(MOST_WAVES):
            if not len(active):
                return
            alive()
            active = self._step(active, outcome)
        raise RuntimeError("The replay came to no end: a policy must let issues climb, not circle.")

    # --- beginnings ---

    def _begin(self) -> None:
        history, rows = self.history, self.rows
        triage = self._by_row(lambda name: self._window(name, "triage"), history.reported[rows])
        started = np.minimum(history.accepted[rows], triage)
        self.level = self._begin_levels[history.level[self.at]]
        self._begin_work(np.arange(len(rows)), started)
        critical = self.row == ROWS.index("critical")
        safe_by = self.worktime.after(self.terms.limits.critical.make_safe, started)
        since = np.where(critical, np.maximum(started, np.minimum(history.safe[rows], safe_by)), started)
        self.came = started
        self._set_clock(np.arange(len(rows)), since)

    def _window(self, name: str, window: str) -> tuple[Span, bool]:
        limits = getattr(self.terms.limits, name)
        return getattr(limits, window), limits.pauses_at_night

    def _by_row(self, span_of: Callable[[str], tuple[Span, bool]], since: Moments) -> Moments:
        found = np.full_like(since, FOREVER)
        for index, name in enumerate(ROWS):
            chosen = self.row == index
            if chosen.any():
                span, pauses = span_of(name)
                found[chosen] = self.worktime.after(span, since[chosen], pauses_at_night=pauses)
        return found

    def _begin_work(self, who: Moments, since: Moments) -> None:
        """The stretch that each of these is in begins: when the work on it will be done."""
        start, end = self.history.start[self.at[who]], self.history.end[self.at[who]]
        exact = np.abs(since - start) <= TOLERANCE
        open_end = end >= FOREVER
        safe_end = np.where(open_end, start, end)
        natural = since + (safe_end - start)
        worked = self.worktime.add_work(since, self.worktime.worked(start, safe_end))
        until = np.where(exact, safe_end, np.where(self._natural[who], natural, worked))
        self.until[who] = np.where(open_end, FOREVER, np.maximum(until, since))
        self.exact[who] = exact

    def _set_clock(self, who: Moments, since: Moments, *, share: float = 1.0) -> None:
        """The level's clock begins: when it is due, and when it climbs or is drafted."""
        for level in range(len(LADDER_LEVELS)):
            for index in range(len(ROWS)):
                chosen = (self.level[who] == level) & (self.row[who] == index)
                if chosen.any():
                    span = self._limit(level, index)
                    due = self.worktime.after(span if share == 1.0 else span.share(share), since[chosen])
                    self._set_due(who[chosen], due, level, index)

    def _limit(self, level: int, row: int) -> Span:
        name = ROWS[row]
        urgency = Urgency.NORMAL if name == "consult" else Urgency(name)
        kind = RequestType.CONSULT if name == "consult" else RequestType.HELP
        return self.terms.limit(LADDER_LEVELS[level], urgency, kind)

    def _set_due(self, who: Moments, due: Moments, level: int, row: int) -> None:
        grace = self.terms.level(LADDER_LEVELS[level]).up.grace(urgent=ROWS[row] in ("urgent", "critical"))
        self.due[who] = due
        self.climb[who] = FOREVER if grace is None else self.worktime.after(grace, due)

    # --- steps ---

    def _step(self, active: Moments, outcome: Outcome) -> Moments:
        """One thing happens to each: it climbs, its stretch ends, or the horizon comes. Those with whom it goes on."""
        nobody = self.history.ended[self.at[active]] == Ended.CLOCK
        may_climb = (self.level[active] < TOWNSHIP) & (self._up[self.level[active]] >= 0) & (self.climb[active] < FOREVER)
        until = np.where(nobody & may_climb, FOREVER, self.until[active])
        climbs = may_climb & (self.climb[active] < until)
        when = np.minimum(np.where(climbs, self.climb[active], until), self.horizon)
        self._note(active, when, climbs, outcome)
        over = when >= self.horizon
        self._rise(active[climbs & ~over], active[climbs & nobody & ~over])
        ended = active[~climbs & ~over]
        going_on = self._end(ended)
        return np.concatenate((active[climbs & ~over], going_on))

    def _note(self, who: Moments, when: Moments, climbs: Flags, outcome: Outcome) -> None:
        rows, level = self.rows[who], self.level[who]
        outcome.seen[rows, level] = True
        outcome.late[rows, level] |= when > self.due[who]
        outcome.climbed[rows, level] |= climbs & (when < self.horizon)
        outcome.drafted[rows] |= (level == TOWNSHIP) & (self.climb[who] < when)
        outcome.entered[rows] |= level == COUNTY
        outcome.stays.append((rows, level, self.came[who].copy(), when))

    def _rise(self, who: Moments, nobody: Moments) -> None:
        """These climb by the clock; where in the past nobody ended the stretch either, the next one begins."""
        at = self.climb[who].copy()
        self.level[who] = self._up[self.level[who]]
        self.came[who] = at
        self._set_clock(who, at)
        nobody = nobody[self.at[nobody] < self.last[nobody]]
        self.at[nobody] += 1
        self._begin_work(nobody, self.came[nobody])

    def _end(self, who: Moments) -> Moments:
        """Work on the stretch is done: on to the next, at the level to which people passed it. Those that have a next one."""
        who = who[self.at[who] < self.last[who]]
        how, was, done = self.history.ended[self.at[who]], self.history.level[self.at[who]], self.until[who].copy()
        gap = self.history.start[self.at[who] + 1] - self.history.end[self.at[who]]
        begins = done + np.where(how == Ended.DONE, gap, 0)
        self.at[who] += 1
        before = self.level[who].copy()
        self.level[who] = self._passed_on(how, was, before)
        self._begin_work(who, begins)
        moved = self.level[who] != before
        self._set_clock(who[moved], begins[moved])
        self._keep_at_least(who[moved & (how == Ended.DOWN)], begins[moved & (how == Ended.DOWN)])
        self._set_clock_again(who[~moved], done[~moved], begins[~moved], how[~moved] == Ended.DONE)
        self.came[who] = begins
        return who[begins < self.horizon]

    def _passed_on(self, how: Moments, was: Moments, level: Moments) -> Moments:
        """The level after a stretch that really was at `was`; what has climbed past it by the clock stays where it is."""
        up = np.where((level <= was) & (self._up[level] >= 0), self._up[level], level)
        down = np.where(self._down[level] >= 0, self._down[level], level)
        found = np.where(how == Ended.UP, np.minimum(up, TOWNSHIP), level)
        found = np.where(how == Ended.DOWN, down, found)
        return np.where(how == Ended.RED, COUNTY, found)

    def _set_clock_again(self, who: Moments, stopped: Moments, begins: Moments, after_rest: Flags) -> None:
        """At the same level: the clock of a new round, of one sent back, or of one that stood still. Else it runs on."""
        begun = self.history.begun[self.at[who]]
        full, share = after_rest & (begun == Begun.FULL), after_rest & (begun == Begun.SHARE)
        self._set_clock(who[full], begins[full])
        self._set_clock(who[share], begins[share], share=self.terms.closure.rectify_share)
        kept, resumed = after_rest & (begun == Begun.KEEP), after_rest & (begun == Begun.RESUMED)
        self._keep_at_least(who[kept], begins[kept])
        self._move_due(who[resumed], self._after_rest(who[resumed], stopped[resumed], begins[resumed]))

    def _keep_at_least(self, who: Moments, begins: Moments) -> None:
        """What comes back is left no less time than the policy keeps."""
        self._move_due(who, np.maximum(self.due[who], self.worktime.after(self.terms.returns.keep_at_least, begins)))

    def _after_rest(self, who: Moments, stopped: Moments, begins: Moments) -> Moments:
        """A due time moved on by a pause: by its length, or by the working days it took, as `clock.shifted` does."""
        due, tables = self.due[who], self.worktime
        local = tables.local(due)
        day, of_day = local // DAY, local % DAY
        days = tables.working_days(tables.local(stopped) // DAY, tables.local(begins) // DAY)
        moved = tables.absolute(tables.on_working_day(day, days) * DAY + of_day)
        return np.where(self._counts_hours(who), due + (begins - stopped), moved)

    def _counts_hours(self, who: Moments) -> Flags:
        table = np.array(
            [[self._limit(level, row).unit in (Unit.HOUR, Unit.MINUTE) for row in range(len(ROWS))] for level in range(4)]
        )
        found: Flags = table[self.level[who], self.row[who]]
        return found

    def _move_due(self, who: Moments, due: Moments) -> None:
        for level in range(len(LADDER_LEVELS)):
            for index in range(len(ROWS)):
                chosen = (self.level[who] == level) & (self.row[who] == index)
                if chosen.any():
                    self._set_due(who[chosen], due[chosen], level, index)


def _index(rung: object) -> int:
    level = getattr(rung, "level", None)
    return -1 if level is None else LADDER_LEVELS.index(level)
