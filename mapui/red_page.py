"""The red list (重点督办库) as one person may see it: what stands in it, what is proposed for it, what has left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.models import Area
from issues import closing, workflow
from issues.errors import Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry
from issues.querysets import EscalationRequestQuerySet, IssueQuerySet, KeySupervisionQuerySet
from issues.workflow import MOVE, ClockState, Verb
from mapui import clocks
from mapui.forms import MoveForm, Options
from representatives.models import Person
from representatives.roles import Page, Role
from representatives.scopes import Scope, scope_of

ROWS_PER_PAGE = 25
PRINTED_AT_MOST = 500

STANDING, PROPOSED, DRAFTED, LEFT = "", "proposals", "drafts", "left"
GRADES: Mapping[KeySupervisionEntry.Grade, Promise] = {
    KeySupervisionEntry.Grade.GENERAL: gettext_lazy("general supervision"),
    KeySupervisionEntry.Grade.KEY: gettext_lazy("key supervision"),
    KeySupervisionEntry.Grade.LISTED: gettext_lazy("listed supervision"),
}
DECISIONS = (Verb.ENTER_RED, Verb.REFUSE_RED)
SORTS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "due": (pgettext_lazy("sorted by", "soonest due"), ("issue__level_due_at", "entered_at")),
    "days": (pgettext_lazy("sorted by", "longest in the list"), ("entered_at",)),
    "unit": (pgettext_lazy("sorted by", "lead unit"), ("lead_unit__code", "issue__level_due_at")),
    "place": (pgettext_lazy("sorted by", "by place"), ("issue__path", "issue__level_due_at")),
}


@dataclass(frozen=True)
class Tab:
    value: str
    label: Promise
    count: int | None
    is_current: bool


class Row(NamedTuple):
    """An entry with what has to be said of it."""

    entry: KeySupervisionEntry
    grade: Promise
    days: int
    clock: ClockState
    due: datetime | None  # None once it is solved
    missing: list[str]  # what still blocks the closing
    exit_form: MoveForm | None
    refusal: Refusal | None = None


class Proposal(NamedTuple):
    """A slip that asks for red, or an issue for which the program drafted one (`slip` None)."""

    issue: Issue
    slip: EscalationRequest | None
    forms: list[MoveForm]
    refusal: Refusal | None = None


@dataclass
class RedPage:
    """The list for one person at one moment; every part is read when it is first asked for."""

    person: Person
    at: datetime
    tab: str = STANDING
    sort: str = "due"
    page: str = "1"
    whole: bool = False  # for paper and for the spreadsheet: no pages

    @classmethod
    def from_query(cls, query: QueryDict, person: Person, at: datetime) -> RedPage:
        tab, sort = query.get("tab", STANDING), query.get("sort", "due")
        return cls(
            person,
            at,
            tab=tab if tab in (PROPOSED, DRAFTED, LEFT) else STANDING,
            sort=sort if sort in SORTS else "due",
            page=query.get("page", "1"),
            whole=query.get("print") == "1",
        )

    @property
    def _standing(self) -> KeySupervisionQuerySet:
        entries = KeySupervisionEntry.objects.visible_to(self.person, self.at).standing()
        return entries.for_rows().order_by(*SORTS[self.sort][1], "pk")

    @property
    def _proposed(self) -> EscalationRequestQuerySet:
        return EscalationRequest.objects.red_proposals().visible_to(self.person, self.at).for_rows()

    @property
    def _drafted(self) -> IssueQuerySet:
        return Issue.objects.visible_to(self.person, self.at).red_suggested().for_rows()

    @property
    def _left(self) -> KeySupervisionQuerySet:
        return KeySupervisionEntry.objects.visible_to(self.person, self.at).left().for_rows().order_by("-exited_at", "-pk")

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each, so that the tabs can say it."""
        return {
            STANDING: self._standing.count(),
            PROPOSED: self._proposed.count(),
            DRAFTED: self._drafted.count(),
            LEFT: self._left.count(),
        }

    @property
    def tabs(self) -> list[Tab]:
        labels = {
            STANDING: pgettext_lazy("red list", "In the list"),
            PROPOSED: pgettext_lazy("red list", "Proposals to decide"),
            DRAFTED: pgettext_lazy("red list", "Suggested by the program"),
            LEFT: pgettext_lazy("red list", "Left the list"),
        }
        return [Tab(value, label, self.counts[value], value == self.tab) for value, label in labels.items()]

    @property
    def sorts(self) -> list[Tab]:
        return [Tab(value, label, None, value == self.sort) for value, (label, _order) in SORTS.items()]

    @cached_property
    def leaf(self) -> Leaf:
        """The rows of one page of the open tab."""
        rows = {STANDING: self._standing, PROPOSED: self._proposed, DRAFTED: self._drafted, LEFT: self._left}[self.tab]
        paginator = Paginator(rows, PRINTED_AT_MOST if self.whole else ROWS_PER_PAGE)
        paginator.count = self.counts[self.tab]
        return paginator.get_page(self.page)

    @cached_property
    def rows(self) -> list[Row]:
        """Entries of the open tab, standing or left, with what blocks those that stand."""
        return self._rows(list(self.leaf))

    def _rows(self, entries: list[KeySupervisionEntry]) -> list[Row]:
        missing = closing.missing_many([entry.issue for entry in entries if entry.exited_at is None], self.at)
        return [
            Row(
                entry,
                GRADES[KeySupervisionEntry.Grade(entry.grade)],
                days_between(entry.entered_at, entry.exited_at or self.at),
                ClockState(entry.issue.clock_state(self.at)),
                clocks.due_at(entry.issue),
                missing.get(entry.issue_id, []),
                None if self.whole or entry.exit_approved_by_id else self._form(entry.issue, Verb.APPROVE_EXIT),
            )
            for entry in entries
        ]

    def refused_row(self, form: MoveForm, refusal: Refusal) -> Row | None:
        """The issue's row after the exit was refused; None if it no longer stands in the list."""
        row = next(iter(self._rows(list(self._standing.about(form.issue)))), None)
        return row and row._replace(exit_form=form, refusal=refusal)

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What is proposed or drafted, each with the forms that the person may use on it."""
        if self.tab == DRAFTED:
            return [Proposal(issue, None, self._decisions(issue)) for issue in self.leaf]
        return [Proposal(slip.issue, slip, self._decisions(slip.issue)) for slip in self.leaf]

    def refused_proposal(self, form: MoveForm, refusal: Refusal) -> Proposal:
        """The proposal after the decision was refused: the form that was sent stands in its place."""
        slip = self._proposed.about(form.issue).first()
        forms = [form if one.move.verb == form.move.verb else one for one in self._decisions(form.issue)]
        return Proposal(form.issue, slip, forms or [form], refusal)

    def _decisions(self, issue: Issue) -> list[MoveForm]:
        forms = (self._form(issue, verb) for verb in DECISIONS)
        return [] if self.whole else [form for form in forms if form]

    def _form(self, issue: Issue, verb: Verb) -> MoveForm | None:
        """The form of that move if the tables let the person make it now; asked of no database, row by row."""
        move = MOVE[verb]
        actors = frozenset(self._scope.roles_at(issue.path)) - {Role.DEPARTMENT}
        if issue.sealed or workflow.refusal(move, status=issue.status, level=issue.level, actors=actors, is_handler=False):
            return None
        return MoveForm(move, issue, options=self._options(issue), tag=issue.number)

    @cached_property
    def _scope(self) -> Scope:
        return scope_of(self.person, self.at)

    def _options(self, issue: Issue) -> Options:
        """The lists for one issue; those of a county are read once for all its issues."""
        return self._lists.setdefault(issue.path.split(".")[0], Options(issue))

    @cached_property
    def _lists(self) -> dict[str, Options]:
        return {}

    @cached_property
    def counties(self) -> list[Area]:
        """Whose list it is: the roots of the places for which the person may open it."""
        paths = self._scope.page_paths(Page.RED)
        return list(Area.objects.current().with_codes({path.split(".")[0] for path in paths}).without_boundary())


def days_between(start: datetime, end: datetime) -> int:
    """Days begun, by the calendar of the site: 1 on the first day."""
    return max((localdate(end) - localdate(start)) // timedelta(days=1), 0) + 1
