"""The red list (重点督办库) as one person may see it: what stands in it, what is proposed for it, what is under general
supervision, which letters went out, and what has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet, Value
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.levels import Level
from grids.models import Area
from issues import services
from issues.errors import Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ReminderLetter
from issues.querysets import EscalationRequestQuerySet, IssueQuerySet, KeySupervisionQuerySet, LetterQuerySet
from issues.querysets.looks import APPROVERS
from issues.terms import ClockState, Verb
from issues.workflow import MOVE
from mapui import clocks
from mapui.form_options import Options
from mapui.forms import MoveForm
from mapui.red_blocking import blocking
from mapui.red_filters import RedFilters
from representatives.models import Person, Unit
from representatives.roles import Page, Role
from representatives.scopes import Scope, scope_of

ROWS_PER_PAGE = 25
PRINTED_AT_MOST = 500

STANDING, PROPOSED, DRAFTED, GENERAL, LETTERS, LEFT = "", "proposals", "drafts", "general", "letters", "left"
TABS: Mapping[str, Promise] = {
    STANDING: pgettext_lazy("red list", "In the list"),
    PROPOSED: pgettext_lazy("red list", "Proposals to decide"),
    DRAFTED: pgettext_lazy("red list", "Suggested by the program"),
    GENERAL: pgettext_lazy("red list", "General supervision"),
    LETTERS: pgettext_lazy("red list", "Letters"),
    LEFT: pgettext_lazy("red list", "Left the list"),
}
GRADES: Mapping[KeySupervisionEntry.Grade, Promise] = {
    KeySupervisionEntry.Grade.GENERAL: gettext_lazy("general supervision"),
    KeySupervisionEntry.Grade.KEY: gettext_lazy("key supervision"),
    KeySupervisionEntry.Grade.LISTED: gettext_lazy("listed supervision"),
}
DECISIONS = (Verb.ENTER_RED, Verb.REFUSE_RED)
IN_ROW = (Verb.LIST, Verb.REFUSE_LISTED, Verb.APPROVE_EXIT, Verb.REPORT_PROGRESS, Verb.PROPOSE_LISTED, Verb.LIFT)
HERE = (*DECISIONS, Verb.SUPERVISE, *IN_ROW)
_BACK = frozenset({Verb.REFUSE_LISTED, Verb.LIFT})
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


class RowForm(NamedTuple):
    """A move that can be made from the row."""

    form: MoveForm
    style: str


class Row(NamedTuple):
    """An entry with what has to be said of it."""

    entry: KeySupervisionEntry
    grade: Promise
    days: int
    clock: ClockState
    due: datetime | None  # None once it is solved
    blocking: list[str]  # what somebody has to do before it can go on; not told to who helps alone, nor is the next
    reason: str  # why it left, else why it was put there
    quiet_days: int  # since the last line of progress, or since it was put there
    is_quiet: bool  # the next line is overdue
    forms: list[RowForm]
    refusal: Refusal | None = None


class Proposal(NamedTuple):
    """A slip that asks for red, or an issue for which the program drafted one (`slip` None)."""

    issue: Issue
    slip: EscalationRequest | None
    forms: list[MoveForm]
    refusal: Refusal | None = None

    @property
    def decide_by(self) -> datetime | None:
        return self.slip.decide_by if self.slip else self.issue.decide_due_at


class LetterRow(NamedTuple):
    letter: ReminderLetter
    state: ReminderLetter.State


@dataclass
class RedPage:
    """The list for one person at one moment; every part is read when it is first asked for."""

    person: Person
    at: datetime
    tab: str = STANDING
    sort: str = "due"
    page: str = "1"
    whole: bool = False  # for paper and for the spreadsheet: no pages
    filters: RedFilters = field(default_factory=RedFilters)

    @classmethod
    def from_query(cls, query: QueryDict, person: Person, at: datetime) -> RedPage:
        tab, sort = query.get("tab", STANDING), query.get("sort", "due")
        return cls(
            person,
            at,
            tab=tab if tab in TABS else STANDING,
            sort=sort if sort in SORTS else "due",
            page=query.get("page", "1"),
            whole=query.get("print") == "1",
            filters=RedFilters.from_query(query),
        )

    # --- what there is ---

    @property
    def _entries(self) -> KeySupervisionQuerySet:
        return KeySupervisionEntry.objects.visible_to(self.person, self.at)

    def _kept(self, entries: KeySupervisionQuerySet, *, ended: bool = False) -> KeySupervisionQuerySet:
        return self.filters.narrow(entries, self.area_path, self.at, ended=ended)

    @property
    def _standing(self) -> KeySupervisionQuerySet:
        return self._kept(self._entries.standing())

    @property
    def _general(self) -> KeySupervisionQuerySet:
        return self._kept(self._entries.general())

    @property
    def _left(self) -> KeySupervisionQuerySet:
        return self._kept(self._entries.left(), ended=True)

    @property
    def _proposed(self) -> EscalationRequestQuerySet:
        slips = EscalationRequest.objects.red_proposals().visible_to(self.person, self.at)
        return slips.under(self.area_path) if self.filters.area else slips

    @property
    def _drafted(self) -> IssueQuerySet:
        issues = Issue.objects.red_suggested_to(self.person, self.at)
        return issues.under(self.area_path) if self.filters.area else issues

    @property
    def _letters(self) -> LetterQuerySet:
        return self.filters.narrow_letters(ReminderLetter.objects.visible_to(self.person, self.at), self.at)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each, so that the tabs can say it; one statement for all."""
        found = [_counted(rows, tab) for tab, rows in self._sets.items()]
        counts: dict[str, int] = dict(found[0].union(*found[1:], all=True))
        return dict.fromkeys(TABS, 0) | counts

    @property
    def _sets(self) -> dict[str, QuerySet[Model]]:
        return {
            STANDING: self._standing,
            PROPOSED: self._proposed,
            DRAFTED: self._drafted,
            GENERAL: self._general,
            LETTERS: self._letters,
            LEFT: self._left,
        }

    @property
    def tabs(self) -> list[Tab]:
        return [Tab(value, label, self.counts[value], value == self.tab) for value, label in TABS.items()]

    @property
    def sorts(self) -> list[Tab]:
        return [Tab(value, label, None, value == self.sort) for value, (label, _order) in SORTS.items()]

    @cached_property
    def leaf(self) -> Leaf:
        """The rows of one page of the open tab."""
        order, reader = SORTS[self.sort][1], (self.person, self.at)
        rows = {
            STANDING: lambda: self._standing.for_rows(*reader).order_by(*order, "pk"),
            PROPOSED: lambda: self._proposed.for_rows(),
            DRAFTED: lambda: self._drafted.for_rows(),
            GENERAL: lambda: self._general.for_rows(*reader).order_by(*order, "pk"),
            LETTERS: lambda: self._letters.for_rows(),
            LEFT: lambda: self._left.for_rows(*reader).order_by("-exited_at", "-pk"),
        }[self.tab]()
        paginator = Paginator(rows, PRINTED_AT_MOST if self.whole else ROWS_PER_PAGE)
        paginator.count = self.counts[self.tab]
        return paginator.get_page(self.page)

    @property
    def lists_entries(self) -> bool:
        return self.tab in (STANDING, GENERAL, LEFT)

    @property
    def narrows(self) -> bool:
        return self.filters != RedFilters()

    # --- rows ---

    @cached_property
    def rows(self) -> list[Row]:
        """Entries of the open tab, with what holds up those that stand."""
        return [self._row(entry) for entry in self.leaf]

    def _row(self, entry: KeySupervisionEntry) -> Row:
        issue = entry.issue
        issue.known_under(entry if entry.exited_at is None else None)
        return Row(
            entry,
            GRADES[KeySupervisionEntry.Grade(entry.grade)],
            days_between(entry.entered_at, entry.exited_at or self.at),
            ClockState(issue.clock_state(self.at)),
            clocks.due_at(issue),
            blocking(entry, self.at) if entry.inside else [],
            (entry.exit_reason or entry.reason) if entry.inside else "",
            days_between(entry.progress_at or entry.entered_at, self.at) - 1,
            entry.exited_at is None and issue.progress_due_at is not None and issue.progress_due_at < self.at,
            [] if self.whole or entry.exited_at else self._row_forms(issue),
        )

    def _row_forms(self, issue: Issue) -> list[RowForm]:
        made = ((verb, self._form(issue, verb)) for verb in IN_ROW)
        found = [(verb, form) for verb, form in made if form]
        return [
            RowForm(form, "danger" if verb in _BACK else "primary" if place == 0 else "")
            for place, (verb, form) in enumerate(found)
        ]

    def refused_row(self, form: MoveForm, refusal: Refusal) -> Row | None:
        """The issue's row after its move was refused; None if it is no longer under supervision."""
        entry = self._entries.ongoing().about(form.issue).for_rows(self.person, self.at).first()
        if entry is None:
            return None
        row = self._row(entry)
        forms = [one._replace(form=form) if one.form.move.verb == form.move.verb else one for one in row.forms]
        return row._replace(forms=forms or [RowForm(form, "primary")], refusal=refusal)

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What is proposed or drafted, each with the forms that the person may use on it."""
        if self.tab == DRAFTED:
            return [Proposal(issue, None, self._decisions(issue)) for issue in self.leaf]
        return [Proposal(slip.issue, slip, self._decisions(slip.issue, slip)) for slip in self.leaf]

    def refused_proposal(self, form: MoveForm, refusal: Refusal) -> Proposal:
        """The proposal after the decision was refused: the form that was sent stands in its place."""
        slip = self._proposed.for_rows().about(form.issue).first()
        forms = [form if one.move.verb == form.move.verb else one for one in self._decisions(form.issue, slip)]
        return Proposal(form.issue, slip, forms or [form], refusal)

    def _decisions(self, issue: Issue, slip: EscalationRequest | None = None) -> list[MoveForm]:
        issue.known_slip(slip)
        forms = (self._form(issue, verb) for verb in DECISIONS)
        return [] if self.whole else [form for form in forms if form]

    @cached_property
    def letters(self) -> list[LetterRow]:
        return [LetterRow(letter, letter.state(self.at)) for letter in self.leaf]

    # --- what may be done ---

    def _form(self, issue: Issue, verb: Verb) -> MoveForm | None:
        """The form of that move if the person may make it now; the row knows enough, so no database is asked."""
        actors = frozenset(self._scope.roles_at(issue.path))
        if issue.lead_unit_id is None or issue.lead_unit_id != self._scope.unit_id:
            actors -= {Role.DEPARTMENT}
        act = services.Act(issue, verb, self.at, by=self.person, actors=actors)
        if issue.sealed or act.refusal():
            return None
        return MoveForm(MOVE[verb], issue, options=self._options(issue), tag=issue.number)

    @cached_property
    def _scope(self) -> Scope:
        return scope_of(self.person, self.at)

    @property
    def may_write_letters(self) -> bool:
        return Role.SUPERVISION_OFFICE in self._scope.roles

    @property
    def may_take_contacts(self) -> bool:
        """Whether lists with contacts are theirs to ask for, or to approve."""
        return bool(APPROVERS & self._scope.roles)

    def _options(self, issue: Issue) -> Options:
        """The lists for one issue, out of those that are read once for the page."""
        return Options(issue, of_county=self.units, leaders_of=self._leaders)

    @cached_property
    def _leaders(self) -> dict[str, list[Person]]:
        return {}

    # --- what it can be narrowed to ---

    @cached_property
    def units(self) -> list[Unit]:
        """Every unit of the county, each with its area."""
        return list(Unit.objects.in_use().within([county.path for county in self.counties]).order_by("kind", "code"))

    @cached_property
    def _places(self) -> list[Area]:
        """The county and its townships; one statement."""
        paths = {path.split(".")[0] for path in self._scope.page_paths(Page.RED)}
        return list(Area.objects.current().under_any(paths).at_or_above(Level.TOWNSHIP).without_boundary().order_by("path"))

    @property
    def counties(self) -> list[Area]:
        """Whose list it is."""
        return [area for area in self._places if "." not in area.path]

    @property
    def townships(self) -> list[Area]:
        return [area for area in self._places if "." in area.path]

    @property
    def area_path(self) -> str:
        """The path of the chosen township; in one that is not offered, nothing lies."""
        return next((area.path for area in self.townships if area.code == self.filters.area), "-")

    clocks = (ClockState.OVERDUE, ClockState.DUE_SOON, ClockState.ON_TRACK, ClockState.PAUSED)
    grades = (KeySupervisionEntry.Grade.KEY, KeySupervisionEntry.Grade.LISTED)
    states = tuple(ReminderLetter.State)


def _counted(rows: QuerySet[Any], tab: str) -> QuerySet[Any, tuple[str, int]]:
    """(tab, how many) as the one row of a statement; none if there are none."""
    return rows.order_by().annotate(tab=Value(tab)).values("tab").annotate(n=Count("pk")).values_list("tab", "n")


def days_between(start: datetime, end: datetime) -> int:
    """Days begun, by the calendar of the site: 1 on the first day."""
    return max((localdate(end) - localdate(start)) // timedelta(days=1), 0) + 1
