"""The same columns of many rows, each with its own values, written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def save_columns(rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Store these columns of rows that the database has; they are of one model. The values of a column travel as one array.

    What `bulk_update` does with one condition for each value, which takes Django longer than it takes PostgreSQL.
    """
    if not rows:
        return
    model, quote = type(rows[0]), connection.ops.quote_name
    key, wanted = model._meta.pk, set(columns)
    assert key is not None  # noqa: S101 - every model here has one
    sent: list[Any] = [key, *(field for field in model._meta.concrete_fields if field.name in wanted)]
    names = [quote(field.column) for field in sent]
    arrays = ", ".join(f"%s::{field.rel_db_type(connection) if field is key else field.db_type(connection)}[]" for field in sent)
    changed = ", ".join(f"{name} = new.{name}" for name in names[1:])
    table = quote(model._meta.db_table)
    # Names and types are those of the model; the values are bound.
    statement = (
        f"UPDATE {table} SET {changed} FROM unnest({arrays}) AS new({', '.join(names)}) "  # noqa: S608
        f"WHERE {table}.{names[0]} = new.{names[0]}"
    )
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in sent]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
