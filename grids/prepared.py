"""Statements that are written and planned once: from one request to the next their values differ, and only these are sent anew.

Django takes longer to write a statement of many columns and conditions than PostgreSQL takes to answer it. `Prepared` has it
written with stand-ins for the values and keeps it, one for each shape of what is asked with: the same roles at places that lie
in one another the same way, as many keys, the same filters. It is written twice, with different stand-ins: where more than
values differs, the statement follows from them in some other way, and goes on being written each time. In the tests every
statement that is kept is compared with the one that Django would write (`tests/conftest.py`).

PostgreSQL takes longer to plan such a statement than to answer it, too. Its values go beside it, so that each connection prepares
it (`prepare_threshold` in the settings); PostgreSQL itself goes on planning for the values at hand where that promises much more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import copy
from threading import local
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import get_language
from psycopg import ClientCursor, Cursor

from grids.masks import Masks

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
SHAPES_KEPT = 128  # of each set; one takes 0.2 MB where it has many columns


class Prepared(Generic[P, Rows]):
    """The set that `build` makes of its arguments; where its rows are read, its statement need not be written.

    `build` reads nothing but its arguments, and hands their values on as they are: it never branches on what one says. Values
    are keys, moments, paths, tuples of them, and people with what they hold; anything else belongs to the shape.
    `by_value`: what is asked for decides how it is best found, as with words, so it is planned each time.
    """

    def __init__(self, build: Callable[P, Rows], *, by_value: bool = False) -> None:
        self._build: Callable[..., Rows] = build
        self._by_value = by_value
        self._kept: dict[Hashable, _Statement | None] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Rows:
        """The rows, not read yet."""
        assert not kwargs  # noqa: S101 - by position, so that the shape is one
        masks = Masks.of(args)
        shape = (masks.shape, get_language())
        if shape not in self._kept:
            # What is asked once may never be asked again: it is written for good when it comes a second time.
            if len(self._kept) >= SHAPES_KEPT:
                self._kept.clear()
            self._kept[shape] = None
            return self._build(*args)
        statement = self._kept[shape]
        if statement is None:
            statement = self._kept[shape] = self._write(args)
        if not statement.holds:
            return self._build(*args)
        rows = statement.rows_with(masks, by_value=self._by_value)
        # Whatever else is asked of it is asked of the set itself: narrowed, counted, ordered anew.
        rows.query.clone = lambda: self._build(*args).query.clone()
        return rows

    def _write(self, args: tuple[Any, ...]) -> _Statement:
        """The statement as it is written with stand-ins; it holds if other stand-ins make the same of it."""
        masks, others = Masks.of(args, writing=0), Masks.of(args, writing=1)
        first, second = _Statement(self._build(*masks.stand_ins)), _Statement(self._build(*others.stand_ins))
        first.holds = first.says_with(others.as_values(), second)
        if not first.holds:
            logger.info("%s is written anew each time.", self._build)
        return first


class _Statement:
    """A set with stand-ins for its values, and what Django writes for it: with and without names for its columns."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.rows, self.holds = rows, False
        self._compiler = rows.query.get_compiler(rows.db)
        try:
            self._written = {aliases: self._compiler.as_sql(with_col_aliases=aliases) for aliases in (True, False)}
        except EmptyResultSet:
            self._written = {}
        self._of_thread = local()  # `converters`: those of points hold a reader of GEOS, which no two threads may use at once
        self._values: dict[bool, list[int]] | None = None  # which of the parameters are values, once that is known

    def says_with(self, values: Masks, other: _Statement) -> bool:
        """Whether this one with these values is that other one; never so where nothing can fit, which Django knows unasked."""
        asked = [(self.with_values(values, aliases), (text, tuple(params))) for aliases, (text, params) in other._written.items()]
        is_same = bool(self._written and asked) and all(one == same for one, same in asked)
        if is_same:
            self._values = {aliases: self._differing(aliases, other) for aliases in self._written}
        return is_same

    def _differing(self, aliases: bool, other: _Statement) -> list[int]:
        pairs = zip(self._written[aliases][1], other._written[aliases][1], strict=True)
        return [place for place, (one, another) in enumerate(pairs) if one != another]

    def with_values(self, values: Masks, aliases: bool) -> tuple[str, tuple[Any, ...]]:
        text, params = self._written[aliases]
        if self._values is None:
            return text, tuple(values.value_of(param) for param in params)
        bound = list(params)
        for place in self._values[aliases]:
            bound[place] = values.value_of(params[place])
        return text, tuple(bound)

    def rows_with(self, masks: Masks, *, by_value: bool) -> Any:
        """The set as it is with these values."""
        rows = self.rows.all()
        compiler = self._compiler_with(masks, rows.db)
        if not by_value:
            _keep_plan(compiler)
        rows.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return rows

    def _compiler_with(self, masks: Masks, using: str) -> SQLCompiler:
        """Django's own, knowing what it wrote; what it would find out anew each time about the columns is kept too."""
        compiler = copy(self._compiler)
        compiler.using, compiler.connection = using, connections[using]

        def as_sql(with_limits: bool = True, with_col_aliases: bool = False) -> tuple[str, tuple[Any, ...]]:
            return self.with_values(masks, with_col_aliases)

        def get_converters(expressions: Any) -> dict[int, Any]:
            if not hasattr(self._of_thread, "converters"):
                self._of_thread.converters = self._compiler.get_converters(expressions)
            found: dict[int, Any] = self._of_thread.converters
            return found

        compiler.as_sql, compiler.get_converters = as_sql, get_converters
        return compiler


def _keep_plan(compiler: SQLCompiler) -> None:
    def execute_sql(*args: Any, **kwargs: Any) -> Any:
        with values_beside(compiler.connection):
            return type(compiler).execute_sql(compiler, *args, **kwargs)

    compiler.execute_sql, compiler.keeps_plan = execute_sql, True  # type: ignore[attr-defined, method-assign]


def keeps_plan(compiler: SQLCompiler) -> bool:
    """Whether its statement was written before, and its plan is to be kept."""
    return getattr(compiler, "keeps_plan", False)


class _Cursor(ServerBindingCursor, Cursor[Any]):
    """Sends values beside the statement; whoever asks what was sent (a log, a bench) is told it with the values in it."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        try:
            return super().execute(query, params, **how)
        finally:
            self._query = _Said(self, query, params)  # type: ignore[assignment]


class _Said:
    """Where Django looks for the statement as it was sent; put together when it is asked for."""

    def __init__(self, cursor: _Cursor, query: Any, params: Any) -> None:
        self._sent = cursor.connection, query, params

    @property
    def query(self) -> bytes:
        wire, query, params = self._sent
        return ClientCursor(wire).mogrify(query, params).encode()


@contextmanager
def values_beside(connection: Any) -> Iterator[None]:
    """Cursors of the connection (Django's) that are made within send values beside a statement, not written into it."""
    connection.ensure_connection()
    wire = connection.connection
    usual, wire.cursor_factory = wire.cursor_factory, _Cursor
    try:
        yield
    finally:
        wire.cursor_factory = usual
