from __future__ import annotations

import json
from io import StringIO

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from grids.drawing.cells import Balanced, Regular, draw_cells
from grids.drawing.divide import Crowd
from grids.drawing.regular import Shape
from grids.errors import Refusal
from grids.levels import Level
from grids.locate import locate
from grids.models import Area, Layer
from tests import drawing
from tests.drawing import DRAWN_AT, Town, shape_of

VILLAGES = {"one": "A", "two": "B", "three": "CD"}


def bare_town() -> Town:
    """Three villages, the third twice as large, without cells."""
    town = drawing.draw_cells("A B\nC D", villages=VILLAGES)
    for cell in town.cells.values():
        cell.delete()
    for name, households in (("one", 100), ("two", 50), ("three", 250)):
        town.villages[name].households = households
        town.villages[name].save()
    return town


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("draw_cells", *arguments, stdout=out)
    return out.getvalue()


def households_of(cells: list[Area]) -> int:
    return sum(cell.households or 0 for cell in cells)


def shapes_of(cells: list[Area]) -> np.ndarray:
    return np.array([shape_of(cell) for cell in cells])


def test_cells_when_drawn_cover_the_county_exactly_across_villages(db):
    town = bare_town()

    cells = draw_cells(list(town.villages.values()), Balanced(40), at=DRAWN_AT)

    assert len(cells) == 40
    drawn = list(Area.objects.cells())
    assert shapely.coverage_is_valid(shapes_of(drawn))
    assert shapely.union_all(shapes_of(drawn)).symmetric_difference(shape_of(town.county)).area < 1e-15
    for village in town.villages.values():
        mine = shapes_of([cell for cell in drawn if cell.parent == village])
        assert shapely.union_all(mine).symmetric_difference(shape_of(village)).area < 1e-15


def test_cells_when_drawn_village_by_village_fit_together_all_the_same(db):
    town = bare_town()

    for number, village in enumerate(town.villages.values()):
        draw_cells([village], Balanced(9, seed=number), at=DRAWN_AT)

    assert shapely.coverage_is_valid(shapes_of(list(Area.objects.cells())))


def test_cells_when_drawn_are_shared_out_and_numbered_by_village(db):
    town = bare_town()

    draw_cells(list(town.villages.values()), Balanced(40), at=DRAWN_AT, name="{village}第{n}网格")

    by_village = {name: list(Area.objects.cells().filter(parent=area)) for name, area in town.villages.items()}
    assert {name: len(cells) for name, cells in by_village.items()} == {"one": 10, "two": 6, "three": 24}
    for name, cells in by_village.items():
        village = town.villages[name]
        assert [cell.code for cell in cells] == [f"{village.code}{number:03d}" for number in range(1, len(cells) + 1)]
        assert cells[2].name == f"{name}第3网格"
        assert households_of(cells) == village.households
        first, last = (shape_of(cells[place]).centroid for place in (0, -1))
        assert first.y > last.y
        for cell in cells:
            assert cell.label_point is not None
            assert shape_of(cell).contains(shapely.Point(cell.label_point.coords))
    assert [cell.ordinal for cell in Area.objects.cells()] == list(range(40))
    assert Layer.objects.get(level=Level.GRID).version > 0
    middle = town.villages["two"].label_point
    assert middle is not None
    assert locate(middle).area in {*by_village["two"]}


def test_cells_when_drawn_twice_with_the_same_seed_are_the_same(db):
    town = bare_town()
    villages = list(town.villages.values())

    first = [shape_of(cell).wkb for cell in draw_cells(villages, Balanced(12, seed=3), at=DRAWN_AT)]
    second = [shape_of(cell).wkb for cell in draw_cells(villages, Balanced(12, seed=3), at=DRAWN_AT, replace=True)]
    third = [shape_of(cell).wkb for cell in draw_cells(villages, Balanced(12, seed=4), at=DRAWN_AT, replace=True)]

    assert first == second != third


def test_cells_when_they_stand_already_are_replaced_only_if_asked(db):
    town = bare_town()
    old = draw_cells([town.village], Balanced(4), at=DRAWN_AT)

    with pytest.raises(Refusal, match="has cells already"):
        draw_cells([town.village], Balanced(6), at=DRAWN_AT)
    assert Area.objects.cells().count() == 4

    new = draw_cells([town.village], Balanced(6), at=DRAWN_AT, replace=True)

    assert [cell.code[-3:] for cell in new] == ["005", "006", "007", "008", "009", "010"]
    assert set(Area.objects.cells()) == set(new)
    for cell in old:
        heirs = shapely.union_all([shape_of(heir) for heir in cell.replaced_by.all()])
        assert heirs.intersection(shape_of(cell)).area == pytest.approx(shape_of(cell).area, rel=0.01)


@pytest.mark.parametrize("shape", Shape)
def test_regular_cells_when_drawn_cover_the_villages(db, shape):
    town = bare_town()

    draw_cells(list(town.villages.values()), Regular(shape, 200), at=DRAWN_AT)

    cells = list(Area.objects.cells())
    assert shapely.coverage_is_valid(shapes_of(cells))
    assert shapely.union_all(shapes_of(cells)).symmetric_difference(shape_of(town.county)).area < 1e-10
    assert households_of(cells) == 400


def test_cells_when_points_are_given_are_small_where_points_are_dense(db):
    town = bare_town()
    west, south, *_ = shape_of(town.villages["three"]).bounds
    rng = np.random.default_rng(1)
    places = np.concatenate(
        [
            rng.normal((west + 0.004, south + 0.005), 0.0006, (300, 2)),
            rng.uniform((west, south), (west + 0.02, south + 0.01), (60, 2)),
        ]
    )

    draw_cells([town.villages["three"]], Balanced(12, Crowd(places, np.ones(len(places)))), at=DRAWN_AT)

    cells = sorted(Area.objects.cells(), key=lambda cell: shape_of(cell).area)
    assert shape_of(cells[-1]).area > 6 * shape_of(cells[0]).area
    people = [int(shapely.contains_xy(shape_of(cell), places[:, 0], places[:, 1]).sum()) for cell in cells]
    assert max(people) < 2 * np.mean(people)


def test_village_without_boundary_when_drawn_in_is_refused(db):
    town = bare_town()
    town.village.boundary = None
    town.village.save()

    with pytest.raises(Refusal, match="has no boundary"):
        draw_cells([town.village], Balanced(3), at=DRAWN_AT)
    with pytest.raises(Refusal, match="no village"):
        draw_cells([], Balanced(3), at=DRAWN_AT)
    with pytest.raises(Refusal, match="too few"):
        draw_cells(list(town.villages.values())[1:], Balanced(1), at=DRAWN_AT)


def test_command_when_asked_by_households_draws_and_says_so(db):
    town = bare_town()

    assert (
        run("--under", town.county.code, "--households", "--cells", "20", "--dry-run") == "20 cells would be drawn in 3 villages.\n"
    )
    assert not Area.objects.cells().exists()
    assert run("--under", town.county.code, "--households", "--cells", "20") == "20 cells drawn in 3 villages.\n"
    assert Area.objects.cells().count() == 20


def test_command_when_asked_by_points_reads_any_file(db, tmp_path):
    town = bare_town()
    west, south, *_ = shape_of(town.village).bounds
    file = tmp_path / "households.csv"
    rows = [f"{west + 0.001 * step},{south + 0.002},{step}" for step in range(1, 9)]
    file.write_text("lon,lat,households\n" + "\n".join(rows) + "\n", encoding="utf-8")

    run("--under", town.village.code, "--by", "points", str(file), "--weight", "households", "--cells", "4")

    assert Area.objects.cells().count() == 4


def test_command_when_points_are_gcj02_moves_them(db, tmp_path):
    from grids.drawing.points import read_crowd

    file = tmp_path / "points.geojson"
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [119.375532, 43.968169]}}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))

    assert read_crowd(file, crs="gcj02").places[0] == pytest.approx([119.3686254, 43.9658831], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--under", "nowhere", "--households", "--cells", "3"], "no area with the code"),
        (["--under", "150422", "--households"], "Say how many cells"),
        (["--under", "150422", "--square", "0"], "more than 0 metres"),
        (["--under", "150422", "--square", "0.05"], "take a larger size"),
        (["--under", "150422", "--by", "luck", "x.csv", "--cells", "3"], "is unknown"),
        (["--under", "150422", "--by", "points", "missing.csv", "--cells", "3"], "cannot be read"),
    ],
)
def test_command_when_it_cannot_says_why_in_a_sentence(db, arguments, sentence):
    bare_town()

    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
    assert not Area.objects.cells().exists()


def test_command_when_the_file_lacks_the_column_says_so(db, tmp_path):
    town = bare_town()
    file = tmp_path / "points.csv"
    file.write_text("lon,lat\n119.001,43.999\n")

    with pytest.raises(CommandError, match="no column “households”"):
        run("--under", town.county.code, "--by", "points", str(file), "--weight", "households", "--cells", "4")
