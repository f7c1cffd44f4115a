"""What the public may see of the heat: villages and four-week periods, nothing that counts fewer than five (k = 5).

A village is told only if it has at least five public issues in all, a category of it only if that has five, and only
as many categories as leave none or at least five untold: otherwise the untold ones could be had by subtraction. The map
draws a village at its label point, so one partition of space is told and no second one to compare it with. Sealed and
non-public issues are in no figure here.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from grids.levels import Level
from grids.models import Area, paths_above
from grids.reading import reading
from issues import sql
from issues.heat.codec import Row, Shape
from issues.heat.queries import ALL, FOUR_WEEKS, SIDE_BITS, Choice, Knot, hottest_share, percentile, window_lengths
from issues.models.heat import HeatArea

FEWEST = 5
BUCKET_WEEKS = FOUR_WEEKS
LEVELS = (Level.VILLAGE, Level.TOWNSHIP)
FINEST_SHOWN = 13  # zoom of the finest bins, 3.5 km at 44° north: a village is not a point
DAY = 24 * 3600
Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True)
class Village:
    """What is told of one village: {category (0: all): {bucket: issues}}."""

    ordinal: int
    name: str
    path: str
    lon: float | None
    lat: float | None
    told: dict[int, dict[int, int]] = field(default_factory=dict)

    def buckets(self, choice: Choice) -> dict[int, int]:
        """Issues by bucket of the chosen categories, as far as they are told."""
        if not choice.code:
            return self.told[ALL]
        summed: dict[int, int] = defaultdict(int)
        for category in choice.ids:
            for bucket, count in self.told.get(category, {}).items():
                summed[bucket] += count
        return dict(summed)


def tellable(totals: dict[int, int]) -> set[int]:
    """The categories that may be told, of {category: issues}; ALL among them if anything may be."""
    everything = sum(totals.values())
    if everything < FEWEST:
        return set()
    told = {category for category, count in totals.items() if count >= FEWEST}
    for category in sorted(told, key=lambda each: (totals[each], each)):
        untold = everything - sum(totals[each] for each in told)
        if untold == 0 or untold >= FEWEST:
            break
        told.discard(category)
    return told | {ALL}


def villages(version: int) -> list[Village]:
    """What is told of all villages, in the order of their ordinals."""
    return [village for county in _counties(version) for village in villages_of(county, version)]


def villages_of(county: str, version: int) -> list[Village]:
    """What is told of the villages of one county (its path), in the same order; kept per version of the heat.

    County by county, for that of a province is more than anybody should have in memory who asks for one of its corners.
    """
    key = f"heat:{version}:villages:{hashlib.sha256(county.encode()).hexdigest()}"
    return cache.get_or_set(key, partial(_read, county), DAY)  # type: ignore[return-value]


def villages_around(shape: Shape, z: int, x: int, y: int, version: int) -> list[Village]:
    """What is told of the villages of every county that may have one on tile z/x/y or its margin."""
    left, top = _corner(shape, x, y)
    there = []
    for county, box in _counties(version).items():
        if box is None:
            continue
        west, south, east, north = box
        (first, upper), (last, lower) = _bin(west, north, z), _bin(east, south, z)
        if first < left + shape.width and last >= left and upper < top + shape.width and lower >= top:
            there.append(county)
    return [village for county in there for village in villages_of(county, version)]


def _counties(version: int) -> dict[str, Box | None]:
    """By path, in the order of paths: between which degrees the label points of its villages lie, if there are any; kept with
    the version.
    """
    return cache.get_or_set(f"heat:{version}:counties", _read_counties, DAY)  # type: ignore[return-value]


def _read_counties() -> dict[str, Box | None]:
    bound: dict[str, Any] = {"counties": Area.objects.county_paths(), "level": Level.VILLAGE.value}
    with reading(Area).cursor() as cursor:
        cursor.execute(sql.read("heat_counties"), bound)
        return {path: None if corners[0] is None else tuple(corners) for path, *corners in cursor.fetchall()}


def _read(county: str) -> list[Village]:
    bound: dict[str, Any] = {"bucket": BUCKET_WEEKS, "level": Level.VILLAGE.value, "low": county, "high": f"{county}/"}
    with reading(HeatArea).cursor() as cursor:
        cursor.execute(sql.read("heat_public"), bound)
        rows = cursor.fetchall()
    found = (_village(list(group)) for _ordinal, group in groupby(rows, key=itemgetter(0)))
    return [village for village in found if village.told]


def _village(rows: Sequence[tuple[Any, ...]]) -> Village:
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    everything: dict[int, int] = defaultdict(int)
    for *_place, category, bucket, count in rows:
        counts[category][bucket] = count
        everything[bucket] += count
    told = tellable({category: sum(buckets.values()) for category, buckets in counts.items()})
    kept = {category: buckets for category, buckets in counts.items() if category in told}
    ordinal, name, path, lon, lat = rows[0][:5]
    return Village(ordinal, name, path, lon, lat, ({ALL: dict(everything)} | kept) if told else {})


def area_rows(told: Iterable[Village], choice: Choice, level: Level) -> list[Row]:
    """(ordinal, bucket, count) of the areas of one of `LEVELS`; a township is the sum of what its villages tell."""
    ordinals = {village.path: village.ordinal for village in told}
    if level == Level.TOWNSHIP:
        ordinals = {path: ordinal for path, ordinal in _townships() if ordinal is not None}
    summed: dict[tuple[int, int], int] = defaultdict(int)
    for village in told:
        path = next((each for each in reversed(paths_above(village.path)) if each in ordinals), None)
        if path is not None:
            for bucket, count in village.buckets(choice).items():
                summed[ordinals[path], bucket] += count
    return [(ordinal, bucket, count) for (ordinal, bucket), count in sorted(summed.items())]


def _townships() -> QuerySet[Area, tuple[str, int | None]]:
    return Area.objects.current().of_level(Level.TOWNSHIP).values_list("path", "ordinal")


def side_of(z: int) -> int:
    """Bins along the edge of a tile of zoom z."""
    return 1 << max(min(SIDE_BITS, FINEST_SHOWN - z), 0)


def tile_rows(told: Iterable[Village], choice: Choice, shape: Shape, z: int, x: int, y: int) -> list[Row]:
    """The bins of tile z/x/y with its margin, each village at its label point."""
    left, top = _corner(shape, x, y)
    summed: dict[tuple[int, int], int] = defaultdict(int)
    for village, column, row in _placed(told, z):
        if 0 <= column - left < shape.width and 0 <= row - top < shape.width:
            index = (row - top) * shape.width + column - left
            for bucket, count in village.buckets(choice).items():
                summed[index, bucket] += count
    return [(index, bucket, count) for (index, bucket), count in sorted(summed.items())]


def scale(told: Iterable[Village], choice: Choice, z: int, *, last_week: int, weeks: int) -> list[Knot]:
    """How hot hot is, as `queries.scale` says it for staff."""
    bins: dict[tuple[int, int, int], int] = defaultdict(int)
    for village, column, row in _placed(told, z):
        for bucket, count in village.buckets(choice).items():
            bins[column, row, bucket] += count
    lengths = window_lengths(BUCKET_WEEKS, weeks)
    return [knot for length in lengths if (knot := _knot(bins, length, last_week, max(weeks // length, 1))).issues]


def _knot(bins: dict[tuple[int, int, int], int], length: int, last_week: int, windows: int) -> Knot:
    issues: dict[tuple[int, int, int], int] = defaultdict(int)
    filled: dict[tuple[int, int, int], int] = defaultdict(int)
    for (column, row, bucket), count in bins.items():
        window = column, row, (last_week // BUCKET_WEEKS - bucket) * BUCKET_WEEKS // length
        if window[2] < windows:
            issues[window] += count
            filled[window] += 1
    share = hottest_share(len(issues) / max(len({number for _column, _row, number in issues}), 1))
    return Knot(length, percentile(issues.values(), share), percentile(filled.values(), share))


def _placed(told: Iterable[Village], z: int) -> Iterable[tuple[Village, int, int]]:
    """Each village that has a label point, with the column and row of its bin on tiles of zoom z."""
    for village in told:
        if village.lon is not None and village.lat is not None:
            yield village, *_bin(village.lon, village.lat, z)


def _corner(shape: Shape, x: int, y: int) -> tuple[int, int]:
    """(column, row) of the first bin of a tile with its margin."""
    return x * shape.side - shape.margin, y * shape.side - shape.margin


def _bin(lon: float, lat: float, z: int) -> tuple[int, int]:
    """(column, row) of the bin of a place (degrees) on tiles of zoom z."""
    edge = side_of(z) << z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * edge
    return math.floor((lon + 180) / 360 * edge), math.floor(row)
