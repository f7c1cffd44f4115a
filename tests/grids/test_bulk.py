"""`locate_many` against `locate`, which is itself tested against shapely: the two may never disagree."""

from __future__ import annotations

import random
from itertools import pairwise

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point

from grids.bulk import Place, locate_many
from grids.levels import LADDER_LEVELS, Level
from grids.locate import locate
from grids.models import Area
from tests.drawing import SIDE, Town, draw_cells

UNEVEN = """
    A A B C
    D E B C
    D E . F
"""
VILLAGES = {"west": "ADE", "middle": "B", "east": "CF"}
ORIGIN = (119.0, 44.0)


def drawn() -> Town:
    """Three villages in two townships; “.” is a piece of the middle village without a cell."""
    town = draw_cells(UNEVEN, villages=VILLAGES, townships={"left": ["west"], "right": ["middle", "east"]}, origin=ORIGIN)
    without_cell = GEOSGeometry(memoryview(shapely.box(119.02, 43.97, 119.03, 43.98).wkb), srid=4326)
    for area in (town.villages["middle"], town.townships["right"], town.county):
        assert area.boundary is not None
        wider = area.boundary.union(without_cell)
        area.boundary = wider if isinstance(wider, MultiPolygon) else MultiPolygon(wider, srid=4326)
        area.save(update_fields=["boundary"])
    return town


def expected(xy: tuple[float, float]) -> Place | None:
    area = locate(Point(*xy, srid=4326)).area
    return Place(area.pk, area.path, area.level) if area else None


def points_to_try(town: Town) -> list[tuple[float, float]]:
    """All over the drawing and beyond it, on every corner, on the middle of every edge, and within a hair of both."""
    rng = random.Random(7)
    west, north = ORIGIN
    lattice = [
        (round(west + column * SIDE / 2, 6), round(north - row * SIDE / 2, 6)) for column in range(-1, 10) for row in range(-1, 8)
    ]
    near = [(x + rng.choice((-1e-9, 1e-9)), y + rng.choice((-1e-9, 1e-9))) for x, y in lattice]
    anywhere = [(rng.uniform(west - SIDE, west + 5 * SIDE), rng.uniform(north - 4 * SIDE, north + SIDE)) for _ in range(150)]
    shared = [town.edge_between("B", "C"), town.edge_between("A", "D"), town.edge_between("E", "B"), town.corner_of("A", "D", "E")]
    return [*lattice, *near, *anywhere, *((point.x, point.y) for point in shared)]


def test_many_points_are_located_as_each_by_itself(db):
    tried = points_to_try(drawn())

    found = locate_many(tried)

    for xy, place in zip(tried, found, strict=True):
        assert place == expected(xy), xy
    assert {place.level if place else None for place in found} == {Level.GRID, Level.VILLAGE, None}


def test_many_points_are_located_as_each_by_itself_where_areas_have_no_boundary(db):
    town = drawn()
    for area in (town["B"], town["C"], town.villages["east"], town.townships["left"], town["A"], town.villages["west"]):
        area.boundary = None
        area.save(update_fields=["boundary"])
    tried = points_to_try_of_levels()

    found = locate_many(tried)

    assert found == [expected(xy) for xy in tried]
    assert {place.level for place in found if place} == set(LADDER_LEVELS)


def points_to_try_of_levels() -> list[tuple[float, float]]:
    west, north = ORIGIN
    return [(west + (column + 0.5) * SIDE, north - (row + 0.5) * SIDE) for column in range(4) for row in range(3)]


def test_shared_edge_belongs_to_the_lower_code(db):
    town = drawn()
    edges = [town.edge_between(one, other) for one, other in (("A", "B"), ("B", "C"), ("C", "F"))]

    found = locate_many([(edge.x, edge.y) for edge in edges])

    assert [place.path if place else "" for place in found] == [town[letter].path for letter in "ABC"]


def test_cell_that_was_replaced_is_not_found(db):
    town = drawn()
    at = town.inside("F")
    Area.objects.filter(pk=town["F"].pk).update(valid_to=town["F"].valid_from)

    (place,) = locate_many([(at.x, at.y)])

    assert place == Place(town.villages["east"].pk, town.villages["east"].path, Level.VILLAGE)


def test_points_all_in_cells_cost_one_query_and_none_costs_none(db, django_assert_num_queries):
    town = drawn()
    insides = [town.inside(letter) for letter in "ABCDEF"]

    with django_assert_num_queries(1):
        found = locate_many([(point.x, point.y) for point in insides])
    with django_assert_num_queries(0):
        assert locate_many([]) == []

    assert [place.path if place else "" for place in found] == [town[letter].path for letter in "ABCDEF"]
    assert all(one != other for one, other in pairwise(found))
