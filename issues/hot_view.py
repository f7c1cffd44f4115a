"""What is read of the hot spots: for one audience, one group of categories, in lists and for the map."""

from __future__ import annotations

from collections.abc import Iterable

from grids.levels import Level, slug
from grids.models import Area
from issues.heat_queries import Audience
from issues.hot_spots import LEVELS, TOGETHER
from issues.models import Category, HotRun, HotSpot
from issues.querysets import HotSpotQuerySet

MOST_DRAWN = 20_000  # areas of one level that are coloured, the hottest first


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


def _drawn(spots: HotSpotQuerySet, level: Level) -> list[tuple[int, str]]:
    kinds = {spot.path: spot.kind for spot in spots.only("path", "is_hot", "trend")[:MOST_DRAWN]}
    ordinals = Area.objects.current().of_level(level).at_paths(kinds).exclude(ordinal=None).values_list("path", "ordinal")
    return sorted((ordinal, kinds[path]) for path, ordinal in ordinals if ordinal is not None)
