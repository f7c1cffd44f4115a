"""A county's own days off and worked weekends: proposed, counted, confirmed, and then every open date moved with them.

One change is one audited action: who, when, why, and an event per issue with its dates before and after. The work goes
batch by batch; each batch and how far it has come stand in one transaction, so any number of workers may try, and be
killed: the change ends complete and moves nothing twice.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from grids.models import Area, paths_above
from issues import ledger, policy
from issues.errors import Forbidden, Refusal
from issues.models import CalendarChange, CountyDay, Event, Issue
from issues.querysets import IssueQuerySet
from issues.recalendar import parts
from issues.recalendar.dates import COLUMNS, Changed, Turn, spanned
from issues.recalendar.parts import Parts, facts_of
from issues.terms import Verb
from issues.timing.calendars import Calendar
from issues.timing.rests import Pause
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

logger = logging.getLogger(__name__)

BATCH = 500
EXAMPLES = 50
_State = CalendarChange.State

Days = Mapping[date, bool | None]  # works, rests, or (None) as the calendar says


# --- the steps that people take ---


@transaction.atomic
def propose(area: Area, days: Days, *, reason: str, by: Person, at: datetime) -> CalendarChange:
    """A change that is only counted so far. Raises Forbidden, or Refusal if it would change nothing."""
    _check_may(by, area, at)
    stands = dict(CountyDay.objects.of_area(area).on(days).values_list("day", "works"))
    changed = {day: works for day, works in days.items() if stands.get(day) != works}
    if not changed:
        raise Refusal(gettext("These days are entered so already; nothing would change."))
    if not reason.strip():
        raise Refusal(gettext("Say why: whoever finds their date moved will ask."), field="reason")
    return CalendarChange.objects.create(
        area=area, days=_written(changed), reason=reason.strip()[:120], made_by=by, made_at=at, state=_State.COUNTING
    )


@transaction.atomic
def confirm(pk: int, *, by: Person, at: datetime) -> CalendarChange:
    """From now on these days hold, and a worker begins to move the dates of what is open."""
    change = _locked(pk, by, at)
    if change.state != _State.COUNTED:
        raise Refusal(gettext("This change is “%(state)s”; it cannot be confirmed now.") % {"state": change.get_state_display()})
    if CalendarChange.objects.unfinished().exclude(pk=pk).filter(state=_State.APPLYING).exists():
        raise Refusal(gettext("Another change is just being applied; please wait until it is done."))
    days = _read(change.days)
    change.former_days = _written(dict(CountyDay.objects.of_area(change.area).on(days).values_list("day", "works")))
    _store(change, days)
    change.state, change.applied_by, change.applied_at = _State.APPLYING, by, at
    change.last_pk = change.total = change.seen = change.moved = 0
    change.save()
    return change


@transaction.atomic
def drop(pk: int, *, by: Person, at: datetime) -> CalendarChange:
    """It is not to be, as long as it has not been confirmed."""
    change = _locked(pk, by, at)
    if change.state not in (_State.COUNTING, _State.COUNTED):
        raise Refusal(gettext("This change is “%(state)s”; enter the contrary instead.") % {"state": change.get_state_display()})
    change.state, change.finished_at = _State.DROPPED, at
    change.save(update_fields=["state", "finished_at"])
    return change


def _locked(pk: int, by: Person, at: datetime) -> CalendarChange:
    change = CalendarChange.objects.lock(pk)
    if change is None:
        raise Refusal(gettext("This change is being worked on just now; please try again in a moment."))
    _check_may(by, change.area, at)
    return change


def _check_may(by: Person, area: Area, at: datetime) -> None:
    if Role.SYSTEM_ADMIN not in scope_of(by, at).roles_at(area.path):
        raise Forbidden(gettext("Only the system administrator of the county changes its calendar."))


def _store(change: CalendarChange, days: Days) -> None:
    CountyDay.objects.of_area(change.area).on(days).delete()
    rows = [
        CountyDay(area=change.area, day=day, works=works, reason=change.reason) for day, works in days.items() if works is not None
    ]
    CountyDay.objects.bulk_create(rows)


def _written(days: Mapping[date, bool | None]) -> dict[str, bool | None]:
    return {day.isoformat(): works for day, works in sorted(days.items())}


def _read(days: Mapping[str, bool | None]) -> dict[date, bool | None]:
    return {date.fromisoformat(day): works for day, works in days.items()}


# --- the work ---


def work(*, at: datetime) -> str:
    """Go on with what is unfinished, to the end of each; a change that another worker holds is left to it."""
    done = 0
    for pk in CalendarChange.objects.unfinished().values_list("pk", flat=True):
        known = Known()
        try:
            while step(pk, at=at, known=known):
                done += 1
        except Exception:
            logger.exception("Change %s of the calendar stopped; it goes on with the next turn.", pk)
    return f"{done} batches"


@transaction.atomic
def step(pk: int, *, at: datetime, known: Known | None = None) -> bool:
    """One batch of a change, and where it has come to; whether there is more to do for this worker.

    `known`: what the worker has read for the batches before.
    """
    change = CalendarChange.objects.lock(pk)
    if change is None or not change.is_running:
        return False
    calendars, keys = (known or Known()).of(change)
    if change.last_pk == 0 and change.total == 0:
        change.total = len(keys)
    batch = keys[(start := bisect_right(keys, change.last_pk)) : start + BATCH]
    rows = calendars.concerned().with_project().with_ids(batch)
    issues = list(rows.locked() if change.state == _State.APPLYING else rows) if batch else []
    moved = _turned(change, issues, calendars, at) if issues else []
    if change.state == _State.APPLYING and moved:
        entries = [(issue, {"change": change.pk, **facts_of(changed)}) for issue, changed in moved]
        ledger.append_many(entries, Verb.RECALENDAR, at=at, columns=COLUMNS)
    change.seen += len(issues)
    _note(change, batch, moved, at)
    return change.is_running


@dataclass
class Known:
    """What holds for all batches of a change while it is counted, or applied: the calendars, and what they concern.

    Whatever comes to be concerned later has had its clocks set under the new days.
    """

    calendars: Calendars | None = None
    keys: list[int] = field(default_factory=list)  # of the issues, in order, from where the change had come to
    state: str = ""

    def of(self, change: CalendarChange) -> tuple[Calendars, list[int]]:
        """Read once for each state of the change."""
        if self.calendars is None or self.state != change.state:
            self.calendars, self.state = Calendars(change), change.state
            self.keys = list(self.calendars.concerned().beyond(change.last_pk).values_list("pk", flat=True))
        return self.calendars, self.keys


def _note(change: CalendarChange, keys: Sequence[int], moved: Sequence[tuple[Issue, Changed]], at: datetime) -> None:
    """How far it has come (a batch with those keys); at the end, that it is done."""
    change.moved += len(moved)
    if change.state == _State.COUNTING and len(change.examples) < EXAMPLES:
        shown = [{"number": issue.number, "level": issue.level, **facts_of(changed)} for issue, changed in moved]
        change.examples = (change.examples + shown)[:EXAMPLES]
    if keys:
        change.last_pk = keys[-1]
    if len(keys) < BATCH:
        change.total = change.seen
        change.finished_at = at
        change.state = _State.COUNTED if change.state == _State.COUNTING else _State.APPLIED
    change.save()


def _turned(change: CalendarChange, issues: Sequence[Issue], calendars: Calendars, at: datetime) -> list[tuple[Issue, Changed]]:
    """The issues of a batch whose dates move, and how; those whose clocks were set since the days hold are right already."""
    ids = [issue.pk for issue in issues]
    set_since = set[int]()
    if change.applied_at:
        set_since = set(Event.objects.setting_clocks(ids, change.applied_at).values_list("issue", flat=True))
    past = _Past.of(ids, locked=change.state == _State.APPLYING)
    found = []
    for issue in issues:
        if issue.pk in set_since:
            continue
        turn = calendars.turn(issue, past, change.applied_at or at)
        if changed := turn.take():
            found.append((issue, changed))
    if change.state == _State.APPLYING:
        parts.save([past.parts[issue.pk] for issue, _changed in found if issue.pk in past.parts])
    return found


@dataclass
class _Past:
    """When each issue of a batch stood still, when its level's clock last began, when it came into somebody's hand, and what
    hangs on its dates."""

    pauses: dict[int, list[Pause]] = field(default_factory=lambda: defaultdict(list))
    handed: dict[int, datetime] = field(default_factory=dict)
    began: dict[int, datetime] = field(default_factory=dict)
    parts: dict[int, Parts] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: Sequence[int], *, locked: bool = False) -> _Past:
        past, stopped = cls(parts=parts.read(ids, locked=locked)), dict[int, datetime]()
        for issue, stands, stood, at in Event.objects.pauses(ids):
            if stands and not stood:
                stopped[issue] = at
            elif stood and not stands and issue in stopped:
                past.pauses[issue].append((stopped.pop(issue), at))
            elif not stood:
                past.began[issue] = at
        past.handed = dict(Event.objects.handings(ids).values_list("issue", "at"))
        return past


class Calendars:
    """Both calendars of every place that a change concerns, made once each."""

    def __init__(self, change: CalendarChange) -> None:
        self._change, self._days = change, _read(change.days)
        rows = CountyDay.objects.touching(change.area.path).values_list("area__path", "area__level", "day", "works")
        own = change.area.path
        self._others = [row for row in rows if not (row[0] == own and row[2] in self._days)]
        former = _read(change.former_days) if change.applied_at else dict[date, bool | None]()
        if not change.applied_at:
            former = {row[2]: row[3] for row in rows if row[0] == own and row[2] in self._days}
        level = change.area.level
        self._old = self._ordered((own, level, day, works) for day, works in former.items())
        self._new = self._ordered((own, level, day, works) for day, works in self._days.items())
        self._made: dict[tuple[int, str], tuple[Calendar, Calendar]] = {}

    def _ordered(self, own: Iterable[tuple[str, int, date, bool | None]]) -> list[tuple[str, int, date, bool | None]]:
        return sorted([*self._others, *own], key=lambda row: -row[1])

    def concerned(self) -> IssueQuerySet:
        """Open issues of the area that have a date which may count one of these days."""
        zone_of = policy.terms(policy.in_force(self._change.made_at).pk).calendar_with({})
        start, end = spanned(list(self._change.days), zone_of)
        return Issue.objects.under(self._change.area.path).dated_within(start, end)

    def turn(self, issue: Issue, past: _Past, now: datetime) -> Turn:
        old, new = self._of(issue.policy_id, issue.path)
        parts = past.parts.get(issue.pk, Parts())
        terms, pauses, handed = policy.terms(issue.policy_id), past.pauses.get(issue.pk, ()), past.handed.get(issue.pk)
        return Turn(issue, terms, old, new, now, pauses, handed, past.began.get(issue.pk), parts)

    def _of(self, policy_id: int, path: str) -> tuple[Calendar, Calendar]:
        above = frozenset(paths_above(path))
        key = (policy_id, ".".join(sorted({row[0] for row in (*self._old, *self._new) if row[0] in above})))
        if key not in self._made:
            terms = policy.terms(policy_id)
            self._made[key] = (terms.calendar_with(_on(self._old, above)), terms.calendar_with(_on(self._new, above)))
        return self._made[key]


def _on(rows: Iterable[tuple[str, int, date, bool | None]], above: frozenset[str]) -> dict[date, bool]:
    """The days that hold at a place: the widest area first, so that the narrowest has the last word."""
    return {day: works for path, _level, day, works in rows if path in above and works is not None}
