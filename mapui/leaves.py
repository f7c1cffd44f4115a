"""Pages of long lists, each led to from the first or last row of the one beside it (`grids.keyset`). Knows no list."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from django.http import QueryDict
from django.utils.crypto import salted_hmac

from grids.keyset import Keyset, Mark

T = TypeVar("T")
Ask = Callable[[Mark | None, bool], Iterable[T]]


@dataclass(frozen=True)
class Where:
    """Where in a list an address leads: after or before a row (its mark, sealed), or to the beginning.

    `number`: the how-manieth page it is, as those counted who came here page by page.
    """

    number: int = 1
    after: str = ""
    before: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Where:
        number = query.get("page", "")
        counted = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
        return cls(max(counted, 1), query.get("after", ""), query.get("before", ""))


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """One page. `before` and `after`: sealed marks of its first and last row, empty where nothing lies beyond."""

    rows: list[T]
    number: int
    total: int | None  # None: nobody has counted
    pages: int | None
    before: str = ""
    after: str = ""

    @property
    def previous(self) -> int | None:
        """The number of the page before, as it stands in the address; None for the first, which needs neither number nor mark."""
        return self.number - 1 if self.number > 2 else None

    @property
    def previous_mark(self) -> str | None:
        return self.before if self.previous else None

    @property
    def next(self) -> int:
        return self.number + 1


def cut(ask: Ask[T], order: Keyset, where: Where, size: int, *, total: int | None = None) -> Leaf[T]:
    """The page of so many rows at most; one statement. Where nothing is left of what the address leads to, the first page.

    `ask`: one row more than that, if there are so many, from a mark on, backwards or not (`order.stretch`).
    """
    mark = _unsealed(where.before or where.after, order)
    backwards = bool(where.before) and mark is not None
    found = list(ask(mark, backwards))
    if mark is None:
        return _leaf(found[:size], order, 1, size, total, has_more=len(found) > size)
    if not found:
        return cut(ask, order, Where(), size, total=total)
    has_more, found = len(found) > size, found[:size]
    if not backwards:
        return _leaf(found, order, max(where.number, 2), size, total, has_more=has_more, has_less=True)
    number = max(where.number, 2) if has_more else 1
    return _leaf(found[::-1], order, number, size, total, has_more=True, has_less=has_more)


def _leaf(
    rows: list[T], order: Keyset, number: int, size: int, total: int | None, *, has_more: bool, has_less: bool = False
) -> Leaf[T]:
    pages = None if total is None else max(ceil(total / size), number)
    before = _sealed(order.mark_of(rows[0]), order) if has_less else ""  # type: ignore[arg-type]
    after = _sealed(order.mark_of(rows[-1]), order) if has_more else ""  # type: ignore[arg-type]
    return Leaf(rows, number, total, pages, before, after)


def _sealed(mark: Mark, order: Keyset) -> str:
    """The mark as it stands in an address: a public page tells neither keys nor times of what it lists."""
    told = [value.isoformat() if isinstance(value, datetime) else value for value in mark]
    return _seal(order).encrypt(json.dumps(told).encode()).decode().rstrip("=")


def _unsealed(sealed: str, order: Keyset) -> Mark | None:
    """The mark that was sealed for a list in the same order; None for anything else."""
    try:
        told = json.loads(_seal(order).decrypt(f"{sealed}{'=' * (-len(sealed) % 4)}".encode()))
    except InvalidToken:
        return None
    return tuple(datetime.fromisoformat(value) if isinstance(value, str) else value for value in told)


def _seal(order: Keyset) -> Fernet:
    """A key of its own for each order, so that no list is handed the mark of another."""
    return Fernet(urlsafe_b64encode(salted_hmac("mapui.leaves", repr(order), algorithm="sha256").digest()))
