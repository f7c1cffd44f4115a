"""Which area a point falls in: a cell, else the village, township or county around it, else none.

Each piece of ground belongs to the narrowest area that covers it; a shared edge belongs to the lower code. With an
accuracy circle the area that holds most of the circle wins, and the answer names all that it touches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib.gis.geos import Point

from grids import metres
from grids.models import Area
from grids.prepared import Prepared
from grids.querysets import AreaQuerySet

# A circle wider than this is no evidence for any cell: the point is taken as it is, and called ambiguous.
MAX_CIRCLE_M = 2_000.0
# What an area holds of a circle beside the finer areas in it counts from here; below is the rounding of the edges.
SLIVER = 1e-4

_touched = Prepared(lambda circle, point, under: _beside_dispute(Area.objects.touching(circle), point, under))
_around = Prepared(lambda point, under: _beside_dispute(Area.objects.containing(point), point, under)[:1])


def _beside_dispute(areas: AreaQuerySet, point: Point, under: str) -> AreaQuerySet:
    return areas.on_ground_of(point).below(under).without_boundary()


@dataclass(frozen=True)
class Location:
    """Where a point is. `candidates` are the areas that the circle touches, best first, each with `Area.share` set.

    `dispute`: the key of the disputed ground that the point itself lies in.
    """

    area: Area | None
    share: float
    ambiguous: bool
    candidates: list[Area] = field(default_factory=list)
    dispute: int | None = None


def locate(point: Point, accuracy_m: float | None = None, *, under: str = "") -> Location:
    """The area of a point (EPSG:4326) that is known to `accuracy_m` metres; one query.

    `area` is None outside the territory, or outside the area with the path `under`. `share` is the part of the circle
    in `area`; 1.0 without a circle. Boundaries of the areas are not fetched.
    """
    if not accuracy_m or accuracy_m <= 0:
        return _at(point, under)
    if accuracy_m > MAX_CIRCLE_M:
        plain = _at(point, under)
        return replace(plain, ambiguous=True)
    candidates = _shared_out(_touched(metres.circle(point, accuracy_m), point, under))
    if not candidates:
        return Location(None, share=0.0, ambiguous=False)
    best = candidates[0]
    is_whole = len(candidates) == 1 and best.share > 1 - SLIVER
    return Location(best, share=best.share, ambiguous=not is_whole, candidates=candidates, dispute=best.dispute)


def _at(point: Point, under: str) -> Location:
    """The narrowest area at the point; of several, the one with the lower code."""
    area = next(iter(_around(point, under)), None)
    if area is None:
        return Location(None, share=0.0, ambiguous=False)
    area.share = 1.0
    return Location(area, share=1.0, ambiguous=False, candidates=[area], dispute=area.dispute)


def _shared_out(touched: Iterable[Area]) -> list[Area]:
    """The areas that hold part of a circle themselves, greatest share first, then lower code.

    Takes areas with `share` = their whole part of the circle; leaves the part that no finer area within them holds.
    """
    kept: list[Area] = []
    for area in sorted(touched, key=lambda area: (area.level, area.code)):
        finer = sum(other.share for other in kept if other.path.startswith(f"{area.path}."))
        area.share -= finer
        if area.share > SLIVER or (not finer and area.share > 0):
            kept.append(area)
    return sorted(kept, key=lambda area: (-round(area.share, 9), area.level, area.code))
