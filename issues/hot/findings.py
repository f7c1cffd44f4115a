"""What is read of the hot spots: for one audience, one group of categories, in lists and for the map."""

from __future__ import annotations

from collections.abc import Iterable

from grids.levels import Level, slug
from grids.models import Area
from issues.heat.queries import Audience
from issues.hot.spots import LEVELS, TOGETHER
from issues.models import Category, HotRun, HotSpot
from issues.querysets import HotSpotQuerySet

MOST_DRAWN = 20_000  # areas of one level that are coloured, the hottest first
WIDE = (Level.TOWNSHIP, Level.COUNTY)  # coloured by how much within them is hot


def spots_for(audience: Audience, group: str, level: Level) -> HotSpotQuerySet:
    """The spots that the audience is told of, the hottest first. The public: villages, of figures that are public."""
    told = HotSpot.objects.told() if audience.is_public else HotSpot.objects.within(audience.paths)
    return told.of_group(group).of_level(level).hottest_first()


def group_of(categories: Iterable[Category], code: str) -> str:
    """The code of the group that the category (or group) with that code is analysed with; empty for none."""
    return next((each.group.code if each.group else each.code for each in categories if each.code == code), TOGETHER)


def levels_for(audience: Audience) -> tuple[Level, ...]:
    """The levels of which the audience is told, finest first."""
    return (Level.VILLAGE,) if audience.is_public else LEVELS


def run_for(audience: Audience) -> HotRun | None:
    """The latest analysis that concerns the audience; None if there was none."""
    runs = HotRun.objects.all() if audience.is_public else HotRun.objects.above(audience.paths)
    return runs.latest_made()


def drawn(audience: Audience, group: str) -> dict[str, list[tuple[int, str]]]:
    """{slug of a level: [(ordinal of an area, kind of its spot), …]} of the current areas. Two statements per level."""
    return {slug(level): _drawn(spots_for(audience, group, level), level) for level in levels_for(audience)}


def shares(audience: Audience, group: str) -> dict[str, list[tuple[int, str, int, int]]]:
    """{slug of a wide level: [(ordinal, name, hot areas within, areas within), …]}, the largest share first. One statement per level.

    Only of areas that the audience sees as a whole: a part of them would pass for the whole. What is counted is the
    finest level that the audience is told of.
    """
    finest = levels_for(audience)[0]
    spots, parts = spots_for(audience, group, finest), Area.objects.current().of_level(finest)
    seen = Area.objects.current() if audience.is_public else Area.objects.current().under_any(audience.paths)
    return {slug(level): list(spots.shares_of(seen.of_level(level), parts)[:MOST_DRAWN]) for level in WIDE}


def _drawn(spots: HotSpotQuerySet, level: Level) -> list[tuple[int, str]]:
    kinds = {spot.path: spot.kind for spot in spots.only("path", "is_hot", "trend")[:MOST_DRAWN]}
    ordinals = Area.objects.current().of_level(level).at_paths(kinds).exclude(ordinal=None).values_list("path", "ordinal")
    return sorted((ordinal, kinds[path]) for path, ordinal in ordinals if ordinal is not None)
