"""The tree of the province, stored by COPY: province, prefectures and counties as they are, the rest cut into it (示意)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import exp

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from demo.province import lattice
from demo.province.outlines import PROVINCE, County
from grids import services
from grids.drawing.shares import allot
from grids.levels import Level
from grids.models import Area, Territory
from issues.importing.bulk import copy_rows, next_keys

CELLS_PER_VILLAGE, VILLAGES_PER_TOWNSHIP, LEAST_CELLS_PER_COUNTY = 15.5, 11.5, 12
HOUSEHOLDS, SPREAD = 70, 0.6  # of a usual cell, and how far they lie apart (log)
LEVELS_STORED = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.GRID)
LEVEL_NAMES = {
    Level.GRID: {"zh-hans": "网格", "en": "cell"},
    Level.VILLAGE: {"zh-hans": "嘎查村", "en": "village"},
    Level.TOWNSHIP: {"zh-hans": "苏木乡镇", "en": "township"},
    Level.COUNTY: {"zh-hans": "旗县", "en": "county"},
    Level.PREFECTURE: {"zh-hans": "盟市", "en": "prefecture"},
    Level.PROVINCE: {"zh-hans": "自治区", "en": "autonomous region"},
}
NOTE = {
    "zh-hans": "旗县以下界线为示意，人员和诉求均为虚构。",
    "en": "Boundaries below the county are schematic; people and issues are invented.",
}
FIRST, SECOND = "白音哈拉乌兰巴彦宝日查干呼和阿拉苏达西拉", "塔拉花宝力格浩特温都尔淖尔图门毛都高勒"


@dataclass(frozen=True)
class Cut:
    """What a county is cut into: cells (EPSG:4326), and for each the number of its village, for each village of its township."""

    cells: lattice.Shapes
    village_of: lattice.Ints
    township_of: lattice.Ints


def shares(counties: Sequence[County], cells: int) -> list[tuple[County, int]]:
    """How many cells each county gets, the roomy ones a little fewer per km²; with few cells, only the first counties."""
    kept = counties[: max(1, min(len(counties), cells // LEAST_CELLS_PER_COUNTY))]
    return list(zip(kept, allot(cells, [county.km2**0.5 for county in kept], at_least=1), strict=True))


@transaction.atomic
def found(counties: Sequence[County], *, cells: int, seed: int, since: datetime, more: Callable[[int], object]) -> Area:
    """Store the whole tree, valid from `since`: its root. `more` is told of every cell that is made."""
    given = shares(counties, cells)
    outlines = [county.outline for county, _n in given]
    root = _stored(Level.PROVINCE, *PROVINCE, None, shapely.coverage_union_all(outlines), since)
    for (code, name), group in groupby(given, key=lambda each: (each[0].prefecture, each[0].prefecture_name)):
        members = list(group)
        outline = shapely.coverage_union_all([county.outline for county, _n in members])
        prefecture = _stored(Level.PREFECTURE, code, name, root, outline, since)
        for county, wanted in members:
            area = _stored(Level.COUNTY, county.code, county.name, prefecture, county.outline, since)
            _furnish(area, cut(county, wanted, seed), np.random.default_rng([seed, 1, int(county.code)]), since)
            more(wanted)
    for level in LEVELS_STORED:
        services.refresh_layer(level, since)
    names = {str(int(level)): texts for level, texts in LEVEL_NAMES.items()}
    Territory.objects.create(area=root, level_names=names, map_note=NOTE)
    return root


def cut(county: County, wanted: int, seed: int) -> Cut:
    """The county in that many cells, neighbours grouped to villages, villages to townships."""
    cells = lattice.cut(county.outline, wanted, [seed, int(county.code)])
    villages = max(1, round(wanted / CELLS_PER_VILLAGE))
    townships = max(1, round(villages / VILLAGES_PER_TOWNSHIP))
    return Cut(cells, np.arange(wanted) * villages // wanted, np.arange(villages) * townships // villages)


def _stored(level: Level, code: str, name: str, parent: Area | None, outline: BaseGeometry, since: datetime) -> Area:
    area = _area(level, code, name, parent, outline, shapely.point_on_surface(outline), since)
    area.save()
    return area


def _area(
    level: Level, code: str, name: str, parent: Area | None, shape: BaseGeometry, middle: BaseGeometry, since: datetime
) -> Area:
    path = f"{parent.path}.{code}" if parent else code
    return Area(
        level=level, code=code, name=name, parent=parent, path=path, boundary=_multi(shape),
        label_point=Point(shapely.get_x(middle), shapely.get_y(middle), srid=4326), valid_from=since,
    )  # fmt: skip


def _multi(shape: BaseGeometry) -> MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return GEOSGeometry(memoryview(shapely.to_wkb(shapely.multipolygons(parts))), srid=4326)  # type: ignore[return-value]


def _furnish(county: Area, made: Cut, rng: np.random.Generator, since: datetime) -> None:
    """Townships, villages and cells of a county, level by level."""
    village_shapes = _unions(made.cells, made.village_of)
    townships = list(_townships(county, _unions(village_shapes, made.township_of), since))
    villages = list(_villages(townships, village_shapes, made.township_of, since))
    cells = list(_cells(villages, made, rng, since))
    for village, members in groupby(cells, key=lambda cell: cell.parent):
        village.households = sum(cell.households or 0 for cell in members)
    for areas in (townships, villages, cells):
        for area, key in zip(areas, next_keys(Area, len(areas)), strict=True):
            area.pk = key
        for area in areas:
            area.parent_id = area.parent.pk if area.parent else None
        copy_rows(Area, areas)


def _unions(shapes: lattice.Shapes, owner: lattice.Ints) -> lattice.Shapes:
    """What the shapes with the same owner make together; owners count from 0 and follow each other."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    groups = np.split(shapes, starts[1:])
    return np.array([_union(group) for group in groups] + [None], dtype=object)[:-1]


def _union(group: lattice.Shapes) -> BaseGeometry:
    whole = shapely.coverage_union_all(group)
    # Where the outline was cut, two ends may lie a rounding apart: then as the services join areas.
    return whole if whole.is_valid else shapely.union_all(group, grid_size=services.GRID_DEGREES)


def _townships(county: Area, shapes: lattice.Shapes, since: datetime) -> Iterator[Area]:
    for n, shape in enumerate(shapes):
        name = f"{_name(n)}{'镇' if n % 3 == 0 else '苏木'}"
        yield _area(Level.TOWNSHIP, f"{county.code}{101 + n}", name, county, shape, shapely.point_on_surface(shape), since)


def _villages(
    townships: Sequence[Area], shapes: lattice.Shapes, township_of: lattice.Ints, since: datetime
) -> Iterator[Area]:  # fmt: skip
    within = np.zeros(len(townships), dtype=int)
    for n, (shape, township) in enumerate(zip(shapes, township_of, strict=True)):
        within[township] += 1
        parent = townships[township]
        code, name = f"{parent.code}{200 + within[township]}", f"{_name(7 * n + 3)}{'嘎查' if n % 2 else '村'}"
        yield _area(Level.VILLAGE, code, name, parent, shape, shapely.point_on_surface(shape), since)


def _cells(villages: Sequence[Area], made: Cut, rng: np.random.Generator, since: datetime) -> Iterator[Area]:
    middles = shapely.point_on_surface(made.cells)
    crowded = rng.normal(0, SPREAD, len(made.cells))
    within = np.zeros(len(villages), dtype=int)
    for shape, middle, village, lively in zip(made.cells, middles, made.village_of, crowded, strict=True):
        within[village] += 1
        parent = villages[village]
        code = f"{parent.code}{within[village]:03d}"
        cell = _area(Level.GRID, code, f"第{within[village]}网格", parent, shape, middle, since)
        cell.households = max(3, round(HOUSEHOLDS * exp(lively)))
        yield cell


def _name(n: int) -> str:
    """An invented name of three signs, as many here are called; any likeness to a place is chance."""
    pairs = len(FIRST) // 2, len(SECOND) // 2
    first, second = n % pairs[0], n // pairs[0] % pairs[1]
    return FIRST[2 * first : 2 * first + 2] + SECOND[2 * second : 2 * second + 2]
