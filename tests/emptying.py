"""Empties the tables after a test that committed something: those that hold anything, row by row.

Django truncates all hundred tables with their indexes instead, and makes content types and permissions anew; that takes
longer than many a test.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.db import connection, transaction

# Made by migrating, and the same for every test.
_LASTING = {"django_content_type", "auth_permission"}
_GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def empty_all() -> None:
    """Delete every row of every table of a model."""
    empty(_answers(_which_hold_anything()))


def empty(tables: Collection[str]) -> None:
    """Delete every row of these tables. Triggers, by which the ledger refuses that, sleep meanwhile."""
    guarded = _guarded().intersection(tables)
    statements = [
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in guarded),
        *(f"DELETE FROM {name}" for name in tables),  # noqa: S608 - tables of our models
        "SET CONSTRAINTS ALL IMMEDIATE",  # no table may be altered while a trigger waits
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in guarded),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


@cache
def _which_hold_anything() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _LASTING
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)  # noqa: S608 - likewise


@cache
def _guarded() -> frozenset[str]:
    return frozenset(_answers(_GUARDED))


def _answers(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [name for (name,) in cursor.fetchall()]
