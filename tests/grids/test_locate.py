"""`locate` against the drawing, and against an independent brute force in shapely on 10,000 points."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point
from pyproj import Transformer

from grids import metres
from grids.levels import Level
from grids.locate import MAX_CIRCLE_M, locate
from grids.models import Area
from tests.drawing import DRAWN_AT, Town, draw_cells, shape_of
from tests.grids.factories import make_area

SQUARE = """
    A B
    C D
"""


def without_boundaries(*areas: Area) -> None:
    for area in areas:
        area.boundary = None
        area.save(update_fields=["boundary"])


def test_point_within_a_cell_when_located_is_in_that_cell(db):
    town = draw_cells(SQUARE)

    found = locate(town.inside("C"))

    assert found.area == town["C"]
    assert (found.share, found.ambiguous, found.candidates) == (1.0, False, [town["C"]])


def test_point_on_shared_edge_when_located_falls_in_the_lower_code(db):
    town = draw_cells(SQUARE)

    assert locate(town.edge_between("B", "D")).area == town["B"]
    assert locate(town.edge_between("C", "D")).area == town["C"]
    assert locate(town.corner_of("A", "B", "C", "D")).area == town["A"]


def test_edge_of_two_villages_when_located_falls_in_the_lower_code(db):
    town = draw_cells(SQUARE, villages={"west": "AC", "east": "BD"})

    assert locate(town.edge_between("C", "D")).area == town["C"]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_place_without_cell_when_located_is_in_the_next_wider_area(db, missing):
    town = draw_cells(SQUARE)
    ladder = [town["D"], town.village, town.township, town.county]
    inside = town.inside("D")
    without_boundaries(*ladder[:missing])

    assert locate(inside).area == ladder[missing]
    assert locate(inside, 20).area == ladder[missing]


def test_point_beyond_the_county_when_located_is_nowhere(db):
    town = draw_cells(SQUARE)

    for accuracy_m in (None, 30.0, 50_000.0):
        found = locate(town.outside(), accuracy_m)
        assert (found.area, found.share, found.candidates) == (None, 0.0, [])


def test_point_when_limited_to_another_county_is_nowhere(db):
    town = draw_cells(SQUARE)

    assert locate(town.inside("A"), under=town.village.path).area == town["A"]
    assert locate(town.inside("A"), under="150423").area is None
    assert locate(town.inside("A"), 10, under="150423").area is None


def test_retired_cell_when_point_lies_in_it_does_not_answer(db):
    town = draw_cells(SQUARE)
    town["A"].valid_to = DRAWN_AT
    town["A"].save()

    assert locate(Point(119.005, 43.995, srid=4326)).area == town.village


def test_circle_within_a_cell_when_located_is_sure(db):
    town = draw_cells(SQUARE)

    found = locate(town.inside("A"), 50)

    assert found.area == town["A"]
    assert found.share == pytest.approx(1)
    assert not found.ambiguous
    assert found.candidates == [town["A"]]


def test_circle_over_an_edge_when_located_is_in_the_cell_that_holds_most_of_it(db):
    town = draw_cells(SQUARE)
    edge = town.edge_between("C", "D")

    found = locate(Point(edge.x + 0.0002, edge.y, srid=4326), 60)

    assert found.area == town["D"]
    assert found.ambiguous
    assert found.candidates == [town["D"], town["C"]]
    assert 0.5 < found.share < 1
    assert sum(area.share for area in found.candidates) == pytest.approx(1, abs=1e-6)


def test_circle_centred_on_an_edge_when_located_falls_in_the_lower_code(db):
    town = draw_cells(SQUARE)

    found = locate(town.edge_between("A", "B"), 40)

    assert found.area == town["A"]
    assert found.candidates == [town["A"], town["B"]]
    assert found.share == pytest.approx(0.5, abs=1e-6)


def test_circle_over_the_border_of_the_county_when_located_is_ambiguous(db):
    town = draw_cells("A")

    found = locate(Point(119.0001, 43.995, srid=4326), 60)

    assert found.area == town["A"]
    assert found.ambiguous
    assert found.share < 0.8


def test_circle_over_a_village_without_cells_when_located_names_the_village(db):
    town = draw_cells(SQUARE, villages={"west": "AC", "east": "BD"})
    edge = town.edge_between("A", "B")
    without_boundaries(town["B"], town["D"])

    found = locate(Point(edge.x + 0.0002, edge.y, srid=4326), 60)

    assert found.area == town.villages["east"]
    assert found.candidates == [town.villages["east"], town["A"]]


def test_circle_too_wide_for_a_cell_when_located_takes_the_point_and_says_so(db):
    town = draw_cells(SQUARE)

    found = locate(town.inside("B"), MAX_CIRCLE_M + 1)

    assert found.area == town["B"]
    assert found.ambiguous


def test_territory_without_any_area_when_located_is_nowhere(db):
    assert locate(Point(119, 44, srid=4326)).area is None


def test_area_without_boundary_when_it_is_the_only_one_does_not_answer(db):
    make_area(Level.COUNTY, "1")

    assert locate(Point(119, 44, srid=4326), 20).area is None


def test_point_when_located_takes_one_query_and_fetches_no_boundary(db, django_assert_num_queries):
    town = draw_cells(SQUARE)
    inside, edge = town.inside("A"), town.edge_between("A", "B")

    with django_assert_num_queries(1) as plain:
        locate(inside)
    with django_assert_num_queries(1) as circle:
        locate(edge, 25)

    for asked in (plain, circle):
        columns = asked.captured_queries[0]["sql"].split(" FROM ")[0]
        assert '"boundary"::bytea' not in columns


def ragged_town() -> Town:
    """64 cells whose edges are bent, in 4 villages and 2 townships; two of them without a boundary."""
    letters = [chr(0x4E00 + number) for number in range(64)]
    rows = [" ".join(letters[row * 8 : row * 8 + 8]) for row in range(8)]
    quarters = {f"v{part}": "".join(letters[part * 16 : part * 16 + 16]) for part in range(4)}
    town = draw_cells("\n".join(rows), villages=quarters, townships={"n": ["v0", "v1"], "s": ["v2", "v3"]})
    rng = np.random.default_rng(7)
    bends: dict[tuple[float, float], tuple[float, float]] = {}

    def bend(points: np.ndarray) -> np.ndarray:
        for place, (x, y) in enumerate(map(tuple, points)):
            if (x, y) not in bends:
                bends[x, y] = tuple(np.array([x, y]) + rng.uniform(-0.002, 0.002, 2))
            points[place] = bends[x, y]
        return points

    for area in Area.objects.order_by("-level"):
        shape = shapely.transform(shape_of(area), lambda points: bend(np.array(points).round(6)))
        area.boundary = metres.to_boundary(shape)
        area.save(update_fields=["boundary"])
    without_boundaries(town[letters[9]], town[letters[40]])
    return town


def brute_force(areas: list[Area], points: np.ndarray) -> list[str | None]:
    """The code of the narrowest area, then of the lowest code, within 0.1 mm of each point (degrees)."""
    ordered = sorted(areas, key=lambda area: (area.level, area.code))
    found: list[str | None] = [None] * len(points)
    shapes = shapely.points(points)
    for area in reversed(ordered):
        for place in np.flatnonzero(shapely.dwithin(shape_of(area), shapes, 1e-9)):
            found[place] = area.code
    return found


def awkward_points(areas: list[Area], rng: np.random.Generator) -> np.ndarray:
    """10,000 points: 7,000 anywhere around, 1,500 on vertices, 1,500 on the middle or a random place of an edge."""
    west, south, east, north = shapely.total_bounds([shape_of(area) for area in areas])
    anywhere = rng.uniform((west - 0.005, south - 0.005), (east + 0.005, north + 0.005), (7000, 2))
    rings = [shapely.get_coordinates(shape_of(area)) for area in areas]
    vertices = np.concatenate(rings)
    starts, ends = np.concatenate([ring[:-1] for ring in rings]), np.concatenate([ring[1:] for ring in rings])
    edge = rng.integers(0, len(starts), 1500)
    along = np.where(rng.random(1500) < 0.5, 0.5, rng.random(1500))[:, None]
    on_edges = starts[edge] + along * (ends[edge] - starts[edge])
    return np.concatenate([anywhere, vertices[rng.integers(0, len(vertices), 1500)], on_edges])


def test_ten_thousand_points_when_located_agree_with_brute_force(db):
    ragged_town()
    areas = [area for area in Area.objects.current() if area.boundary]
    points = awkward_points(areas, np.random.default_rng(11))
    expected = brute_force(areas, points)

    found = [locate(Point(float(x), float(y), srid=4326)).area for x, y in points]

    wrong = [
        (tuple(point), area, code)
        for point, area, code in zip(points, found, expected, strict=True)
        if (area and area.code) != code
    ]
    assert not wrong
    assert len(points) == 10_000
    assert {area.level for area in found if area} == {Level.GRID, Level.VILLAGE}
    assert found.count(None) > 100


def test_circles_when_located_agree_with_brute_force(db):
    town = ragged_town()
    cells = [area for area in Area.objects.cells() if area.boundary]
    rng = np.random.default_rng(12)
    plane = Transformer.from_crs("EPSG:4326", "+proj=aeqd +lon_0=119.04 +lat_0=43.96 +datum=WGS84", always_xy=True)
    flat = [shapely.transform(shape_of(cell), lambda at: np.column_stack(plane.transform(at[:, 0], at[:, 1]))) for cell in cells]
    whole = shapely.transform(shape_of(town.county), lambda at: np.column_stack(plane.transform(at[:, 0], at[:, 1])))
    checked = 0

    for x, y in rng.uniform((119.0, 43.92), (119.08, 44.0), (400, 2)):
        radius = float(rng.uniform(5, 400))
        disc = shapely.Point(*plane.transform(x, y)).buffer(radius, quad_segs=32)
        shares = {cell.code: shape.intersection(disc).area / disc.area for cell, shape in zip(cells, flat, strict=True)}
        best_two = sorted(shares.values())[-2:]
        if sum(shares.values()) < 0.999 * whole.intersection(disc).area / disc.area or best_two[1] - best_two[0] < 0.02:
            continue  # beside a village without cells, or too close to call between two ways to draw a circle
        found = locate(Point(x, y, srid=4326), radius)
        assert found.area is not None
        assert found.area.code == max(shares, key=lambda code: (shares[code], code))
        assert found.share == pytest.approx(shares[found.area.code], abs=0.01)
        checked += 1

    assert checked > 200
