"""What waits for one person, narrowed and counted in a handful of statements. Knows no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextChoices
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.keyset import Mark
from grids.masks import padded
from grids.prepared import Prepared
from grids.together import Rows
from issues import reach, services
from issues.filters import Filters
from issues.models import Issue, Notice, SavedFilter
from issues.querysets import IssueQuerySet, NoticeQuerySet
from issues.querysets.waiting import BY_WAIT
from issues.recurring import links
from issues.recurring.links import Hint
from issues.terms import ClockState, Light, Urgency, Verb
from mapui import bulk
from mapui.leaves import Leaf, Where, cut
from mapui.narrowed import NarrowedList, asked_in
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

ROWS_PER_PAGE = 30
NOTICES_SHOWN = 8
CALLS_SHOWN = 5


class Asked(TextChoices):
    """What waits for somebody (`Issue.objects.waiting_for`), the most pressing kind first."""

    DECIDE = "decide", pgettext_lazy("asked of me", "to decide")
    REVIEW = "review", pgettext_lazy("asked of me", "to review")
    ACCEPT = "accept", pgettext_lazy("asked of me", "to accept")
    ACKNOWLEDGE = "acknowledge", pgettext_lazy("asked of me", "to acknowledge")
    HANDLE = "handle", pgettext_lazy("asked of me", "to handle")
    HELP = "help", pgettext_lazy("asked of me", "to help")
    VERIFY = "verify", pgettext_lazy("asked of me", "to check on site")
    FEEDBACK = "feedback", pgettext_lazy("asked of me", "to call back")


# What can be done from the row, without opening the issue: moves that need no word.
ONE_PRESS: Mapping[Asked, Verb] = {Asked.ACCEPT: Verb.ACCEPT, Asked.ACKNOWLEDGE: Verb.ACKNOWLEDGE}

_EMPTY: Mapping[Role, Promise] = {
    Role.SUPERVISION_OFFICE: gettext_lazy("Proposals for the red list, red issues to check and exits to approve appear here."),
    Role.COUNTY_LEADER: gettext_lazy("What the supervision office brings before you appears here."),
    Role.DEPARTMENT: gettext_lazy("Orders that are dispatched to your unit appear here."),
    Role.TOWNSHIP_COMMITTEE: gettext_lazy("What climbs to your township, and what was not accepted in time, appears here."),
    Role.TOWNSHIP_DISCIPLINE: gettext_lazy("Sealed matters of your township appear here."),
    Role.VILLAGE_SECRETARY: gettext_lazy("New reports of your village, and what its cells pass up, appear here."),
    Role.PARTY_REPRESENTATIVE: gettext_lazy("Issues of your cells that you are to acknowledge and handle appear here."),
    Role.GRID_LEADER: gettext_lazy("New reports of your cells, and what is to be checked on site, appear here."),
    Role.GRID_MEMBER: gettext_lazy("New reports of your cells, and what is to be checked on site, appear here."),
}
_EMPTY_FOR_OTHERS = gettext_lazy("What is asked of you appears here.")


@dataclass(frozen=True)
class Tab:
    """One kind of thing that is asked of the person; `value` empty: all of them."""

    value: str
    label: Promise | str
    count: int
    is_current: bool


class Row(NamedTuple):
    """An issue that waits: what is asked, the move that one press makes (if there is one), and how it stands in time."""

    issue: Issue
    asked: Asked
    one_press: Verb | None
    clock: ClockState
    hints: tuple[Hint, ...] = ()  # why the rules suggest to raise it


@dataclass(frozen=True)
class Wanted:
    """What the address asks for, beside the filters that every list has."""

    filters: Filters = field(default_factory=Filters)
    asked: str = ""
    area: str = ""
    words: str = ""
    where: Where = field(default_factory=Where)

    @classmethod
    def from_query(cls, query: QueryDict) -> Wanted:
        """Reads an address; what is unknown is left out, so an old link still opens."""
        asked = query.get("asked", "")
        return cls(asked=asked if asked in Asked.values else "", **asked_in(query))

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab is chosen."""
        return bool(self.filters != Filters() or self.area or self.words)


@dataclass
class QueuePage(NarrowedList):
    """The queue of one person at one moment."""

    wanted: Wanted = field(default_factory=Wanted)

    keeps = SavedFilter.Page.QUEUE

    @property
    def beside(self) -> tuple[Rows, ...]:
        return (*super().beside, self.to_tell, self.notices)

    @property
    def _asked(self) -> tuple[Person, datetime, Filters, str, str]:
        """All that waits and that the filters let through, of every tab, is that which `_waiting` makes of this."""
        return (
            self.person,
            self.at,
            self.wanted.filters,
            self.path_of(self.wanted.area) if self.wanted.area else "",
            self.wanted.words,
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """How much of each kind waits; one statement."""
        return dict(_counts(*self._asked))

    @property
    def tabs(self) -> list[Tab]:
        """All, then each kind; kinds of which there is nothing are left out, but for the one that is open."""
        everything = Tab("", pgettext_lazy("everything that waits", "All"), sum(self.counts.values()), not self.wanted.asked)
        kinds = [Tab(kind.value, kind.label, self.counts.get(kind, 0), kind == self.wanted.asked) for kind in Asked]
        return [everything, *(tab for tab in kinds if tab.count or tab.is_current)]

    @cached_property
    def leaf(self) -> Leaf[dict[str, Any]]:
        """One page, soonest due first."""
        total = self.counts.get(self.wanted.asked, 0) if self.wanted.asked else sum(self.counts.values())
        # The page is cut from keys alone: what a row shows is read for its thirty, not for all that wait.
        tab = Asked(self.wanted.asked) if self.wanted.asked else None
        return cut(partial(_leaves, *self._asked, tab), BY_WAIT, self.wanted.where, ROWS_PER_PAGE, total=total)

    @cached_property
    def rows(self) -> list[Row]:
        issues = _rows(self.person, self.at, padded(row["pk"] for row in self.leaf.rows))
        rows = [_row(issue, Asked(issue.asked), self.at) for issue in issues]  # type: ignore[attr-defined]
        hints = links.hints_for([row.issue for row in rows])
        return [row._replace(hints=tuple(hints.get(row.issue.pk, ()))) for row in rows]

    @cached_property
    def to_tell(self) -> IssueQuerySet:
        """The first of the issues, ended ones among them, whose requester is to be told by telephone what was decided."""
        return _to_tell(self.person, self.at)

    @cached_property
    def bulk_verbs(self) -> list[Verb]:
        """What can be done for several rows at once."""
        return bulk.offered(self.scope)

    @property
    def keeps_templates(self) -> bool:
        """Whether the person has a desk that keeps text templates."""
        return bool(services.template_paths(self.person, self.at)) or services.template_unit(self.person, self.at) is not None

    @cached_property
    def notices(self) -> NoticeQuerySet:
        """The latest, each with its event, its issue, and how many are unread in all."""
        return _latest(self.person, self.at)

    @property
    def unread(self) -> int:
        return self.notices[0].unread_count if self.notices else 0  # type: ignore[attr-defined]

    @property
    def empty(self) -> Promise:
        """What would stand here if something did, for the highest role that the person holds."""
        return next((sentence for role, sentence in _EMPTY.items() if role in self.scope.roles), _EMPTY_FOR_OTHERS)

    lights = tuple(Light)
    urgencies = tuple(Urgency)
    clocks = (ClockState.OVERDUE, ClockState.DUE_SOON, ClockState.ON_TRACK, ClockState.PAUSED)


def _waiting(person: Person, at: datetime, filters: Filters, path: str, words: str) -> IssueQuerySet:
    """What waits for the person and fits; `path`: within which area, empty: wherever."""
    issues = replace(filters, clock="").narrow(Issue.objects.waiting_for(person, at), at)
    if filters.clock:
        issues = issues.in_wait_state(filters.clock, at)
    if path:
        issues = issues.under(path)
    return issues.saying(words, scope_of(person, at)) if words else issues


def _waits(
    person: Person, at: datetime, filters: Filters, path: str, words: str, tab: Asked | None, mark: Mark | None, backwards: bool
) -> QuerySet[Issue, dict[str, Any]]:
    waiting = _waiting(person, at, filters, path, words)
    return BY_WAIT.stretch((waiting.of_asked(tab) if tab else waiting).only_waits(), ROWS_PER_PAGE + 1, mark, backwards)


_counts = Prepared(lambda *asked: _waiting(*asked).by_asked())
_leaves = Prepared(_waits)
# As a list: PostgreSQL does not see how few keys a subquery will bring, and at 100,000 open issues it reads them all.
_rows = Prepared(lambda person, at, keys: Issue.objects.among(keys).with_asked(person, at).for_rows().soonest_due_first())
_to_tell = Prepared(lambda person, at: Issue.objects.to_tell(person, at).only("pk", "number", "title")[:CALLS_SHOWN])
_latest = Prepared(lambda person, at: Notice.objects.inbox(person, at).with_unread_count()[:NOTICES_SHOWN])


def _row(issue: Issue, asked: Asked, at: datetime) -> Row:
    """The row of an issue that waits (annotated with `waits_until`)."""
    return Row(issue, asked, ONE_PRESS.get(asked), reach.wait_state(issue, issue.waits_until, at))  # type: ignore[attr-defined]
