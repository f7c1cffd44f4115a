"""Rows of a file of areas: what is wrong with one, and what of it is understood all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.utils.functional import Promise

from grids.importing.faults import Kind
from grids.importing.source import Source
from grids.levels import Level
from grids.models import Area
from tests.drawing import Town
from tests.grids.files import COLUMNS, line, write_geojson
from tests.grids.importing.quarters import LATER, QUARTERS, VILLAGE, box, cells, imported, is_same, kinds, sentences


def fault_of(town: Town, tmp_path: Path, changed: dict[str, Any], **wishes: Any) -> str:
    """The first sentence about four cells of which the second is changed."""
    lines = cells()
    lines[1] = {**lines[1], **changed}
    columns = {**COLUMNS, "households": "HS", "kind": "KIND"}
    source = write_geojson(tmp_path / "cells.geojson", [{"HS": "", "KIND": "", **each} for each in lines])
    outcome = imported(Source(source.file, columns), **wishes)
    assert not outcome.saved
    assert not Area.objects.cells().exists()
    return sentences(outcome)[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"QHDM": ""}, "Row 2: the code is missing."),
        ({"QHDM": "x" * 41}, f"Row 2 ({'x' * 41}): the code has more than 40 characters, or a full stop in it."),
        ({"QHDM": "a.b"}, "Row 2 (a.b): the code has more than 40 characters, or a full stop in it."),
        ({"QHDM": f"{VILLAGE}001"}, f"Row 2 ({VILLAGE}001): the code stands in row 1 too."),
        ({"QHDM": VILLAGE}, f"Row 2 ({VILLAGE}): the code is that of “village” already, which is of another level."),
        ({"XZDM": ""}, f"Row 2 ({VILLAGE}002): it does not say what it is part of."),
        ({"XZDM": "150422999999"}, f"Row 2 ({VILLAGE}002): there is no area “150422999999” for it to be part of."),
        ({"HS": "many"}, f"Row 2 ({VILLAGE}002): “many” is no number of households."),
        ({"HS": "-3"}, f"Row 2 ({VILLAGE}002): “-3” is no number of households."),
        ({"KIND": "odd"}, f"Row 2 ({VILLAGE}002): “odd” is no kind of cell; there are “base” and “dedicated”."),
        ({"shape": None}, f"Row 2 ({VILLAGE}002): it has no boundary."),
        (
            {"shape": shapely.LineString([(119, 44), (119.1, 44)])},
            f"Row 2 ({VILLAGE}002): its boundary is no polygon but LineString.",
        ),
        (
            {"shape": shapely.Polygon([(119.01, 44), (119.02, 43.99), (119.02, 44), (119.01, 43.99)])},
            f"Row 2 ({VILLAGE}002): the boundary is invalid at 119.015000, 43.995000: the line crosses itself.",
        ),
        (
            {"shape": shapely.Polygon(box(1, 0).exterior.coords, [box(3, 3).exterior.coords])},
            f"Row 2 ({VILLAGE}002): the boundary is invalid at 119.040000, 43.960000: a hole lies outside.",
        ),
        (
            {"shape": {"type": "Polygon", "coordinates": [[[119.01, 43.99], [119.02, 43.99], [119.02, 44.0], [119.01, 44.0]]]}},
            f"Row 2 ({VILLAGE}002): the boundary is invalid at ?, ?: a ring is not closed.",
        ),
        (
            {"shape": {"type": "Polygon", "coordinates": [[[119.01, 43.99], [119.02, 43.99], [119.01, 43.99]]]}},
            f"Row 2 ({VILLAGE}002): the boundary is invalid at 119.010000, 43.990000: a ring has too few corners.",
        ),
    ],
)
def test_row_at_fault_is_named_with_its_code_in_one_sentence(town, tmp_path, changed, sentence):
    assert fault_of(town, tmp_path, changed) == sentence


def test_open_ring_when_repaired_is_closed(town, tmp_path):
    lines = cells()
    lines[1]["shape"] = {"type": "Polygon", "coordinates": [[[119.01, 43.99], [119.02, 43.99], [119.02, 44.0], [119.01, 44.0]]]}

    outcome = imported(write_geojson(tmp_path / "cells.geojson", lines), repair=True)

    assert outcome.saved
    assert is_same(Area.objects.cells()[1], QUARTERS[1])


def test_kind_and_codes_when_typed_by_hand_are_understood(town, tmp_path):
    lines = [
        {**each, "KIND": kind, "NR": float(f"{VILLAGE}{number:03d}")}
        for number, (each, kind) in enumerate(zip(cells(), ["专属网格", "base", "", "基础网格"], strict=True), start=1)
    ]
    source = write_geojson(tmp_path / "cells.geojson", lines)

    outcome = imported(Source(source.file, {"code": "NR", "parent": "XZDM", "kind": "KIND"}))

    assert sentences(outcome) == []
    assert [(area.code[-3:], area.kind) for area in Area.objects.cells()] == [
        ("001", "dedicated"),
        ("002", "base"),
        ("003", "base"),
        ("004", "base"),
    ]


def test_parent_when_it_is_no_wider_level_is_named(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    inner = [line("deeper", box(0, 0, 0.5, 0.5), f"{VILLAGE}001")]

    outcome = imported(write_geojson(tmp_path / "inner.geojson", inner))

    assert kinds(outcome) == ["low_parent"]


def test_code_of_a_retired_area_when_imported_is_refused(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))
    Area.objects.cells().filter(code__endswith="002").update(valid_to=LATER, ordinal=None)

    outcome = imported(write_geojson(tmp_path / "again.geojson", cells()))

    assert kinds(outcome) == ["retired_code"]
    assert "retired: codes are never used again" in sentences(outcome)[0]


def test_parent_of_every_row_when_given_needs_no_column(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells())

    assert imported(Source(source.file, {"code": "QHDM"}), under=VILLAGE).created == 4


def test_county_when_imported_needs_no_parent(db, tmp_path):
    source = write_geojson(tmp_path / "county.geojson", [line("150422", box(0, 0, 3, 3))])

    assert imported(source, Level.COUNTY).saved
    assert Area.objects.get().path == "150422"


def test_faults_when_there_are_thousands_are_counted_but_not_all_kept(town, tmp_path):
    lines = [line("", QUARTERS[0], VILLAGE) for _ in range(1500)]

    outcome = imported(write_geojson(tmp_path / "cells.geojson", lines))

    assert outcome.faults.counts[Kind.NO_CODE] == 1500
    assert len(outcome.faults.kept) == 500


def test_sentences_wait_for_the_language_of_who_reads_them():
    assert all(isinstance(kind.label, Promise) for kind in Kind)
