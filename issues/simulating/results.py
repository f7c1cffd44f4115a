"""What a simulation tells: figures per township and light, and the load per desk or unit and week; today's beside the draft's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grids.levels import LADDER_LEVELS, Level
from grids.models import Area, paths_above
from issues.models import Event, Issue
from issues.simulating.history import History
from issues.simulating.replay import COUNTY, TOWNSHIP, Outcome
from issues.terms import Verb
from issues.timing.worktime import DAY, Moments, Worktime, micros
from issues.workflow import light_of
from representatives.models import Unit

WEEK = 7 * DAY
_MONDAY = 4 * DAY  # the first of 1970 was a Thursday
MEASURES = ("seen", "late", "climbed", "drafted")


@dataclass(frozen=True)
class Places:
    """The townships of the area, and in which of them each issue lies: an index of `names`, the last for none."""

    paths: list[str]
    names: list[str]
    of_issue: Moments

    @classmethod
    def of(cls, path: str, history: History) -> Places:
        rows = list(Area.objects.under(path).of_level(Level.TOWNSHIP).order_by("path").values_list("path", "name"))
        known = {township: index for index, (township, _name) in enumerate(rows)}
        cache: dict[str, int] = {}
        for place in set(history.paths):
            cache[place] = next((known[above] for above in paths_above(place) if above in known), len(rows))
        found = np.fromiter((cache[place] for place in history.paths), np.int64, len(history))
        return cls([row[0] for row in rows], [row[1] for row in rows], found)


def figures(places: Places, today: Outcome, draft: Outcome) -> list[dict[str, Any]]:
    """A table per township that has issues: for each light the four measures, (today, draft) each."""
    tables = []
    for index in range(len(places.paths) + 1):
        chosen = places.of_issue == index
        if chosen.any():
            name = places.names[index] if index < len(places.names) else ""
            tables.append({"name": name, "issues": int(chosen.sum()), "lights": _lights(chosen, today, draft)})
    return tables


def total(today: Outcome, draft: Outcome) -> list[dict[str, Any]]:
    return _lights(np.ones(len(today.drafted), bool), today, draft)


def _lights(chosen: NDArray[np.bool_], today: Outcome, draft: Outcome) -> list[dict[str, Any]]:
    rows = []
    for index, level in enumerate(LADDER_LEVELS):
        row: dict[str, Any] = {"light": light_of(level).value}
        for measure in MEASURES:
            row[measure] = [_count(outcome, measure, chosen, index) for outcome in (today, draft)]
        rows.append(row)
    return rows


def _count(outcome: Outcome, measure: str, chosen: NDArray[np.bool_], level: int) -> int:
    if measure == "drafted":
        return int(outcome.drafted[chosen].sum()) if level == TOWNSHIP else 0
    return int(getattr(outcome, measure)[chosen, level].sum())


# --- load ---


def load(
    history: History, places: Places, outcomes: Sequence[Outcome], worktime: Worktime, since: datetime, until: datetime
) -> dict[str, Any]:
    """For each desk and unit how many issues it held in each week, under one policy and under the other."""
    first = _week(worktime, np.array([micros(since)]))[0]
    weeks = int(_week(worktime, np.array([micros(until)]))[0] - first) + 1
    held = [_held(history, places, outcome, worktime, int(first), weeks) for outcome in outcomes]
    owners = sorted({*held[0], *held[1]}, key=lambda key: -int(max(held[0].get(key, _NONE).max(), held[1].get(key, _NONE).max())))
    names = _names(owners, places)
    rows = [
        {"name": names[key], "light": key[2], "weeks": [held[n].get(key, np.zeros(weeks, int)).tolist() for n in (0, 1)]}
        for key in owners
    ]
    starts = [_EPOCH + timedelta(days=int(first + n) * 7 + 4) for n in range(weeks)]
    return {"weeks": [f"{start:%Y-%m-%d}" for start in starts], "owners": rows}


Owner = tuple[str, int, str]  # “unit” and its key, or “desk” and the township's index; the light
_NONE = np.zeros(1, int)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _week(worktime: Worktime, at: Moments) -> Moments:
    """The number of the week, which begins on Monday."""
    found: Moments = (worktime.local(at) - _MONDAY) // WEEK
    return found


def _held(
    history: History, places: Places, outcome: Outcome, worktime: Worktime, first: int, weeks: int
) -> dict[Owner, NDArray[Any]]:
    if not outcome.stays:
        return {}
    rows, level, came, left = (np.concatenate(parts) for parts in zip(*outcome.stays, strict=True))
    begins = np.clip(_week(worktime, came) - first, 0, weeks - 1)
    ends = np.clip(_week(worktime, np.maximum(left, came)) - first, 0, weeks - 1)
    in_unit = (history.unit[rows] > 0) & (level == history.last_level[rows]) & (level >= TOWNSHIP)
    place = np.where(level == COUNTY, len(places.paths), places.of_issue[rows])
    keys = np.stack([in_unit.astype(np.int64), np.where(in_unit, history.unit[rows], place), level])
    owners, which = np.unique(keys, axis=1, return_inverse=True)
    steps = np.zeros((owners.shape[1], weeks + 1), np.int64)
    np.add.at(steps, (which.ravel(), begins), 1)
    np.add.at(steps, (which.ravel(), ends + 1), -1)
    counted = np.cumsum(steps, axis=1)[:, :weeks]
    lights = [light_of(each).value for each in LADDER_LEVELS]
    return {
        ("unit" if owners[0, n] else "desk", int(owners[1, n]), lights[owners[2, n]]): counted[n] for n in range(owners.shape[1])
    }


def _names(owners: Sequence[Owner], places: Places) -> Mapping[Owner, str]:
    units = dict(Unit.objects.with_keys([key for kind, key, _light in owners if kind == "unit"]).values_list("pk", "name"))
    names = {}
    for kind, key, light in owners:
        place = places.names[key] if kind == "desk" and key < len(places.names) else ""
        names[kind, key, light] = units.get(key, "") if kind == "unit" else place
    return names


# --- what really happened ---


def recorded(path: str, since: datetime, until: datetime, *, last_step: int) -> dict[str, dict[str, int]]:
    """What the ledger says of the same issues: late, climbed by the clock and drafted, by light."""
    issues = Issue.objects.under(path).reported_between(since, until).unsealed()
    found: dict[str, dict[str, int]] = {light_of(level).value: dict.fromkeys(MEASURES[1:], 0) for level in LADDER_LEVELS}
    for verb, level, n in Event.objects.by_program_of(issues, last_step=last_step).count_by_level():
        light = light_of(level).value
        found[light][{Verb.WARN: "late", Verb.ESCALATE: "climbed", Verb.DRAFT_RED: "drafted"}[Verb(verb)]] = n
    return found
