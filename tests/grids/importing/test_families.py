"""Areas among their neighbours and within their parent: overlaps, gaps, what sticks out."""

from __future__ import annotations

import pytest
import shapely

from grids.metres import Plane
from tests.grids.files import line, write_geojson
from tests.grids.importing.quarters import QUARTERS, VILLAGE, box, cells, imported, kinds, sentences


def test_overlap_when_imported_names_both_codes_and_its_size(town, tmp_path):
    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells([box(0, 0, 1.1), *QUARTERS[1:]])))

    (fault,) = outcome.faults
    area = float(fault.values["area"])
    assert fault.sentence == f"Row 1 ({VILLAGE}001): it overlaps {VILLAGE}002 by {area:.0f} m²."
    assert area == pytest.approx(803 * 0.1 * 1111, rel=0.01)
    assert fault.shape is not None
    assert fault.shape.bounds == pytest.approx((119.01, 43.99, 119.011, 44.0), abs=1e-6)
    assert not outcome.saved


def test_gap_over_a_metre_when_imported_is_a_fault_and_below_is_none(town, tmp_path):
    for width, expected in ((0.0002, ["gap"]), (0.00008, [])):  # 1.6 m and 0.6 m of 0.01°
        narrow = [shapely.box(119, 43.99, 119.01 - 0.01 * width * 10, 44), *QUARTERS[1:]]
        outcome = imported(write_geojson(tmp_path / "cells.geojson", cells(narrow)), dry_run=True)
        assert kinds(outcome) == expected
    assert sentences(imported(write_geojson(tmp_path / "cells.geojson", cells(QUARTERS[:3]))))[0].startswith(f"{VILLAGE}: 89")


def test_child_outside_its_parent_when_imported_is_a_fault_with_its_share(town, tmp_path):
    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells([*QUARTERS[:3], box(1, 1, 1.25)])))

    (fault,) = outcome.faults
    assert fault.sentence.startswith(f"Row 4 ({VILLAGE}004): 20.0 % of it (")
    assert fault.sentence.endswith(f"m²) lie outside {VILLAGE}.")


def test_faults_of_families_when_allowed_are_said_and_imported(town, tmp_path):
    shapes = [box(0, 0, 1.1), QUARTERS[1], box(1, 1, 1.25)]
    source = write_geojson(tmp_path / "cells.geojson", [*cells(shapes), line(f"{VILLAGE}009", None, VILLAGE)])

    outcome = imported(source, allow=["overlap", "gap", "outside", "empty_geometry"])

    assert outcome.saved
    assert set(kinds(outcome)) == {"overlap", "outside", "empty_geometry"}  # with a cell not drawn, gaps are no surprise
    assert not outcome.blocking


def test_what_makes_no_sense_when_allowed_is_a_fault_all_the_same(town, tmp_path):
    assert not imported(write_geojson(tmp_path / "c.geojson", [*cells(), cells()[0]]), allow=["duplicate_code"]).saved


def test_new_cells_when_others_stand_must_not_overlap_them(town, tmp_path):
    imported(write_geojson(tmp_path / "cells.geojson", cells()))

    outcome = imported(write_geojson(tmp_path / "more.geojson", [line(f"{VILLAGE}005", box(0.5, 0.2, 0.4, 0.4), VILLAGE)]))

    assert sentences(outcome)[0].startswith(f"Row 1 ({VILLAGE}005): it overlaps {VILLAGE}001 by")
    assert len(outcome.faults) == 1


def test_plane_when_used_for_areas_is_true_to_a_thousandth():
    from grids.metres import area_m2

    for shape in (box(0, 0, 100, 100), box(-200, 0, 10, 10)):
        assert Plane(119.5, 43.5).into(shape).area == pytest.approx(area_m2(shapely.segmentize(shape, 0.01)), rel=0.001)
