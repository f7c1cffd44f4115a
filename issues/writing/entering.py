"""An entry in the ledger as one statement: the event, its words, and the issue as it stands after it.

What every verb writes, so it is neither compiled anew nor sent in three parts: the text is put together once for each shape, and
the values go in as Django's fields prepare them. A foreign key of each refers to another; all are checked at the end.
"""

# ruff: noqa: S608 - names of our own tables and columns, quoted; every value goes in as a parameter
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from issues.models import Event, EventText, Issue


def enter(issue: Issue, event: Event, words: EventText | None) -> None:
    """Store the event, which gets its key, its words if it has any, and the issue: a new one, or as it is now."""
    adding = issue._state.adding
    values = [*_values(_event_fields(), event), *(_values(_text_fields(), words) if words else [])]
    values += _values(_issue_fields(), issue) if adding else [*_values(_changing_fields(), issue), issue.pk]
    placeholders = tuple(_placeholder(field, getattr(issue, field.attname)) for field in _special_fields())
    with connection.cursor() as cursor:
        cursor.execute(_statement(adding, words is not None, placeholders), values)
        event.pk = cursor.fetchone()[0]
    if words:
        words.event_id = event.pk
    for row in (issue, event, words):
        if row is not None:
            row._state.adding, row._state.db = False, connection.alias


@cache
def _statement(adding: bool, with_words: bool, special: tuple[str, ...]) -> str:
    """The text of the statement; `special`: how the values of `_special_fields` are written."""
    written = dict(zip((field.attname for field in _special_fields()), special, strict=True))
    parts = [
        f"event AS (INSERT INTO {_table(Event)} ({_columns(_event_fields())}) VALUES ({_marks(_event_fields())}) RETURNING id)"
    ]
    if with_words:
        columns, marks = _columns(_text_fields()), _marks(_text_fields())
        parts.append(f"words AS (INSERT INTO {_table(EventText)} (event_id, {columns}) SELECT event.id, {marks} FROM event)")
    if adding:
        ways = ", ".join(written.get(field.attname, "%s") for field in _issue_fields())
        issue = f"INSERT INTO {_table(Issue)} ({_columns(_issue_fields())}) VALUES ({ways})"
    else:
        pairs = (f"{_quoted(str(field.column))} = {written.get(field.attname, '%s')}" for field in _changing_fields())
        issue = f"UPDATE {_table(Issue)} SET {', '.join(pairs)} WHERE id = %s"
    return f"WITH {', '.join(parts)} {issue} RETURNING (SELECT event.id FROM event)"


@cache
def _event_fields() -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in Event._meta.concrete_fields if not field.primary_key)


@cache
def _text_fields() -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in EventText._meta.concrete_fields if not field.primary_key)


@cache
def _issue_fields() -> tuple[Field[Any, Any], ...]:
    return tuple(Issue._meta.concrete_fields)


@cache
def _changing_fields() -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in _issue_fields() if not field.primary_key)


@cache
def _special_fields() -> tuple[Field[Any, Any], ...]:
    """Fields of the issue whose values are written in a way of their own: geometries, arrays."""
    return tuple(field for field in _issue_fields() if hasattr(field, "get_placeholder"))


def _placeholder(field: Any, value: object) -> str:
    found: str = field.get_placeholder(value, connection.ops.compiler("SQLCompiler"), connection)
    return found


def _values(fields: Sequence[Field[Any, Any]], row: Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def _columns(fields: Sequence[Field[Any, Any]]) -> str:
    return ", ".join(_quoted(str(field.column)) for field in fields)


def _marks(fields: Sequence[Field[Any, Any]]) -> str:
    return ", ".join(["%s"] * len(fields))


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
