"""民心台账: the ledger of a village, read from entries, reviews and issues. Nothing is typed for it, nobody is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area
from issues.models import DiaryEntry, EscalationRequest, Event, Issue, ReviewPick
from issues.privacy.masking import without_numbers
from issues.querysets.diary import LEDGER_READERS, paths_of
from mapui.diary_page import bounds
from representatives.models import Person

MOST = 300  # rows of a year; a village that follows up more is told so
WORDS = 120


class Slip(NamedTuple):
    """交办单 or 申办单 of an issue, on its page."""

    label: str
    number: str
    url: str


@dataclass(frozen=True)
class Row:
    """Something that is followed up: since when, from where, what, and how it stands. `issue`: None while none was made of it."""

    since: datetime
    what: str
    place: str
    picked_in: date | None
    issue: Issue | None
    entry: DiaryEntry | None
    clock: str = ""
    slips: tuple[Slip, ...] = ()

    @property
    def result(self) -> str:
        return without_numbers(self.issue.resolution or self.issue.public_line) if self.issue else ""


@dataclass
class LedgerPage:
    """The ledger of one village and year, as the person may read it: issues that do not exist for them are not in it."""

    person: Person
    at: datetime
    code: str = ""
    asked_year: str = ""

    @cached_property
    def villages(self) -> list[Area]:
        paths = paths_of(self.person, self.at, LEDGER_READERS)
        return list(Area.objects.current().under_any(paths).of_level(Level.VILLAGE).without_boundary().order_by("path"))

    @cached_property
    def village(self) -> Area | None:
        """The one that was asked for, else the first; None if it is not theirs."""
        if self.code:
            return next((area for area in self.villages if area.code == self.code), None)
        return self.villages[0] if self.villages else None

    @property
    def year(self) -> int:
        present = localdate(self.at).year
        return int(self.asked_year) if self.asked_year in map(str, self.years) else present

    @property
    def years(self) -> range:
        present = localdate(self.at).year
        return range(present, present - 5, -1)

    @property
    def number(self) -> str:
        """Of the village and the year, so that it can be looked up: 150422101001-TZ2026."""
        return f"{self.village.code}-TZ{self.year}" if self.village else ""

    @cached_property
    def _all(self) -> list[Row]:
        if self.village is None:
            return []
        rows = [row for entry in self._entries if (row := self._of_entry(entry))]
        made = {row.issue.pk for row in rows if row.issue}
        rows += [
            self._of_issue(issue, self._picked[key])
            for key, issue in self._issues.items()
            if key in self._picked and key not in made
        ]
        return sorted(rows, key=lambda row: row.since)

    @property
    def rows(self) -> list[Row]:
        return self._all[:MOST]

    @property
    def left_out(self) -> int:
        return max(0, len(self._all) - MOST)

    @cached_property
    def _entries(self) -> list[DiaryEntry]:
        assert self.village is not None  # noqa: S101 - asked only then
        year = bounds(date(self.year, 1, 1), date(self.year + 1, 1, 1))
        return list(DiaryEntry.objects.followed_in(self.village.path).visited_within(*year).with_picked_month().for_rows())

    @cached_property
    def _picked(self) -> dict[int, date]:
        """Month of the review that chose it, by issue."""
        assert self.village is not None  # noqa: S101 - asked only then
        found: dict[int, date] = {}
        for issue, month in ReviewPick.objects.issues_of(self.village.path):
            if month.year == self.year:
                found.setdefault(issue, month)
        return found

    @cached_property
    def _issues(self) -> dict[int, Issue]:
        keys = {entry.submission.issue_id for entry in self._entries if entry.submission} | set(self._picked)
        found = Issue.objects.visible_to(self.person, self.at).with_ids(keys).for_rows()
        return {issue.pk: issue for issue in found}

    @cached_property
    def _slips(self) -> dict[int, list[Slip]]:
        found: dict[int, list[Slip]] = {}
        for event in Event.objects.orders(list(self._issues)):
            number = self._issues[event.issue_id].number
            address = reverse("paper", args=[number, "assignment", str(event.number)])
            found.setdefault(event.issue_id, []).append(Slip(_("Assignment slip"), f"{number}-J{event.number}", address))
        for slip in EscalationRequest.objects.of_issues(list(self._issues)):
            address = reverse("paper", args=[self._issues[slip.issue_id].number, "escalation", slip.number])
            found.setdefault(slip.issue_id, []).append(Slip(_("Escalation slip"), slip.number, address))
        return found

    def _of_entry(self, entry: DiaryEntry) -> Row | None:
        """None: an issue was made of it that is not for the person, so neither is the row."""
        issue = self._issues.get(entry.submission.issue_id) if entry.submission else None
        if entry.submission and issue is None:
            return None
        picked: date | None = entry.picked_month  # type: ignore[attr-defined]
        if issue is not None:
            return self._of_issue(issue, picked or self._picked.get(issue.pk), entry)
        what = entry.raised[:WORDS] or _("The text was erased.")
        return Row(entry.visited_at, what, entry.area.name, picked, None, entry)

    def _of_issue(self, issue: Issue, picked: date | None, entry: DiaryEntry | None = None) -> Row:
        return Row(
            entry.visited_at if entry else issue.reported_at,
            without_numbers(issue.title),
            issue.area.name,
            picked,
            issue,
            entry,
            str(issue.clock_state(self.at)),
            tuple(self._slips.get(issue.pk, ())),
        )
