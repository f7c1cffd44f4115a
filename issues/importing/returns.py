"""Which issue each imported one comes back from, found before it is written: the rule of `recurrence.sql`, asked of memory.

An issue that is linked as it is written is written once; linked afterwards (`recurrence.link_missing`), twice, with all its
indexes. Files come in the order in which things were reported, mostly: then whatever one may come back from has been here before
it, and what ended too long ago is forgotten. In any other order nothing is said, and the database is asked at the end.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, floor, inf, radians
from typing import NamedTuple, TypeVar

from grids.levels import Level
from grids.metres import are_within
from issues.heat.bins import UNCOUNTED
from issues.importing.cases import Case
from issues.importing.rows_of_case import Placed
from issues.models import Issue
from issues.policy.sections import Near
from issues.terms import SOLVED

LonLat = tuple[float, float]
P = TypeVar("P", str, int)
# No degree is shorter, so many metres apart lie never further than one square from each other.
_METRES_PER_DEGREE = 110_000.0
_NARROWEST = 0.01  # of a parallel beside the equator, next to a pole
_COLUMNS = 2**32  # more than any band has, whichever way round
_OLDER = 0.1  # of the period: so much longer may be kept what ended, for looking through all of it takes a while


@dataclass(eq=False)
class Lot:
    """Issues that are written together; `is_stored` once they are, so that others may refer to them."""

    is_stored: bool = False


class Ended(NamedTuple):
    """An issue that was solved; of two the later is the greater, of several at once the one with the highest key. `lot` None: it was here before the import."""

    closed_at: datetime
    key: int
    point: LonLat | None
    lot: Lot | None


class Returns:
    """What has ended within the time of the rule, by where it lay; handed one lot after the other, in the order of the file.

    `before`: the key of the last issue that was here before the import.
    """

    def __init__(self, near: Near, before: int) -> None:
        self._near_m, self._period, self._before = float(near.within_m), near.within.period, before
        self._squares = _Squares(self._near_m)
        self._ended: dict[int, _OfKind] = {}  # by category
        self._paths: dict[str, str] = {}  # one text for each, however many lie there
        self._forgotten: datetime | None = None  # what ended before that is not here any more
        self._recalled: datetime | None = None  # what was here before and ended up to that is here
        self._reported: datetime | None = None  # the latest that was asked about
        self.is_in_order = True

    def of(self, lot: Lot, cases: Sequence[Case], places: Sequence[Placed], keys: Sequence[int]) -> list[Ended | None]:
        """For each of the lot what it comes back from; all None as soon as the file turns out to be in no order."""
        if cases and self.is_in_order:
            self._recall(min(case.reported_at for case in cases), max(case.reported_at for case in cases))
        found = [self._next(*one, lot) if self.is_in_order else None for one in zip(cases, places, keys, strict=True)]
        return found if self.is_in_order else [None] * len(found)

    def _recall(self, first: datetime, last: datetime) -> None:
        """Have at hand what issues of that time may come back from, and little that is older."""
        since = first - self._period
        if self._forgotten and since < self._forgotten:
            self.is_in_order = False
            return
        if self._forgotten is None or since - self._forgotten > self._period * _OLDER:
            self._forget(since)
        after = max(since, self._recalled) if self._recalled else since
        for key, category, path, closed_at, lon, lat in Issue.objects.solved_between(after, last, self._before):
            self._keep(Ended(closed_at, key, None if lon is None else (lon, lat), None), category, path)
        self._recalled = max(last, after)

    def _forget(self, since: datetime) -> None:
        """What ended before that is not looked for any more."""
        for ended in self._ended.values():
            ended.forget(since)
        self._forgotten = since

    def _next(self, case: Case, placed: Placed, key: int, lot: Lot) -> Ended | None:
        """What the next of the file comes back from; from now on others may come back from it."""
        is_counted, is_solved = case.status not in UNCOUNTED, case.status in SOLVED and case.closed_at is not None
        found = self._latest(case, placed) if is_counted else None
        if is_solved and case.closed_at:
            if self._reported and case.closed_at <= self._reported:
                self.is_in_order = False  # one that was asked about before may have come back from it
            self._keep(Ended(case.closed_at, key, case.point, lot), case.category.pk, placed.place.path)
        self._reported = max(self._reported or case.reported_at, case.reported_at)
        return found

    def _keep(self, ended: Ended, category: int, path: str) -> None:
        square = self._squares.of(*ended.point) if ended.point else None
        self._ended.setdefault(category, _OfKind()).add(ended, self._paths.setdefault(path, path), square)

    def _latest(self, case: Case, placed: Placed) -> Ended | None:
        """Of what ended in time in its cell, or so near, the latest; of several at once the one with the highest key."""
        of_kind, found = self._ended.get(case.category.pk), list[Ended | None]()
        if of_kind is None:
            return None
        if placed.place.level == Level.GRID and (there := of_kind.in_cell.get(placed.place.path)):
            found.append(self._latest_of(there, case, None))
        for square in self._squares.around(*case.point) if case.point else ():
            if there := of_kind.in_square.get(square):
                found.append(self._latest_of(there, case, case.point))
        return max(filter(None, found), default=None)

    def _latest_of(self, ended: Sequence[Ended], case: Case, point: LonLat | None) -> Ended | None:
        """The latest of these; of those near the point, if it is given."""
        since = case.reported_at - self._period
        for place in range(bisect_right(ended, (case.reported_at, inf)) - 1, -1, -1):
            one = ended[place]
            if one.closed_at < since:
                return None
            if point is None or (one.point and are_within(one.point, point, self._near_m)):
                return one
        return None


class _OfKind:
    """What has ended of one category, by cell and by square, what lies in one in the order in which it ended."""

    def __init__(self) -> None:
        self.in_cell: dict[str, list[Ended]] = {}
        self.in_square: dict[int, list[Ended]] = {}

    def add(self, ended: Ended, path: str, square: int | None) -> None:
        _into(self.in_cell, path, ended)
        if square is not None:
            _into(self.in_square, square, ended)

    def forget(self, since: datetime) -> None:
        self.in_cell, self.in_square = _lasting(self.in_cell, since), _lasting(self.in_square, since)


def _into(places: dict[P, list[Ended]], place: P, ended: Ended) -> None:
    if place in places:
        insort(places[place], ended)
    else:
        places[place] = [ended]  # mostly the only one


def _lasting(places: dict[P, list[Ended]], since: datetime) -> dict[P, list[Ended]]:
    lasting = ((place, ended) for place, ended in places.items() if ended[-1].closed_at >= since)
    return {place: ended[bisect_right(ended, (since,)) :] for place, ended in lasting}


class _Squares:
    """A grid on the globe, its squares numbered: what lies within so many metres of a point lies in its square or one beside it."""

    def __init__(self, near_m: float) -> None:
        self._high, self._widths = near_m / _METRES_PER_DEGREE, dict[int, float]()

    def of(self, lon: float, lat: float) -> int:
        band = floor(lat / self._high)
        return band * _COLUMNS + floor(lon / self._width(band))

    def around(self, lon: float, lat: float) -> Iterator[int]:
        middle = floor(lat / self._high)
        for band in (middle - 1, middle, middle + 1):
            square = band * _COLUMNS + floor(lon / self._width(band))
            yield from (square - 1, square, square + 1)

    def _width(self, band: int) -> float:
        """How wide the squares of a band are (degrees), by its parallel that is furthest from the equator."""
        if band not in self._widths:
            furthest = max(abs(band), abs(band + 1)) * self._high
            self._widths[band] = self._high / max(cos(radians(furthest)), _NARROWEST)
        return self._widths[band]
