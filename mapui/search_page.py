"""The search: issues by words within what one person may open, narrowed, ranked and marked. Knows no request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import NamedTuple

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from grids.keyset import Mark
from grids.masks import padded
from grids.prepared import Prepared
from grids.together import read_together
from issues import search
from issues.filters import PERIODS, Filters
from issues.models import EventText, Issue, SavedFilter, Submission
from issues.querysets import IssueQuerySet
from issues.querysets.issues import BEST_FIRST, NEWEST_FIRST
from issues.search import Marker
from issues.terms import ClockState, Light, Verb
from mapui.leaves import Leaf, Where, cut
from mapui.narrowed import NarrowedList, asked_in
from representatives.models import Person
from representatives.scopes import scope_of

ROWS_PER_PAGE = 20
COUNTED_AT_MOST = 1000
PASSAGES_SHOWN = 2


class State(TextChoices):
    OPEN = "open", pgettext_lazy("state of an issue", "open")
    ENDED = "ended", pgettext_lazy("state of an issue", "ended")


class Order(TextChoices):
    BEST = "best", pgettext_lazy("sorted by", "best match")
    NEW = "new", pgettext_lazy("sorted by", "newest")


ORDERS = {Order.BEST: BEST_FIRST, Order.NEW: NEWEST_FIRST}
Asked = tuple[Person, datetime, str, bool, Filters, State | None, str]


class Passage(NamedTuple):
    """Where the words stand: what it is, and the part of the text with the words marked."""

    label: str
    text: SafeString


class Hit(NamedTuple):
    """An issue that was found."""

    issue: Issue
    title: SafeString
    clock: ClockState
    passages: list[Passage]


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    state: str = ""
    area: str = ""
    order: str = Order.BEST.value
    where: Where = field(default_factory=Where)

    @classmethod
    def from_query(cls, query: QueryDict) -> Wanted:
        """Reads an address; what is unknown is left out, so an old link still opens."""
        state, order = query.get("state", ""), query.get("order", "")
        return cls(
            state=state if state in State.values else "",
            order=order if order in Order.values else Order.BEST.value,
            **asked_in(query),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but the words is chosen."""
        return bool(self.filters != Filters() or self.state or self.area)


@dataclass
class SearchPage(NarrowedList):
    """What one person finds at one moment."""

    wanted: Wanted = field(default_factory=Wanted)

    keeps = SavedFilter.Page.SEARCH

    @property
    def is_asked(self) -> bool:
        return bool(self.wanted.words)

    @property
    def trouble(self) -> str:
        """Why nothing could be looked for, as a sentence; empty if all is well."""
        if self.is_asked and not search.is_askable(self.wanted.words):
            return _("There is no letter, character or digit in what you typed. Type a word or a number.")
        return ""

    @property
    def _asked(self) -> Asked:
        """All that fits is that which `_found` makes of this."""
        wanted = self.wanted
        path = self.path_of(wanted.area) if wanted.area else ""
        state = State(wanted.state) if wanted.state else None
        return self.person, self.at, wanted.words, search.is_exact(wanted.words), wanted.filters, state, path

    @cached_property
    def count(self) -> int:
        """How many fit; counting stops after `COUNTED_AT_MOST`."""
        return _found(*self._asked).count_up_to(COUNTED_AT_MOST + 1)

    @property
    def has_more(self) -> bool:
        """Whether more fit than are shown."""
        return self.count > COUNTED_AT_MOST

    @property
    def counted_at_most(self) -> int:
        return COUNTED_AT_MOST

    @cached_property
    def leaf(self) -> Leaf[Issue]:
        """One page; of how many it is one is said where that was counted."""
        order = Order(self.wanted.order)
        total = None if self.has_more else self.count
        return cut(partial(_leaves, self._asked, order), ORDERS[order], self.wanted.where, ROWS_PER_PAGE, total=total)

    @cached_property
    def hits(self) -> list[Hit]:
        """The issues of this page, each with the passages in which the words stand."""
        issues, marker = self.leaf.rows, Marker.of(self.wanted.words)
        open_to_search = [issue.pk for issue in issues if not (issue.sealed or issue.non_public)]
        passages = self._passages(open_to_search, marker)
        return [
            Hit(
                issue, marker.mark(issue.title), ClockState(issue.clock_state(self.at)), passages.get(issue.pk, [])[:PASSAGES_SHOWN]
            )
            for issue in issues
        ]

    def _passages(self, issues: list[int], marker: Marker) -> dict[int, list[Passage]]:
        """By issue: where the words stand in what was reported and in what was written since."""
        found: dict[int, list[Passage]] = {}
        for issue, label, text in self._texts(issues):
            if marker.found_in(text):
                found.setdefault(issue, []).append(Passage(label, marker.passage(text)))
        return found

    def _texts(self, issues: list[int]) -> Iterable[tuple[int, str, str]]:
        if not issues:
            return
        reported, written = _reported(padded(issues)), _written(padded(issues))
        read_together(reported, written)
        for issue, text in reported:
            yield issue, _("What was reported"), text
        for issue, verb, texts in written:
            for text in texts.values():
                yield issue, str(Verb(verb).label), text

    lights = tuple(Light)
    states = tuple(State)
    orders = tuple(Order)
    periods = PERIODS


def _found(
    person: Person, at: datetime, words: str, exact: bool, filters: Filters, state: State | None, path: str
) -> IssueQuerySet:
    """What holds the words and fits, of what the person may open; `path`: within which area, empty: wherever."""
    issues = filters.narrow(Issue.objects.visible_to(person, at).saying(words, scope_of(person, at), by_key=exact), at)
    if state is not None:
        issues = issues.unfinished() if state is State.OPEN else issues.ended()
    return issues.under(path) if path else issues


def _page(asked: Asked, order: Order, mark: Mark | None, backwards: bool) -> IssueQuerySet:
    found = _found(*asked).for_rows()
    return ORDERS[order].stretch(found.with_rank(asked[2]) if order is Order.BEST else found, ROWS_PER_PAGE + 1, mark, backwards)


_leaves = Prepared(_page, by_value=True)
_reported = Prepared(lambda issues: Submission.objects.of_issues(issues).texts())
_written = Prepared(lambda issues: EventText.objects.of_issues(issues))
