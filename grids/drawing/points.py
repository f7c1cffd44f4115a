"""Reads where people live from any file that GDAL reads: points, or polygons taken at their middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _
from pyproj import Transformer

from grids.datums import Crs, many_to_wgs84
from grids.drawing.divide import Crowd
from grids.errors import Refusal

# How a CSV may call its columns.
CSV_OPTIONS = {"X_POSSIBLE_NAMES": "lon,lng,longitude,x,经度", "Y_POSSIBLE_NAMES": "lat,latitude,y,纬度"}


def read_crowd(file: Path, *, weight: str = "", crs: str = "") -> Crowd:
    """The points of a file with the weights of a column (1 each without one); EPSG:4326 whatever they were in.

    Raises Refusal, in a sentence, if the file is none that GDAL reads, has no such column, or says no coordinate system.
    """
    options = CSV_OPTIONS if file.suffix.lower() == ".csv" else {}
    try:
        meta, _fids, shapes, columns = pyogrio.raw.read(file, columns=[weight] if weight else [], **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Refusal(_("“%(file)s” cannot be read: %(reason)s") % {"file": file.name, "reason": error}) from error
    if shapes is None or not len(shapes):
        raise Refusal(_("“%(file)s” holds no points.") % {"file": file.name})
    if weight and not len(columns):
        raise Refusal(_("“%(file)s” has no column “%(column)s”.") % {"file": file.name, "column": weight})
    drawn = shapely.from_wkb(shapes)
    known = ~(shapely.is_missing(drawn) | shapely.is_empty(drawn))
    places = shapely.get_coordinates(shapely.centroid(drawn[known]))
    weights = np.asarray(columns[0][known], float) if weight else np.ones(len(places))
    return Crowd(_in_degrees(places, crs or str(meta["crs"] or ("EPSG:4326" if options else "")), file), np.nan_to_num(weights))


def _in_degrees(places: np.ndarray, crs: str, file: Path) -> np.ndarray:
    if not crs:
        raise Refusal(_("“%(file)s” does not say its coordinate system: name it with --crs.") % {"file": file.name})
    if crs in Crs.values:
        return many_to_wgs84(places, crs)
    return np.column_stack(Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(places[:, 0], places[:, 1]))
