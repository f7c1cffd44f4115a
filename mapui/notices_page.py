"""The centre of notices: what one person was told, issue by issue, what is unread first. Knows no request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.http import QueryDict

from issues.models import Issue, Notice, NoticeChoice, Occasion
from issues.notices import ways, words
from issues.notices.writing import reach_of
from issues.querysets import NoticeQuerySet
from representatives.models import Person

ISSUES_PER_PAGE = 20
LINES_SHOWN = 5


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what is unknown is left out."""

    unread: bool = False
    kind: str = ""
    page: str = "1"

    @classmethod
    def from_query(cls, query: QueryDict) -> Wanted:
        kind = query.get("kind", "")
        return cls(query.get("unread") == "1", kind if kind in Notice.Kind.values else "", query.get("page", "1"))

    @property
    def narrows(self) -> bool:
        return self.unread or bool(self.kind)


@dataclass(frozen=True)
class Group:
    """An issue (or an occasion) and what was told of it, newest first; `may_open`: whether the person may still open it."""

    issue: Issue | None
    occasion: Occasion | None
    notices: list[Notice]
    unread: int
    total: int
    may_open: bool

    @property
    def shown(self) -> list[Notice]:
        return self.notices[:LINES_SHOWN]

    @property
    def more(self) -> int:
        return self.total - len(self.shown)

    @property
    def address(self) -> str:
        """Of an occasion: where one goes on with it."""
        return words.path_of(self.occasion) if self.occasion else ""


@dataclass
class NoticesPage:
    """Everything on the page; five statements, however much there is."""

    person: Person
    at: datetime
    wanted: Wanted

    @cached_property
    def _told(self) -> NoticeQuerySet:
        told = Notice.objects.inbox(self.person, self.at)
        told = told.unread() if self.wanted.unread else told
        return told.of_kind(self.wanted.kind) if self.wanted.kind else told

    @cached_property
    def unread(self) -> int:
        return Notice.objects.count_unread(self.person)

    @cached_property
    def leaf(self) -> Leaf[dict[str, Any]]:
        return Paginator(self._told.by_matter(), ISSUES_PER_PAGE).get_page(self.wanted.page)

    @cached_property
    def groups(self) -> list[Group]:
        rows = list(self.leaf)
        issues = [row["event__issue"] for row in rows if row["event__issue"]]
        occasions = [row["occasion"] for row in rows if row["occasion"]]
        lines: dict[tuple[int | None, int | None], list[Notice]] = defaultdict(list)
        for notice in self._told.of_matters(issues, occasions).latest_of_each(LINES_SHOWN):
            lines[notice.event.issue_id if notice.event else None, notice.occasion_id].append(notice)
        seen = set(Issue.objects.visible_to(self.person, self.at).with_ids(issues).values_list("pk", flat=True))
        keyed = (((row["event__issue"], row["occasion"]), row) for row in rows)
        return [_group(lines[key], row, seen) for key, row in keyed if lines[key]]

    kinds = tuple(Notice.Kind)


def _group(notices: list[Notice], row: dict[str, Any], seen: set[int]) -> Group:
    """Of a row of `by_matter`, with its latest notices; `seen`: issues that the person may still open."""
    event, occasion = notices[0].event, notices[0].occasion
    may_open = occasion is not None or row["event__issue"] in seen
    return Group(event.issue if event else None, occasion, notices, row["unread"], row["total"], may_open)


@dataclass(frozen=True)
class Choice:
    """One box of the table: a kind by a way out."""

    kind: Notice.Kind
    way: str
    name: str
    is_on: bool


@dataclass
class WaysPage:
    """What somebody has chosen, and what can be chosen here."""

    person: Person

    @cached_property
    def choice(self) -> NoticeChoice | None:
        return NoticeChoice.objects.of([self.person]).first()

    @property
    def mobile(self) -> str:
        return (self.choice.mobile or "") if self.choice else ""

    @property
    def has_email(self) -> bool:
        return ways.has_email()

    @property
    def has_sms(self) -> bool:
        return ways.has_sms()

    @property
    def has_calls(self) -> bool:
        return ways.has_calls()

    @property
    def is_out_of_reach(self) -> bool:
        """Whether nothing leads out of the program to this person."""
        return not reach_of(self.person, self.choice).open

    @property
    def rows(self) -> list[tuple[Notice.Kind, list[Choice]]]:
        reach = reach_of(self.person, self.choice)
        return [
            (kind, [Choice(kind, way, f"{kind.value}-{way}", reach.wants(kind, way)) for way in self.columns])
            for kind in Notice.Kind
        ]

    @property
    def columns(self) -> list[str]:
        return [way for way, there in ((ways.EMAIL, self.has_email), (ways.SMS, self.has_sms)) if there]

    @property
    def labels(self) -> list[str]:
        return [str(Notice.Channel(way).label) for way in self.columns]
