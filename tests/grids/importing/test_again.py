"""Importing again, in part, and not at all."""

from __future__ import annotations

import shapely

from grids.importing.faults import Kind
from grids.levels import Level
from grids.models import Area, Layer
from tests.drawing import draw_cells, shape_of
from tests.grids.files import line, write_geojson
from tests.grids.importing.quarters import LATER, QUARTERS, VILLAGE, box, cells, imported, kinds


def test_dry_run_when_asked_counts_and_saves_nothing(town, tmp_path):
    version = Layer.objects.get(level=Level.GRID).version

    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells()), dry_run=True)

    assert (outcome.saved, outcome.created) == (False, 4)
    assert not Area.objects.cells().exists()
    assert Layer.objects.get(level=Level.GRID).version == version


def test_one_bad_row_when_imported_keeps_all_others_out(town, tmp_path):
    lines = cells()
    lines[3]["XZDM"] = "nowhere"

    assert not imported(write_geojson(tmp_path / "cells.geojson", lines)).saved
    assert not Area.objects.cells().exists()


def test_same_file_when_imported_twice_changes_nothing(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells())
    imported(source)
    before = list(Area.objects.cells().values_list("pk", flat=True)), Layer.objects.get(level=Level.GRID).version

    outcome = imported(source)

    assert (outcome.saved, outcome.unchanged, outcome.created, outcome.redrawn) == (True, 4, 0, 0)
    assert before == (list(Area.objects.cells().values_list("pk", flat=True)), Layer.objects.get(level=Level.GRID).version)


def test_boundary_when_imported_anew_retires_the_old_row(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    old = {area.code: area for area in Area.objects.cells()}
    moved = [box(0, 0, 1.2), box(1.2, 0, 0.8), *QUARTERS[2:]]

    outcome = imported(write_geojson(tmp_path / "again.geojson", cells(moved)))

    assert (outcome.redrawn, outcome.unchanged) == (2, 2)
    first = Area.objects.cells().get(code=f"{VILLAGE}001")
    retired = Area.objects.get(pk=old[first.code].pk)
    assert first.pk != retired.pk
    assert (retired.valid_to, retired.ordinal) == (LATER, None)
    assert list(retired.replaced_by.all()) == [first]
    assert {area.code for area in first.replaces.all()} == {f"{VILLAGE}001", f"{VILLAGE}002"}
    assert [area.ordinal for area in Area.objects.cells()] == [0, 1, 2, 3]


def test_name_when_imported_anew_is_mended_in_place(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    first = Area.objects.cells()[0]
    lines = cells()
    lines[0]["QHMC"] = "Another"

    outcome = imported(write_geojson(tmp_path / "again.geojson", lines))

    assert (outcome.updated, outcome.unchanged, outcome.redrawn) == (1, 3, 0)
    assert Area.objects.cells()[0].pk == first.pk
    assert Area.objects.cells()[0].name == "Another"


def test_cells_that_the_file_does_not_name_when_replacing_are_retired(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    halves = [line(f"{VILLAGE}005", box(0, 0, 2, 1), VILLAGE), line(f"{VILLAGE}006", box(0, 1, 2, 1), VILLAGE)]

    refused = imported(write_geojson(tmp_path / "halves.geojson", halves))
    outcome = imported(write_geojson(tmp_path / "halves.geojson", halves), replace=True)

    assert set(kinds(refused)) == {"overlap"}
    assert (outcome.saved, outcome.created, outcome.retired) == (True, 2, 4)
    assert {area.code[-3:] for area in Area.objects.cells()} == {"005", "006"}
    north = Area.objects.cells().get(code=f"{VILLAGE}005")
    assert {area.code[-3:] for area in north.replaces.all()} == {"001", "002"}


def test_village_when_redrawn_by_a_file_keeps_its_cells(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    wider = shapely.union_all([box(0, 0, 2, 2)]).segmentize(0.005)

    outcome = imported(write_geojson(tmp_path / "villages.geojson", [line(VILLAGE, wider, town.township.code)]), Level.VILLAGE)

    assert (outcome.saved, outcome.redrawn) == (True, 1)
    village = Area.objects.current().get(code=VILLAGE)
    assert village.pk != town.village.pk
    assert {cell.parent for cell in Area.objects.cells()} == {village}


def test_village_with_cells_when_replaced_by_nothing_is_refused(db, tmp_path):
    town = draw_cells("A B", villages={"west": "A", "east": "B"})
    east = town.villages["east"]

    source = write_geojson(tmp_path / "v.geojson", [line(east.code, box(1, 0), town.township.code)])
    outcome = imported(source, Level.VILLAGE, replace=True, allow=["gap"])

    assert "still_holds" in kinds(outcome)
    assert not outcome.saved
    assert Area.objects.current().of_level(Level.VILLAGE).count() == 2


def test_broken_boundary_when_repaired_says_what_changed(town, tmp_path):
    ring = list(box(1, 0).exterior.coords)[:-1]
    knotted = shapely.Polygon([*ring[:2], (119.0149, 44.0), (119.0151, 43.9999), *ring[2:]])
    spiked = shapely.Polygon([*ring[:3], (119.015, 43.99), (119.015, 43.985), (119.015, 43.99), ring[3]][:7])
    shape = spiked if not spiked.is_valid else knotted
    assert not shape.is_valid

    outcome = imported(
        write_geojson(tmp_path / "cells.geojson", cells([QUARTERS[0], shape, *QUARTERS[2:]])),
        repair=True,
        allow=["gap", "overlap", "outside"],
    )

    assert outcome.saved
    told = [fault for fault in outcome.faults if fault.kind is Kind.REPAIRED]
    assert len(told) == 1
    assert "repairing it changed its area by" in told[0].sentence
    assert shape_of(Area.objects.cells()[1]).is_valid
