"""New rows with what a many-to-many field of theirs names, in one statement each; and naming others instead."""

# ruff: noqa: S608 - names of our own tables and columns, quoted; every value goes in as a parameter
from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from issues.writing.inserting import columns, fields_of, kept_cursor, marks, quoted, stored, values


def insert_linked(row: Model, name: str, keys: Collection[int]) -> None:
    """Store the new row, which gets its key, and link it by its many-to-many field of that name to the rows with these keys."""
    link: Any = row._meta.get_field(name)
    fields = fields_of(type(row))
    into = f"INSERT INTO {quoted(row._meta.db_table)} ({columns(fields)})"
    made = f"{into} VALUES ({', '.join(marks(fields, row))}) RETURNING id"
    ends = f"{quoted(link.m2m_column_name())}, {quoted(link.m2m_reverse_name())}"
    linked = (
        f"INSERT INTO {quoted(link.m2m_db_table())} ({ends}) SELECT made.id, linked_to FROM made, unnest(%s::bigint[]) AS linked_to"
    )
    with kept_cursor() as cursor:
        text = f"WITH made AS ({made}), linked AS ({linked}) SELECT made.id FROM made"
        cursor.execute(text, [*values(fields, row), list(keys)])
        row.pk = cursor.fetchone()[0]
    stored(row)


def relink(row: Model, name: str, *, were: Collection[int], keys: Collection[int]) -> None:
    """Link the row to these and to no other; `were`: those that it is linked to, as the caller has read them under its lock."""
    link: Any = row._meta.get_field(name)
    through, own, other = link.remote_field.through, link.m2m_field_name(), link.m2m_reverse_field_name()
    if leaving := set(were) - set(keys):
        through.objects.filter(**{own: row.pk, f"{other}__in": leaving}).delete()
    if coming := [key for key in keys if key not in were]:
        through.objects.bulk_create(through(**{f"{own}_id": row.pk, f"{other}_id": key}) for key in coming)
