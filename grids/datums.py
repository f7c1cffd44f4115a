"""Coordinate systems at the door: inside is WGS-84 only, longitude first, degrees.

Chinese map services shift every point by up to 700 m: GCJ-02 (AMap, Tencent, WeChat on request) and, on top of that,
BD-09 (Baidu). No official definition is published; the forward formulas below are the ones that circulate since 2010
(“China map deviation as a regression problem”; the same constants stand in every open converter), here written anew and
held against 52 known pairs. CGCS2000 and WGS-84 have drifted apart by less than 1 m since 2000 and are taken as one.
"""

from __future__ import annotations

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Number = float | np.ndarray

# The Krasovsky 1940 ellipsoid: half the major axis (m) and the square of the eccentricity (flattening 1/298.3).
SEMI_MAJOR_M = 6_378_245.0
ECCENTRICITY_2 = 0.00669342162296594323
# The formula is a polynomial with waves around this point (degrees).
ORIGIN_LON, ORIGIN_LAT = 105.0, 35.0
# Beyond this box (west, south, east, north) nothing is shifted.
SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
# Baidu's own shift of GCJ-02, in degrees, and its ripple.
BAIDU_LON, BAIDU_LAT = 0.0065, 0.006
BAIDU_WAVES = np.pi * 3000 / 180
# The shift changes so slowly that each round makes the error about 200 times smaller: 5 m, 3 cm, 0.2 mm, 1 µm.
ROUNDS = 5


class Crs(TextChoices):
    """What a longitude and a latitude are measured in."""

    WGS84 = "wgs84", _("WGS-84 (GPS)")
    GCJ02 = "gcj02", _("GCJ-02 (AMap, Tencent)")
    BD09 = "bd09", _("BD-09 (Baidu)")
    CGCS2000 = "cgcs2000", _("CGCS2000")


def to_wgs84(x: float, y: float, crs: str) -> tuple[float, float]:
    """Longitude and latitude in WGS-84 of a point given in `crs`; right to 0.1 mm of the published formula.

    Raises ValueError for a system that is none of `Crs`.
    """
    lon, lat = _to_wgs84(x, y, Crs(crs))
    return float(lon), float(lat)


def from_wgs84(x: float, y: float, crs: str) -> tuple[float, float]:
    """Longitude and latitude in `crs` of a WGS-84 point. Raises ValueError for a system that is none of `Crs`."""
    lon, lat = _from_wgs84(x, y, Crs(crs))
    return float(lon), float(lat)


def many_to_wgs84(xy: np.ndarray, crs: str) -> np.ndarray:
    """`to_wgs84` for an array of shape (n, 2)."""
    return np.column_stack(_to_wgs84(xy[:, 0], xy[:, 1], Crs(crs)))


def _to_wgs84(x: Number, y: Number, crs: Crs) -> tuple[Number, Number]:
    lon, lat = x, y
    for _round in range(0 if _is_plain(crs) else ROUNDS):
        shifted_x, shifted_y = _from_wgs84(lon, lat, crs)
        lon, lat = lon + (x - shifted_x), lat + (y - shifted_y)
    return lon, lat


def _from_wgs84(x: Number, y: Number, crs: Crs) -> tuple[Number, Number]:
    if _is_plain(crs):
        return x, y
    inside = _is_shifted(x, y)
    east, north = _shift(x, y, inside)
    lon, lat = x + east, y + north
    if crs is Crs.BD09:
        east, north = _baidu_shift(lon, lat)
        lon, lat = lon + np.where(inside, east, 0.0), lat + np.where(inside, north, 0.0)
    return lon, lat


def _is_plain(crs: Crs) -> bool:
    return crs in (Crs.WGS84, Crs.CGCS2000)


def _is_shifted(x: Number, y: Number) -> np.ndarray:
    west, south, east, north = SHIFTED_BOX
    return np.logical_and.reduce(
        [np.greater_equal(x, west), np.less_equal(x, east), np.greater_equal(y, south), np.less_equal(y, north)]
    )


def _shift(x: Number, y: Number, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By how many degrees GCJ-02 lies east and north of a WGS-84 point; 0 outside China."""
    # Outside, the origin stands in, so that no polynomial of a faraway number is computed.
    lon, lat = np.where(inside, x, ORIGIN_LON), np.where(inside, y, ORIGIN_LAT)
    east_m, north_m = _shift_m(lon - ORIGIN_LON, lat - ORIGIN_LAT)
    curvature = 1 - ECCENTRICITY_2 * np.sin(np.radians(lat)) ** 2
    meridian_m = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / curvature**1.5
    parallel_m = SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(np.radians(lat))
    return np.where(inside, np.degrees(east_m / parallel_m), 0.0), np.where(inside, np.degrees(north_m / meridian_m), 0.0)


def _shift_m(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The published polynomial with its waves: metres east and north; `x`, `y` in degrees from the origin."""
    root = np.sqrt(np.abs(x))
    ripple = 20 * _wave(x, 1 / 6) + 20 * _wave(x, 1 / 2)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20 * _wave(x, 1) + 40 * _wave(x, 3) + 150 * _wave(x, 12) + 300 * _wave(x, 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20 * _wave(y, 1) + 40 * _wave(y, 3) + 160 * _wave(y, 12) + 320 * _wave(y, 30)) * 2 / 3
    return east, north


def _wave(value: np.ndarray, half_length: float) -> np.ndarray:
    """A sine that changes its sign every `half_length` degrees."""
    return np.sin(np.pi * value / half_length)


def _baidu_shift(x: Number, y: Number) -> tuple[np.ndarray, np.ndarray]:
    """By how many degrees BD-09 lies east and north of a GCJ-02 point."""
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_WAVES)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_WAVES)
    return radius * np.cos(angle) + BAIDU_LON - x, radius * np.sin(angle) + BAIDU_LAT - y
