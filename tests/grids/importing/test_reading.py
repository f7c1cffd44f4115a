"""Files of areas in the formats that offices send, and files that are none."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from grids.importing.source import Source
from grids.levels import Level
from grids.locate import locate
from grids.models import Area, Layer
from tests.grids.files import COLUMNS, line, write_geojson, write_gis
from tests.grids.importing.quarters import LATER, VILLAGE, box, cells, imported, sentences


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
