"""Tables without their indexes, foreign keys and search triggers while millions of rows come in; all put back afterwards.

What is taken away is written down in the same transaction, so whoever is killed meanwhile finds it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db import connection, models
from psycopg import sql as pg

from issues.models import Event, EventText, Issue, IssueWords, Rating, Submission

TABLES: tuple[type[models.Model], ...] = (Issue, Submission, Event, EventText, Rating, IssueWords)
# The search index follows the rows by these; whoever takes them away writes its documents himself.
SEARCH_TRIGGERS = {Issue: "search_issue_filed", Submission: "search_report_filed", EventText: "search_words_written"}
WORK_MEM = "1GB"

# Primary keys stay, for other tables lean on them. Unique constraints come back before the rest.
_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid), contype FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('u', 'f') ORDER BY contype DESC, conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1
"""


@dataclass(frozen=True)
class Piece:
    """Something that a table has and that was taken away; `again` is the statement that puts it back."""

    name: str
    again: str

    def facts(self) -> dict[str, str]:
        return asdict(self)


def strip() -> list[Piece]:
    """Take them all away: what there was, in the order in which it is to be put back."""
    keys: list[Piece] = []
    indexes: list[Piece] = []
    foreign: list[Piece] = []
    triggers: list[Piece] = []
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(_CONSTRAINTS, [table])
            for name, definition, kind in cursor.fetchall():
                (keys if kind == "u" else foreign).append(
                    Piece(name, f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
                )
                cursor.execute(pg.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(pg.Identifier(table), pg.Identifier(name)))
            cursor.execute(_INDEXES, [table])
            for name, definition in cursor.fetchall():
                indexes.append(Piece(name, definition))
                cursor.execute(f"DROP INDEX {name}")
            for trigger in _quieted(model):
                triggers.append(trigger)
    return [*keys, *indexes, *foreign, *triggers]


def _quieted(model: type[models.Model]) -> Iterator[Piece]:
    """The table's search trigger, switched off."""
    if trigger := SEARCH_TRIGGERS.get(model):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        yield Piece(trigger, f'ALTER TABLE "{table}" ENABLE TRIGGER "{trigger}"')


def put_back(piece: Piece) -> None:
    """Make it anew, with room to sort in; the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{WORK_MEM}'")
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        cursor.execute(piece.again)
