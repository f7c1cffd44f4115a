"""Conditions on issues that follow from a scope, written out as SQL once for each scope.

Django takes tens of milliseconds to write out what the tables of roles and moves say of somebody with a few posts, and
PostgreSQL one to answer it. What is written depends on the scope and on nothing else but the moment, so it is kept, and
only the moment is put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, Expression, Q
from django.db.models.sql.compiler import SQLCompiler

from issues import reach
from representatives.scopes import Scope

_MOMENT = datetime(2000, 1, 1, microsecond=314_159, tzinfo=UTC)  # stands for the moment until one is asked about
_ROW = '"issues_issue".'  # what Django calls the issue's own row; subqueries call whatever they look at otherwise

_ALIAS = re.compile(r'(?<!")\b[T-Z]+\d+\b(?!")')  # as Django names the tables of subqueries: U0, V1 …


class _Sql(NamedTuple):
    text: str
    params: tuple[object, ...]


class Written(Expression):
    """A condition that was written before, about the rows of the query it is put into, at that moment."""

    conditional = True

    def __init__(self, sql: _Sql, at: datetime, alias: str = "") -> None:
        super().__init__(output_field=BooleanField())
        self.sql, self.at, self.alias = sql, at, alias

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Self:
        found = super().resolve_expression(query, *args, **kwargs)
        found.alias = query.get_initial_alias()
        return found

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Self:
        clone = self.copy()
        clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text = self.sql.text.replace(_ROW, f"{compiler.quote_name_unless_alias(self.alias)}.")
        return text, tuple(self.at if param is _MOMENT else param for param in self.sql.params)


def may_open(scope: Scope, at: datetime) -> Written:
    """`reach.may_open`, as a condition for a query of issues."""
    return Written(_written(reach.may_open, scope)[""], at)


def asked_of(scope: Scope, at: datetime) -> dict[str, Written]:
    """`reach.asked_of`, the same way."""
    return {name: Written(sql, at) for name, sql in _written(reach.asked_of, scope).items()}


@lru_cache(maxsize=4096)
def _written(conditions: Callable[[Scope, datetime], Q | dict[str, Q]], scope: Scope) -> dict[str, _Sql]:
    found = conditions(scope, _MOMENT)
    return {name: _sql_of(one) for name, one in (found if isinstance(found, dict) else {"": found}).items()}


def _sql_of(condition: Q) -> _Sql:
    """The condition as Django writes it. It must ask the issue's own row and subqueries alone."""
    from issues.models import Issue

    query = Issue.objects.filter(condition).query
    if sum(count > 0 for count in query.alias_refcount.values()) > 1:
        raise ValueError(f"This condition joins other tables, so it cannot be put into another query: {condition}")
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        text, params = compiler.compile(query.where)
    except EmptyResultSet:
        return _Sql("FALSE", ())
    except FullResultSet:
        return _Sql("TRUE", ())
    # The query that it is put into may be renamed as subqueries are: their names here must not be those of any other.
    text = _ALIAS.sub(lambda alias: f"written_{alias[0]}", text)
    return _Sql(f"({text})", tuple(_MOMENT if param == _MOMENT else param for param in params))
