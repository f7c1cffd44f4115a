"""Vector tiles of the areas of a level, made once per geometry version and kept as gzipped files.

A file is named after the version, so it never changes: whoever has it may keep it for good. Files may be deleted at any
time; what is asked for is made again. Many processes may make the same file: each writes its own and renames it.
"""

from __future__ import annotations

import gzip
import logging
import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection

from grids import levels, sql
from grids.levels import Level

logger = logging.getLogger(__name__)

MAX_ZOOM = 14
# Narrow areas of a whole country in one tile help nobody and cost a second: below this a level has no tiles.
MIN_ZOOM = {Level.GRID: 8, Level.VILLAGE: 6, Level.TOWNSHIP: 4, Level.COUNTY: 0, Level.PREFECTURE: 0, Level.PROVINCE: 0}
SCREEN_PX = 256
MARGIN_PX = 8
COARSE_EXTENT, FINE_EXTENT = 1024, 4096
# Names are told in blocks of so many ordinals: a map of 100,000 cells names the few hundred that somebody looks at.
# The same number: `js/map/names.js`.
BLOCK = 1024
NO_NAMES = "[]"
# Mercator has no poles.
MAX_LATITUDE = 85.0511
COMPRESSION = 6


class Gone(LookupError):
    """The version asked for is not the one that stands (`.version`, None if the level has no geometry yet)."""

    def __init__(self, version: int | None) -> None:
        super().__init__(f"The version that stands is {version}.")
        self.version = version


@dataclass(frozen=True)
class Sheet:
    """What a map has to know of a level's geometry; `bounds` = west, south, east, north in degrees, None without any."""

    version: int
    changed_at: datetime
    bounds: tuple[float, float, float, float] | None


def sheet(level: Level) -> Sheet | None:
    """The level's geometry as it stands, None if it has none; one query."""
    row = _row("layer", {"level": int(level)})
    if row is None:
        return None
    version, changed_at, *corners = row
    bounds = None if corners[0] is None else (corners[0], corners[1], corners[2], corners[3])
    return Sheet(version, changed_at, bounds)


def tile(level: Level, version: int, z: int, x: int, y: int) -> bytes:
    """The gzipped tile, from its file or else made now (one query); empty bytes where there is nothing.

    Raises Gone if the version is not the one that stands and no file of it is left; LookupError if there is no such tile.
    """
    if not MIN_ZOOM[level] <= z <= MAX_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise LookupError(f"There is no tile {z}/{x}/{y}.")
    kept = kept_tile(level, version, z, x, y)
    if kept is not None:
        return kept
    standing, raw = _drawn(level, z, x, y)
    if standing != version:
        raise Gone(standing)
    return _keep(_tile_file(level, version, z, x, y), raw) if raw else b""


def kept_tile(level: Level, version: int, z: int, x: int, y: int) -> bytes | None:
    """The gzipped tile from its file; None if there is none."""
    return _kept(_tile_file(level, version, z, x, y))


def names(level: Level, version: int, block: int) -> bytes:
    """The gzipped names (JSON, `/map/areas/…`) of the areas with ordinals from `block` × BLOCK on, BLOCK of them at most.

    From their file or else made now (one query). Raises Gone if the version is not the one that stands and no file of it is
    left; LookupError if there is no area with such an ordinal.
    """
    kept = kept_names(level, version, block)
    if kept is not None:
        return kept
    first = block * BLOCK
    values = {"level": int(level), "first": first, "last": first + BLOCK - 1}
    standing, areas = _row("names", values) or (None, NO_NAMES)
    if standing != version:
        raise Gone(standing)
    if areas == NO_NAMES:
        raise LookupError(f"There is no block {block} of names.")
    return _keep(_names_file(level, version, block), f'{{"version":{version},"areas":{areas}}}'.encode())


def kept_names(level: Level, version: int, block: int) -> bytes | None:
    """The gzipped names from their file; None if there is none."""
    return _kept(_names_file(level, version, block))


def warm(level: int, version: int) -> int:
    """Make all files of a version ahead of the first reader, wide zooms first, and remove those of older versions.

    Stops as soon as a newer version stands. How many files were made or found.
    """
    which = Level(level)
    current = sheet(which)
    if current is None or current.version != version:
        return 0
    forget_others(which, version)
    made = 0
    try:
        _warm_names(which, version)
        for z, x, y in _addresses(current, MIN_ZOOM[which]):
            made += bool(tile(which, version, z, x, y))
    except Gone:
        logger.info("%s tiles: version %s is no longer the one that stands", levels.slug(level), version)
    return made


def _warm_names(level: Level, version: int) -> None:
    """All blocks of names."""
    for block in count():
        try:
            names(level, version, block)
        except Gone:
            raise
        except LookupError:
            return


def forget_others(level: Level, version: int) -> None:
    """Remove the files of every version but this one."""
    for old in folder(level, version).parent.glob("*"):
        if old.name != str(version):
            shutil.rmtree(old, ignore_errors=True)


def folder(level: Level, version: int) -> Path:
    """Where the files of a version are kept."""
    return Path(_folder(level, version))


def _tile_file(level: Level, version: int, z: int, x: int, y: int) -> str:
    return f"{_folder(level, version)}/{z}/{x}/{y}.mvt.gz"


def _names_file(level: Level, version: int, block: int) -> str:
    return f"{_folder(level, version)}/areas/{block}.json.gz"


def _folder(level: Level, version: int) -> str:
    return f"{settings.TILE_CACHE_DIR}/{levels.slug(level)}/{version}"


def _addresses(current: Sheet, min_zoom: int) -> Iterator[tuple[int, int, int]]:
    """z, x, y of every tile that the bounds touch, wide zooms first."""
    if current.bounds is None:
        return
    west, south, east, north = current.bounds
    for z in range(min_zoom, MAX_ZOOM + 1):
        (left, top), (right, bottom) = _address(west, north, z), _address(east, south, z)
        yield from ((z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _address(lon: float, lat: float, z: int) -> tuple[int, int]:
    """x, y of the tile of a place in Web Mercator."""
    side = 2**z
    lat = max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))
    x = (lon + 180) / 360 * side
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side
    return min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1)


def _drawn(level: Level, z: int, x: int, y: int) -> tuple[int | None, bytes]:
    """The version that stands and the tile as it is in it, not gzipped."""
    extent = FINE_EXTENT if z == MAX_ZOOM else COARSE_EXTENT
    margin = MARGIN_PX * extent // SCREEN_PX
    row = _row(
        "tile",
        {"level": int(level), "z": z, "x": x, "y": y, "extent": extent, "margin": margin, "margin_share": margin / extent},
    )
    assert row is not None  # noqa: S101 - a select without FROM always gives a row
    return row[0], bytes(row[1] or b"")


def _row(name: str, values: Mapping[str, int | float]) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(sql.read(name), values)
        row: tuple | None = cursor.fetchone()
    return row


def _kept(file: str) -> bytes | None:
    try:
        with open(file, "rb") as kept:  # noqa: PTH123 - taking a Path apart costs as much as reading it
            return kept.read()
    except OSError:  # not made yet, or not to be read: made (again)
        return None


def _keep(name: str, raw: bytes) -> bytes:
    """Gzip and write the file, whole or not at all; a full disk costs the keeping, not the answer."""
    packed, file = gzip.compress(raw, COMPRESSION, mtime=0), Path(name)
    part: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as writing:
            part = Path(writing.name)
            writing.write(packed)
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        logger.warning("A tile could not be kept: %s", error)
        if part is not None:
            part.unlink(missing_ok=True)
    return packed
