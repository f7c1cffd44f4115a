"""Reads a file of areas in small batches, whatever its size and format, and puts its coordinates into WGS-84."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zipfile import ZipFile, is_zipfile

import nanoarrow
import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from grids.datums import Crs, many_to_wgs84
from grids.importing.faults import Kind

BATCH = 1000
# WGS-84 and what is taken as it: nothing is computed, so every digit stays as it is in the file.
AS_THEY_ARE = {"EPSG:4326", "EPSG:4490", "OGC:CRS84", Crs.WGS84.value, Crs.CGCS2000.value}
# Converted coordinates are rounded to 0.1 mm: the same corner of two areas must come out the same.
DECIMALS = 9
CSV_OPTIONS = {
    "X_POSSIBLE_NAMES": "lon,lng,longitude,x,经度",
    "Y_POSSIBLE_NAMES": "lat,latitude,y,纬度",
    "GEOM_POSSIBLE_NAMES": "wkt,geom,geometry,the_geom,wkt_geom,边界",
    "AUTODETECT_TYPE": "NO",
}
# Formats that GDAL takes to be in UTF-8, whatever they are in.
TEXT_FILES = frozenset({".csv", ".tsv", ".txt", ".json", ".geojson", ".mif"})
# Formats that hold data, not references to other files or to servers.
FORMATS = frozenset(
    [
        "GPKG",
        "ESRI Shapefile",
        "GeoJSON",
        "GeoJSONSeq",
        "ESRIJSON",
        "TopoJSON",
        "KML",
        "LIBKML",
        "CSV",
        "FlatGeobuf",
        "GML",
        "MapInfo File",
        "OpenFileGDB",
        "DXF",
        "XLSX",
    ]
)
# What may lie in a zipped file of areas, beside the parts of a spreadsheet.
PACKED = frozenset(
    [
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        ".qix",
        ".sbn",
        ".sbx",
        ".qpj",
        ".qmd",
        ".gpkg",
        ".geojson",
        ".json",
        ".kml",
        ".csv",
        ".gml",
        ".xsd",
        ".gfs",
        ".xml",
        ".rels",
        ".png",
        ".jpg",
    ]
)
NUMBERED = ("code", "name", "parent", "households", "kind")


class Unreadable(Exception):
    """The file as a whole is at fault; `kind` and `values` as of a `Fault`."""

    def __init__(self, kind: Kind, **values: Any) -> None:
        super().__init__(kind)
        self.kind, self.values = kind, values


@dataclass(frozen=True)
class Source:
    """A file, which of its columns mean what (`code`, `name`, `parent`, `households`, `kind`), and what it does not say
    itself: coordinate system (EPSG:…, or one of `Crs`), encoding, layer."""

    file: Path
    columns: Mapping[str, str]
    crs: str = ""
    encoding: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Header:
    """What the file says of itself. `crs` is empty if there is no geometry at all."""

    count: int
    columns: tuple[str, ...]
    crs: str
    encoding: str
    has_geometry: bool


@dataclass
class Batch:
    """Rows from `first` (1 is the row below the heading): texts by meaning, and shapes (None: none, or unreadable)."""

    first: int
    texts: dict[str, list[str]] = field(default_factory=dict)
    wkb: list[bytes | None] = field(default_factory=list)
    shapes: np.ndarray = field(default_factory=lambda: np.array([], dtype=object))


@contextmanager
def in_utf8(source: Source) -> Iterator[Source]:
    """The source as GDAL can read it: a text file in another encoding is copied into UTF-8 first, line by line."""
    if not source.encoding or source.file.suffix.lower() not in TEXT_FILES or not source.file.is_file():
        yield source
        return
    try:
        with (
            source.file.open(encoding=source.encoding, newline="") as text,
            NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=source.file.suffix) as copy,
        ):
            for line in text:
                copy.write(line)
            copy.flush()
            yield replace(source, file=Path(copy.name), encoding="")
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(Kind.ENCODING, encoding=source.encoding, other=_other(source.encoding)) from None


def read_header(source: Source) -> Header:
    """What the file says of itself. Raises Unreadable, in one sentence, if it cannot be read as areas."""
    try:
        info = _info(source)
    except UnicodeDecodeError:
        raise Unreadable(Kind.ENCODING, encoding=source.encoding or "UTF-8", other=_other(source.encoding)) from None
    columns = tuple(str(column) for column in info["fields"])
    missing = [column for column in source.columns.values() if column not in columns]
    if missing:
        raise Unreadable(Kind.MISSING_COLUMN, column=missing[0], columns=", ".join(columns))
    if not info["features"]:
        raise Unreadable(Kind.EMPTY_FILE, file=source.file.name)
    has_geometry = bool(info["geometry_type"])
    crs = source.crs or str(info["crs"] or "")
    if has_geometry and not crs:
        raise Unreadable(Kind.NO_CRS)
    if has_geometry:
        _transformer(crs)
    return Header(int(info["features"]), columns, crs if has_geometry else "", str(info["encoding"] or "UTF-8"), has_geometry)


def read_batches(source: Source, header: Header, *, mend: bool = False) -> Iterator[Batch]:
    """The rows in batches of a thousand, coordinates in WGS-84; `mend` closes open rings.

    Raises Unreadable for text in another encoding, and if the file breaks off.
    """
    meanings = {column: meaning for meaning, column in source.columns.items()}
    first = 1
    try:
        with pyogrio.raw.open_arrow(
            source.file,
            layer=source.layer or None,
            columns=list(meanings),
            read_geometry=header.has_geometry,
            encoding=source.encoding or None,
            batch_size=BATCH,
            use_pyarrow=False,
            **_options(source.file),
        ) as (meta, stream):
            for arrow in nanoarrow.ArrayStream(stream):
                batch = _batch(arrow, first, meanings, str(meta["geometry_name"] or "wkb_geometry"), header, mend=mend)
                first += len(batch.texts["code"])
                yield batch
    except UnicodeDecodeError:
        encoding = source.encoding or header.encoding
        raise Unreadable(Kind.ENCODING, encoding=encoding, other=_other(encoding)) from None
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise Unreadable(Kind.NOT_GIS, file=source.file.name, reason=_short(error, source.file)) from error


def to_wgs84(shapes: np.ndarray, crs: str) -> np.ndarray:
    """The shapes of a coordinate system in WGS-84, longitude first. Raises Unreadable for an unknown system."""
    transformer = _transformer(crs)
    if transformer is None:
        return shapes
    return np.asarray(shapely.transform(shapes, lambda at: np.round(transformer(at), DECIMALS)))


def _info(source: Source) -> dict[str, Any]:
    if not source.file.exists():
        raise Unreadable(Kind.NOT_GIS, file=source.file.name, reason=_("no such file"))
    if source.file.is_file() and source.file.stat().st_size == 0:
        raise Unreadable(Kind.EMPTY_FILE, file=source.file.name)
    _refuse_references(source.file)
    try:
        layers = [str(name) for name in pyogrio.list_layers(source.file)[:, 0]]
        if len(layers) > 1 and not source.layer:
            raise Unreadable(Kind.MANY_LAYERS, file=source.file.name, layers=", ".join(layers))
        info: dict[str, Any] = pyogrio.read_info(
            source.file,
            layer=source.layer or None,
            encoding=source.encoding or None,
            force_feature_count=True,
            **_options(source.file),
        )
    except (DataSourceError, DataLayerError, IndexError) as error:
        raise Unreadable(Kind.NOT_GIS, file=source.file.name, reason=_short(error, source.file)) from error
    if info["driver"] not in FORMATS:
        raise Unreadable(Kind.NOT_GIS, file=source.file.name, reason=info["driver"])
    return info


def _refuse_references(file: Path) -> None:
    """Stop before GDAL opens a file that only points to other files or servers (VRT, WFS …): it would follow them."""
    if not file.is_file():
        return
    if is_zipfile(file):
        with ZipFile(file) as archive:
            strange = [name for name in archive.namelist() if Path(name).suffix.lower() not in PACKED and not name.endswith("/")]
        if strange:
            raise Unreadable(Kind.NOT_GIS, file=file.name, reason=_("“%(name)s” does not belong in it") % {"name": strange[0]})
    with file.open("rb") as content:
        start = content.read(1024).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"<OGRVRT", b"<OGRWFS", b"<WFS", b"<GDALG", b"<VRT")) or b'"gdal_streamed_alg"' in start:
        raise Unreadable(Kind.NOT_GIS, file=file.name, reason=_("it only refers to other files"))


def _options(file: Path) -> dict[str, str]:
    return CSV_OPTIONS if file.suffix.lower() in (".csv", ".tsv", ".txt") else {}


def _batch(arrow: Any, first: int, meanings: Mapping[str, str], geometry: str, header: Header, *, mend: bool) -> Batch:
    batch = Batch(first)
    names = [child.name for child in arrow.schema.fields]
    for name, child in zip(names, arrow.iter_children(), strict=True):
        if name in meanings:
            batch.texts[meanings[name]] = [_text(value) for value in child.iter_py()]
        elif header.has_geometry and name in (geometry, "wkb_geometry", "geometry"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # “geoarrow.wkb” is read as the bytes that it is
                batch.wkb = list(child.iter_py())
    count = len(batch.texts["code"])
    batch.wkb = batch.wkb or [None] * count
    raw = np.array([*batch.wkb, None], dtype=object)[:-1]
    shapes = shapely.force_2d(np.asarray(shapely.from_wkb(raw, on_invalid="fix" if mend else "ignore"), dtype=object))
    batch.shapes = to_wgs84(np.asarray(shapes), header.crs) if header.crs else np.asarray(shapes)
    return batch


def _text(value: object) -> str:
    """A cell of a table as text; a code that was typed as the number 150422.0 is “150422”."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.0f}" if value.is_integer() else str(value)
    return str(value).strip()


def _transformer(crs: str) -> Any:
    """A function from (n, 2) of the system to WGS-84; None where nothing is to be done. Raises Unreadable if unknown."""
    if crs in Crs.values and crs not in AS_THEY_ARE:
        return lambda at: many_to_wgs84(at, crs)
    if crs in AS_THEY_ARE:
        return None
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        raise Unreadable(Kind.UNKNOWN_CRS, crs=crs) from None
    if known.to_epsg() in (4326, 4490):
        return None
    transform = Transformer.from_crs(known, "EPSG:4326", always_xy=True).transform
    return lambda at: np.column_stack(transform(at[:, 0], at[:, 1]))


def _other(encoding: str) -> str:
    """What to try instead: files from Chinese offices are one or the other."""
    return "gb18030" if encoding.lower().replace("-", "") in ("", "utf8") else "utf-8"


def _short(error: Exception, file: Path) -> str:
    """What GDAL says, in its first sentence and without the path."""
    told = str(error).split(";")[0].split("\n")[0].replace(str(file), file.name)
    return _("its format is unknown") if "not recognized" in told else told[-160:]
