"""Rows wait in a temporary table while they are checked: the program holds one batch, or one family, at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from grids import sql
from grids.importing.faults import Faults, Kind
from grids.importing.rows import Row
from grids.levels import Level

COLUMNS = "number, code, name, parent, households, kind, ST_AsBinary(shape), ST_AsBinary(point)"


def create() -> None:
    """Make the table, anew for each import; it vanishes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS grids_staged")
        cursor.execute(sql.read("stage"))


def add(rows: Iterable[Row]) -> None:
    """Put rows into the table."""
    with connection.cursor() as cursor, cursor.copy("COPY grids_staged FROM STDIN") as copy:
        for row in rows:
            copy.write_row((row.number, row.code, row.name, row.parent, row.households, row.kind, _hex(row.shape), _hex(row.point)))


def finish() -> None:
    """Index the table once all rows are in."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON grids_staged (parent, code)")
        cursor.execute("CREATE INDEX ON grids_staged (code)")
        cursor.execute("ANALYZE grids_staged")


def find_faults(level: Level, faults: Faults) -> None:
    """Codes given twice, or used otherwise; parents that are not."""
    with connection.cursor() as cursor:
        cursor.execute(sql.read("staged_faults"), {"level": int(level), "needs_parent": level < Level.COUNTY})
        for kind, number, code, detail in cursor.fetchall():
            values = {Kind.DUPLICATE_CODE: {"other": int(detail) if detail.isdecimal() else 0}}
            faults.add(Kind(kind), number, code, **values.get(Kind(kind), {"name": detail, "parent": detail}))


def parents() -> list[str]:
    """The codes of the parents of the staged rows, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT parent FROM grids_staged ORDER BY parent")
        return [row[0] for row in cursor.fetchall()]


def children(parent: str) -> Iterator[Row]:
    """The staged rows of one parent in the order of their codes, each code once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON (code) {COLUMNS} FROM grids_staged WHERE parent = %s ORDER BY code, number",  # noqa: S608
            [parent],
        )
        for number, code, name, under, households, kind, shape, point in cursor.fetchall():
            yield Row(number, code, name, under, households, kind, _shape(shape), _shape(point))


def _hex(shape: BaseGeometry | None) -> str | None:
    return None if shape is None else shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True)


def _shape(wkb: bytes | memoryview | None) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(bytes(wkb))
