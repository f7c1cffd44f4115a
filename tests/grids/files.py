"""Files of areas for tests, in the formats that offices send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from grids.importing.source import Source

Line = Mapping[str, Any]
COLUMNS = {"code": "QHDM", "name": "QHMC", "parent": "XZDM"}


def line(code: str, shape: BaseGeometry | None, parent: str = "", **more: Any) -> dict[str, Any]:
    """A row of a file, its columns called as in a Chinese survey."""
    return {"QHDM": code, "QHMC": f"area {code}", "XZDM": parent, "shape": shape, **more}


def write_geojson(file: Path, lines: Sequence[Line], crs: str = "") -> Source:
    """A GeoJSON file of the lines."""
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": [_feature(each) for each in lines]}
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    file.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return Source(file, COLUMNS)


def write_gis(file: Path, lines: Sequence[Line], crs: str | None = "EPSG:4326", **options: Any) -> Source:
    """A GeoPackage, Shapefile, FlatGeobuf … of the lines, by the suffix of the file."""
    names = [name for name in lines[0] if name != "shape"]
    pyogrio.raw.write(
        file,
        geometry=np.array([None if each["shape"] is None else shapely.to_wkb(each["shape"]) for each in lines], dtype=object),
        field_data=[np.array([each[name] for each in lines]) for name in names],
        fields=names,
        crs=crs,
        geometry_type=options.pop("geometry_type", "Polygon"),
        **options,
    )
    return Source(file, COLUMNS)


def _feature(each: Line) -> dict[str, Any]:
    shape = each["shape"]
    geometry = shape if isinstance(shape, dict) or shape is None else json.loads(str(shapely.to_geojson(shape)))
    return {"type": "Feature", "properties": {name: each[name] for name in each if name != "shape"}, "geometry": geometry}
