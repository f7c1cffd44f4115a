"""Several sets of rows in one statement: what a page names beside its list costs one question, not one each.

Every set becomes one column, a JSON array of its rows; Django's own machinery makes of them the objects that it would
have made of the set's own statement, with all that `select_related` and annotations put there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Field, ForeignObject, Model, QuerySet

from grids import prepared
from grids.prepared import Prepared

Rows = QuerySet[Any, Any]
Reader = Callable[[Any], Any]

WGS84 = 4326  # of every point here


class Unreadable(TypeError):
    """A column has a type that is not read from JSON here; the sentence names it."""


def read_together(*sets: Rows) -> None:
    """Fill every set, as if each had been read by itself. Sets of one database; those that are read already stay as they are.

    Raises Unreadable, naming the column, for a set with a type that JSON does not carry (polygons, numeric, interval …).
    """
    asked = [_Asked(rows) for rows in sets if rows._result_cache is None]
    sent = [one for one in asked if one.sql]
    if sent:
        # Every piece was written by Django's compiler, its parameters bound.
        columns = ", ".join(f"(SELECT json_agg(q) FROM ({one.sql}) q)::text" for one in sent)  # noqa: S608
        wire = connections[sent[0].rows.db]
        keeps_plan = all(prepared.keeps_plan(one.compiler) for one in sent)
        with prepared.values_beside(wire) if keeps_plan else nullcontext(), wire.cursor() as cursor:
            cursor.execute(f"SELECT {columns}", [param for one in sent for param in one.params])
            found = cursor.fetchone()
        for one, text in zip(sent, found, strict=True):
            one.fill(json.loads(text) if text else [])
    for one in asked:
        if not one.sql:
            one.rows._result_cache = []


def kept_for(instance: Model, relation: str, rows: Rows) -> Rows:
    """Those of `rows` that are the instance's by that relation; from now on they are what it answers with, read or not yet."""
    return keep(instance, relation, getattr(instance, relation)._apply_rel_filters(rows))


def keep(instance: Model, relation: str, own: Rows) -> Rows:
    """The same of rows that are the instance's already (`own_rows`)."""
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = knowing(instance, relation, own)
    return own


def knowing(instance: Model, relation: str, own: Rows) -> Rows:
    """The rows, each of which knows the instance that it belongs to by that relation, so that it is not read again."""
    own._known_related_objects = {getattr(type(instance), relation).field: {instance.pk: instance}}  # type: ignore[attr-defined]
    return own


def own_rows(model: type[Model], relation: str, rows: Callable[[], Rows]) -> Prepared[[int], Rows]:
    """Of an instance of the model, by its key: those of the rows that are its by that relation."""
    name = getattr(model, relation).field.name
    return Prepared(lambda key: rows().filter(**{name: key}))


def keep_nothing(instances: Iterable[Model], relation: str, rows: Rows) -> None:
    """The same of instances that have none of the rows, which somebody knows; narrowed further, they stay none."""
    none = rows.none()
    none._result_cache = []
    for instance in instances:
        instance.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = none


def forget(instance: Model, *relations: str) -> None:
    """What was kept of these relations no longer holds: they are read anew when they are next asked for."""
    kept = instance.__dict__.get("_prefetched_objects_cache", {})
    for relation in relations:
        kept.pop(relation, None)


class _Asked:
    """One set, and the statement that Django makes of it; empty if nothing can fit."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        try:
            self.sql, self.params = self.compiler.as_sql(with_col_aliases=True)
        except EmptyResultSet:
            self.sql, self.params = "", ()

    def fill(self, found: Sequence[dict[str, Any]]) -> None:
        """Hand the rows to Django in the place of those that its own statement would have brought."""
        if not found:  # as most of what an issue may have several of
            self.rows._result_cache = []
            return
        columns = self.compiler.select[: self.compiler.col_count]
        readers = [_reader(expression.output_field) for expression, _sql, _alias in columns]
        table = [
            [value if read is None or value is None else read(value) for read, value in zip(readers, row.values(), strict=False)]
            for row in found
        ]
        self.compiler.execute_sql = lambda *args, **kwargs: [table]
        self.rows.query.get_compiler = lambda *args, **kwargs: self.compiler  # type: ignore[method-assign]
        self.rows._result_cache = [*cast(Iterable[Any], self.rows._iterable_class(self.rows))]
        del self.rows.query.get_compiler  # what is asked from here on is asked of the database
        self.rows._fetch_all()  # what is to be prefetched


def _point(told: dict[str, Any]) -> memoryview:
    """A point that PostGIS wrote as GeoJSON, in the bytes that Django reads one from."""
    lon, lat = told["coordinates"]
    return Point(lon, lat, srid=WGS84).ewkb


# By Django's name of the type: how a value of JSON becomes what the driver would have given; None: it is that already.
_READERS: dict[str, Reader | None] = {
    **dict.fromkeys(
        (
            "AutoField", "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "FileField", "IntegerField",
            "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField", "TextField",
        )
    ),
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "FloatField": float,
    "JSONField": json.dumps,
    "PointField": _point,
    "UUIDField": UUID,
}  # fmt: skip


def _reader(field: Field[Any, Any]) -> Reader | None:
    """How values of that field are read; None: as they are."""
    while isinstance(field, ForeignObject):
        field = field.target_field
    if isinstance(field, ArrayField):
        return _of_each(_reader(field.base_field))
    try:
        return _READERS[field.get_internal_type()]
    except KeyError:
        raise Unreadable(f"{field} ({field.get_internal_type()}) cannot be read together with other sets.") from None


def _of_each(read: Reader | None) -> Reader | None:
    return None if read is None else lambda values: [None if value is None else read(value) for value in values]
