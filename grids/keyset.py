"""Long lists cut where the page before ended, not after so many rows: the hundredth page costs what the first does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable

Mark = tuple[Any, ...]
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


@dataclass(frozen=True)
class Keyset:
    """What a list is ordered by: columns or annotations, all rising or all falling. None is null; together they are unique."""

    columns: tuple[str, ...]
    falls: bool = False

    def ordered(self, rows: Rows, *, backwards: bool = False) -> Rows:
        """The rows in this order, or the last of them first."""
        falls = self.falls != backwards
        return rows.order_by(*(f"-{name}" if falls else name for name in self.columns))

    def beyond(self, rows: Rows, mark: Mark, *, backwards: bool = False) -> Rows:
        """Those that come after the row with that mark; `backwards`: those before it. One range of an index over the columns."""
        sign = " < " if self.falls != backwards else " > "
        sides = (_row(F(name) for name in self.columns), _row(Value(value) for value in mark))
        return rows.filter(Func(*sides, template="%(expressions)s", arg_joiner=sign, output_field=BooleanField()))

    def stretch(self, rows: Rows, most: int, mark: Mark | None = None, backwards: bool = False) -> Rows:
        """So many at most from the mark on, or from the beginning; `backwards`: those before it, the nearest first."""
        ordered = self.ordered(rows, backwards=backwards)
        return (ordered if mark is None else self.beyond(ordered, mark, backwards=backwards))[:most]

    def mark_of(self, row: Model | Mapping[str, Any]) -> Mark:
        """Where in the list that row stands."""
        return tuple(row[name] if isinstance(row, Mapping) else getattr(row, name) for name in self.columns)


def _row(parts: Iterable[Combinable]) -> Func:
    """(a, b, …) as SQL compares it: the first that differs decides."""
    return Func(*parts, template="(%(expressions)s)", output_field=BooleanField())
