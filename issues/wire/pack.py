"""What a member takes along into a valley without a signal: their cells, what is open there, and what they may press.

Read in five statements, however many issues. Nothing of a requester is read at all but the words of the report, and those
lose every number that could be a telephone's. What a button asks for comes from the tables that the pages' forms come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import ngettext

from grids.levels import Level
from grids.models import Area, paths_above
from grids.together import read_together
from issues import services
from issues.models import (
    Category,
    CountyDay,
    EscalationRequest,
    Event,
    HolderRequest,
    Issue,
    KeySupervisionEntry,
    Poll,
    Submission,
    SubTask,
)
from issues.wire import rows, whoami
from issues.wire.choosing import Fields, Known
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role, Sees
from representatives.scopes import scope_of

MOST_ISSUES, MOST_CELLS = 200, 300


@dataclass
class Pack:
    """The pack of one person at one moment."""

    person: Person
    at: datetime
    _fields: Fields = field(default_factory=Fields)

    def as_body(self) -> dict[str, object]:
        """What is sent. `left_out`: what was too much for a phone, also said in a sentence."""
        issues = [self._row(issue) for issue in self.issues]
        left_out = {"cells": max(len(self._cells) - MOST_CELLS, 0), "issues": self._in_all - len(issues)}
        return {
            "at": localtime(self.at).isoformat(timespec="seconds"),
            "person": whoami.told(self.person, self.at),
            "version": self._areas[0].geometry_version if self._areas else None,  # type: ignore[attr-defined]
            "cells": [rows.cell(area, self._named) for area in self._cells[:MOST_CELLS]],
            "villages": [{"code": area.code, "name": area.name} for area in self._areas if area.level == Level.VILLAGE],
            "fields": self._fields.as_body(),
            "issues": issues,
            "left_out": left_out,
            "sentence": _left_out(left_out["issues"]),
        }

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Where the person sees every issue: their cells, villages, township."""
        return scope_of(self.person, self.at).paths(Sees.ALL)

    @cached_property
    def _areas(self) -> list[Area]:
        """Those areas, all within them and all around them, widest first."""
        return list(Area.objects.around(self.paths).with_rough_outline(Level.GRID))

    @property
    def _cells(self) -> list[Area]:
        return [area for area in self._areas if area.level == Level.GRID]

    @cached_property
    def _named(self) -> dict[str, str]:
        """What the areas are called, by path."""
        return {area.path: area.name for area in self._areas}

    @cached_property
    def issues(self) -> list[Issue]:
        """The open issues there, what is due soonest first, each with all that its row is made of."""
        seen = Issue.objects.visible_to(self.person, self.at).unfinished().under_any(self.paths)
        found = list(seen.for_phone(self.person, self.at)[:MOST_ISSUES])
        self._read(found)
        return found

    @property
    def _in_all(self) -> int:
        return self.issues[0].in_all if self.issues else 0  # type: ignore[attr-defined]

    def _read(self, issues: Sequence[Issue]) -> None:
        """What each of them has several of, and what is the same for all: one statement."""
        keys, paths = [issue.pk for issue in issues], {issue.path for issue in issues}
        parts: dict[str, QuerySet[Any]] = {
            "events": Event.objects.of_issues(keys).with_words().order_by("number"),
            "slips": EscalationRequest.objects.of_issues(keys),
            "red_entries": KeySupervisionEntry.objects.of_issues(keys),
            "sub_tasks": SubTask.objects.of_issues(keys).select_related("unit").order_by("number"),
            "requests": HolderRequest.objects.of_issues(keys),
            "polls": Poll.objects.of_issues(keys),
            "submissions": Submission.objects.of_issues(keys).for_phone(),
        }
        days, posts = CountyDay.objects.holding_at_any(paths), services.posts_over(paths, self.at)
        units, categories = Unit.objects.for_places(paths), Category.objects.in_use()
        read_together(*parts.values(), days, posts, units, categories)
        for name, found in parts.items():
            _hand_out(issues, name, found)
        for issue in issues:
            above = set(paths_above(issue.path))
            issue.days_there = [{"day": one.day.isoformat(), "works": one.works} for one in days if one.area.path in above]
        self._posts, self._units, self._categories = list(posts), list(units), list(categories)

    def _row(self, issue: Issue) -> dict[str, object]:
        """The issue as the phone keeps it."""
        above = set(paths_above(issue.path))
        posts = [post for post in self._posts if post.area.path in above]
        known = Known(
            issue,
            levels=services.levels_to_accept(issue, self.person, self.at, posts),
            submissions=[rows.masked(report) for report in issue.submissions.all()],
            handlers=_representatives(posts),
            sub_tasks=services.sub_tasks_in_sight(issue, self.person, self.at, posts),
            of_place=[unit for unit in self._units if unit.area.path in above],
            in_use=self._categories,
        )
        moves = services.moves_in_sight(issue, self.person, self.at, posts, besides=rows.NOT_ON_A_PHONE)
        return rows.issue_row(issue, known, self._fields.buttons(moves, known), self.person, self.at)


def _representatives(posts: Iterable[Assignment]) -> list[Person]:
    return [post.person for post in posts if post.role == Role.PARTY_REPRESENTATIVE]


def _hand_out(issues: Sequence[Issue], relation: str, found: Iterable[Model]) -> None:
    """Each issue answers with its own rows from now on, as if they had been prefetched."""
    own: Mapping[int, list[Model]] = defaultdict(list)
    by_key = {issue.pk: issue for issue in issues}
    for row in found:
        row.issue = by_key[row.issue_id]  # type: ignore[attr-defined]
        own[row.issue_id].append(row)  # type: ignore[attr-defined]
    for issue in issues:
        kept = getattr(issue, relation).all()
        kept._result_cache, kept._prefetch_done = own[issue.pk], True
        issue.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = kept


def _left_out(count: int) -> str:
    if not count:
        return ""
    words = {"count": count}
    return (
        ngettext(
            "%(count)d more issue is not on this phone: open the list with a signal.",
            "%(count)d more issues are not on this phone: open the list with a signal.",
            count,
        )
        % words
    )
