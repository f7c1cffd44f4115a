"""A county changes its calendar: counted first, confirmed, and every open date moves with it, once, whoever dies."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues import ledger, policy, sweeps
from issues.errors import Forbidden, Refusal
from issues.models import CalendarChange, CountyDay, Event, Issue
from issues.recalendar import changes
from issues.recalendar.dates import COLUMNS
from issues.terms import Status, Verb
from issues.timing import clock
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY, T1, K, china, do, stored_calendar

TUESDAY, WEDNESDAY = date(2024, 9, 24), date(2024, 9, 25)
SUNDAY = date(2024, 9, 22)


def counted(county: make.County, days: dict[date, bool | None], *, at: datetime, path: str = K) -> CalendarChange:
    change = changes.propose(county.areas[path], days, reason="那达慕", by=county["admin"], at=at)
    changes.work(at=at)
    change.refresh_from_db()
    return change


def applied(county: make.County, days: dict[date, bool | None], *, at: datetime, path: str = K) -> CalendarChange:
    change = counted(county, days, at=at, path=path)
    changes.confirm(change.pk, by=county["admin"], at=at)
    changes.work(at=at)
    change.refresh_from_db()
    assert change.state == CalendarChange.State.APPLIED
    return change


def dates(issue: Issue) -> dict[str, datetime | None]:
    return Issue.objects.values(*COLUMNS).get(pk=issue.pk)


def test_day_off_is_counted_before_anything_changes(county):
    issue = make.accepted(county, MONDAY, about="env.waste")
    before = dates(issue)

    change = counted(county, {TUESDAY: False}, at=MONDAY)

    assert (change.state, change.seen, change.moved, change.total) == (CalendarChange.State.COUNTED, 1, 1, 1)
    assert change.examples[0]["number"] == issue.number
    assert change.examples[0]["new"]["level_due_at"] == china("2024-09-27 17:30").isoformat()
    assert dates(issue) == before
    assert not CountyDay.objects.exists()
    assert not Event.objects.filter(verb=Verb.RECALENDAR).exists()


def test_day_off_when_confirmed_moves_every_date_by_it_and_the_ledger_says_so(county):
    issue = make.accepted(county, MONDAY, about="env.waste")

    change = applied(county, {TUESDAY: False}, at=china("2024-09-23 10:00"))

    issue.refresh_from_db()
    assert issue.sign_due_at == china("2024-09-23 15:30")  # over before the day off
    assert issue.contact_due_at == china("2024-09-25 17:30")
    assert issue.level_due_at == china("2024-09-27 17:30")
    assert issue.due_soon_at == clock.mark_at(
        policy.terms(issue.policy_id).warn[1].mark, MONDAY, issue.level_due_at, stored_calendar(), natural=False
    )
    assert issue.climb_at == china("2024-09-29 17:30")  # the adjusted Sunday
    assert issue.total_due_at == china("2024-11-22 17:30")  # in days of the calendar
    event = issue.events.get(verb=Verb.RECALENDAR)
    assert event.facts["change"] == change.pk
    assert (
        event.facts["old"]["level_due_at"] == china("2024-09-26 17:30").isoformat()
        or "09:30:00" in event.facts["old"]["level_due_at"]
    )
    assert (event.actor, event.by, event.from_level, event.to_level) == ("system", None, 10, 10)
    assert (change.made_by, change.applied_by, change.reason) == (county["admin"], county["admin"], "那达慕")
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def test_issue_moved_by_a_day_stands_as_one_that_began_under_it(county):
    """What is recomputed must equal what the clocks would have said had the day been known."""
    moved = [make.accepted(county, MONDAY, about="env.waste"), make.reported(county, MONDAY, about="env.waste")]
    moved.append(make.at_yellow(county, MONDAY, about="env.waste"))
    applied(county, {TUESDAY: False, date(2024, 9, 28): True}, at=china("2024-09-23 09:30"))
    fresh = [make.accepted(county, MONDAY, about="env.waste"), make.reported(county, MONDAY, about="env.waste")]
    fresh.append(make.at_yellow(county, MONDAY, about="env.waste"))

    for old, new in zip(moved, fresh, strict=True):
        assert dates(old) == dates(new)


def test_weekend_day_worked_brings_dates_forward(county):
    issue = make.accepted(county, china("2024-09-26 09:00"), about="env.waste")  # due after Fri, adjusted Sun, Mon
    assert issue.level_due_at == china("2024-09-30 17:30")

    applied(county, {date(2024, 9, 28): True}, at=china("2024-09-26 10:00"))

    issue.refresh_from_db()
    assert issue.level_due_at == china("2024-09-29 17:30")


def test_day_taken_back_brings_the_dates_back(county):
    issue = make.accepted(county, MONDAY, about="env.waste")
    before = dates(issue)
    applied(county, {TUESDAY: False}, at=china("2024-09-23 10:00"))
    applied(county, {TUESDAY: None}, at=china("2024-09-23 11:00"))

    assert dates(issue) == before
    assert not CountyDay.objects.exists()
    assert issue.events.filter(verb=Verb.RECALENDAR).count() == 2


def test_hours_and_other_townships_are_left_alone(county):
    urgent = make.accepted(county, MONDAY)  # 24 h
    other = make.accepted(county, MONDAY, path=make.CELLS[4], by="gm3", about="env.waste")
    here = make.accepted(county, MONDAY, about="env.waste")
    before = [dates(urgent), dates(other)]

    change = applied(county, {TUESDAY: False}, at=china("2024-09-23 10:00"), path=T1)

    assert [dates(urgent), dates(other)] == before
    assert dates(here)["level_due_at"] == china("2024-09-27 17:30")
    assert change.moved == 1


def test_what_was_warned_of_is_not_warned_of_again(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    at = china("2024-09-26 10:00")
    for _ in range(3):
        sweeps.warn(at=at)
    told = [(event.facts["reason"], event.facts["step"]) for event in issue.events.filter(verb="warn").order_by("number")]
    assert told == [("contact", 0), ("level", 0), ("level", 1)]

    applied(county, {date(2024, 9, 26): False}, at=china("2024-09-26 10:30"))
    for hour in range(24 * 6):
        sweeps.warn(at=at + timedelta(hours=hour))

    events = issue.events.filter(verb="warn").order_by("number")
    assert [(event.facts["reason"], event.facts["step"]) for event in events] == [*told, ("level", 2)]
    assert [event.at for event in events][-1] >= china("2024-09-27 17:30")


def test_warning_that_the_calendar_jumps_over_is_given_at_once(county):
    make.in_hand(county, china("2024-09-27 09:00"), about="env.waste")  # due on the 8th of October
    now = china("2024-10-08 08:00")
    issue = Issue.objects.get()
    do(issue, Verb.CONTACT, county["pr1"], china("2024-09-27 09:00"))
    Issue.objects.update(warned=1)

    applied(county, {date(2024, 10, 2): True, date(2024, 10, 3): True}, at=now)
    sweeps.warn(at=now + timedelta(minutes=1))

    assert {event.facts["step"] for event in issue.events.filter(verb="warn")} == {1, 2}


def test_clock_that_was_paused_keeps_its_working_time(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    _suspend(county["vs1"], issue, china("2024-09-23 15:00"), china("2024-09-25 09:00"))
    from issues import services

    locked = Issue.objects.get(pk=issue.pk)
    services.move_by_program(locked, Verb.RESUME, at=china("2024-09-25 09:00"))
    assert Issue.objects.get().level_due_at == china("2024-09-29 17:30")  # two working days of it stood still

    applied(county, {TUESDAY: False}, at=china("2024-09-25 10:00"))

    # the day off lies in the pause: it is neither worked nor does it make the pause longer
    assert Issue.objects.get().level_due_at == china("2024-09-29 17:30")


def _suspend(by: Person, issue: Issue, at: datetime, until: datetime) -> None:
    issue.status, issue.resume_at = Status.SUSPENDED, until
    issue.warn_at = issue.climb_at = None
    ledger.append(issue, Verb.SUSPEND, at=at, by=by, actor="village_secretary", from_status="in_progress", from_level=10)


def test_issue_accepted_late_begins_when_the_moved_triage_was_due(county):
    issue = make.reported(county, china("2024-09-23 09:00"), about="env.waste")
    do(issue, Verb.ACCEPT, county["gm1"], china("2024-09-26 09:00"))  # triage was due on Tuesday
    assert issue.level_since == china("2024-09-24 17:30")

    applied(county, {TUESDAY: False}, at=china("2024-09-26 10:00"))

    issue.refresh_from_db()
    assert issue.level_since == issue.triage_due_at == china("2024-09-25 17:30")
    assert issue.level_due_at == china("2024-09-29 17:30")
    assert issue.total_due_at == china("2024-11-24 17:30")


def test_issue_whose_clock_began_under_the_new_days_is_not_moved_twice(county):
    old = make.reported(county, china("2024-09-20 09:00"), about="env.waste")
    change = counted(county, {TUESDAY: False}, at=MONDAY)
    changes.confirm(change.pk, by=county["admin"], at=MONDAY)
    do(old, Verb.ACCEPT, county["gm1"], MONDAY + timedelta(minutes=1))  # before the worker came to it
    right = dates(old)

    changes.work(at=MONDAY + timedelta(minutes=2))

    assert dates(old) == right


def test_change_killed_half_way_ends_complete_and_doubles_nothing(county, monkeypatch):
    monkeypatch.setattr(changes, "BATCH", 2)
    issues = [make.accepted(county, MONDAY, about="env.waste") for _ in range(5)]
    change = counted(county, {TUESDAY: False}, at=MONDAY)
    at = MONDAY + timedelta(minutes=1)
    changes.confirm(change.pk, by=county["admin"], at=at)
    assert changes.step(change.pk, at=at)
    real = changes._note

    def dies(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    monkeypatch.setattr(changes, "_note", dies)
    with pytest.raises(RuntimeError):
        changes.step(change.pk, at=at)  # all of this batch is undone
    monkeypatch.setattr(changes, "_note", real)
    assert Event.objects.filter(verb=Verb.RECALENDAR).count() == 2
    changes.work(at=at)
    changes.work(at=at)

    change.refresh_from_db()
    assert (change.state, change.seen, change.moved, change.share) == (CalendarChange.State.APPLIED, 5, 5, 100)
    assert [issue.events.filter(verb=Verb.RECALENDAR).count() for issue in issues] == [1] * 5
    assert set(Issue.objects.values_list("level_due_at", flat=True)) == {china("2024-09-27 17:30")}
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def test_batch_asks_as_often_for_many_as_for_few(county):
    def asked(day: int, more: int) -> int:
        for _ in range(more):
            make.accepted(county, MONDAY, about="env.waste")
        change = counted(county, {date(2024, 9, day): False}, at=MONDAY)
        changes.confirm(change.pk, by=county["admin"], at=MONDAY + timedelta(minutes=1))
        with CaptureQueriesContext(connection) as seen:
            changes.step(change.pk, at=MONDAY + timedelta(minutes=1))
        change.refresh_from_db()
        assert change.moved == Issue.objects.count()
        return len(seen)

    asked(24, 1)  # what is read once per process is read now
    assert asked(25, 1) == asked(26, 5)


@pytest.mark.parametrize("name", ["duc", "leader", "tc1", "organisation"])
def test_calendar_is_the_administrators_alone(county, name):
    with pytest.raises(Forbidden):
        changes.propose(county.areas[K], {TUESDAY: False}, reason="x", by=county[name], at=MONDAY)


def test_change_that_changes_nothing_or_says_not_why_is_refused(county):
    with pytest.raises(Refusal, match="Say why"):
        changes.propose(county.areas[K], {TUESDAY: False}, reason=" ", by=county["admin"], at=MONDAY)
    applied(county, {TUESDAY: False}, at=MONDAY)
    with pytest.raises(Refusal, match="nothing would change"):
        changes.propose(county.areas[K], {TUESDAY: False}, reason="x", by=county["admin"], at=MONDAY)


def test_change_is_confirmed_once_and_dropped_only_before(county):
    change = applied(county, {TUESDAY: False}, at=MONDAY)

    with pytest.raises(Refusal, match="cannot be confirmed now"):
        changes.confirm(change.pk, by=county["admin"], at=MONDAY)
    with pytest.raises(Refusal, match="enter the contrary"):
        changes.drop(change.pk, by=county["admin"], at=MONDAY)
    other = counted(county, {WEDNESDAY: False}, at=MONDAY)
    changes.drop(other.pk, by=county["admin"], at=MONDAY)
    assert not CountyDay.objects.filter(day=WEDNESDAY).exists()
