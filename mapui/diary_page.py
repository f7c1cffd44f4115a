"""The pages of the diary: one's own entries by month, one entry, the monthly review of a village. Know no request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localdate, make_aware

from grids.models import Area
from issues.errors import Refusal
from issues.models import Category, DiaryEntry, DiaryReminder, Issue, MonthlyReview
from issues.moves.fields import Grouped, grouped
from issues.querysets.activities import LOG_READERS
from issues.querysets.diary import LEDGER_READERS, REVIEWERS, DiaryEntryQuerySet, paths_of
from representatives.models import Person
from representatives.roles import Page, Role
from representatives.scopes import Scope, scope_of

LISTED = 100
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])", re.ASCII)


def month_in(said: str, at: datetime) -> date:
    """The first day of the month that is said (“2026-06”); of the present one if it is none, or has not begun."""
    today = localdate(at)
    found = _MONTH.fullmatch(said)
    first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    return min(first, today.replace(day=1))


def totals_paths(scope: Scope) -> tuple[str, ...]:
    """Of which places the holder of that scope may see how many entries there are: none unless the county wants it."""
    return tuple(path for role, path in scope.held if settings.DIARY_TOTALS and role == Role.ORGANISATION_OFFICE)


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def bounds(first: date, after: date) -> tuple[datetime, datetime]:
    """The moments at which these days begin, in the site's time."""
    return make_aware(datetime.combine(first, time())), make_aware(datetime.combine(after, time()))


@dataclass
class DiaryPage:
    """One's own entries of a month, newest first, and one's own reminder. Of nobody else, and no figure but one's own."""

    person: Person
    at: datetime
    month: date
    refused: Refusal | None = None

    @cached_property
    def entries(self) -> list[DiaryEntry]:
        return list(self._of(self.month).for_rows())

    def _of(self, month: date) -> DiaryEntryQuerySet:
        return DiaryEntry.objects.of(self.person).visited_within(*bounds(month, next_month(month)))

    @cached_property
    def months(self) -> list[date]:
        """Months that have entries, and the one that is shown."""
        return sorted({*DiaryEntry.objects.of(self.person).months(), self.month}, reverse=True)

    @cached_property
    def reminder(self) -> DiaryReminder | None:
        return DiaryReminder.objects.of(self.person).first()

    @property
    def visits(self) -> int:
        """How many entries the present month has."""
        this = localdate(self.at).replace(day=1)
        return len(self.entries) if this == self.month else self._of(this).count()

    @property
    def reviews(self) -> bool:
        return bool(scope_of(self.person, self.at).roles & REVIEWERS)

    @property
    def has_activities(self) -> bool:
        return bool(scope_of(self.person, self.at).roles & LOG_READERS)

    @property
    def has_notices(self) -> bool:
        return scope_of(self.person, self.at).may_open(Page.VILLAGE_NOTICES)

    @property
    def has_ledger(self) -> bool:
        return bool(scope_of(self.person, self.at).roles & LEDGER_READERS)


@dataclass
class EntryPage:
    """One entry, for who may read it: the whole for its writer; for the review what was raised and how it might be solved."""

    entry: DiaryEntry
    person: Person
    at: datetime
    refused: Refusal | None = None

    @property
    def is_own(self) -> bool:
        return self.entry.writer_id == self.person.pk

    @property
    def may_change(self) -> bool:
        return self.is_own and self.may_become_issue

    @property
    def may_become_issue(self) -> bool:
        return self.entry.submission_id is None and self.entry.erased_at is None

    @cached_property
    def issue(self) -> Issue | None:
        """The issue that was made of it, if the person sees it."""
        made = self.entry.issue
        return Issue.objects.visible_to(self.person, self.at).with_ids([made.pk]).first() if made else None

    @cached_property
    def categories(self) -> Grouped:
        members = [one for one in Category.objects.for_choosing() if one.group]
        return grouped((one.group.name if one.group else "", one.code, one.name) for one in members)


@dataclass
class ReviewPage:
    """The month of one village before its review: what was written down there, what is open there, and what was chosen."""

    village: Area
    month: date
    person: Person
    at: datetime
    refused: Refusal | None = None
    said: dict[str, list[str]] = field(default_factory=dict)  # what a form that was refused had chosen

    @cached_property
    def review(self) -> MonthlyReview | None:
        return MonthlyReview.objects.of_village(self.village).of_month(self.month).with_picks().first()

    @cached_property
    def entries(self) -> list[DiaryEntry]:
        found = DiaryEntry.objects.under(self.village.path).visited_within(*bounds(self.month, next_month(self.month))).legible()
        return list(found.for_rows()[: LISTED + 1])

    @cached_property
    def issues(self) -> list[Issue]:
        """What is open in the village and came another way than from these entries."""
        made = {entry.submission.issue_id for entry in self.entries if entry.submission}
        found = Issue.objects.visible_to(self.person, self.at).under(self.village.path).unfinished().for_rows().newest_first()
        return [issue for issue in found[: LISTED + 1] if issue.pk not in made]

    @property
    def most(self) -> int:
        """Said where there are more: the newest so many can be chosen from; 0: all are listed."""
        return LISTED if max(len(self.entries), len(self.issues)) > LISTED else 0

    @cached_property
    def chosen_entries(self) -> set[UUID]:
        if self.refused:
            return {UUID(one) for one in self.said.get("entries", ())}
        return {pick.entry.key for pick in self.review.picks.all() if pick.entry} if self.review else set()

    @cached_property
    def chosen_issues(self) -> set[str]:
        """Numbers of the issues."""
        if self.refused:
            return set(self.said.get("issues", ()))
        keys = {pick.issue_id for pick in self.review.picks.all()} if self.review else set()
        return {issue.number for issue in self.issues if issue.pk in keys}

    @property
    def held_on(self) -> date:
        return self.review.held_on if self.review else localdate(self.at)


def villages_of(person: Person, at: datetime) -> list[Area]:
    """The villages whose review the person holds."""
    return list(Area.objects.current().at_paths(paths_of(person, at, REVIEWERS)).without_boundary())
