"""Rows of our tables as parts of statements that are put together once, not by Django each time; and new rows by one of them.

Values go in as Django's fields prepare them, beside the statement (`grids/prepared.py`), so that PostgreSQL plans it once, too.
"""

# ruff: noqa: S608 - names of our own tables and columns, quoted; every value goes in as a parameter
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Field, Model

from grids.prepared import values_beside

Fields: TypeAlias = "tuple[Field[Any, Any], ...]"


def insert(row: Model) -> None:
    """Store the new row, which gets its key. Its related rows have theirs."""
    fields = fields_of(type(row))
    table = quoted(row._meta.db_table)
    with kept_cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} ({columns(fields)}) VALUES ({", ".join(marks(fields, row))}) RETURNING {table}."id"',
            values(fields, row),
        )
        row.pk = cursor.fetchone()[0]
    stored(row)


def insert_unless_there(rows: Sequence[Model]) -> None:
    """Store new rows of one model, none of which is used afterwards: those that are there already stay as they are."""
    if not rows:
        return
    fields = fields_of(type(rows[0]))
    lines = ", ".join(f"({', '.join(marks(fields, row))})" for row in rows)
    text = f"INSERT INTO {quoted(rows[0]._meta.db_table)} ({columns(fields)}) VALUES {lines} ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:  # of every length: too many to be planned once
        cursor.execute(text, [value for row in rows for value in values(fields, row)])


@contextmanager
def kept_cursor() -> Iterator[Any]:
    """A cursor whose statement is planned once for the connection."""
    with values_beside(connection), connection.cursor() as cursor:
        yield cursor


def stored(*rows: Model | None) -> None:
    """They stand in the database now."""
    for row in rows:
        if row is not None:
            row._state.adding, row._state.db = False, connection.alias


@cache
def fields_of(model: type[Model], *, with_key: bool = False) -> Fields:
    """What a row of the model is made of."""
    return tuple(field for field in model._meta.concrete_fields if with_key or not field.primary_key)


def values(fields: Fields, row: Model) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, row._state.adding), connection) for field in fields]


def marks(fields: Iterable[Field[Any, Any]], row: Model) -> list[str]:
    """How their values are written: some (geometries, arrays) in a way of their own."""
    return [mark(field, row) if hasattr(field, "get_placeholder") else "%s" for field in fields]


def mark(field: Any, row: Model) -> str:
    found: str = field.get_placeholder(getattr(row, field.attname), connection.ops.compiler("SQLCompiler"), connection)
    return found


@cache
def columns(fields: Fields) -> str:
    return ", ".join(quoted(str(field.column)) for field in fields)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
