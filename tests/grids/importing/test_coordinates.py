"""Boundaries in other coordinate systems: converted when named, suspected when not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from grids.datums import Crs, from_wgs84
from grids.importing.source import Source
from grids.models import Area
from tests.drawing import draw_cells, shape_of
from tests.grids.files import COLUMNS, line, write_geojson, write_gis
from tests.grids.importing.quarters import QUARTERS, VILLAGE, box, cells, imported, is_same, kinds, sentences


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
