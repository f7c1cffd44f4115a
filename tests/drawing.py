"""A territory drawn with letters, for tests.

    town = draw_cells('''
        A B
        C D
    ''')
    town["B"]                       # the cell B
    town.edge_between("B", "D")     # the middle of the edge that they share
    town.inside("A")                # a point well within A
    town.village, town.township, town.county

Each letter is a square of 0.01°; the same letter twice is one cell of two squares; “.” is a place without a cell. Codes
follow the alphabet, so “the lower code” of two cells is the earlier letter. Several villages or townships:

    draw_cells("A B C", villages={"north": "AB", "south": "C"}, townships={"east": ["north"], "west": ["south"]})
    town.villages["north"], town.townships["east"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from grids import services
from grids.levels import LADDER_LEVELS, Level
from grids.models import Area

SIDE = 0.01
DRAWN_AT = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Town:
    """What was drawn: the saved areas, by letter and by name. Geometry is EPSG:4326."""

    county: Area
    townships: dict[str, Area] = field(default_factory=dict)
    villages: dict[str, Area] = field(default_factory=dict)
    cells: dict[str, Area] = field(default_factory=dict)

    def __getitem__(self, letter: str) -> Area:
        return self.cells[letter]

    @property
    def township(self) -> Area:
        """The only township, or the first."""
        return next(iter(self.townships.values()))

    @property
    def village(self) -> Area:
        """The only village, or the first."""
        return next(iter(self.villages.values()))

    def inside(self, letter: str) -> Point:
        """A point well within the cell."""
        return _point(shape_of(self[letter]).representative_point())

    def edge_between(self, one: str, other: str) -> Point:
        """The middle of the edge that the two cells share. Raises ValueError if they share none."""
        shared = shapely.line_merge(shape_of(self[one]).intersection(shape_of(self[other])))
        if shared.length == 0:
            raise ValueError(f"{one} and {other} share no edge.")
        line = max(getattr(shared, "geoms", [shared]), key=lambda part: part.length)
        return _point(line.interpolate(0.5, normalized=True))

    def corner_of(self, *letters: str) -> Point:
        """A point that all these cells touch. Raises ValueError if there is none."""
        shared = shapely.intersection_all([shape_of(self[letter]) for letter in letters])
        if shared.is_empty:
            raise ValueError(f"{', '.join(letters)} meet nowhere.")
        return _point(shared.representative_point())

    def outside(self) -> Point:
        """A point beyond the county."""
        west, south, *_ = shape_of(self.county).bounds
        return Point(west - 1, south - 1, srid=4326)


def draw_cells(
    drawing: str,
    *,
    villages: Mapping[str, str] | None = None,
    townships: Mapping[str, Iterable[str]] | None = None,
    county: str = "150422",
    origin: tuple[float, float] = (119.0, 44.0),
    households: Mapping[str, int] | None = None,
    at: datetime = DRAWN_AT,
) -> Town:
    """Save the county, townships, villages and cells of the drawing, valid from `at`; `origin` is its upper left corner.

    `villages` maps a name to its letters, `townships` a name to its villages; without them there is one of each.
    Codes: county 6, township +3, village +3, cell +3 digits.
    """
    squares = _squares(drawing, origin)
    villages = villages or {"village": "".join(squares)}
    townships = townships or {"township": list(villages)}
    shapes = {letter: shapely.union_all(parts) for letter, parts in squares.items()}
    town = Town(county=_area(Level.COUNTY, county, "county", None, shapes.values(), at))
    for number, (name, names) in enumerate(townships.items()):
        letters = [letter for each in names for letter in villages[each]]
        code = f"{county}{100 + number}"
        town.townships[name] = _area(Level.TOWNSHIP, code, name, town.county, [shapes[each] for each in letters], at)
        for position, village in enumerate(names):
            _draw_village(town, town.townships[name], f"{code}{200 + position}", village, villages[village], shapes, at)
    _set_households(town, households or {})
    for level in LADDER_LEVELS:
        services.refresh_layer(level, at)
    return _read_again(town)


def _read_again(town: Town) -> Town:
    """The same with its areas as they stand now, numbered."""
    found = {area.pk: area for area in Area.objects.current()}
    parts = ({name: found[area.pk] for name, area in part.items()} for part in (town.townships, town.villages, town.cells))
    return Town(found[town.county.pk], *parts)


def shape_of(area: Area) -> BaseGeometry:
    """The boundary as a shapely geometry, EPSG:4326."""
    if area.boundary is None:
        raise ValueError(f"{area} has no boundary.")
    return shapely.from_wkb(bytes(area.boundary.wkb))


def _draw_village(
    town: Town, township: Area, code: str, name: str, letters: str, shapes: Mapping[str, BaseGeometry], at: datetime
) -> None:
    village = _area(Level.VILLAGE, code, name, township, [shapes[letter] for letter in letters], at)
    town.villages[name] = village
    for number, letter in enumerate(sorted(letters), start=1):
        town.cells[letter] = _area(Level.GRID, f"{code}{number:03d}", letter, village, [shapes[letter]], at)


def _squares(drawing: str, origin: tuple[float, float]) -> dict[str, list[BaseGeometry]]:
    """The squares of each letter, EPSG:4326, in alphabetical order."""
    found: dict[str, list[BaseGeometry]] = {}
    west, north = origin
    rows = [line.split() for line in drawing.strip().splitlines() if line.strip()]
    for row, letters in enumerate(rows):
        for column, letter in enumerate(letters):
            if letter != ".":
                # Rounded, so that neighbours share their corners to the last bit.
                x0, x1 = (round(west + (column + step) * SIDE, 6) for step in (0, 1))
                y0, y1 = (round(north - (row + step) * SIDE, 6) for step in (1, 0))
                found.setdefault(letter, []).append(shapely.box(x0, y0, x1, y1))
    return dict(sorted(found.items()))


def _area(level: Level, code: str, name: str, parent: Area | None, shapes: Iterable[BaseGeometry], at: datetime) -> Area:
    shape = shapely.union_all(list(shapes))
    boundary = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)
    return Area.objects.create(
        level=level,
        code=code,
        name=name,
        parent=parent,
        path=f"{parent.path}.{code}" if parent else code,
        boundary=boundary if isinstance(boundary, MultiPolygon) else MultiPolygon(boundary, srid=4326),
        label_point=_point(shape.representative_point()),
        valid_from=at,
    )


def _set_households(town: Town, households: Mapping[str, int]) -> None:
    for letter, number in households.items():
        town[letter].households = number
        town[letter].save(update_fields=["households"])


def _point(shape: shapely.Point) -> Point:
    return Point(shape.x, shape.y, srid=4326)
