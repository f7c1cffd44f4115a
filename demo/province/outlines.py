"""Where the counties of the province lie: the real outlines of Inner Mongolia where their file is at hand, else drawn ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from grids.metres import area_m2

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "china" / "counties_inner_mongolia.geojson"
PROVINCE = ("150000", "内蒙古自治区")
# Where there is no file: so many counties in a row of a drawn province, each so many degrees wide and high.
DRAWN_COUNTIES, DRAWN_ROW, DRAWN_STEP, DRAWN_CORNER = 103, 12, 0.9, (106.0, 40.0)


@dataclass(frozen=True)
class County:
    """A county's outline (EPSG:4326), its names, and its size in km²."""

    code: str
    name: str
    prefecture: str
    prefecture_name: str
    outline: BaseGeometry
    km2: float


def counties(file: Path = REAL) -> list[County]:
    """The counties in the order of their codes."""
    return sorted(_read(file) if file.is_file() else _drawn(), key=lambda county: county.code)


def _read(file: Path) -> list[County]:
    """Those of the GeoJSON file; its properties are `code`, `name`, `parent_code`, `parent_name`, `area_km2`."""
    found = []
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        said = feature["properties"]
        outline = shape(feature["geometry"])
        found.append(County(said["code"], said["name"], said["parent_code"], said["parent_name"], outline, float(said["area_km2"])))
    return found


def _drawn() -> list[County]:
    """Counties as plain rectangles side by side, eight or so to a prefecture, under codes that no real county has."""
    found = []
    for n in range(DRAWN_COUNTIES):
        row, column = divmod(n, DRAWN_ROW)
        west, south = DRAWN_CORNER[0] + column * DRAWN_STEP, DRAWN_CORNER[1] + row * DRAWN_STEP
        outline = box(west, south, west + DRAWN_STEP, south + DRAWN_STEP)
        prefecture = f"15{80 + row:02d}00"
        code, name = f"15{80 + row:02d}{column + 1:02d}", f"示例{n + 1}旗"
        found.append(County(code, name, prefecture, f"示例{row + 1}盟", outline, area_m2(outline) / 1e6))
    return found
