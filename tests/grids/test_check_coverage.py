from __future__ import annotations

import json
from io import StringIO

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.management import CommandError, call_command

from grids import metres
from grids.models import Area
from tests.drawing import Town, draw_cells, shape_of

SQUARE = """
    A B
    C D
"""


def move(area: Area, east: float) -> None:
    """Shift a boundary, as a careless hand in the database would."""
    shifted = shapely.transform(shape_of(area), lambda at: np.add(at, (east, 0)))
    area.boundary = metres.to_boundary(shifted)
    area.save(update_fields=["boundary"])


def check(*arguments: str) -> tuple[int, list[str]]:
    """The exit code and what was said."""
    out = StringIO()
    try:
        call_command("check_coverage", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.fixture
def town(db) -> Town:
    return draw_cells(SQUARE, villages={"west": "AC", "east": "BD"}, households={"A": 5})


def test_sound_territory_when_checked_has_no_faults(town):
    assert check() == (0, ["No faults."])


def test_overlap_and_gap_and_what_sticks_out_when_checked_are_each_a_sentence(town):
    move(town["A"], 0.002)

    code, told = check()

    assert code == 1
    assert len(told) == 2
    assert told[0].startswith(f"{town['A'].code}: 20.0 % of it (")
    assert told[1].startswith(f"{town.villages['west'].code}: 178")  # m² without a cell, west of A
    assert "are in none of its parts; around are" in told[1]


def test_overlap_within_a_village_when_checked_names_both(db):
    town = draw_cells(SQUARE)
    move(town["A"], 0.001)

    _code, told = check("--level", "cell")

    assert any(line.startswith(f"{town['A'].code}: it overlaps {town['B'].code} by 89") for line in told)


def test_village_without_cells_when_checked_is_named_with_its_households(town):
    east = town.villages["east"]
    east.households = 540
    east.save()
    for letter in "BD":
        town[letter].delete()

    assert check() == (1, [f"{east.code}: “east” has nothing of the level below in it, 540 households."])


def test_area_without_boundary_or_with_a_broken_one_when_checked_is_named(town):
    bow = "MULTIPOLYGON(((119 43.98, 119.01 43.99, 119.01 43.98, 119 43.99, 119 43.98)))"
    Area.objects.filter(pk=town["C"].pk).update(boundary=GEOSGeometry(bow, srid=4326))
    Area.objects.filter(pk=town["B"].pk).update(boundary=None)

    _code, told = check("--level", "cell")

    assert told == [
        f"{town['C'].code}: the boundary is invalid at 119.005000, 43.985000: the line crosses itself.",
        f"{town['B'].code}: it has no boundary.",
    ]


def test_part_of_the_territory_when_asked_for_is_checked_alone(town):
    move(town["A"], 0.002)

    assert check("--under", town.villages["east"].code) == (0, ["No faults."])
    assert check("--under", town.villages["west"].code)[0] == 1
    assert check("--level", "village") == (0, ["No faults."])
    with pytest.raises(CommandError, match="no area with the code “nowhere”"):
        check("--under", "nowhere")


def test_report_when_asked_for_is_written_as_a_map(town, tmp_path):
    move(town["A"], 0.002)

    check("--report", str(tmp_path / "faults.geojson"))
    check("--report", str(tmp_path / "faults.json"))

    features = json.loads((tmp_path / "faults.geojson").read_text())["features"]
    assert {feature["properties"]["kind"] for feature in features} == {"outside", "gap"}
    assert all(feature["geometry"] for feature in features)
    assert json.loads((tmp_path / "faults.json").read_text())["counts"] == {"gap": 1, "outside": 1}
