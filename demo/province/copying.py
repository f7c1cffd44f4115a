"""Lines of COPY without objects: the columns that vary come first, what all rows share is one tail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql as pg

NULL = "\\N"


def escaped(text: str) -> str:
    """The text as COPY takes it."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _spelled(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return escaped(json.dumps(value) if isinstance(value, list | dict) else str(value))


class Sheet:
    """Rows of a model to be copied. `varying`: the columns of which each row brings values, tab by tab, in that order.

    All other columns hold what `shared` says, else the field's default. A row is what varies, a tab and `tail`.
    """

    def __init__(self, model: type[models.Model], varying: Sequence[str], **shared: Any) -> None:
        fields = {str(field.column): field for field in model._meta.concrete_fields}
        if unknown := {*varying, *shared} - fields.keys():
            raise ValueError(f"{model.__name__} has no columns {sorted(unknown)}.")
        rest = [column for column in fields if column not in varying]
        self.tail = "\t".join(_spelled(shared.get(column, fields[column].get_default())) for column in rest) + "\n"
        self.statement = pg.SQL("COPY {} ({}) FROM STDIN").format(
            pg.Identifier(model._meta.db_table), pg.SQL(", ").join(map(pg.Identifier, [*varying, *rest]))
        )

    def copy(self, lines: Iterable[str]) -> None:
        """Store whole lines."""
        with connection.cursor() as cursor, cursor.copy(self.statement) as copy:
            copy.write("".join(lines).encode())
