"""Places where issues of one category keep coming back, close together: what a county may choose a topic of the month from.

DBSCAN over the points of the issues that came back in the twelve whole months before; how near and how many the signed
policy says. What is told of a place counts all issues of the category in the cells it touches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

import numpy as np
from django.utils.timezone import get_default_timezone, localtime, make_aware

from issues.figures.measures import Period
from issues.heat.queries import EVERYTHING, Audience
from issues.hot.spots import TOGETHER, group_codes, trend_of
from issues.hot.statistics import EARTH_M, clusters, drift
from issues.models import HotPlace, HotSpot
from issues.policy.sections import Hot
from issues.recurring.places import counted

MONTHS = 12
MOST = 12  # candidates of a month
MOST_SAMPLED = 30


class Return(NamedTuple):
    """An issue that came back, at a point (degrees)."""

    category: int
    path: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Cluster:
    """Issues of one category that came back close together."""

    category: int
    returns: tuple[Return, ...]

    @property
    def paths(self) -> list[str]:
        return sorted({each.path for each in self.returns})

    @property
    def middle(self) -> tuple[float, float]:
        """(longitude, latitude) on average."""
        return (
            float(np.mean([each.lon for each in self.returns])),
            float(np.mean([each.lat for each in self.returns])),
        )

    @property
    def reach_m(self) -> int:
        """Metres from the middle to the farthest of them, on the globe."""
        lon, lat = np.radians(self.middle)
        lons, lats = np.radians([each.lon for each in self.returns]), np.radians([each.lat for each in self.returns])
        half = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
        return round(float(np.max(2 * EARTH_M * np.arcsin(np.sqrt(half)))))


def months_before(month: date, months: int = MONTHS) -> list[date]:
    """The first days of so many months before that one, oldest first."""
    return [_shifted(month, -back) for back in range(months, 0, -1)]


def _shifted(month: date, by: int) -> date:
    years, rest = divmod(month.month - 1 + by, 12)
    return date(month.year + years, rest + 1, 1)


def year_before(month: date) -> Period:
    """The twelve whole months before that one, in the county's time."""
    return Period(
        *(make_aware(datetime.combine(day, time.min), get_default_timezone()) for day in (_shifted(month, -MONTHS), month))
    )


def find(county: str, month: date, rules: Hot, spots: Sequence[HotSpot]) -> Iterator[HotPlace]:
    """The candidates of a county for that month, unsaved, the most often come back first; `spots`: what is hot there."""
    groups, hot = group_codes(), {(spot.group, spot.path) for spot in spots if spot.is_hot and not spot.is_public}
    ranked = sorted(
        clustered(returns(county, year_before(month)), rules), key=lambda one: (-len(one.returns), one.category, one.paths)
    )
    for rank, cluster in enumerate(ranked[:MOST], start=1):
        asked = {(group, path) for group in (groups[cluster.category], TOGETHER) for path in cluster.paths}
        yield _described(county, month, rank, cluster, rules, is_hot=bool(asked & hot))


def returns(county: str, period: Period) -> list[Return]:
    """What came back in the county in that time and has a point. One query."""
    back = counted(Audience((county,)), EVERYTHING).filter(
        period.holds("reported_at"), recurrence_of__isnull=False, point__isnull=False
    )
    found = back.order_by("pk").values_list("category", "path", "point")
    return [Return(category, path, point.x, point.y) for category, path, point in found if point is not None]


def clustered(found: Sequence[Return], rules: Hot) -> Iterator[Cluster]:
    """Those that lie close together, by category."""
    by_category: dict[int, list[Return]] = defaultdict(list)
    for each in found:
        by_category[each.category].append(each)
    for category, members in sorted(by_category.items()):
        labels = clusters([(each.lon, each.lat) for each in members], within_m=rules.within_m, fewest=rules.came_back)
        for label in range(int(labels.max(initial=-1)) + 1):
            yield Cluster(category, tuple(each for each, own in zip(members, labels, strict=True) if own == label))


def _described(county: str, month: date, rank: int, cluster: Cluster, rules: Hot, *, is_hot: bool) -> HotPlace:
    there = counted(Audience((county,)), EVERYTHING).filter(
        year_before(month).holds("reported_at"), category=cluster.category, path__in=cluster.paths
    )
    found = list(there.order_by("-reported_at", "-pk").values_list("pk", "reported_at"))
    per_month = dict.fromkeys(months_before(month), 0)
    for _pk, reported_at in found:
        per_month[localtime(reported_at, get_default_timezone()).date().replace(day=1)] += 1
    moved, (lon, lat) = drift(list(per_month.values())), cluster.middle
    return HotPlace(
        county=county,
        month=month,
        rank=rank,
        category_id=cluster.category,
        paths=cluster.paths,
        lon=lon,
        lat=lat,
        reach_m=cluster.reach_m,
        came_back=len(cluster.returns),
        issues=len(found),
        counts=list(per_month.values()),
        trend=trend_of(moved.tau, moved.p, rules.chance),
        is_hot=is_hot,
        sample=[pk for pk, _at in found[:MOST_SAMPLED]],
    )
