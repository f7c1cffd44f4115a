from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from grids import services
from grids.codes import free_codes
from grids.coverage import gaps, outside, overlaps
from grids.errors import Refusal
from grids.levels import Level
from grids.locate import locate
from grids.models import Area, Layer
from tests.drawing import DRAWN_AT, Town, draw_cells, shape_of

LATER = DRAWN_AT + timedelta(days=30)
SQUARE = """
    A B
    C D
"""


def cells_now() -> dict[str, Area]:
    return {area.code: area for area in Area.objects.cells()}


def shapes_of(town: Town, letters: str) -> dict[str, BaseGeometry]:
    return {letter: shape_of(town[letter]) for letter in letters}


def test_cell_when_split_is_retired_and_names_its_parts(db):
    town = draw_cells(SQUARE, households={"A": 31})
    versions = dict(Layer.objects.values_list("level", "version"))

    west, east = services.split(town["A"], shapely.LineString([(119.004, 44.1), (119.004, 43.9)]), at=LATER)

    old = Area.objects.get(pk=town["A"].pk)
    assert old.valid_to == LATER
    assert set(old.replaced_by.all()) == {west, east}
    assert (west.code[-3:], east.code[-3:]) == ("005", "006")
    assert west.path == f"{town.village.path}.{west.code}"
    assert (west.households, east.households) == (12, 19)
    assert locate(town.inside("A")).area == east
    west.refresh_from_db()
    assert [area.ordinal for area in Area.objects.cells().order_by("path")] == [0, 1, 2, 3, 4]
    assert old.ordinal is None
    after = dict(Layer.objects.values_list("level", "version"))
    assert after[Level.GRID] > versions[Level.GRID]
    assert after[Level.VILLAGE] == versions[Level.VILLAGE]
    assert not overlaps({area.code: shape_of(area) for area in Area.objects.cells()})


@pytest.mark.parametrize("line", [[(119.004, 43.999), (119.004, 43.991)], [(120, 44), (121, 44)]])
def test_cell_when_the_line_does_not_cut_it_through_stays(db, line):
    town = draw_cells(SQUARE)

    with pytest.raises(Refusal, match="does not cut"):
        services.split(town["A"], shapely.LineString(line), at=LATER)

    assert len(cells_now()) == 4
    assert town["A"].code in cells_now()


def test_cells_when_merged_are_one_with_a_new_code(db):
    town = draw_cells(SQUARE, households={"A": 10, "B": 20})

    merged = services.merge([town["A"], town["B"]], at=LATER, name="North")

    assert (merged.code[-3:], merged.name, merged.households) == ("005", "North", 30)
    assert set(merged.replaces.all()) == {town["A"], town["B"]}
    assert locate(town.edge_between("A", "B")).area == merged
    assert len(cells_now()) == 3


@pytest.mark.parametrize(("letters", "sentence"), [("AD", "do not touch"), ("AX", "same parent"), ("A", "two or more")])
def test_cells_when_they_do_not_belong_together_are_not_merged(db, letters, sentence):
    town = draw_cells("A B X\nC . D", villages={"one": "ABCD", "two": "X"})

    with pytest.raises(Refusal, match=sentence):
        services.merge([town[letter] for letter in letters], at=LATER)

    assert len(cells_now()) == 5


def test_edge_when_moved_retires_both_cells_and_keeps_their_codes(db):
    town = draw_cells(SQUARE)
    middle = shapely.box(119.01, 43.99, 119.012, 44.0)
    new = {town["A"]: shape_of(town["A"]).union(middle), town["B"]: shape_of(town["B"]).difference(middle)}

    drawn = services.redraw(new, at=LATER)

    assert [area.code for area in drawn] == [town["A"].code, town["B"].code]
    assert Area.objects.get(pk=town["A"].pk).valid_to == LATER
    assert set(drawn[0].replaces.all()) == {town["A"], town["B"]}
    assert set(drawn[1].replaces.all()) == {town["B"]}
    assert not overlaps({code: shape_of(area) for code, area in cells_now().items()})


@pytest.mark.parametrize(
    ("east", "west", "sentence"),
    [(119.009, 119.01, "left without"), (119.011, 119.01, "overlap"), (119.01, 119.01, None)],
)
def test_edge_when_moved_on_one_side_only_is_refused(db, east, west, sentence):
    town = draw_cells(SQUARE)
    new = {town["A"]: shapely.box(119.0, 43.99, east, 44.0), town["B"]: shapely.box(west, 43.99, 119.02, 44.0)}

    if sentence is None:
        assert len(services.redraw(new, at=LATER)) == 2
        return
    with pytest.raises(Refusal, match=sentence):
        services.redraw(new, at=LATER)
    assert cells_now()[town["A"].code] == town["A"]


def test_cell_when_moved_beyond_its_village_is_refused(db):
    town = draw_cells("A", villages={"one": "A"})

    with pytest.raises(Refusal, match="stick out"):
        services.redraw({town["A"]: shapely.box(119.0, 43.99, 119.02, 44.0)}, at=LATER)


def test_broken_boundary_when_drawn_is_refused(db):
    town = draw_cells("A")

    with pytest.raises(Refusal, match="not a valid polygon"):
        services.redraw({town["A"]: shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, at=LATER)


def test_village_when_redrawn_keeps_its_cells_on_the_same_path(db):
    town = draw_cells(SQUARE)

    (village,) = services.redraw({town.village: shape_of(town.village)}, at=LATER)

    assert village.pk != town.village.pk
    assert village.path == town.village.path
    cells = list(Area.objects.cells().order_by("path"))
    assert [cell.pk for cell in cells] == [town[letter].pk for letter in "ABCD"]
    assert {cell.parent for cell in cells} == {village}


def test_village_when_split_takes_its_cells_along_under_new_paths(db):
    town = draw_cells(SQUARE)
    line = shapely.LineString([(119.01, 43.9), (119.01, 44.1)])

    west, east = services.split(town.village, line, at=LATER, codes=["150422100300", "150422100301"])

    assert {cell.name: cell.parent for cell in Area.objects.cells()} == {"A": west, "C": west, "B": east, "D": east}
    moved = Area.objects.cells().get(code=town["B"].code)
    assert moved.path == f"{east.path}.{moved.code}"
    old = Area.objects.get(pk=town["B"].pk)
    assert (old.valid_to, list(old.replaced_by.all())) == (LATER, [moved])
    assert [cell.ordinal for cell in Area.objects.cells()] == [0, 1, 2, 3]
    assert locate(town.inside("B")).area == moved


def test_village_when_split_without_codes_is_refused(db):
    town = draw_cells(SQUARE)

    with pytest.raises(Refusal, match="2 parts"):
        services.split(town.village, shapely.LineString([(119.01, 43.9), (119.01, 44.1)]), at=LATER)

    assert Area.objects.current().of_level(Level.VILLAGE).get() == town.village


def test_village_when_retired_with_cells_is_refused(db):
    town = draw_cells(SQUARE)

    with pytest.raises(Refusal, match="still holds"):
        services.retire([town.village], at=LATER)

    assert Area.objects.get(pk=town.village.pk).valid_to is None
    services.retire(list(town.cells.values()), at=LATER)
    services.retire([town.village], at=LATER)
    assert locate(town.inside("A")).area == town.township


def test_code_of_a_retired_cell_is_never_given_again(db):
    town = draw_cells("A B C")
    services.retire([town["C"]], at=LATER)

    assert free_codes(town.village, 2) == [f"{town.village.code}004", f"{town.village.code}005"]
    assert free_codes(town.village, 1, Area.Kind.DEDICATED) == [f"{town.village.code}901"]


def test_county_may_number_its_cells_with_other_digits_and_ranges(db, settings):
    settings.CELL_DIGITS, settings.CELL_NUMBERS = 4, ((1, 7999), (8000, 9999))
    town = draw_cells("A")

    assert free_codes(town.village, 2) == [f"{town.village.code}0001", f"{town.village.code}0002"]
    assert free_codes(town.village, 1, Area.Kind.DEDICATED) == [f"{town.village.code}8000"]


def test_village_when_it_has_no_numbers_left_says_so(db):
    town = draw_cells("A")
    Area.objects.filter(pk=town["A"].pk).update(code=f"{town.village.code}898")

    assert free_codes(town.village, 1) == [f"{town.village.code}899"]
    with pytest.raises(Refusal, match="no room for 2 more cells"):
        free_codes(town.village, 2)


def test_overlap_when_looked_for_names_both_codes_and_its_size(db):
    town = draw_cells(SQUARE)
    shapes = shapes_of(town, "ABCD")
    shapes["A"] = translate(shapes["A"], 0.001, 0)

    (piece,) = overlaps(shapes)

    assert piece.codes == ("A", "B")
    assert piece.area_m2 == pytest.approx(80.3 * 1111, rel=0.01)
    assert piece.shape.bounds == pytest.approx((119.01, 43.99, 119.011, 44.0), abs=1e-6)


def test_sliver_thinner_than_a_metre_when_looked_for_is_no_fault(db):
    town = draw_cells(SQUARE)
    for shift in (0.000005, -0.000005):  # 0.4 m
        shapes = shapes_of(town, "ABCD")
        shapes["A"] = translate(shapes["A"], shift, 0)
        assert overlaps(shapes) == []
        assert gaps(shape_of(town.village), shapes) == []
        assert outside(shape_of(town.village), shapes) == []


def test_gap_when_looked_for_names_who_is_around_it(db):
    town = draw_cells(SQUARE)
    shapes = shapes_of(town, "ABC")

    (piece,) = gaps(shape_of(town.village), shapes)

    assert piece.codes == ("A", "B", "C")
    assert piece.share == pytest.approx(0.25, rel=0.01)
    assert gaps(shape_of(town.village), {})[0].share == pytest.approx(1)


def test_child_when_it_sticks_out_is_found_with_its_share(db):
    town = draw_cells(SQUARE)
    shapes = shapes_of(town, "ABCD")
    shapes["D"] = translate(shapes["D"], 0.001, 0)

    (piece,) = outside(shape_of(town.village), shapes)

    assert piece.codes == ("D",)
    assert piece.share == pytest.approx(0.1, rel=0.01)
