"""What the county's supervision of one issue was: every stay with its steps, lines of progress and letters. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from issues import services
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ReminderLetter, SupervisionStep
from issues.terms import Verb
from mapui.red_page import LetterRow, days_between
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of


class Step(NamedTuple):
    """Something that was done, and which of what it says is news."""

    step: SupervisionStep
    verb: str
    grade: str  # empty: as before
    units: str
    leader: str
    due: datetime | None


@dataclass(frozen=True)
class Stay:
    """One supervision from its beginning to its end, or until now."""

    entry: KeySupervisionEntry
    days: int
    steps: list[Step]
    is_whole: bool = True  # else for who helps alone: no reasons, no slip, and of the steps what requesters read

    @property
    def reason(self) -> str:
        return self.entry.reason if self.is_whole else ""

    @property
    def exit_reason(self) -> str:
        return self.entry.exit_reason if self.is_whole else ""

    @property
    def slip(self) -> EscalationRequest | None:
        """The proposal by which it was put there, with its minute."""
        return self.entry.slip if self.is_whole else None

    @property
    def helpers(self) -> str:
        return "、".join(unit.name for unit in self.entry.helpers.all())

    @property
    def progress(self) -> list[SupervisionStep]:
        """The lines of progress, newest first."""
        return [one.step for one in reversed(self.steps) if one.step.verb == Verb.REPORT_PROGRESS]

    @property
    def how_it_left(self) -> str:
        return str(Verb(self.entry.exit_verb).label) if self.entry.exit_verb else ""


@dataclass
class RedHistory:
    """The supervisions of an issue, newest first, for somebody who sees the issue."""

    issue: Issue
    person: Person
    at: datetime

    @cached_property
    def stays(self) -> list[Stay]:
        is_whole = not services.is_helper_only(self.issue, self.person, self.at)
        entries = KeySupervisionEntry.objects.about(self.issue).for_history(self.person, self.at)
        return [
            Stay(entry, days_between(entry.entered_at, entry.exited_at or self.at), _steps(list(entry.steps.all())), is_whole)
            for entry in entries
        ]

    @cached_property
    def letters(self) -> list[LetterRow]:
        found = ReminderLetter.objects.visible_to(self.person, self.at).about(self.issue).for_rows()
        return [LetterRow(letter, letter.state(self.at)) for letter in found]

    @property
    def may_write_letters(self) -> bool:
        return self.issue.is_open and Role.SUPERVISION_OFFICE in scope_of(self.person, self.at).roles_at(self.issue.path)


def _steps(steps: list[SupervisionStep]) -> list[Step]:
    """Each with what changed since the one before it."""
    found: list[Step] = []
    grade = units = leader = ""
    due: datetime | None = None
    for step in steps:
        now = (str(step.get_grade_display()), _units(step), step.leader.name if step.leader else "", step.due_at)
        news = tuple(value if value != before else None for value, before in zip(now, (grade, units, leader, due), strict=True))
        grade, units, leader, due = now
        found.append(Step(step, str(Verb(step.verb).label), news[0] or "", news[1] or "", news[2] or "", news[3]))  # type: ignore[arg-type]
    return found


def _units(step: SupervisionStep) -> str:
    return "、".join([step.lead_unit.name, *(unit.name for unit in step.helpers.all())])
