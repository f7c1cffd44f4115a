"""Metres around a place: circles on the ellipsoid, and a plane in which a territory can be measured and drawn."""

from __future__ import annotations

from functools import cache
from math import cos, hypot, radians
from typing import TypeVar

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

Shapes = TypeVar("Shapes", BaseGeometry, np.ndarray)

GEOD = Geod(ellps="WGS84")
CIRCLE_CORNERS = 48
_SHORTEST_DEGREE_M, _LONGEST_DEGREE_M = 110_500.0, 111_800.0
# WGS-84 in degrees, about 1 cm: finer than any survey, coarse enough to print.
DECIMALS = 7


def circle(point: Point, radius_m: float) -> Polygon:
    """The circle around a point as a polygon of 48 corners, all EPSG:4326; radius in metres on the ellipsoid."""
    bearings = np.linspace(0, 360, CIRCLE_CORNERS, endpoint=False)
    around = np.full(CIRCLE_CORNERS, 1.0)
    lon, lat, _back = GEOD.fwd(around * point.x, around * point.y, bearings, around * radius_m)
    ring = [(x, y) for x, y in zip(lon, lat, strict=True)]
    return Polygon([*ring, ring[0]], srid=4326)


def are_within(one: tuple[float, float], other: tuple[float, float], distance_m: float) -> bool:
    """Whether two points (longitude, latitude in degrees) lie no further apart on the ellipsoid, as ST_DWithin has it.

    For some kilometres at most. A degree, across by the parallel between them, is 110.5 to 111.8 km long wherever it is
    measured; only what that leaves open is reckoned.
    """
    (lon, lat), (other_lon, other_lat) = one, other
    degrees = hypot((lon - other_lon) * cos(radians((lat + other_lat) / 2)), lat - other_lat)
    if degrees * _SHORTEST_DEGREE_M > distance_m:
        return False
    if degrees * _LONGEST_DEGREE_M <= distance_m:
        return True
    return float(GEOD.inv(lon, lat, other_lon, other_lat)[2]) <= distance_m


def area_m2(shape: BaseGeometry) -> float:
    """The area of an EPSG:4326 geometry on the ellipsoid, in square metres."""
    return abs(float(GEOD.geometry_area_perimeter(shape)[0])) if not shape.is_empty else 0.0


class Plane:
    """An equal-area plane in metres around a place (degrees); true to 0.1 % within 150 km of it."""

    def __init__(self, lon: float, lat: float) -> None:
        # Rounded, so that neighbours share a plane: making one takes longer than using it.
        self.lon, self.lat = lon, lat
        local = f"+proj=laea +lon_0={lon:.1f} +lat_0={lat:.1f} +datum=WGS84 +units=m"
        self._into, self._out = _transformer("EPSG:4326", local), _transformer(local, "EPSG:4326")

    @classmethod
    def around(cls, shape: BaseGeometry) -> Plane:
        """The plane around the middle of the geometry's box."""
        west, south, east, north = shape.bounds
        return cls((west + east) / 2, (south + north) / 2)

    def into(self, shape: Shapes) -> Shapes:
        """EPSG:4326 → metres, of one geometry or an array of them."""
        return shapely.transform(shape, self.into_xy)

    def out(self, shape: Shapes) -> Shapes:
        """Metres → EPSG:4326, of one geometry or an array of them."""
        return shapely.transform(shape, self.out_xy)

    def into_xy(self, lonlat: np.ndarray) -> np.ndarray:
        """(n, 2) degrees → (n, 2) metres."""
        return np.column_stack(self._into.transform(lonlat[:, 0], lonlat[:, 1]))

    def out_xy(self, xy: np.ndarray) -> np.ndarray:
        """(n, 2) metres → (n, 2) degrees."""
        return np.column_stack(self._out.transform(xy[:, 0], xy[:, 1]))


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_shapely(geometry: GEOSGeometry) -> BaseGeometry:
    """A GeoDjango geometry as a shapely one, the same numbers."""
    return shapely.from_wkb(bytes(geometry.wkb))


def to_django(shape: BaseGeometry) -> GEOSGeometry:
    """A shapely geometry in EPSG:4326 as a GeoDjango one."""
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def to_boundary(shape: BaseGeometry) -> MultiPolygon:
    """A shapely Polygon or MultiPolygon in EPSG:4326 as the boundary of an area."""
    boundary = to_django(shape)
    return boundary if isinstance(boundary, MultiPolygon) else MultiPolygon(boundary, srid=4326)


def label_point(shape: BaseGeometry) -> Point:
    """Where a label stands: the middle of the widest place of the largest part, EPSG:4326."""
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    middle = shapely.centroid(largest)
    if not shapely.contains(largest, middle):
        middle = shapely.point_on_surface(largest)
    return Point(round(middle.x, DECIMALS), round(middle.y, DECIMALS), srid=4326)
