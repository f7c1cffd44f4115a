"""An entry in the ledger as one statement: the event, its words, and the issue as it stands after it.

What every verb writes, so it is neither compiled anew nor sent in three parts: the text is put together once for each shape, and
the values go in as Django's fields prepare them. A foreign key of each refers to another; all are checked at the end.
"""

# ruff: noqa: S608 - names of our own tables and columns, quoted; every value goes in as a parameter
from __future__ import annotations

from functools import cache

from django.db.models import Model

from issues.models import Event, EventText, Issue
from issues.writing.inserting import columns, fields_of, kept_cursor, marks, quoted, stored, values


def enter(issue: Issue, event: Event, words: EventText | None) -> None:
    """Store the event, which gets its key, its words if it has any, and the issue: a new one, or as it is now."""
    adding = issue._state.adding
    fields = fields_of(Issue, with_key=adding)
    given = [*values(fields_of(Event), event), *(values(fields_of(EventText), words) if words else []), *values(fields, issue)]
    with kept_cursor() as cursor:
        text = _statement(adding, words is not None, tuple(marks(fields, issue)))
        cursor.execute(text, given if adding else [*given, issue.pk])
        event.pk = cursor.fetchone()[0]
    if words:
        words.event_id = event.pk
    stored(issue, event, words)


@cache
def _statement(adding: bool, with_words: bool, ways: tuple[str, ...]) -> str:
    """The text of the statement; `ways`: how the values of the issue are written."""
    fields, own = fields_of(Issue, with_key=adding), fields_of(Event)
    parts = [f"event AS (INSERT INTO {_table(Event)} ({columns(own)}) VALUES ({_marks(len(own))}) RETURNING id)"]
    if with_words:
        said = fields_of(EventText)
        into = f"INSERT INTO {_table(EventText)} (event_id, {columns(said)})"
        parts.append(f"words AS ({into} SELECT event.id, {_marks(len(said))} FROM event)")
    if adding:
        written = f"INSERT INTO {_table(Issue)} ({columns(fields)}) VALUES ({', '.join(ways)})"
    else:
        pairs = (f"{quoted(str(field.column))} = {way}" for field, way in zip(fields, ways, strict=True))
        written = f"UPDATE {_table(Issue)} SET {', '.join(pairs)} WHERE id = %s"
    return f"WITH {', '.join(parts)} {written} RETURNING (SELECT event.id FROM event)"


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def _table(model: type[Model]) -> str:
    return quoted(model._meta.db_table)
