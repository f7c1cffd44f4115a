"""What is read of the heat: bins of a tile, counts of cells, weekly totals and how hot hot is, for one audience.

An audience is the set of areas whose figures somebody may see, or the public, which sees `public` instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from grids.levels import Level
from grids.reading import reading
from issues import sql
from issues.heat.bins import BIN_ZOOMS
from issues.heat.codec import Row, Shape
from issues.models.config import Category
from issues.models.heat import FINEST, HeatArea
from representatives.models import Person
from representatives.scopes import scope_of

MARGIN = 2  # bins around a tile, so that neighbours join without a seam
SIDE_BITS = 5  # a tile shows 2^5 bins along an edge, of 8 pixels each, as long as bins are that fine
LOWEST_ZOOM, HIGHEST_ZOOM = 4, FINEST
LARGE = 200_000  # issues, beyond which wide views count in buckets of four weeks: a third of the bytes
FOUR_WEEKS = 4
WIDE_ZOOM = 9
SAMPLED = 100_000  # issues beyond which the scale is estimated from a share of the bins
HOTTEST = 6  # bins that are drawn darkest, if that is between these shares of those that have any issue
LEAST_SHARE, MOST_SHARE = 0.01, 0.05
LENGTHS = (1, 4, 13, 26, 52)  # weeks: the windows of time for which the scale is told; between them it is interpolated

ALL = 0  # the category of `HeatBin` that stands for all


@dataclass(frozen=True)
class Audience:
    """Who looks: paths of the areas whose figures they may see; none: the public."""

    paths: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        return not self.paths

    @property
    def key(self) -> str:
        """Short and the same for all who see the same; part of every cache key and address."""
        return "public" if self.is_public else hashlib.sha256("\n".join(self.paths).encode()).hexdigest()[:12]

    @property
    def by_root(self) -> bool:
        """Whether the coarse bins, which are kept by root area, may be used."""
        return not any("." in path for path in self.paths)


PUBLIC = Audience()


def audience_of(person: Person | AnonymousUser, at: datetime) -> Audience:
    return Audience(scope_of(person, at).count_paths)


@dataclass(frozen=True)
class Choice:
    """A category, a group (all its categories), or everything."""

    code: str = ""
    ids: tuple[int, ...] = ()

    @property
    def bin_categories(self) -> list[int]:
        return list(self.ids) if self.code else [ALL]


EVERYTHING = Choice()


def choice_of(code: str) -> Choice | None:
    """What the code of a category or group stands for; None if there is no such code."""
    if not code:
        return EVERYTHING
    return choice_among(Category.objects.filter(Q(code=code) | Q(group__code=code)).select_related("group"), code)


def choice_among(categories: Iterable[Category], code: str) -> Choice | None:
    """The same out of categories that are read already, each with its group."""
    if not code:
        return EVERYTHING
    ids = sorted(one.pk for one in categories if code in (one.code, one.group.code if one.group else None))
    return Choice(code, tuple(ids)) if ids else None


def shape(side: int, *, bucket_weeks: int, first_week: int, weeks: int) -> Shape:
    """The shape of a payload whose tiles have `side` bins along an edge (0: areas)."""
    first = first_week // bucket_weeks
    last = (first_week + max(weeks, 1) - 1) // bucket_weeks
    return Shape(side, MARGIN if side else 0, bucket_weeks, first, last - first + 1)


def side_of(z: int) -> int:
    """Bins along the edge of a tile of zoom z."""
    return 1 << min(SIDE_BITS, FINEST - z)


def tile_rows(audience: Audience, choice: Choice, shape: Shape, z: int, x: int, y: int) -> list[Row]:
    """The bins of tile z/x/y (web mercator) with the margin around it."""
    stored, shift = _stored(audience, z)
    bound = {
        "zoom": stored,
        "shift": shift,
        "left": x * shape.side - MARGIN,
        "top": y * shape.side - MARGIN,
        "width": shape.width,
        "bucket": shape.bucket_weeks,
        "categories": choice.bin_categories,
        "paths": list(audience.paths),
    }
    return _rows("heat_tile", bound)


def _stored(audience: Audience, z: int) -> tuple[int, int]:
    """(stored zoom to read, bits from there down to the bins that tiles of zoom z show)."""
    shown = min(z + SIDE_BITS, FINEST)
    stored = min(zoom for zoom in BIN_ZOOMS if zoom >= shown) if audience.by_root else FINEST
    return stored, stored - shown


def area_rows(audience: Audience, choice: Choice, level: Level, bucket_weeks: int) -> list[Row]:
    """(ordinal, bucket, count) of the current areas of a level that the audience sees as a whole."""
    bound = {
        "bucket": bucket_weeks,
        "categories": list(choice.ids),
        "all": not choice.code,
        "level": level.value,
        "paths": list(audience.paths),
    }
    return _rows("heat_levels", bound)


def weekly(audience: Audience) -> list[Row]:
    """(week, category, count) of all issues in the audience's areas."""
    return _rows("heat_counts", {"paths": list(audience.paths)})


@dataclass(frozen=True)
class Knot:
    """What all but the hottest bins do not exceed in a window of `length` weeks: issues, and weeks (buckets) with one."""

    length: int
    issues: int
    weeks: int


def scale(
    audience: Audience, choice: Choice, z: int, *, bucket_weeks: int, last_week: int, weeks: int, sample: int = 1
) -> list[Knot]:
    """How hot hot is on tiles of zoom z, by length of the window; fixed, so colours do not flicker while time plays.

    One bin of `sample` is looked at.
    """
    stored, shift = _stored(audience, z)
    bound = {
        "zoom": stored,
        "shift": shift,
        "bucket": bucket_weeks,
        "categories": choice.bin_categories,
        "paths": list(audience.paths),
        "last": last_week,
        "lengths": window_lengths(bucket_weeks, weeks),
        "weeks": weeks,
        "sample": sample,
        "hottest": HOTTEST,
        "least": LEAST_SHARE,
        "most": MOST_SHARE,
    }
    return [Knot(*row) for row in _rows("heat_scale", bound)]


def window_lengths(bucket_weeks: int, weeks: int) -> list[int]:
    return sorted({length for length in (*LENGTHS, weeks) if bucket_weeks <= length <= max(weeks, bucket_weeks)})


def hottest_share(bins_per_window: float) -> float:
    """Which share of the bins is drawn darkest: a handful at least, so that one town does not outshine a whole county."""
    return min(max(HOTTEST / bins_per_window, LEAST_SHARE), MOST_SHARE) if bins_per_window else LEAST_SHARE


def percentile(values: Iterable[int], share: float) -> int:
    """What all but that share do not exceed, as PostgreSQL's `percentile_disc(1 - share)`; 0 if there are no values."""
    ordered: Sequence[int] = sorted(values)
    return ordered[max(ceil((1 - share) * len(ordered)) - 1, 0)] if ordered else 0


def _rows(statement: str, bound: dict[str, Any]) -> list[Any]:
    with reading(HeatArea).cursor() as cursor:
        cursor.execute(sql.read(statement), bound)
        return cursor.fetchall()
