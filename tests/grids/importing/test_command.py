"""The command that imports areas."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from grids.models import Area
from tests.grids.files import write_geojson
from tests.grids.importing.quarters import QUARTERS, box, cells


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_areas", *map(str, arguments), "--no-color", stdout=out)
    return out.getvalue()


MAP = "code=QHDM,name=QHMC,parent=XZDM"


def test_command_when_all_is_well_imports_and_says_so(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells())

    dry = run(source.file, "--level", "cell", "--map", MAP, "--dry-run")
    told = run(source.file, "--level", "cell", "--map", MAP)

    assert dry == "Dry run, nothing was saved. 4 rows: 4 new, 0 redrawn, 0 renamed, 0 as before, 0 retired.\n"
    assert told == "4 rows: 4 new, 0 redrawn, 0 renamed, 0 as before, 0 retired.\n"
    assert Area.objects.cells().count() == 4


def test_command_when_something_is_wrong_reports_it_as_text_and_as_a_map(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells([box(0, 0, 1.1), *QUARTERS[1:3]]))
    out = StringIO()

    for suffix in ("json", "geojson"):
        with pytest.raises(CommandError, match="Nothing was imported: 2 faults in 3 rows"):
            call_command(
                "import_areas", str(source.file), "--level", "cell", "--map", MAP, "--report", tmp_path / f"r.{suffix}", stdout=out
            )

    told = json.loads((tmp_path / "r.json").read_text())
    drawn = json.loads((tmp_path / "r.geojson").read_text())
    assert told["counts"] == {"gap": 1, "overlap": 1}
    assert "it overlaps" in out.getvalue()
    assert [feature["geometry"]["type"] for feature in drawn["features"]] == ["MultiPolygon", "Polygon"]
    assert {feature["properties"]["kind"] for feature in drawn["features"]} == {"gap", "overlap"}


@pytest.mark.parametrize("columns", ["name=QHMC", "code=QHDM,colour=RED", "nonsense"])
def test_command_when_the_map_makes_no_sense_says_what_it_takes(town, tmp_path, columns):
    with pytest.raises(CommandError, match="--map takes code, name, parent, households, kind"):
        run(tmp_path / "x.geojson", "--level", "cell", "--map", columns)
