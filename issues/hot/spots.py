"""Hot spots of one county: areas with significantly more issues around them than elsewhere in it, or with more and more.

Getis-Ord Gi* over the issues of the weeks asked for, per level and group of categories, adjusted for how many areas were
asked; the trend by Mann-Kendall over their periods of four weeks. Of the public's figures only what `heat.public` tells
is counted, so nothing that is found gives away more than it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from grids.levels import Level
from grids.neighbours import Neighbours, neighbours
from issues import sql
from issues.heat import public
from issues.heat.queries import ALL, FOUR_WEEKS
from issues.hot.statistics import Numbers, adjusted, chances, drift, gi_star, graph_of
from issues.models import Category, HotRun, HotSpot, Trend
from issues.policy.sections import Hot

LEAST_AREAS = 30  # with fewer to compare, no area can be told from chance
TOGETHER = ""  # the group that stands for all categories
LEVELS = (Level.GRID, Level.VILLAGE)


@dataclass(frozen=True)
class Window:
    """Weeks [first, until), whole periods of four."""

    first: int
    until: int

    @classmethod
    def before(cls, week: int, periods: int) -> Window:
        """The periods that end before that week."""
        return cls(week - periods * FOUR_WEEKS, week)

    @property
    def periods(self) -> int:
        return (self.until - self.first) // FOUR_WEEKS


class Row(NamedTuple):
    """Issues of an area in a period."""

    path: str
    group: str
    period: int
    issues: int


def find(run: HotRun, window: Window, rules: Hot, version: int) -> Iterator[HotSpot]:
    """The spots of the county of `run`, unsaved: of staff's figures, then of those that everybody is told."""
    groups = group_codes()
    areas = {level: Compared.of(run.path, level) for level in LEVELS}
    cells, villages = _counted(run.path, window, groups)
    for level, rows in ((Level.GRID, cells), (Level.VILLAGE, villages)):
        yield from _spots(run, areas[level], rows, rules, window.periods, is_public=False)
    told = list(_told(run.path, Window.before(window.until // FOUR_WEEKS * FOUR_WEEKS, window.periods), groups, version))
    yield from _spots(run, areas[Level.VILLAGE], told, rules, window.periods, is_public=True)


def group_codes() -> dict[int, str]:
    """The code of the group of each category, by key; of a category that is in none, or is one, its own."""
    return {each.pk: each.group.code if each.group else each.code for each in Category.objects.in_order()}


@dataclass(frozen=True)
class Compared:
    """The areas of a level that are compared with each other, and who lies beside whom."""

    level: Level
    near: Neighbours
    graph: Any

    @classmethod
    def of(cls, path: str, level: Level) -> Compared:
        near = neighbours(path, level)
        return cls(level, near, graph_of(len(near.paths), near.left, near.right) if near.paths else None)

    def around(self, totals: npt.NDArray[np.int64]) -> Numbers:
        """Issues per area of each area and its neighbours together."""
        weights = self.graph.sparse
        found: Numbers = (weights @ totals) / np.asarray(weights.sum(axis=1)).ravel()
        return found


def _counted(path: str, window: Window, groups: dict[int, str]) -> tuple[list[Row], list[Row]]:
    """(of cells, of villages): a village has what was reported in its cells and what was filed under it as a whole."""
    with connection.cursor() as cursor:
        cursor.execute(sql.read("hot_counts"), {"county": path, "first": window.first, "until": window.until})
        found = cursor.fetchall()
    cells = [Row(place, groups[category], period, n) for place, _, category, period, n in found]
    villages = [Row(village, groups[category], period, n) for _, village, category, period, n in found if village]
    return _and_together(cells), _and_together(villages)


def _and_together(rows: list[Row]) -> list[Row]:
    return [*rows, *(row._replace(group=TOGETHER) for row in rows)]


def _told(path: str, window: Window, groups: dict[int, str], version: int) -> Iterator[Row]:
    """What everybody is told of the villages of the county, in its own periods."""
    first = window.first // FOUR_WEEKS
    for village in public.villages_of(path, version):
        for category, buckets in village.told.items():
            group = TOGETHER if category == ALL else groups[category]
            for bucket, count in buckets.items():
                if 0 <= bucket - first < window.periods:
                    yield Row(village.path, group, bucket - first, count)


def _spots(run: HotRun, areas: Compared, rows: Sequence[Row], rules: Hot, periods: int, *, is_public: bool) -> Iterator[HotSpot]:
    places = {path: position for position, path in enumerate(areas.near.paths)}
    by_group: dict[str, list[Row]] = {}
    for row in rows:
        if row.path in places:
            by_group.setdefault(row.group, []).append(row)
    for group, members in sorted(by_group.items()):
        table = np.zeros((len(places), periods), dtype=np.int64)
        where = np.array([places[row.path] for row in members]), np.array([row.period for row in members])
        np.add.at(table, where, np.array([row.issues for row in members]))
        for found in _of_group(areas, table, rules):
            found.run, found.level, found.is_public, found.group = run, areas.level, is_public, group
            yield found


def _of_group(areas: Compared, table: npt.NDArray[np.int64], rules: Hot) -> Iterator[HotSpot]:
    """The spots of one group of categories; `table`: issues by area and period."""
    totals = table.sum(axis=1)
    enough = totals >= rules.issues
    if not enough.any():
        return
    scores = gi_star(totals, areas.graph) if len(totals) >= LEAST_AREAS else np.zeros(len(totals))
    chance = adjusted(chances(scores))
    hot = enough & (chance <= rules.chance)
    around, average = areas.around(totals), float(totals.mean())
    for is_hot, positions in ((True, np.flatnonzero(hot)), (False, np.flatnonzero(enough & ~hot))):
        drifts = [drift(table[position].tolist()) for position in positions]
        for position, moved, sure in zip(positions, drifts, adjusted([each.p for each in drifts]), strict=True):
            trend = trend_of(moved.tau, float(sure), rules.chance)
            if is_hot or trend == Trend.GROWING:
                yield HotSpot(
                    path=areas.near.paths[position],
                    is_hot=is_hot,
                    trend=trend,
                    count=int(totals[position]),
                    counts=table[position].tolist(),
                    around=float(around[position]),
                    average=average,
                    score=float(scores[position]),
                    chance=float(chance[position]),
                    tau=moved.tau,
                    drift_chance=float(sure),
                )


def trend_of(tau: float, p: float, chance: float) -> Trend:
    """Growing or fading if chance alone is unlikely to give such a series."""
    if p > chance or tau == 0:
        return Trend.STEADY
    return Trend.GROWING if tau > 0 else Trend.FADING
