"""Tiles of every level and zoom: one that is kept, asked again and again; and others, each made for the first who asks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import asinh, pi, radians, tan

from bench.measure import Case
from bench.server import WARM_UP
from grids import tiles
from grids.levels import LADDER_LEVELS, Level, slug
from grids.models import Area, Layer

COLDS = 12  # addresses that are made anew, where there are so many


def tile_cases(county: Area) -> Iterator[Case]:
    """Of each level that is drawn and each zoom: kept, and made. The places are cells of the county, the same in each run."""
    layers = dict(Layer.objects.values_list("level", "version"))
    cells = list(Area.objects.cells().under(county.path).exclude(label_point=None).without_boundary())
    random.Random(1).shuffle(cells)
    for level in LADDER_LEVELS:  # of wider ones maps draw nothing
        for zoom in range(tiles.MIN_ZOOM[level], tiles.MAX_ZOOM + 1) if level in layers else ():
            places = list(dict.fromkeys(tile_of(cell, zoom=zoom) for cell in cells))
            yield from _cases(level, zoom, layers[level], places)


def _cases(level: Level, zoom: int, version: int, places: Sequence[tuple[int, int]]) -> Iterator[Case]:
    """The first place is asked again and again; each of the others once, some of them to warm up."""
    addresses = [f"/map/tiles/{slug(level)}/{version}/{zoom}/{x}/{y}.mvt" for x, y in places]
    yield Case(f"tile {slug(level)} z{zoom}, kept", addresses[0], family=f"tile {slug(level)}, kept")
    fresh = addresses[1:]
    colds = min(COLDS, len(fresh) - WARM_UP)
    if colds > 0:
        yield Case(
            f"tile {slug(level)} z{zoom}, made",
            fresh[0],
            cold=lambda turn: fresh[turn % len(fresh)],
            colds=colds,
            family=f"tile {slug(level)}, made",
        )


def tile_of(area: Area, *, zoom: int) -> tuple[int, int]:
    """The tile (x, y; Web Mercator) in which the area's label stands."""
    point = area.label_point
    if point is None:
        raise ValueError(f"{area} has no label point.")
    across = 2**zoom
    return int((point.x + 180) / 360 * across), int((1 - asinh(tan(radians(point.y))) / pi) / 2 * across)
