"""Where the dates of one issue stand when the calendar changes: the same clocks, counted over other working days.

Nothing begins anew: a clock that had run over so many working days under the old calendar ends after just as many under
the new one, and what rests have moved is moved by the working days that these hold now. Lengths in hours and in days of the calendar are not touched. Changes the issue in memory and
asks nothing of the database; `changes` saves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from issues.models import Issue
from issues.policy import Policy
from issues.recalendar.parts import Moved, Parts, PartsTurn
from issues.terms import Status
from issues.timing import clock
from issues.timing.calendars import Calendar
from issues.timing.deadlines import Clocks, Reason
from issues.timing.rests import Pause, Rests
from issues.timing.spans import Span, Unit

COLUMNS = (
    "triage_due_at",
    "contact_due_at",
    "sign_due_at",
    "level_since",
    "level_due_at",
    "total_due_at",
    "decide_due_at",
    "progress_due_at",
    "resume_at",
    "due_soon_at",
    "warn_at",
    "climb_at",
)

_STILL = (Status.SUSPENDED, Status.DEFERRED)  # what is looked for there has nothing to do with working days

Changed = Moved  # column, or part of the issue: before, after


@dataclass(frozen=True)
class Turn:
    """One issue at the turn from one calendar to another.

    `pauses`: when it stood still; `level_began_at`: when its level's clock began the last time, rests apart; `handed_at`: when
    it came into hand.
    """

    issue: Issue
    terms: Policy
    old: Calendar
    new: Calendar
    now: datetime
    pauses: Sequence[Pause] = ()
    handed_at: datetime | None = None
    level_began_at: datetime | None = None
    parts: Parts = field(default_factory=Parts)

    def take(self) -> Changed:
        """Set every date of the issue; what moved, and from where."""
        issue, was, becomes = self.issue, Clocks(self.issue, self.terms, self.old), Clocks(self.issue, self.terms, self.new)
        before = {column: getattr(issue, column) for column in COLUMNS}
        told_at = {(reminder.reason, reminder.step): reminder.at for reminder in was.reminders()}
        parts = PartsTurn(issue, self.parts, self.terms, self.old, self.new, issue.level_due_at, issue.total_due_at, self._rests())
        also: Changed = {}
        if issue.triage_due_at:
            self._move_dates(was.started_at, was)
            parts.move_dates_of_issue()
            also = parts.move()
            if issue.status not in _STILL:
                self._plan(becomes, told_at)
        after = {column: getattr(issue, column) for column in COLUMNS}
        return {column: (before[column], after[column]) for column in COLUMNS if before[column] != after[column]} | also

    def _move_dates(self, started: datetime | None, was: Clocks) -> None:
        issue, windows = self.issue, self.terms.windows(self.issue.urgency, self.issue.request_type)
        assert issue.triage_due_at is not None  # noqa: S101 - asked by `take`
        issue.triage_due_at = self._moved(issue.triage_due_at, issue.reported_at, issue.reported_at, windows.triage.unit)
        starts = clock.started_at(issue.accepted_at, issue.triage_due_at)
        started = started or starts
        if issue.contact_due_at and issue.first_contact_at is None:
            rests = self._rests(natural=was.limit.is_natural)
            unit = self._unit_of("contact", started, rests.before(issue.contact_due_at, self.old))
            issue.contact_due_at = self._rested(issue.contact_due_at, started, starts, unit, rests)
        if issue.sign_due_at and self.handed_at:
            unit = self._unit_of("sign", self.handed_at, issue.sign_due_at)
            issue.sign_due_at = self._moved(issue.sign_due_at, self.handed_at, self.handed_at, unit)
        if issue.total_due_at and not self._follows_plan:
            rests = self._rests(natural=True)
            issue.total_due_at = self._rested(issue.total_due_at, started, starts, self.terms.total.unit, rests)
        if issue.level_due_at and issue.level_since:
            self._move_level(was, started, starts)

    def _unit_of(self, window: str, since: datetime, due: datetime) -> Unit:
        """What a window counts in: a project's own, if it was counted by it; it was another's before it became one."""
        own: Span = getattr(self.terms.project, window)
        if self.issue.is_project and clock.after(own, since, self.old) == due:
            return own.unit
        usual: Span = getattr(self.terms.windows(self.issue.urgency, self.issue.request_type), window)
        return usual.unit

    def _rests(self, *, natural: bool = False) -> Rests:
        return Rests(tuple(self.pauses), natural)

    def _rested(self, due: datetime, since: datetime, starts: datetime, unit: Unit, rests: Rests) -> datetime:
        """A date that rests have moved: what was counted is counted anew, then moved by the same rests under the new calendar."""
        counted = self._moved(rests.before(due, self.old), since, starts, unit)
        return rests.moved(counted, self.new)

    def _move_level(self, was: Clocks, started: datetime, starts: datetime) -> None:
        issue = self.issue
        since, due = issue.level_since, issue.level_due_at
        assert since is not None  # noqa: S101 - asked by `_move_dates`
        assert due is not None  # noqa: S101 - asked by `_move_dates`
        rests = self._rests(natural=was.limit.is_natural)
        if self.level_began_at:
            rests = rests.since(self.level_began_at)
        began = self._began(since, started, rests)
        begins = starts if began == started else began
        named = self._named(due, rests)
        if named is None:
            named = self._rested(due, began, begins, self._unit_of_level(was, began, rests.before(due, self.old)), rests)
            issue.level_since = rests.moved(begins, self.new)
        elif rests.pauses:
            issue.level_since = rests.moved(began, self.new)
        Clocks(issue, self.terms, self.new).keep_due(named)

    def _began(self, since: datetime, started: datetime, rests: Rests) -> datetime:
        """When the level's clock began before rests moved that moment as well."""
        known = (self.level_began_at, started)
        said = next((at for at in known if at and rests.moved(at, self.old) == since), None)
        return said or rests.before(since, self.old)

    def _named(self, due: datetime, rests: Rests) -> datetime | None:
        """A day that people have named stays that day; only the rests since then are counted anew. None: it was counted."""
        if self._follows_plan:
            return rests.moved(rests.before(due, self.old), self.new) if rests.pauses else due
        signed = self.parts.signed_for
        return next(
            (some.moved(signed, self.new) for some in rests.endings() if signed and some.moved(signed, self.old) == due), None
        )

    @property
    def _follows_plan(self) -> bool:
        """Whether the milestones of an approved plan are its clock: they are days that people have named."""
        return self.issue.is_project and self.issue.project.approved_at is not None

    def _unit_of_level(self, was: Clocks, since: datetime, due: datetime) -> Unit:
        """What the level's clock counts in; one in hours that ends when work ends was lengthened to a working day."""
        limit = was.limit
        at_closing = self.old.local(due).time() == self.old.closing
        if limit.is_natural and at_closing and due != clock.after(limit, since, self.old):
            return Unit.WORKING_DAY
        return limit.unit

    def _moved(self, due: datetime, since: datetime, starts: datetime, unit: Unit) -> datetime:
        """A date that counted from `since`, counted from `starts` under the new calendar."""
        if unit in (Unit.HOUR, Unit.MINUTE):
            return due + (starts - since)
        if unit == Unit.WORKING_HOUR:
            return clock.add_working_time(clock.working_time(since, due, self.old), starts, self.new)
        local, first, begins = self.old.local(due), self.old.local(since).date(), self.new.local(starts).date()
        if unit == Unit.DAY or local.date() <= first:
            return datetime.combine(local.date() + (begins - first), local.time(), self.new.zone)
        days = self.old.working_days_between(first, local.date())
        return datetime.combine(self.new.nth_working_day(begins, days), local.time(), self.new.zone)

    def _plan(self, becomes: Clocks, told_at: Mapping[tuple[Reason, int], datetime]) -> None:
        """The next reminder: one to come, or one that the new calendar has jumped over. None that was given."""
        issue, pending_since = self.issue, self.issue.warn_at or self.now
        wanted = [
            reminder.at
            for reminder in becomes.reminders()
            if reminder.at > self.now or told_at.get((reminder.reason, reminder.step), self.now) >= pending_since
        ]
        issue.warn_at = min(wanted, default=None)


def spanned(days: Sequence[str], zone_of: Calendar) -> tuple[datetime, datetime]:
    """From the first of these days (ISO) to the end of the last, as moments."""
    ordered = sorted(datetime.fromisoformat(day).date() for day in days)
    first, last = ordered[0], ordered[-1] + timedelta(days=1)
    midnight = datetime.min.time()
    return datetime.combine(first, midnight, zone_of.zone), datetime.combine(last, midnight, zone_of.zone)
