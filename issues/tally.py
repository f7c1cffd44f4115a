"""How many issues are open in each area of a level, and the worst light among them: what colours the map.

Sent as arrays over the ordinals of a county's areas, beside the id-only tiles of the same geometry version.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from django.db.models import Count, IntegerField, Max, QuerySet, Subquery

from grids.levels import LADDER_LEVELS, Level
from grids.models import Area, Layer

if TYPE_CHECKING:
    from issues.models import Issue
    from issues.querysets import IssueQuerySet

# The public is told no count below this, nor any that could be had by subtraction (domain notes §5.4.8).
FEWEST = 5
UNSEEN = 255  # the tone of what is not for this person to know; 0: nothing open; 1 to 4: green to red
MOST = 65_535

Counts = dict[str, tuple[int, int]]  # by path: the highest level among the issues, and how many there are


@dataclass(frozen=True)
class Index:
    """The current areas of a level in a county: paths in the order of their ordinals, which are `first` and onwards."""

    version: int
    first: int
    paths: tuple[str, ...]
    depth: int  # codes in each path

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each path stands in `paths`."""
        return {path: at for at, path in enumerate(self.paths)}

    def __contains__(self, path: str) -> bool:
        return path in self.positions

    def position(self, path: str) -> int | None:
        """Where the path stands in `paths`; None if it is not one of them."""
        return self.positions.get(path)

    def above(self, path: str) -> str | None:
        """The path of this level that the given one lies in or is; None if it is wider than the level."""
        codes = path.split(".")
        return ".".join(codes[: self.depth]) if len(codes) >= self.depth else None

    def within(self, paths: Iterable[str]) -> list[range]:
        """Positions of the areas that lie in any of the paths: each one contiguous range."""
        found = []
        for path in paths:
            at = self.position(path)
            if at is not None:
                found.append(range(at, at + 1))
            found.append(range(bisect_left(self.paths, f"{path}."), bisect_left(self.paths, f"{path}/")))
        return [each for each in found if each]


@lru_cache(maxsize=512)  # a province has some hundred counties
def index_of(level: Level, county: str, version: int) -> Index:
    """The areas of the level in the county, as numbered by that version of the geometry. One query, then remembered."""
    first, paths = Area.objects.current().of_level(level).under(county).numbered_paths()
    return Index(version, first, paths, len(paths[0].split(".")) if paths else 0)


class _AsTold(IntegerField):
    """An int as PostgreSQL tells it, which Django does not make one once more: of thousands of rows that takes as long as their query."""

    def get_internal_type(self) -> str:
        return "AsTold"


def by_path(issues: IssueQuerySet) -> QuerySet[Issue, tuple[str, int, int]]:
    """Per path at which issues lie: the highest level among them, and how many. Answered by the index alone."""
    return (
        issues.order_by()
        .values_list("path")
        .annotate(worst=Max("level", output_field=_AsTold()), n=Count("*", output_field=_AsTold()))
    )


def count_by_path(issues: IssueQuerySet) -> Counts:
    """The same, read; one query."""
    return read(by_path(issues))


def read(rows: Iterable[tuple[str, int, int]]) -> Counts:
    return {path: (worst, n) for path, worst, n in rows}


def with_version(issues: IssueQuerySet, level: Level) -> QuerySet[Issue, tuple[str, int, int, int]]:
    """Per path: the highest level, how many, and the version of the level's geometry that stands; for `read_with_version`."""
    version = Layer.objects.filter(level=level).values("version")
    return by_path(issues).annotate(version=Subquery(version, output_field=_AsTold()))


def read_with_version(rows: Iterable[tuple[str, int, int, int]]) -> tuple[Counts, int | None]:
    """The counts, and the version; None if nothing was counted, or there is none."""
    counts, version = {}, None
    for path, worst, n, version in rows:  # noqa: B007 - the same in each
        counts[path] = (worst, n)
    return counts, version


def fold(counts: Mapping[str, tuple[int, int]], index: Index) -> Counts:
    """The counts by area of the index's level; what lies wider than that level is in none of them."""
    # Most of what is asked for cells lies at cells; the rest is added to what it lies in.
    folded: Counts = {path: each for path, each in counts.items() if path in index}
    for path, (worst, n) in counts.items() if len(folded) < len(counts) else ():
        if path not in index and (above := index.above(path)) is not None:
            known = folded.get(above, (0, 0))
            folded[above] = (max(known[0], worst), known[1] + n)
    return folded


def tellable(counts: Counts) -> Counts:
    """What of these the public may be told: none below FEWEST, and never all but one."""
    told = dict(sorted(((path, each) for path, each in counts.items() if each[1] >= FEWEST), key=lambda item: -item[1][1]))
    untold = sum(n for path, (_, n) in counts.items() if path not in told)
    if 0 < untold < FEWEST and told:
        told.popitem()
    return told


def tone(level: int) -> int:
    """1 for green to 4 for red; 0 if there is nothing."""
    return _TONES[level]


_TONES = {0: 0} | {level: 1 + LADDER_LEVELS.index(min(level, Level.COUNTY)) for level in Level}


def packed(index: Index, counts: Counts, seen: Iterable[range]) -> bytes:
    """Version, first ordinal, number of areas (u32 each), then a count (u16) and a tone (u8) for each. Little-endian.

    `seen`: positions whose figures the person may see; all others are UNSEEN.
    """
    size = len(index.paths)
    numbers, tones = array("H", bytes(2 * size)), bytearray([UNSEEN]) * size
    for positions in seen:
        tones[positions.start : positions.stop] = bytes(len(positions))
    places, tone_of = index.positions, _TONES
    for path, (worst, n) in counts.items():
        at = places.get(path)
        if at is not None and tones[at] != UNSEEN:
            numbers[at], tones[at] = n if n < MOST else MOST, tone_of[worst]
    return struct.pack("<III", index.version, index.first, size) + _little_endian(numbers) + bytes(tones)


def _little_endian(numbers: array[int]) -> bytes:
    if struct.pack("=H", 1) != struct.pack("<H", 1):  # pragma: no cover - a big-endian machine
        numbers.byteswap()
    return numbers.tobytes()
