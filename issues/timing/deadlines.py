"""The clocks of one issue, as its policy and its place's calendar set them: which column stands at what time.

Changes the issue in memory and asks nothing of the database; services save. `warn_at` is the next moment at which
somebody is to be told, `climb_at` the one at which the issue goes up, or (yellow) a proposal is drafted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from issues.models import Issue
from issues.policy import Policy
from issues.policy.sections import Windows
from issues.terms import Status, Urgency
from issues.timing import clock
from issues.timing.calendars import Calendar
from issues.timing.spans import Span

_HELD = (Status.ACCEPTED, Status.ASSIGNED, Status.IN_PROGRESS)


class Reason(StrEnum):
    """What somebody is told has come due."""

    TRIAGE = "triage"
    SIGN = "sign"
    CONTACT = "contact"
    MAKE_SAFE = "make_safe"
    LEVEL = "level"  # a share of the level's clock
    VERIFY = "verify"
    DECIDE = "decide"  # on the red list: soon, then now
    PROGRESS = "progress"  # of what is under supervision
    TOTAL = "total"
    TASK = "task"  # a unit that was asked for a part of it
    ON_SITE = "on_site"  # a unit that was called where somebody is in danger
    REVIEW = "review"  # of a deferred issue
    REPORT = "report"  # the line that a project owes


# What is reminded of once (the rest plans itself anew each time), and the bit of `Issue.reminded` that says it was; a level's warnings are counted in `warned`.
_ONCE = {
    reason: 1 << n
    for n, reason in enumerate(
        (Reason.TRIAGE, Reason.SIGN, Reason.CONTACT, Reason.MAKE_SAFE, Reason.VERIFY, Reason.TOTAL),
    )
}


@dataclass(frozen=True, order=True)
class Reminder:
    """Something that comes due; `step` counts the policy's warnings, from 0, for `LEVEL`."""

    at: datetime
    reason: Reason
    step: int = 0


@dataclass(frozen=True)
class Clocks:
    """One issue under its terms and calendar."""

    issue: Issue
    terms: Policy
    calendar: Calendar

    def begin(self) -> None:
        """A report has come in: triage has its window, and behind it all clocks stand ready, accepted or not."""
        issue = self.issue
        issue.triage_due_at = self._window("triage", issue.reported_at)
        issue.reminded = 0
        self.start(issue.triage_due_at, now=issue.reported_at)

    def await_triage(self, at: datetime) -> None:
        """It waits for acceptance once more: that has its window from now, and nothing climbs meanwhile."""
        self._forget(Reason.TRIAGE)
        self.issue.triage_due_at, self.issue.climb_at = self._window("triage", at), None
        self.plan_warning(at)

    def start(self, since: datetime, *, now: datetime) -> None:
        """Set every clock to begin at `since`: contact, level and total."""
        issue = self.issue
        self._forget(Reason.CONTACT, Reason.MAKE_SAFE, Reason.TOTAL)
        issue.contact_due_at = self._window("contact", since)
        issue.total_due_at = clock.after(self.terms.total, since, self.calendar)
        self.start_level(since, now=now)

    def accepted(self, at: datetime) -> None:
        """It is accepted: every clock begins, at the latest when it should have been accepted."""
        self.start(min(at, self.issue.triage_due_at or at), now=at)

    def start_level(self, since: datetime, *, now: datetime, limit: Span | None = None, at_least: Span | None = None) -> None:
        """Begin the clock of the issue's level anew; `limit` in place of the policy's, `at_least` if it came back down.

        Where somebody is in danger the level's own clock waits until that is over, two hours at most.
        """
        issue, since = self.issue, max(since, self.danger_over_at or since)
        due = clock.after(limit or self.limit, since, self.calendar)
        if at_least:
            due = max(due, clock.after(at_least, since, self.calendar))
        issue.level_since = since
        self.set_due(due, now=now)

    def set_due(self, due: datetime, *, now: datetime) -> None:
        """The level is due at `due`; its marks and its climb follow."""
        issue = self.issue
        issue.level_due_at = due
        marks = self._marks(due)
        issue.due_soon_at = marks[-2] if len(marks) > 1 else due
        issue.warned = sum(mark <= now for mark in marks)  # what lies behind is not warned of any more
        self._plan_climb(due)
        self.plan_warning(now)

    def keep_due(self, due: datetime) -> None:
        """The calendar moved, not the clock: the same clock ends at `due`. What was told stays told, what stopped stays so."""
        issue = self.issue
        issue.level_due_at = due
        if issue.due_soon_at:
            marks = self._marks(due)
            issue.due_soon_at = marks[-2] if len(marks) > 1 else due
        if issue.climb_at:
            self._plan_climb(due)

    def wait_for_signature(self, at: datetime) -> None:
        """Handed to somebody: the window for acknowledging it begins."""
        self.issue.acknowledged_at = None
        self._forget(Reason.SIGN)
        self.issue.sign_due_at = self._window("sign", at)

    def wait_longer_for_contact(self) -> None:
        """Another row of windows holds before the first contact was made: it has that row's time, never less than it had."""
        issue, since = self.issue, self.started_at
        if since and issue.contact_due_at:
            issue.contact_due_at = max(issue.contact_due_at, self._window("contact", since))
            self._forget(Reason.CONTACT)

    def made_safe(self, at: datetime) -> None:
        """Nobody is in danger any more: from now on the level's own clock runs, if it does not already."""
        issue = self.issue
        issue.made_safe_at = at
        if issue.level_since and issue.level_since > at:
            self.start_level(at, now=at)
        self.plan_warning(at)

    def move_total(self, due: datetime, *, now: datetime) -> None:
        """The total clock ends then: by an extension, or by the time it stood. Of a date to come is warned (again)."""
        self.issue.total_due_at = due
        if due > now:
            self._forget(Reason.TOTAL)

    def pause(self) -> None:
        """It stands still by somebody's word: nothing is warned of and nothing climbs until `set_due` sets it going."""
        issue = self.issue
        issue.warn_at = issue.climb_at = issue.due_soon_at = issue.sign_due_at = None

    def answer_to_call(self, at: datetime) -> datetime:
        """By when a unit that is called now answers."""
        return clock.after(self.terms.whistle.reply, at, self.calendar)

    def on_the_spot(self, at: datetime) -> datetime:
        """By when somebody of a unit that is called now is there, where a person is in danger."""
        return clock.after(self.terms.whistle.on_site, at, self.calendar)

    def follow(self, due: datetime, *, since: datetime, now: datetime) -> None:
        """The level's clock runs from `since` to a date that a plan has set, in place of the policy's length."""
        self.issue.level_since = since
        self.set_due(due, now=now)

    def extend(self, due: datetime, *, now: datetime) -> None:
        """More time was granted: the level is due later, and the issue in all by as much."""
        issue = self.issue
        if issue.total_due_at and issue.level_due_at:
            self.move_total(issue.total_due_at + (due - issue.level_due_at), now=now)
        self.set_due(due, now=now)

    def rest(self, until: datetime | None, *, now: datetime) -> None:
        """Everything stands still; at `until` it goes on, or is looked at again."""
        self.pause()
        self.issue.resume_at = until
        self.plan_warning(now)

    def go_on(self, paused_at: datetime, *, now: datetime) -> None:
        """What stood still runs again, each clock later by the rest: in all by its length, the level's by its working days."""
        issue, natural = self.issue, self.limit.is_natural
        issue.resume_at = None
        if issue.total_due_at:
            self.move_total(issue.total_due_at + (now - paused_at), now=now)
        if issue.decide_due_at:
            issue.decide_due_at = clock.shifted(issue.decide_due_at, paused_at, now, self.calendar, natural=self._decides_in_hours)
        if issue.contact_due_at and issue.first_contact_at is None:
            issue.contact_due_at = clock.shifted(issue.contact_due_at, paused_at, now, self.calendar, natural=natural)
        if issue.level_since:
            issue.level_since = clock.shifted(issue.level_since, paused_at, now, self.calendar, natural=natural)
        if issue.level_due_at:
            self.set_due(clock.shifted(issue.level_due_at, paused_at, now, self.calendar, natural=natural), now=now)

    def stop(self) -> None:
        """The issue ended: nothing is looked for any more. When it was due stays on record."""
        issue = self.issue
        issue.warn_at = issue.climb_at = issue.silent_close_at = issue.resume_at = issue.sign_due_at = None

    def solved(self, at: datetime) -> None:
        """Reported as solved: it no longer climbs; who verifies is reminded."""
        self.issue.climb_at = self.issue.due_soon_at = None
        self._forget(Reason.VERIFY)
        self.plan_warning(at)

    def plan_warning(self, now: datetime) -> None:
        """Set `warn_at` to the next reminder after `now`."""
        self.issue.warn_at = min((reminder.at for reminder in self.reminders() if reminder.at > now), default=None)

    def due_reminders(self, at: datetime) -> list[Reminder]:
        """Reminders from `warn_at` until now, in order."""
        since = self.issue.warn_at
        return sorted(reminder for reminder in self.reminders() if since and since <= reminder.at <= at)

    def given(self, reminder: Reminder) -> None:
        """It was told: whatever moves the date later, it is not told twice."""
        if reminder.reason == Reason.LEVEL:
            self.issue.warned = max(self.issue.warned, reminder.step + 1)
        else:
            self.issue.reminded |= _ONCE.get(reminder.reason, 0)

    def reminders(self) -> Iterator[Reminder]:
        """Everything of which somebody is still to be told while the issue stays as it is."""
        for reminder in self._all_reminders():
            if reminder.reason == Reason.LEVEL and reminder.step < self.issue.warned:
                continue
            if not self.issue.reminded & _ONCE.get(reminder.reason, 0):
                yield reminder

    def _all_reminders(self) -> Iterator[Reminder]:
        issue = self.issue
        if issue.status == Status.SUBMITTED:
            yield from _if_set(issue.triage_due_at, Reason.TRIAGE)
        if issue.status in (Status.ACCEPTED, Status.ASSIGNED):
            yield from _if_set(issue.sign_due_at, Reason.SIGN)
        if issue.status in _HELD and issue.first_contact_at is None:
            yield from _if_set(issue.contact_due_at, Reason.CONTACT)
        if issue.status in (Status.SUBMITTED, *_HELD) and issue.made_safe_at is None:
            yield from _if_set(self.safe_due_at, Reason.MAKE_SAFE)
        if issue.status in (Status.SUBMITTED, *_HELD):
            if issue.level_due_at:
                yield from (Reminder(at, Reason.LEVEL, step) for step, at in enumerate(self._marks(issue.level_due_at)))
            yield from _if_set(issue.total_due_at, Reason.TOTAL)
            yield from self._of_supervision()
        if issue.status == Status.DEFERRED:
            yield from _if_set(issue.resume_at, Reason.REVIEW)
        if issue.status in _HELD and issue.is_project:
            yield from _if_set(issue.project.report_due_at, Reason.REPORT)
        if issue.status == Status.PENDING_VERIFICATION and issue.resolved_at:
            yield Reminder(clock.after(self.terms.closure.verify_within, issue.resolved_at, self.calendar), Reason.VERIFY)

    def _of_supervision(self) -> Iterator[Reminder]:
        """The county decides on the red list, and the lead unit says how it stands."""
        issue = self.issue
        if issue.decide_due_at:
            ahead = timedelta(hours=self.terms.supervision.remind_decider.amount)
            yield Reminder(clock.subtract_working_time(ahead, issue.decide_due_at, self.calendar), Reason.DECIDE)
            yield Reminder(issue.decide_due_at, Reason.DECIDE, 1)
        yield from _if_set(issue.progress_due_at, Reason.PROGRESS)

    @property
    def started_at(self) -> datetime | None:
        """Since when the clocks run: from its acceptance, at the latest from when it should have been accepted."""
        due = self.issue.triage_due_at
        return clock.started_at(self.issue.accepted_at, due) if due else None

    @property
    def safe_due_at(self) -> datetime | None:
        """Until when a danger must be over, in every colour; None if nobody is in danger."""
        if self.issue.urgency != Urgency.CRITICAL or self.started_at is None:
            return None
        return clock.after(self.terms.limits.critical.make_safe, self.started_at, self.calendar)

    @property
    def danger_over_at(self) -> datetime | None:
        """When the level's own clock may begin: the danger is over, or should be. None if there is none."""
        due = self.safe_due_at
        return min(self.issue.made_safe_at or due, due) if due else None

    def _forget(self, *reasons: Reason) -> None:
        """A new date is set for these: of it somebody is to be told."""
        for reason in reasons:
            self.issue.reminded &= ~_ONCE[reason]

    @property
    def windows(self) -> Windows:
        """The row for acceptance, acknowledgement and first contact; a project has one of its own."""
        if self.issue.is_project:
            return self.terms.project
        return self.terms.windows(self.issue.urgency, self.issue.request_type)

    @property
    def limit(self) -> Span:
        """How long the level has."""
        plan = self.terms.project.plan.of(self.issue.level) if self.issue.is_project else None
        return plan or self.terms.limit(self.issue.level, self.issue.urgency, self.issue.request_type)

    @property
    def _decides_in_hours(self) -> bool:
        """Whether the county's time for a decision on the red list is counted in natural time."""
        span = self.terms.levels.yellow.up.decide_by
        return span is not None and span.is_natural

    def _marks(self, due: datetime) -> list[datetime]:
        """When each of the policy's warnings falls, earliest first: a later one may not come before an earlier one."""
        natural, since = self.limit.is_natural, self.issue.level_since
        assert since is not None  # noqa: S101 - a level that is due has begun
        marks = clock.marks_at((warning.mark for warning in self.terms.warn), since, due, self.calendar, natural=natural)
        return [min(marks[step:]) for step in range(len(marks))]

    def _plan_climb(self, due: datetime) -> None:
        issue, up = self.issue, self.terms.level(self.issue.level).up
        grace = up.grace(urgent=issue.urgency != Urgency.NORMAL)
        goes_up = grace is not None and not issue.sealed
        issue.climb_at = clock.after(grace, due, self.calendar) if goes_up and grace else None

    def _window(self, name: str, since: datetime) -> datetime:
        windows = self.windows
        return clock.after(getattr(windows, name), since, self.calendar, pauses_at_night=windows.pauses_at_night)


def _if_set(at: datetime | None, reason: Reason) -> Iterator[Reminder]:
    if at:
        yield Reminder(at, reason)


def next_morning(at: datetime, calendar: Calendar) -> datetime:
    """The digest's hour on the following day."""
    return clock.next_digest(calendar.local(at).replace(hour=23, minute=59, second=59) + timedelta(0), calendar)
