"""What is known of one issue, as its papers need it: places, offices, events, deadlines. Knows no request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grids.levels import Level
from grids.models import Area
from issues import policy, services
from issues.models import EscalationRequest, Event, Issue, Minute, ReminderLetter, SubTask
from issues.policy import Policy
from issues.privacy.masking import without_numbers
from issues.terms import Verb
from issues.workflow import RUNGS
from mapui.papers.paper import Fact, known, told, wide, words
from representatives.models import Person, Unit
from representatives.roles import Role

REPORTS_TOLD = 3  # an issue may have hundreds; who gets the paper needs to know what is the matter, not each voice
REPORT_CHARACTERS = 800


@dataclass
class Dossier:
    """An issue read with `for_page`, for one reader; the rest is read when it is first asked for."""

    issue: Issue
    person: Person
    at: datetime

    @cached_property
    def is_in_part(self) -> bool:
        """Whether the reader is here for a part of it alone: then only the papers of that part are theirs."""
        return services.is_helper_only(self.issue, self.person, self.at)

    @cached_property
    def reads_answers(self) -> bool:
        """Whether the reader reads what every unit answered; of their own unit they always do."""
        return services.reads_answers(self.issue, self.person, self.at)

    @cached_property
    def tasks(self) -> list[SubTask]:
        """The sub-tasks that the reader may read of, in order."""
        found = self.issue.sub_tasks.all()
        return [task for task in found if not self.is_in_part or task.unit_id == self.person.unit_id]

    @cached_property
    def letters(self) -> list[ReminderLetter]:
        """The letters about it that the reader may open; asked for only where the ledger knows of one."""
        if not any(event.verb == Verb.LETTER for event in self.events):
            return []
        return list(ReminderLetter.objects.visible_to(self.person, self.at).about(self.issue).for_rows())

    @cached_property
    def areas(self) -> list[Area]:
        """The place, widest first, as it was when it was reported."""
        found = [self.issue.area]
        while found[0].parent is not None:
            found.insert(0, found[0].parent)
        return found

    @cached_property
    def events(self) -> list[Event]:
        """The ledger of the issue, oldest first."""
        return list(self.issue.events.all())

    @cached_property
    def slips(self) -> list[EscalationRequest]:
        """The escalation slips, oldest first."""
        return list(self.issue.slips.all())[::-1]

    @cached_property
    def minutes(self) -> list[Minute]:
        """The minutes, oldest first: each went up with a slip."""
        found = {slip.minute.pk: slip.minute for slip in self.slips if slip.minute}
        return sorted(found.values(), key=lambda minute: (minute.written_at, minute.pk))

    @cached_property
    def terms(self) -> Policy:
        return policy.terms(self.issue.policy_id)

    def event(self, number: str) -> Event | None:
        return next((event for event in self.events if str(event.number) == number), None)

    def unit(self, code: object) -> Unit | None:
        return Unit.objects.coded(str(code)) if code else None

    # --- who ---

    @property
    def county(self) -> str:
        return self.areas[0].name

    def place_at(self, level: int) -> str:
        """What the place's area of that level is called; of the one above where there is none."""
        found = [area.name for area in self.areas if area.level >= level]
        return found[-1] if found else self.county

    def office_at(self, level: int, person: Person | None = None) -> str:
        """Who decides at the level there, as an office: the person's unit, else “Lindong · township committee”."""
        if person and person.unit:
            return person.unit.name
        return _office(self.place_at(level), RUNGS[Level(min(level, Level.COUNTY))].owner)

    def office_of(self, event: Event) -> str:
        """The office that did it: the unit of who did, else their role and place."""
        if event.by and event.by.unit:
            return event.by.unit.name
        level = event.to_level if event.from_level is None else event.from_level
        role = Role(event.actor) if event.actor in Role.values else RUNGS[Level(level)].owner
        return _office(self.place_at(_LEVELS.get(role, level)), role)

    # --- what every paper says of the issue ---

    def about(self) -> Iterator[Fact]:
        """What it is and where."""
        issue = self.issue
        yield told(_("Issue number"), issue.number)
        yield told(_("Light"), _("%(office)s decides") % {"office": self._owner()}, light=issue.light)
        yield wide(_("Issue"), without_numbers(issue.title))
        group = issue.category.group
        yield told(_("Category"), f"{group.name} · {issue.category.name}" if group else issue.category.name)
        yield told(_("Urgency"), issue.get_urgency_display())
        yield told(_("Kind of request"), issue.get_request_type_display())
        yield told(_("Households affected"), issue.households)
        yield wide(_("Place"), self.place)

    def _owner(self) -> str:
        return str(RUNGS[Level(min(self.issue.level, Level.COUNTY))].owner.label)

    @property
    def place(self) -> str:
        names = " › ".join(area.name for area in self.areas)
        said = without_numbers(self.issue.place_text)
        return f"{names}{pgettext('between a place and its description', ' – ')}{said}" if said else names

    def reports(self) -> Iterator[Fact]:
        """What was reported, without anything by which somebody could be reached."""
        reports = list(self.issue.submissions.for_paper(REPORTS_TOLD))
        lines = [f"{day_of(report.received_at)}  {_short(report.text)}" for report in reports if report.text]
        more = self.issue.submissions.count() - len(reports) if len(reports) == REPORTS_TOLD else 0
        if more:
            lines.append(_("… and %(n)d more reports of it") % {"n": more})
        if lines:
            yield words(_("What was reported"), "\n".join(lines))

    def minute_facts(self, minute: Minute) -> Iterator[Fact]:
        yield told(_("Held on"), date_format(minute.held_on, "DATE_FORMAT"))
        yield told(_("Written by"), f"{minute.written_by.name} · {moment_of(minute.written_at)}")
        yield words(_("Who took part"), minute.participants)
        yield words(_("Outcome"), minute.outcome)

    def heading(self) -> tuple[Fact, ...]:
        return known((*self.about(), *self.reports()))


_LEVELS = {
    Role.PARTY_REPRESENTATIVE: Level.VILLAGE,
    Role.VILLAGE_SECRETARY: Level.VILLAGE,
    Role.TOWNSHIP_COMMITTEE: Level.TOWNSHIP,
    Role.SUPERVISION_OFFICE: Level.COUNTY,
    Role.COUNTY_LEADER: Level.COUNTY,
}


def _office(place: str, role: Role) -> str:
    return f"{place} · {role.label}"


def _short(text: str) -> str:
    return text if len(text) <= REPORT_CHARACTERS else f"{text[:REPORT_CHARACTERS]}…"


def day_of(moment: datetime | None) -> str:
    """The day, always with its year: a paper outlives it."""
    return str(date_format(localtime(moment), "DATE_FORMAT")) if moment else ""


def moment_of(moment: datetime | None) -> str:
    """Day and time of day, with the year."""
    return f"{day_of(moment)} {time_format(localtime(moment), 'H:i')}" if moment else ""


def moment_in(facts: object) -> str:
    """A moment that a fact of an event holds, in ISO 8601."""
    return moment_of(parse_datetime(str(facts))) if facts else ""
