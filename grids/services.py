"""What can be done to the territory: one verb, one function, one transaction."""

from __future__ import annotations

import time
from datetime import datetime

from django.contrib.gis.geos import MultiPolygon
from django.db import connection, transaction
from shapely.geometry.base import BaseGeometry

from grids import levels, metres, sql, tasks
from grids.models import Area, Layer

# Seconds from 1970 to 2020: a version is counted from there, so that it fits its column until 2088.
VERSION_EPOCH = 1_577_836_800


@transaction.atomic
def refresh_layer(level: int, at: datetime) -> Layer:
    """Number the current areas of the level anew, in the order of their paths, and give its geometry a new version.

    The next finer level gets a new version too: its list of names speaks of the ordinals of this one.
    """
    layer = _bumped(level, at)
    with connection.cursor() as cursor:
        cursor.execute(sql.read("number_areas"), {"level": int(level)})
    below = levels.finer(level)
    if below is not None and Area.objects.current().of_level(below).exists():
        _bumped(below, at)
    return layer


def _bumped(level: int, at: datetime) -> Layer:
    """The level's layer under its next version, locked until the transaction ends; its tiles are warmed afterwards."""
    Layer.objects.get_or_create(level=int(level), defaults={"changed_at": at})
    layer = Layer.objects.select_for_update().get(level=int(level))
    # Not a time but a name that must never come back, even after the database was rebuilt: browsers keep tiles for good.
    layer.version = max(layer.version + 1, int(time.time()) - VERSION_EPOCH)
    layer.changed_at = at
    layer.save(update_fields=["version", "changed_at"])
    transaction.on_commit(lambda: tasks.ask_to_warm(layer.level, layer.version))
    return layer


def multipolygon(shape: BaseGeometry) -> MultiPolygon:
    """A shapely Polygon or MultiPolygon in EPSG:4326 as a boundary."""
    boundary = metres.to_django(shape)
    return boundary if isinstance(boundary, MultiPolygon) else MultiPolygon(boundary, srid=4326)
