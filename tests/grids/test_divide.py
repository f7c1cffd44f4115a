"""Cutting outlines into parts, without a database."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

from grids.drawing.divide import BORDERS, CannotDivide, Crowd, divide, noded
from grids.drawing.regular import Shape, regular
from grids.drawing.shares import allot, reading_order
from grids.metres import area_m2

L_SHAPE = shapely.Polygon([(119, 44), (119.05, 44), (119.05, 44.01), (119.02, 44.012), (119.02, 44.04), (119, 44.04)])
WITH_LAKE = shapely.box(119, 44, 119.05, 44.04).difference(shapely.Point(119.02, 44.02).buffer(0.008))
TWO_ISLANDS = shapely.MultiPolygon([shapely.box(119, 44, 119.03, 44.03), shapely.box(119.05, 44.01, 119.06, 44.02)])
NEEDLE = shapely.Polygon([(119, 44), (119.2, 44.0001), (119.2, 44.0006), (119, 44.0007)])
OUTLINES = {"L": L_SHAPE, "lake": WITH_LAKE, "islands": TWO_ISLANDS, "needle": NEEDLE}


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def assert_exact(parts: list[BaseGeometry], outline: BaseGeometry) -> None:
    """Every part is valid, corners are shared, and together they are the outline and nothing else."""
    assert all(part.is_valid and not part.is_empty for part in parts)
    assert shapely.coverage_is_valid(np.array(parts))
    assert shapely.union_all(parts).symmetric_difference(noded(outline)).area == pytest.approx(0, abs=1e-16)


@pytest.mark.parametrize("name", OUTLINES)
@pytest.mark.parametrize("count", [1, 2, 7, 16])
def test_outline_when_divided_is_covered_exactly(name, count):
    parts = divide(OUTLINES[name], [1] * count, rng())

    assert len(parts) == count
    assert_exact(parts, OUTLINES[name])


@given(
    corners=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=12, unique=True),
    count=st.integers(2, 12),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_any_outline_when_divided_is_covered_exactly(corners, count, seed):
    ragged = shapely.MultiPoint(corners).buffer(3, quad_segs=2).union(shapely.LineString([*corners, corners[0]]).buffer(2))
    outline = shapely.transform(ragged, lambda at: np.round(at * 0.0005 + (119, 44), 6))

    parts = divide(outline, [1] * count, rng(seed))

    assert_exact(parts, outline)


def test_outline_when_divided_again_with_the_same_seed_is_the_same():
    one, same, other = (divide(L_SHAPE, [1] * 9, rng(seed)) for seed in (4, 4, 5))

    assert [part.wkb for part in one] == [part.wkb for part in same]
    assert [part.wkb for part in one] != [part.wkb for part in other]


def test_neighbours_when_divided_apart_share_every_corner():
    border = [(119.05, 44.0), (119.052, 44.013), (119.048, 44.03), (119.051, 44.04)]
    west = shapely.Polygon([(119, 44), *border, (119, 44.04)])
    east = shapely.Polygon([(119.1, 44.04), (119.1, 44), *border])

    cells = divide(west, [1] * 8, rng(1)) + divide(east, [1] * 11, rng(2))

    assert shapely.coverage_is_valid(np.array(cells))


def test_corners_on_a_stretch_do_not_depend_on_its_direction():
    triangle = [(119.0, 44.0), (119.0371, 44.0127), (119.0113, 44.0401)]

    ways = (shapely.Polygon(triangle), shapely.Polygon(triangle[::-1]))
    one, other = ({tuple(corner) for corner in shapely.get_coordinates(noded(way)).tolist()} for way in ways)

    assert one == other
    assert len(one) > 60
    assert set(triangle) < one


def test_people_when_crowded_get_smaller_cells_and_even_shares():
    places = np.concatenate([rng(1).normal((119.03, 44.01), 0.002, (300, 2)), rng(2).uniform((119, 44), (119.05, 44.04), (100, 2))])
    village = shapely.box(119, 44, 119.05, 44.04)
    places = places[shapely.contains_xy(village, places[:, 0], places[:, 1])]

    cells = divide(village, [1] * 10, rng(), crowd=Crowd(places, np.ones(len(places))))

    people = np.array([shapely.contains_xy(cell, places[:, 0], places[:, 1]).sum() for cell in cells])
    areas = np.array([area_m2(cell) for cell in cells])
    assert people.sum() == len(places)
    assert people.max() < 1.6 * people.mean()
    assert people.min() > 0.4 * people.mean()
    assert areas.max() > 10 * areas.min()


def test_land_when_nobody_is_known_is_shared_evenly_in_compact_cells():
    cells = divide(shapely.box(119, 44, 119.05, 44.04), [1] * 12, rng())

    areas = np.array([area_m2(cell) for cell in cells])
    assert areas.max() / areas.min() < 1.15
    # 4πA/L² is 1 for a disc and 0.79 for a square, both in metres; a jagged edge costs about a half.
    flat = [shapely.transform(cell, lambda at: at * (80_000, 111_000)) for cell in cells]
    assert np.mean([4 * np.pi * cell.area / cell.length**2 for cell in flat]) > 0.45


def test_targets_when_unequal_are_met():
    parts = divide(shapely.box(119, 44, 119.05, 44.04), [1, 2, 3, 6], rng())

    areas = np.array([area_m2(part) for part in parts])
    assert areas / areas.sum() == pytest.approx(np.array([1, 2, 3, 6]) / 12, rel=0.15)


def test_seeds_when_given_lie_in_their_parts():
    first, third = (119.005, 44.005), (119.045, 44.035)

    parts = divide(shapely.box(119, 44, 119.05, 44.04), [1] * 4, rng(), seeds=[first, None, third, None], style=BORDERS)

    assert parts[0].contains(shapely.Point(first))
    assert parts[2].contains(shapely.Point(third))


def test_parts_where_the_outline_is_in_one_piece_are_in_one_piece():
    for seed in range(5):
        assert {part.geom_type for part in divide(L_SHAPE, [1] * 12, rng(seed))} == {"Polygon"}


def test_borders_when_drawn_wander_like_borders():
    county = shapely.box(119, 44, 119.6, 44.5)

    parts = divide(county, [1] * 6, rng(), style=BORDERS)

    assert_exact(parts, county)
    inner = shapely.line_merge(shapely.intersection(parts[0].boundary, shapely.union_all(parts[1:]).boundary))
    for line in shapely.get_parts(inner):
        if line.length > 0.05:
            straight = shapely.Point(line.coords[0]).distance(shapely.Point(line.coords[-1]))
            assert 1.05 < line.length / straight < 4
            assert len(line.coords) > 20


def test_outline_when_too_small_for_so_many_cannot_be_divided():
    with pytest.raises(CannotDivide):
        divide(shapely.box(119, 44, 119.000001, 44.000001), [1] * 400, rng())


@pytest.mark.parametrize("shape", Shape)
def test_villages_when_cut_regularly_are_covered_exactly_and_together(shape):
    north = rotate(shapely.box(119, 44.02, 119.05, 44.04), 7)
    south = shapely.box(118.99, 43.98, 119.06, 44.03)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([north.boundary, south.boundary])]))
    inside = [face for face in faces if north.contains(face.representative_point())]
    below = [face for face in faces if south.difference(north).contains(face.representative_point())]
    villages = {"n": shapely.union_all(inside), "s": max(below, key=lambda face: face.area)}

    cells = regular(villages, shape, 400)

    both = cells["n"] + cells["s"]
    assert shapely.coverage_is_valid(np.array(both))
    assert all(cell.is_valid for cell in both)
    for code, outline in villages.items():
        # New corners on a border are written with seven decimals: up to 5 mm beside it, some 40 m² along 11 km.
        assert shapely.union_all(cells[code]).symmetric_difference(outline).area < 1e-8
        whole = 160_000 if shape is Shape.SQUARE else 138_564
        areas = np.array([area_m2(cell) for cell in cells[code]])
        assert np.isclose(areas, whole, rtol=0.01).sum() > 10
        assert areas.min() > 0.24 * whole


def test_villages_when_cells_would_be_too_many_are_not_cut():
    with pytest.raises(ValueError, match="too small"):
        regular({"v": shapely.box(118, 43, 120, 45)}, Shape.SQUARE, 5)


@given(total=st.integers(0, 5000), shares=st.lists(st.floats(0, 1e6), min_size=1, max_size=40), least=st.integers(0, 3))
def test_whole_numbers_when_dealt_out_add_up(total, shares, least):
    if total < least * len(shares):
        with pytest.raises(ValueError, match="too little"):
            allot(total, shares, least)
        return

    dealt = allot(total, shares, least)

    assert sum(dealt) == total
    assert min(dealt) >= least
    if sum(shares) > 0:
        rest = total - least * len(shares)
        for share, number in zip(shares, dealt, strict=True):
            assert abs(number - least - rest * share / sum(shares)) < 1.001


def test_shapes_when_numbered_run_west_to_east_in_rows_from_north_to_south():
    square = shapely.box(0, 0, 1, 1)
    grid = {(row, column): translate(square, column, -row + column * 0.1) for row in range(3) for column in range(4)}
    places = [(2, 0), (0, 3), (1, 1), (0, 0), (2, 3), (1, 0), (0, 1), (1, 3), (2, 1), (0, 2), (1, 2), (2, 2)]

    order = reading_order([grid[place] for place in places])

    assert [places[number] for number in order] == sorted(places)
