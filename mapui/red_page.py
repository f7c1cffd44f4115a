"""The red list (重点督办库) as one person may see it: what stands in it, what is proposed for it, what is under general
supervision, which letters went out, and what has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.levels import Level
from grids.models import Area
from grids.prepared import Prepared
from issues import services
from issues.errors import Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ReminderLetter
from issues.querysets.looks import APPROVERS
from issues.recurring import links
from issues.recurring.links import Hint
from issues.terms import ClockState, Verb
from mapui import clocks, red_sets
from mapui.forms import MoveForm
from mapui.hot_list import explained
from mapui.red_blocking import blocking
from mapui.red_filters import RedFilters
from mapui.red_sets import DRAFTED, GENERAL, LEFT, LETTERS, PROPOSED, SORTS, STANDING, Shown
from representatives.models import Person, Unit
from representatives.roles import Page, Role
from representatives.scopes import Scope, scope_of

ROWS_PER_PAGE = 25
PRINTED_AT_MOST = 500

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
_BACK = frozenset({Verb.REFUSE_RED, Verb.REFUSE_LISTED, Verb.LIFT})


@dataclass(frozen=True)
class Tab:
    value: str
    label: Promise
    count: int | None
    is_current: bool


class RowMove(NamedTuple):
    """A move that can be made from the list; its form is fetched when it is opened. `form`: the one that was sent and refused."""

    issue: Issue
    verb: Verb
    style: str
    form: MoveForm | None = None


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
    moves: list[RowMove]
    refusal: Refusal | None = None


class Proposal(NamedTuple):
    """A slip that asks for red, or an issue for which the program drafted one (`slip` None)."""

    issue: Issue
    slip: EscalationRequest | None
    moves: list[RowMove]
    hints: list[tuple[Hint, Promise | str]]  # what else speaks for raising it, and what the analysis of the night means by it
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

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each, so that the tabs can say it; one statement for all."""
        return dict.fromkeys(TABS, 0) | dict(red_sets.counted(*self._asked))

    @property
    def _asked(self) -> tuple[Person, datetime, RedFilters, str]:
        """Whose list, and what it is narrowed to; the path only where there is one to be looked up."""
        return self.person, self.at, self.filters, self.area_path if self.filters.area else ""

    @property
    def tabs(self) -> list[Tab]:
        return [Tab(value, label, self.counts[value], value == self.tab) for value, label in TABS.items()]

    @property
    def sorts(self) -> list[Tab]:
        return [Tab(value, label, None, value == self.sort) for value, (label, _order) in SORTS.items()]

    @cached_property
    def leaf(self) -> Leaf[int]:
        """Which rows of the open tab one page shows."""
        return Paginator(range(self.counts[self.tab]), PRINTED_AT_MOST if self.whole else ROWS_PER_PAGE).get_page(self.page)

    @cached_property
    def found(self) -> list[Any]:
        """These rows."""
        first = self.leaf.start_index() - 1 if self.leaf.object_list else 0
        shown = Shown(self.tab, self.sort, first, first + len(self.leaf.object_list))
        return list(red_sets.page_of(*self._asked, shown)) if self.leaf.object_list else []

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
        return [self._row(entry) for entry in self.found]

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
            [] if self.whole or entry.exited_at else self._moves(issue, IN_ROW),
        )

    def _moves(self, issue: Issue, verbs: Iterable[Verb]) -> list[RowMove]:
        """Those of the verbs that the person may use on it now; the first is the usual one."""
        found = [verb for verb in verbs if self._may(issue, verb)]
        return [
            RowMove(issue, verb, "danger" if verb in _BACK else "primary" if place == 0 else "") for place, verb in enumerate(found)
        ]

    def refused_row(self, form: MoveForm, refusal: Refusal) -> Row | None:
        """The issue's row after its move was refused; None if it is no longer under supervision."""
        entry = (
            KeySupervisionEntry.objects.visible_to(self.person, self.at)
            .ongoing()
            .about(form.issue)
            .for_rows(self.person, self.at)
            .first()
        )
        if entry is None:
            return None
        row = self._row(entry)
        return row._replace(moves=_with_form(row.moves, form), refusal=refusal)

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What is proposed or drafted, each with what the person may do about it."""
        asked = [(issue, None) for issue in self.found] if self.tab == DRAFTED else [(slip.issue, slip) for slip in self.found]
        hints = links.hints_for([issue for issue, _slip in asked])
        return [Proposal(issue, slip, self._decisions(issue, slip), explained(hints.get(issue.pk, []))) for issue, slip in asked]

    def refused_proposal(self, form: MoveForm, refusal: Refusal) -> Proposal:
        """The proposal after the decision was refused: the form that was sent stands in its place."""
        slips = EscalationRequest.objects.red_proposals().visible_to(self.person, self.at)
        slip = slips.for_rows().about(form.issue).first()
        hints = links.hints_for([form.issue]).get(form.issue.pk, [])
        return Proposal(form.issue, slip, _with_form(self._decisions(form.issue, slip), form), explained(hints), refusal)

    def _decisions(self, issue: Issue, slip: EscalationRequest | None = None) -> list[RowMove]:
        issue.known_slip(slip)
        return [] if self.whole else self._moves(issue, DECISIONS)

    @cached_property
    def letters(self) -> list[LetterRow]:
        return [LetterRow(letter, letter.state(self.at)) for letter in self.found]

    # --- what may be done ---

    def _may(self, issue: Issue, verb: Verb) -> bool:
        """Whether the person may make that move now; the row knows enough, so no database is asked."""
        actors = frozenset(self._scope.roles_at(issue.path))
        if issue.lead_unit_id is None or issue.lead_unit_id != self._scope.unit_id:
            actors -= {Role.DEPARTMENT}
        act = services.Act(issue, verb, self.at, by=self.person, actors=actors)
        return not issue.sealed and not act.refusal()

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

    # --- what it can be narrowed to ---

    @cached_property
    def unit_choices(self) -> list[tuple[int, str]]:
        """Every unit of the county."""
        return list(_units(tuple(county.path for county in self.counties)))

    @property
    def township_choices(self) -> list[tuple[str, str]]:
        return [(area.code, area.name) for area in self.townships]

    @cached_property
    def _places(self) -> list[Area]:
        """The townships that the person's areas hold or lie in, and their counties; one statement."""
        return list(_townships(self._scope.page_paths(Page.RED)))

    @property
    def counties(self) -> list[Area]:
        """Whose list it is."""
        return [area for area in self._places if area.level == Level.COUNTY]

    @property
    def townships(self) -> list[Area]:
        return [area for area in self._places if area.level == Level.TOWNSHIP]

    @property
    def area_path(self) -> str:
        """The path of the chosen township; in one that is not offered, nothing lies."""
        return next((area.path for area in self.townships if area.code == self.filters.area), "-")

    clocks = (ClockState.OVERDUE, ClockState.DUE_SOON, ClockState.ON_TRACK, ClockState.PAUSED)
    grades = (KeySupervisionEntry.Grade.KEY, KeySupervisionEntry.Grade.LISTED)
    states = tuple(ReminderLetter.State)


_townships = Prepared(
    lambda paths: Area.objects.around(paths).of_levels(Level.COUNTY, Level.TOWNSHIP).for_choice().order_by("path")
)
_units = Prepared(lambda paths: Unit.objects.in_use().within(paths).order_by("kind", "code").values_list("pk", "name"))


def _with_form(moves: list[RowMove], form: MoveForm) -> list[RowMove]:
    """The moves with the form that was sent in its place; alone, if the move can no longer be made."""
    found = [one._replace(form=form) if one.verb == form.move.verb else one for one in moves]
    return found or [RowMove(form.issue, form.move.verb, "primary", form)]


def days_between(start: datetime, end: datetime) -> int:
    """Days begun, by the calendar of the site: 1 on the first day."""
    return max((localdate(end) - localdate(start)) // timedelta(days=1), 0) + 1
