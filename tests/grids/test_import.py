from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command
from django.utils.functional import Promise
from shapely.geometry.base import BaseGeometry

from grids.datums import Crs, from_wgs84
from grids.importing.faults import Kind
from grids.importing.service import Outcome, Wishes, import_areas
from grids.importing.source import Source
from grids.levels import Level
from grids.locate import locate
from grids.metres import Plane
from grids.models import Area, Layer
from tests.drawing import DRAWN_AT, Town, draw_cells, shape_of
from tests.grids.files import COLUMNS, line, write_geojson, write_gis

LATER = DRAWN_AT + timedelta(days=400)
VILLAGE = "150422100200"
SQUARE = """
    A B
    C D
"""


def box(column: float, row: float, wide: float = 1, high: float = 1) -> shapely.Polygon:
    """Squares of the drawing: column from the west, row from the north, 0.01° each."""
    west, north = 119 + column * 0.01, 44 - row * 0.01
    return shapely.Polygon.from_bounds(round(west, 7), round(north - high * 0.01, 7), round(west + wide * 0.01, 7), round(north, 7))


QUARTERS = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]


@pytest.fixture
def town(db) -> Town:
    """A village of four squares without cells."""
    town = draw_cells(SQUARE)
    for cell in town.cells.values():
        cell.delete()
    return town


def cells(shapes: Sequence[BaseGeometry] | None = None) -> list[dict[str, Any]]:
    return [line(f"{VILLAGE}{number:03d}", shape, VILLAGE) for number, shape in enumerate(shapes or QUARTERS, start=1)]


def imported(source: Source, level: Level = Level.GRID, **wishes: Any) -> Outcome:
    return import_areas(source, level, at=LATER, wishes=Wishes(**wishes))


def is_same(area: Area, shape: BaseGeometry, tolerance: float = 1e-8) -> bool:
    """Whether the boundary is the shape, corner by corner, within so many degrees."""
    (part,) = shapely.get_parts(shape_of(area))
    return bool(part.equals_exact(shape, tolerance, normalize=True))


def sentences(outcome: Outcome) -> list[str]:
    return [fault.sentence for fault in outcome.faults]


def kinds(outcome: Outcome) -> list[str]:
    return [fault.kind.value for fault in outcome.faults]


# --- What can be read -----------------------------------------------------------------------------------------------


def test_cells_when_imported_stand_in_their_village(town, tmp_path):
    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells()))

    assert (outcome.saved, outcome.rows, outcome.created, len(outcome.faults)) == (True, 4, 4, 0)
    first = Area.objects.cells().get(code=f"{VILLAGE}001")
    assert (first.name, first.parent, first.path) == (f"area {first.code}", town.village, f"{town.village.path}.{first.code}")
    assert (first.valid_from, first.valid_to, first.ordinal) == (LATER, None, 0)
    assert first.label_point is not None
    assert locate(first.label_point).area == first
    assert Layer.objects.get(level=Level.GRID).changed_at == LATER


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".shz", ".gml", ".tab"])
def test_file_of_any_common_format_when_imported_is_the_same(town, tmp_path, suffix):
    outcome = imported(write_gis(tmp_path / f"cells{suffix}", cells()))

    assert (outcome.saved, outcome.created, sentences(outcome)) == (True, 4, [])


def test_kml_when_imported_uses_its_own_columns(town, tmp_path):
    places = "".join(
        f"<Placemark><name>{each['QHDM']}</name><ExtendedData><SchemaData schemaUrl='#s'><SimpleData name='XZDM'>{VILLAGE}</SimpleData>"
        f"</SchemaData></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{x},{y},0" for x, y in each["shape"].exterior.coords)
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for each in cells()
    )
    schema = "<Schema name='s' id='s'><SimpleField name='XZDM' type='string'/></Schema>"
    file = tmp_path / "cells.kml"
    file.write_text(
        f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{schema}<Folder><name>cells</name>{places}</Folder></Document></kml>"
    )

    outcome = imported(Source(file, {"code": "Name", "parent": "XZDM"}))

    assert (outcome.created, sentences(outcome)) == (4, [])


def test_csv_with_wkt_when_imported_needs_its_coordinate_system(town, tmp_path):
    file = tmp_path / "cells.csv"
    lines = [f'{each["QHDM"]},格,{VILLAGE},"{each["shape"].wkt}",{number}' for number, each in enumerate(cells())]
    file.write_text("QHDM,QHMC,XZDM,wkt,HS\n" + "\n".join(lines) + "\n", encoding="utf-8")

    without = imported(Source(file, COLUMNS))
    outcome = imported(Source(file, {**COLUMNS, "households": "HS"}, crs="EPSG:4490"))

    assert sentences(without) == ["The file does not say its coordinate system: name it, e.g. EPSG:4490."]
    assert (outcome.created, sentences(outcome)) == (4, [])
    assert [area.households for area in Area.objects.cells()] == [0, 1, 2, 3]
    assert Area.objects.cells()[0].name == "格"


def test_table_without_geometry_when_imported_makes_areas_without_boundary(town, tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text(f"QHDM,QHMC,XZDM\n{VILLAGE}001,One,{VILLAGE}\n{VILLAGE}002,Two,{VILLAGE}\n", encoding="utf-8")

    outcome = imported(Source(file, COLUMNS))

    assert (outcome.saved, outcome.created, sentences(outcome)) == (True, 2, [])
    assert [area.boundary for area in Area.objects.cells()] == [None, None]
    assert locate(town.inside("A") if town["A"].boundary else town.village.label_point).area == town.village


def test_points_when_imported_as_cells_only_place_the_name(town, tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text(f"QHDM,QHMC,XZDM,lon,lat\n{VILLAGE}001,One,{VILLAGE},119.005,43.995\n", encoding="utf-8")

    outcome = imported(Source(file, COLUMNS, crs="wgs84"))

    (cell,) = Area.objects.cells()
    assert cell.boundary is None
    assert cell.label_point is not None
    assert cell.label_point.coords == (119.005, 43.995)
    assert outcome.saved
    assert sentences(outcome) == [f"Row 1 ({VILLAGE}001): it is a point: its name is put there, and it has no boundary."]


def test_chinese_text_in_gb18030_when_imported_is_read(town, tmp_path):
    lines = [{**each, "QHMC": "巴林左旗网格"} for each in cells()]
    source = write_gis(tmp_path / "cells.shp", lines, encoding="GB18030")
    (tmp_path / "cells.cpg").unlink()

    outcome = imported(Source(source.file, COLUMNS, encoding="GB18030"))

    assert sentences(outcome) == []
    assert {area.name for area in Area.objects.cells()} == {"巴林左旗网格"}


def test_text_in_another_encoding_when_imported_says_which_to_try(town, tmp_path):
    file = tmp_path / "cells.csv"
    file.write_bytes(f"QHDM,QHMC,XZDM\n{VILLAGE}001,林东镇网格,{VILLAGE}\n".encode("gb18030"))

    outcome = imported(Source(file, COLUMNS))

    assert sentences(outcome) == ["The text is not in the encoding UTF-8: try “gb18030”."]
    assert imported(Source(file, COLUMNS, encoding="gb18030")).saved
    assert Area.objects.cells()[0].name == "林东镇网格"


# --- Coordinates ----------------------------------------------------------------------------------------------------


def test_projected_survey_when_imported_is_turned_into_degrees(town, tmp_path):
    from pyproj import Transformer

    into = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)  # CGCS2000, 3-degree zone at 120° E
    flat = [shapely.transform(shape, lambda at: np.column_stack(into.transform(at[:, 0], at[:, 1]))) for shape in QUARTERS]

    outcome = imported(write_gis(tmp_path / "cells.gpkg", cells(flat), crs="EPSG:4549"))

    assert sentences(outcome) == []
    for cell, shape in zip(Area.objects.cells(), QUARTERS, strict=True):
        assert is_same(cell, shape)


def test_cgcs2000_when_imported_keeps_every_digit(town, tmp_path):
    imported(write_gis(tmp_path / "cells.gpkg", cells(), crs="EPSG:4490"))

    assert all(is_same(cell, shape, 0) for cell, shape in zip(Area.objects.cells(), QUARTERS, strict=True))


def gcj02(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda at: np.array([from_wgs84(x, y, Crs.GCJ02) for x, y in at]))


def test_gcj02_when_named_is_converted(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells([gcj02(shape) for shape in QUARTERS]))

    outcome = imported(Source(source.file, COLUMNS, crs="gcj02"))

    assert sentences(outcome) == []
    for cell, shape in zip(Area.objects.cells(), QUARTERS, strict=True):
        assert is_same(cell, shape)


def test_gcj02_when_not_named_is_suspected(town, tmp_path):
    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells([gcj02(shape) for shape in QUARTERS])))

    assert not outcome.saved
    assert "The areas fit into their parents if they are read as GCJ-02: choose “gcj02”." in sentences(outcome)
    assert "outside" in kinds(outcome)


def test_area_that_sticks_out_for_another_reason_is_not_called_gcj02(town, tmp_path):
    outcome = imported(write_geojson(tmp_path / "cells.geojson", cells([box(-0.3, 0, 1.3), *QUARTERS[1:]])))

    assert kinds(outcome) == ["outside"]


@pytest.mark.parametrize(
    ("turn", "sentence"),
    [
        (lambda x, y: (y, x), "longitude and latitude are swapped: 43.99, 119 should be 119, 43.99."),
        (lambda x, y: (x * 1000, y * 1000), "119000, 43990 are not degrees: name the coordinate system that they are in."),
    ],
)
def test_coordinates_when_they_cannot_be_degrees_are_explained(town, tmp_path, turn, sentence):
    shapes = [shapely.transform(shape, lambda at: np.array([turn(x, y) for x, y in at])) for shape in QUARTERS]

    outcome = imported(write_gis(tmp_path / "cells.gpkg", cells(shapes)))

    assert not outcome.saved
    assert sentences(outcome)[0] == f"Row 1 ({VILLAGE}001): {sentence}"


def test_swapped_coordinates_when_both_are_possible_degrees_are_seen_from_the_parent(db, tmp_path):
    boston = draw_cells("A", origin=(-71.06, 42.36), county="boston")
    swapped = shapely.transform(shape_of(boston["A"]), lambda at: at[:, ::-1])
    source = write_gis(tmp_path / "cells.gpkg", [line("x1", swapped, boston.village.code)])

    outcome = imported(source, replace=True)

    assert kinds(outcome)[0] == "swapped"
    assert "should be -71.0" in sentences(outcome)[0]


@pytest.mark.parametrize("crs", ["EPSG:999999", "nonsense"])
def test_coordinate_system_that_does_not_exist_is_named(town, tmp_path, crs):
    source = write_geojson(tmp_path / "cells.geojson", cells())

    outcome = imported(Source(source.file, COLUMNS, crs=crs))

    assert sentences(outcome) == [f"“{crs}” is no coordinate system: name one, e.g. EPSG:4490 or gcj02."]


def test_shapefile_without_its_prj_does_not_say_its_system(town, tmp_path):
    source = write_gis(tmp_path / "cells.shp", cells(), crs=None)

    assert kinds(imported(source)) == ["no_crs"]
    assert imported(Source(source.file, COLUMNS, crs="cgcs2000")).saved


# --- Files that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.docx", b"PK\x03\x04nothing", "is not a file of areas that can be read"),
        ("cells.geojson", b"{broken", "is not a file of areas that can be read"),
        ("cells.gpkg", b"\x00" * 200, "is not a file of areas that can be read"),
        ("cells.geojson", b"", "has no rows"),
        ("cells.geojson", b'{"type":"FeatureCollection","features":[]}', "There is no column “QHDM”; the file has: ."),
        ("cells.csv", b"QHDM,QHMC,XZDM\n", "has no rows"),
        ("cells.csv", b"code,name\n1,x\n", "There is no column “QHDM”; the file has: code, name."),
        ("cells.vrt", b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", "only refers to other files"),
        ("cells.geojson", b"\xef\xbb\xbf <OGRVRTDataSource/>", "only refers to other files"),
    ],
)
def test_file_that_holds_no_areas_says_so_in_one_sentence(town, tmp_path, name, content, sentence):
    file = tmp_path / name
    file.write_bytes(content)

    outcome = imported(Source(file, COLUMNS))

    (told,) = sentences(outcome)
    assert sentence in told
    assert str(tmp_path) not in told
    assert not outcome.saved


def test_missing_file_says_so(town, tmp_path):
    assert "no such file" in sentences(imported(Source(tmp_path / "gone.gpkg", COLUMNS)))[0]


def test_file_with_several_layers_asks_which(town, tmp_path):
    write_gis(tmp_path / "all.gpkg", cells(), layer="cells")
    source = write_gis(tmp_path / "all.gpkg", cells(), layer="roads", append=True)

    assert sentences(imported(source)) == ["“all.gpkg” has several layers (cells, roads): choose one."]
    assert imported(Source(source.file, COLUMNS, layer="cells")).saved


def test_truncated_file_when_imported_saves_nothing(town, tmp_path):
    source = write_geojson(tmp_path / "cells.geojson", cells())
    source.file.write_bytes(source.file.read_bytes()[:-400])

    outcome = imported(source)

    assert not outcome.saved
    assert not Area.objects.cells().exists()


# --- Rows -----------------------------------------------------------------------------------------------------------


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


# --- Families -------------------------------------------------------------------------------------------------------


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


def test_faults_when_there_are_thousands_are_counted_but_not_all_kept(town, tmp_path):
    lines = [line("", QUARTERS[0], VILLAGE) for _ in range(1500)]

    outcome = imported(write_geojson(tmp_path / "cells.geojson", lines))

    assert outcome.faults.counts[Kind.NO_CODE] == 1500
    assert len(outcome.faults.kept) == 500


# --- Again, in part, and not at all ---------------------------------------------------------------------------------


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


# --- The command ----------------------------------------------------------------------------------------------------


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


def test_sentences_wait_for_the_language_of_who_reads_them():
    assert all(isinstance(kind.label, Promise) for kind in Kind)


# --- Size -----------------------------------------------------------------------------------------------------------


def test_large_file_when_imported_is_never_whole_in_memory(db, tmp_path):
    """12 MB of GeoJSON in a process of its own: the peak stays far below what holding it would take."""
    import os
    import subprocess
    import sys

    ring = shapely.get_coordinates(shapely.segmentize(box(0, 0, 0.01, 0.01), 0.000002))
    assert len(ring) > 180
    shapes = [shapely.Polygon(ring + np.array([n % 80, -(n // 80)]) * 0.0001) for n in range(3000)]
    source = write_geojson(tmp_path / "big.geojson", [line(f"c{n}", shape, "v") for n, shape in enumerate(shapes)])
    assert source.file.stat().st_size > 10_000_000
    code = f"""
import resource, django; django.setup()
from pathlib import Path
from grids.importing.source import Source, read_batches, read_header
source = Source(Path({str(source.file)!r}), {COLUMNS!r})
header = read_header(source)
first = next(read_batches(source, header))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(len(batch.texts["code"]) for batch in read_batches(source, header))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gridgov.settings"}

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout

    rows, grown_kb = map(int, told.split())
    assert rows == 3000
    assert grown_kb < 8_000


def test_plane_when_used_for_areas_is_true_to_a_thousandth():
    from grids.metres import area_m2

    for shape in (box(0, 0, 100, 100), box(-200, 0, 10, 10)):
        assert Plane(119.5, 43.5).into(shape).area == pytest.approx(area_m2(shapely.segmentize(shape, 0.01)), rel=0.001)
