"""The cover report: which places lack a post they must have (`roles.NEEDS`), counted and listed, in SQL of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from grids.levels import Level
from grids.models import paths_above
from grids.reading import reading
from representatives import sql
from representatives.chain import Answer
from representatives.models import Assignment
from representatives.roles import NEEDS, POSTS, Need, Role
from representatives.services import chains_for

NEED = {need.role: need for need in NEEDS}
KEPT_S = 600


@dataclass(frozen=True)
class Count:
    """Of `total` places that need a post, `lacking` have nobody in it."""

    need: Need
    lacking: int = 0
    total: int = 0

    @property
    def filled(self) -> int:
        return self.total - self.lacking

    @property
    def share(self) -> float | None:
        """Filled places as a share of 1; None if no place needs the post."""
        return self.filled / self.total if self.total else None


@dataclass(frozen=True)
class CoverRow:
    """The counts of one area (of all asked about: no code), one per need in the order of `NEEDS`."""

    path: str
    code: str
    name: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Cover:
    """The report in figures: all together, per area, and how many places lack anything at all."""

    overall: CoverRow
    rows: list[CoverRow]
    places_lacking: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no place at all that needs anybody."""
        return not any(count.total for count in self.overall.counts)

    def lacking(self, role: Role | None) -> int:
        """How many places lack that post; None: any post."""
        if role is None:
            return self.places_lacking
        return next(count.lacking for count in self.overall.counts if count.need.role == role)


@dataclass(frozen=True)
class Gap:
    """A place and the posts that nobody fills there, nor in any area that it lies in."""

    level: Level
    code: str
    name: str
    path: str
    missing: tuple[Need, ...]
    within: tuple[str, ...]
    stand_ins: dict[Role, Answer] = field(default_factory=dict, compare=False)

    @property
    def answers(self) -> list[tuple[Need, Answer | None]]:
        """Each missing post with who stands in for it; None where nobody does, or no rule says who should."""
        return [(need, self.stand_ins.get(need.role)) for need in self.missing]


def cover_counts(paths: Iterable[str], at: datetime, *, group_level: Level = Level.TOWNSHIP) -> Cover:
    """The figures for the areas with those paths and all within them, per area of `group_level`; one query.

    No path may lie within another.
    """
    found: dict[str, tuple[str, str, dict[str, Count]]] = {"": ("", "", {})}
    places_lacking = 0
    for path, code, name, need, lacking, total in _rows(("cover", "cover_counts"), paths, at, group_level=group_level):
        if need is None:
            places_lacking = lacking
            continue
        counts = found.setdefault(path or "", (code or "", name or "", {}))[2]
        counts[need] = Count(NEED[Role(need)], lacking, total)
    rows = [_row(path, *entry) for path, entry in found.items()]
    return Cover(rows[0], rows[1:], places_lacking)


def kept_counts(paths: tuple[str, ...], at: datetime, *, group_level: Level) -> tuple[Cover, datetime]:
    """The same as it was counted within the last `KEPT_S` seconds, and when that was: of a province it takes some seconds."""
    key = f"cover:{group_level}:{hashlib.sha256(chr(10).join(paths).encode()).hexdigest()}"
    kept: tuple[Cover, datetime] | None = cache.get(key)
    if kept is None or abs(at - kept[1]) > timedelta(seconds=KEPT_S):
        kept = cover_counts(paths, at, group_level=group_level), at
        cache.set(key, kept, KEPT_S)
    return kept


def filled(role: Role, paths: Iterable[str], at: datetime) -> Count:
    """How many of the places that need the post have it filled, in the areas with those paths, none of which lies in another.

    The same numbers as `cover_counts(…).overall`, for whoever wants one of them; one statement.
    """
    counts = filled_by_path(role, paths, at).values()
    return Count(NEED[role], sum(count.lacking for count in counts), sum(count.total for count in counts))


def filled_by_path(role: Role, paths: Iterable[str], at: datetime) -> dict[str, Count]:
    """The same of each of the areas; one statement."""
    need = NEED[role]
    rows = _rows(("cover", "cover_share"), paths, at, needs=[need])
    return {path: Count(need, lacking, total) for path, lacking, total in rows}


def _row(path: str, code: str, name: str, counts: dict[str, Count]) -> CoverRow:
    return CoverRow(path, code, name, tuple(counts.get(need.role, Count(need)) for need in NEEDS))


@dataclass(frozen=True)
class Gaps:
    """The places that lack a post, widest first: a sequence that reads only the rows which are asked for.

    `total` is what `Cover.lacking` says. A slice costs two queries: the places, and who stands in there.
    """

    paths: tuple[str, ...]
    at: datetime
    role: Role | None
    total: int

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, rows: slice) -> list[Gap]:
        first = rows.start or 0
        gaps = list(self._read(first, (rows.stop if rows.stop is not None else self.total) - first))
        chains = chains_for([gap.path for gap in gaps], self.at)
        for gap in gaps:
            gap.stand_ins.update(_stand_ins(gap, chains[gap.path]))
        return gaps

    def in_pieces(self, size: int = 1000) -> Iterator[Gap]:
        """Every gap, read piece by piece."""
        for first in range(0, self.total, size):
            yield from self[first : first + size]

    def _read(self, first: int, count: int) -> Iterator[Gap]:
        rows = _rows(("cover", "cover_gaps"), self.paths, self.at, missing=str(self.role or ""), first=first, count=max(count, 0))
        for level, code, name, path, missing, within in rows:
            yield Gap(Level(level), code, name, path, tuple(need for need in NEEDS if need.role in missing), tuple(within))


def _stand_ins(gap: Gap, chain: list[Answer]) -> dict[Role, Answer]:
    by_level = {answer.level: answer for answer in chain}
    answers = {need.role: by_level.get(level) for need in gap.missing if (level := POSTS[need.role].answers_at)}
    return {role: answer for role, answer in answers.items() if answer and answer.person}


def _rows(
    names: tuple[str, ...], paths: Iterable[str], at: datetime, *, needs: Iterable[Need] = NEEDS, **more: str | int
) -> list[tuple]:
    fills = [(need.role, need.level, role) for need in needs for role in need.roles]
    called, levels, roles = (list(column) for column in zip(*fills, strict=True))
    paths = list(paths)
    asked: dict[str, Any] = {"paths": paths, "at": at, "needs": called, "levels": levels, "fills": roles}
    asked |= {"low": min(paths, default=""), "high": max((f"{path}/" for path in paths), default="")}
    asked["upper"] = sorted({above for path in paths for above in paths_above(path)} - {*paths})
    with reading(Assignment).cursor() as cursor:
        cursor.execute(sql.read(*names), {**asked, **more})
        return cursor.fetchall()
