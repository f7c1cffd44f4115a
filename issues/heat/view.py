"""One audience's view of the heat as bytes and figures: what the tiles, the cells and the slider are made from.

Everything here follows from (version of the heat, audience, choice) alone, so it is kept in the cache under those.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache

from grids.levels import Level
from grids.models import Area
from issues.heat import bins, codec, public, queries
from issues.heat.codec import Row, Shape
from issues.heat.queries import (
    ALL,
    EVERYTHING,
    FOUR_WEEKS,
    HIGHEST_ZOOM,
    LARGE,
    LOWEST_ZOOM,
    PUBLIC,
    SAMPLED,
    SIDE_BITS,
    WIDE_ZOOM,
    Audience,
    Choice,
    Knot,
)
from issues.heat.weeks import week_of
from issues.models.heat import FINEST

DAY = 24 * 3600
AREA_LEVELS = (Level.GRID, Level.VILLAGE, Level.TOWNSHIP)
LONGEST = 520  # weeks: what is older is kept, but the slider would have no room for it
YEAR = 52  # weeks: how much is looked at first; without any report for so long, the span ends with the last one

T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """Weeks with issues, by category (0: all of them): {category: {week: issues}}; the weeks of buckets for the public."""

    first_week: int
    weeks: int
    counts: dict[int, dict[int, int]]

    @property
    def last_week(self) -> int:
        return self.first_week + max(self.weeks, 1) - 1

    @property
    def total(self) -> int:
        return sum(self.counts.get(ALL, {}).values())


@dataclass(frozen=True)
class View:
    """The heat as one audience sees it, in one version."""

    audience: Audience
    version: int
    at: datetime

    @property
    def key(self) -> str:
        """Names the content: it changes with the version, with the audience and with the present week."""
        return f"{self.version}-{self.audience.key}-{week_of(self.at)}"

    @property
    def highest_zoom(self) -> int:
        return public.FINEST_SHOWN if self.audience.is_public else HIGHEST_ZOOM

    def span(self) -> Span:
        """From the first week with an issue until the present one; until the last with an issue if that is a year ago."""
        bucket = public.BUCKET_WEEKS if self.audience.is_public else 1
        return self._kept("span", lambda: _span(self._weekly(), until=week_of(self.at), bucket=bucket))

    def bucket_weeks(self, z: int = HIGHEST_ZOOM) -> int:
        """Weeks per bucket of the tiles of zoom z."""
        if self.audience.is_public:
            return public.BUCKET_WEEKS
        return FOUR_WEEKS if z <= WIDE_ZOOM and self.span().total > LARGE else 1

    def totals(self, choice: Choice) -> list[int]:
        """Issues of the choice per week of the span; for the public, at the first week of each bucket."""
        span = self.span()
        summed = [0] * span.weeks
        for category in choice.ids if choice.code else (ALL,):
            for week, count in span.counts.get(category, {}).items():
                if 0 <= week - span.first_week < span.weeks:
                    summed[week - span.first_week] += count
        return summed

    def tile(self, choice: Choice, z: int, x: int, y: int) -> bytes:
        """A tile's payload, gzipped."""
        return self._kept(f"tile:{choice.code}:{z}:{x}:{y}", lambda: _packed(*self._tile(choice, z, x, y)))

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels whose areas may be coloured."""
        return public.LEVELS if self.audience.is_public else AREA_LEVELS

    def areas(self, choice: Choice, level: Level) -> bytes:
        """The payload of the areas of one of `levels`, gzipped."""
        return self._kept(f"areas:{choice.code}:{level}", lambda: _packed(*self._areas(choice, level)))

    def scales(self, choice: Choice) -> dict[int, list[Knot]]:
        """How hot hot is, by zoom."""
        return self._kept(f"scales:{choice.code}", lambda: self._scales(choice))

    def _kept(self, name: str, make: Callable[[], T]) -> T:
        return cache.get_or_set(f"heat:{self.key}:{name}", make, DAY)  # type: ignore[return-value]

    def _villages(self) -> list[public.Village]:
        return public.villages(self.version)

    def _weekly(self) -> list[Row]:
        if not self.audience.is_public:
            return queries.weekly(self.audience)
        told = [(village, category) for village in self._villages() for category in village.told if category != ALL]
        everything = [(village, ALL) for village in self._villages()]
        return [
            (bucket * public.BUCKET_WEEKS, category, count)
            for village, category in told + everything
            for bucket, count in village.told[category].items()
        ]

    def _tile(self, choice: Choice, z: int, x: int, y: int) -> tuple[Shape, list[Row]]:
        if self.audience.is_public:
            shape = self._shape(public.side_of(z), public.BUCKET_WEEKS)
            told = public.villages_around(shape, z, x, y, self.version)
            rows = public.tile_rows(told, choice, shape, z, x, y)
        else:
            shape = self._shape(queries.side_of(z), self.bucket_weeks(z))
            rows = queries.tile_rows(self.audience, choice, shape, z, x, y)
        return shape, _within(shape, rows)

    def _areas(self, choice: Choice, level: Level) -> tuple[Shape, list[Row]]:
        shape = self._shape(0, self.bucket_weeks())
        if self.audience.is_public:
            rows = public.area_rows(self._villages(), choice, level)
        else:
            rows = queries.area_rows(self.audience, choice, level, shape.bucket_weeks)
        return shape, _within(shape, rows)

    def _scales(self, choice: Choice) -> dict[int, list[Knot]]:
        """Where the bins are the finest already, deeper zooms show the same ones."""
        finest = self.highest_zoom if self.audience.is_public else FINEST - SIDE_BITS
        found = {z: self._scale(choice, z) for z in range(LOWEST_ZOOM, finest + 1)}
        return found | dict.fromkeys(range(finest + 1, self.highest_zoom + 1), found[finest])

    def _scale(self, choice: Choice, z: int) -> list[Knot]:
        span = self.span()
        if self.audience.is_public:
            return public.scale(self._villages(), choice, z, last_week=span.last_week, weeks=span.weeks)
        window = {"bucket_weeks": self.bucket_weeks(z), "last_week": span.last_week, "weeks": span.weeks}
        sample = max(span.total // SAMPLED, 1) if z >= WIDE_ZOOM else 1  # wider bins are few
        return queries.scale(self.audience, choice, z, **window, sample=sample)

    def _shape(self, side: int, bucket_weeks: int) -> Shape:
        span = self.span()
        return queries.shape(side, bucket_weeks=bucket_weeks, first_week=span.first_week, weeks=span.weeks)


def view_of(audience: Audience, at: datetime) -> View:
    return View(audience, bins.version(), at)


def prepare(*, at: datetime) -> None:
    """Compute what the page asks for first, for those who see a whole county and for the public."""
    roots = Area.objects.roots().values_list("path", flat=True)
    for audience in (*(Audience((path,)) for path in roots), PUBLIC):
        view_of(audience, at).scales(EVERYTHING)


def _span(rows: list[Row], *, until: int, bucket: int) -> Span:
    """Rows count buckets of so many weeks; `until` is the present week."""
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for week, category, count in rows:
        counts[category][week] += count
    if ALL not in counts:  # the public's rows bring their own total, which is more than the sum of what is told
        for week, _category, count in rows:
            counts[ALL][week] += count
    weeks = [week for week in counts[ALL] if week <= until]
    until = _end(max(weeks, default=until) + bucket - 1, until)
    first = max(min(weeks, default=until + 1), until + 1 - LONGEST)
    return Span(first, until + 1 - first, {category: dict(per_week) for category, per_week in counts.items()})


def _end(latest: int, present: int) -> int:
    """The last week of the span: the present one, unless there was nothing for a year (an old system's cases, a demo)."""
    return latest if latest + YEAR <= present else present


def _within(shape: Shape, rows: list[Row]) -> list[Row]:
    """Rows whose bucket the slider has room for; a report dated in the future waits for its week."""
    last = shape.first_bucket + shape.buckets
    return [row for row in rows if shape.first_bucket <= row[1] < last]


def _packed(shape: Shape, rows: list[Row]) -> bytes:
    return gzip.compress(codec.encode(shape, rows), compresslevel=6, mtime=0)
