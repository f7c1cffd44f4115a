"""Writing many rows of a model with COPY: the quickest way in that PostgreSQL has."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models

# One encoder for all rows: making it anew costs more than what it writes.
as_json = json.JSONEncoder(ensure_ascii=False).encode
_EWKB_POINT = struct.Struct("<BIIdd")  # byte order, type and flag of an SRID, SRID, x, y
_POINT_WITH_SRID = 0x20000001


def next_ids(sequence: str, wanted: int) -> list[int]:
    """That many fresh values of a sequence, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, wanted])
        return [int(row[0]) for row in cursor.fetchall()]


def next_keys(model: type[models.Model], wanted: int) -> list[int]:
    """Fresh primary keys of a model."""
    return next_ids(_sequence_of(model), wanted)


@cache
def _sequence_of(model: type[models.Model]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, str(model._meta.pk.column)])
        return str(cursor.fetchone()[0])


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Store the unsaved rows as they are, primary keys included; database defaults are not asked."""
    fields = model._meta.concrete_fields
    writers = [(field.attname, _writer(field)) for field in fields]
    _copy(model, [str(field.column) for field in fields], ([write(getattr(row, name)) for name, write in writers] for row in rows))


def copy_columns(model: type[models.Model], rows: Sequence[Mapping[str, object]]) -> None:
    """Store rows that are told column by column, all of them the same ones in the same order; columns that are left out stay NULL.

    Values are written as they are: JSON as its text (`as_json`), points as `ewkb_of` writes them, texts without NUL.
    """
    if rows:
        _copy(model, list(rows[0]), (tuple(row.values()) for row in rows))


def columns_of(model: type[models.Model], *given: str) -> dict[str, object]:
    """The columns of a new row as `copy_columns` wants them: with the model's defaults; without those that are NULL unless `given`."""
    blank = model()
    fields = [field for field in model._meta.concrete_fields if field.column in given or getattr(blank, field.attname) is not None]
    return {str(field.column): _writer(field)(getattr(blank, field.attname)) for field in fields}


def ewkb_of(lon: float, lat: float) -> str:
    """A point (EPSG:4326, degrees) in hexadecimal EWKB."""
    return _EWKB_POINT.pack(1, _POINT_WITH_SRID, 4326, lon, lat).hex()


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    quote = connection.ops.quote_name
    statement = f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _writer(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """How a value of the field is written in a COPY."""
    if isinstance(field, GeometryField):
        return lambda geometry: geometry.hexewkb.decode() if isinstance(geometry, GEOSGeometry) else None
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else as_json(value)
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: None if value is None else str(value).replace("\x00", "")
    return lambda value: value


def in_batches(rows: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """Lists of at most `size` of them."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
