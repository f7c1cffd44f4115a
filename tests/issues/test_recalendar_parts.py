"""What hangs on an issue's dates moves with the calendar as they do; a day that somebody has named stays that day."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues import sweeps
from issues.models import CalendarChange, EscalationRequest, Event, HolderRequest, Issue, Milestone, SubTask
from issues.recalendar import changes
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.test_county_calendar import applied, dates

TUESDAY, WEDNESDAY = date(2024, 9, 24), date(2024, 9, 25)
SOON = china("2024-09-23 10:00")
OFF: dict[date, bool | None] = {WEDNESDAY: False}

pytestmark = pytest.mark.django_db


def test_day_by_which_the_county_decides_moves_on_the_issue_and_on_its_slip(county):
    issue = make.proposed(county, MONDAY)
    assert issue.decide_due_at == china("2024-09-25 17:30")

    applied(county, OFF, at=SOON)

    issue.refresh_from_db()
    assert issue.decide_due_at == china("2024-09-26 17:30")
    assert EscalationRequest.objects.pending().get().decide_by == china("2024-09-26 17:30")
    assert issue.events.get(verb=Verb.RECALENDAR).facts["new"]["decide_due_at"] == china("2024-09-26 17:30").isoformat()
    assert sweeps.warn(at=china("2024-09-25 17:31")).done == 1  # warned of contact or level, not of the decision
    assert "decide" not in {event.facts["reason"] for event in issue.events.filter(verb=Verb.WARN)}


def test_next_line_of_progress_is_counted_again_from_the_last(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.REPORT_PROGRESS, county["roads"], china("2024-09-24 09:00"), progress="dug")
    assert issue.progress_due_at == china("2024-09-30 17:30")

    applied(county, {date(2024, 9, 27): False}, at=china("2024-09-24 10:00"))

    assert dates(issue)["progress_due_at"] == china("2024-10-08 17:30")


def test_rest_for_the_requester_ends_as_many_working_days_later(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.ASK_SUSPENSION, county["pr1"], MONDAY, suspension="requester", reason="which house?")
    do(issue, Verb.SUSPEND, county["vs1"], MONDAY)
    assert issue.resume_at == china("2024-09-29 17:30")

    applied(county, OFF, at=SOON)

    assert dates(issue)["resume_at"] == china("2024-09-30 17:30")


def test_rest_until_a_day_that_was_named_ends_on_that_day(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.ASK_SUSPENSION, county["pr1"], MONDAY, suspension="funds", reason="no money", resume_on="2024-09-29")
    do(issue, Verb.SUSPEND, county["vs1"], MONDAY)

    applied(county, OFF, at=SOON)

    assert dates(issue)["resume_at"] == china("2024-09-29 17:30")


def test_deferred_issue_goes_on_with_what_was_left_under_the_new_days(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.ASK_DEFERRAL, county["pr1"], MONDAY, reason="no budget", reply="next year")
    do(issue, Verb.DEFER, county["tc1"], MONDAY, reply="next year")
    at = china("2024-09-27 09:00")
    do(issue, Verb.REVIEW, county["tc1"], at, verdict="take_up", reason="there is money", reply="we begin")
    left = issue.level_due_at

    applied(county, OFF, at=china("2024-09-27 10:00"))  # it lies in the rest

    assert dates(issue)["level_due_at"] == left


def _led_and_helped(county: make.County, **more: object) -> Issue:
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)
    do(issue, Verb.ACKNOWLEDGE, county["roads"], MONDAY)
    do(issue, Verb.ASK_HELP, county["roads"], MONDAY, units=[county.units["power"].pk], task="cut the line", **more)
    return issue


def test_part_that_is_due_with_the_issue_stays_due_with_it(county):
    issue = _led_and_helped(county)
    task = SubTask.objects.get()
    before, warned = task.due_at, task.warn_at

    applied(county, OFF, at=SOON)

    task.refresh_from_db()
    issue.refresh_from_db()
    assert task.due_at == issue.level_due_at
    assert task.due_at > before
    assert warned
    assert task.warn_at
    assert task.warn_at > warned
    facts = issue.events.get(verb=Verb.RECALENDAR).facts
    assert datetime.fromisoformat(facts["old"]["sub_task_1"]) == before
    assert datetime.fromisoformat(facts["new"]["sub_task_1"]) == task.due_at


def test_part_with_a_day_of_its_own_keeps_it_but_never_beyond_the_issue(county):
    _led_and_helped(county, due="2024-10-11")  # the issue's own day

    SubTask.objects.update(due_at=china("2024-10-11 17:00"))  # named, an hour before the issue's
    applied(county, {date(2024, 9, 28): True}, at=SOON)  # the issue is due earlier now

    issue = Issue.objects.get()
    assert issue.level_due_at == china("2024-10-10 17:30")
    assert SubTask.objects.get().due_at == issue.level_due_at


def test_answer_to_a_call_is_counted_again(county):
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=[county.units["power"].pk], task="come")
    assert SubTask.objects.get().due_at == china("2024-09-25 17:30")

    applied(county, {TUESDAY: False}, at=SOON)

    assert SubTask.objects.get().due_at == china("2024-09-26 17:30")


def test_extension_that_waits_is_asked_for_as_many_days_more(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")  # due on Thursday
    do(issue, Verb.ASK_EXTENSION, county["pr1"], MONDAY, reason="rain", due="2024-09-27")

    applied(county, OFF, at=SOON)

    issue = Issue.objects.get()
    assert HolderRequest.objects.pending().get().until == date(2024, 9, 29)  # Friday's next working day is the adjusted Sunday
    do(issue, Verb.EXTEND, county["vs1"], china("2024-09-23 11:00"))
    assert issue.level_due_at == china("2024-09-29 17:30")


def test_milestones_of_an_approved_plan_stay_the_days_that_were_named(county):
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money", reply="it takes a while")
    steps = "2024-10-14 stones are there\n2024-10-30 open"
    do(issue, Verb.FILE_PLAN, county["tc1"], MONDAY, plan="a bridge", milestones=steps)
    do(issue, Verb.APPROVE_PLAN, county["duc"], MONDAY, reply="planned")
    before = dates(issue)

    applied(county, OFF, at=SOON)

    after = dates(issue)
    assert after["level_due_at"] == before["level_due_at"] == china("2024-10-14 17:30")
    assert after["total_due_at"] == before["total_due_at"] == china("2024-10-30 17:30")
    assert after["due_soon_at"] != before["due_soon_at"]  # 80 % of the working time until then, less that day
    assert after["level_since"] == before["level_since"]
    assert list(Milestone.objects.of_issue(issue).values_list("due_on", flat=True)) == [date(2024, 10, 14), date(2024, 10, 30)]


def test_windows_of_a_project_move_by_its_own_working_days_and_those_of_before_stay_hours(county):
    issue = make.accepted(county, MONDAY, by="tc1", about="road.bridge")  # urgent
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money")
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)
    late = make.accepted(county, MONDAY, by="tc1", about="road.bridge")
    do(late, Verb.TAKE_AS_PROJECT, county["tc1"], china("2024-09-23 13:01"), reason="needs money")

    applied(county, {TUESDAY: False}, at=china("2024-09-23 14:00"))

    assert dates(issue)["contact_due_at"] == china("2024-09-26 17:30")
    assert dates(issue)["sign_due_at"] == china("2024-09-25 17:30")
    assert dates(late)["contact_due_at"] == china("2024-09-23 13:00")


def test_plan_that_is_not_approved_yet_is_due_as_many_working_days_later(county):
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money", reply="it takes a while")
    assert issue.level_due_at == china("2024-10-11 17:30")

    applied(county, OFF, at=SOON)

    assert dates(issue)["level_due_at"] == china("2024-10-12 17:30")


def _legacy_on_red_list(county: make.County) -> Issue:
    issue = make.at_red(county, MONDAY)
    Issue.objects.update(nature="legacy")  # it may be listed before it is late
    issue.refresh_from_db()
    return issue


def test_date_that_a_leader_has_signed_stays(county):
    issue = _legacy_on_red_list(county)
    given = {"leader": county["leader"].pk, "due": "2024-10-31", "public_line": "挂牌", "reason": "历史遗留"}
    do(issue, Verb.PROPOSE_LISTED, county["duc"], MONDAY, **given)
    do(issue, Verb.LIST, county["leader"], MONDAY, **given)

    applied(county, OFF, at=SOON)

    assert dates(issue)["level_due_at"] == china("2024-10-31 17:30")


def test_nothing_that_hangs_on_an_issue_moves_while_the_change_is_only_counted(county):
    _led_and_helped(county)
    before = SubTask.objects.values("due_at", "warn_at").get()

    change = changes.propose(county.areas[make.K], OFF, reason="那达慕", by=county["admin"], at=SOON)
    changes.work(at=SOON)

    change.refresh_from_db()
    assert change.state == CalendarChange.State.COUNTED
    assert change.moved == 1
    assert SubTask.objects.values("due_at", "warn_at").get() == before


@pytest.mark.parametrize("verb", [Verb.EXIT_DOWN, Verb.LIST])
def test_clock_set_by_a_person_after_the_days_hold_is_not_moved_twice(county, verb):
    issue = _legacy_on_red_list(county)
    given = {"leader": county["leader"].pk, "due": "2024-10-31", "public_line": "挂牌", "reason": "历史遗留"}
    do(issue, Verb.PROPOSE_LISTED, county["duc"], MONDAY, **given)
    change = changes.propose(county.areas[make.K], OFF, reason="那达慕", by=county["admin"], at=SOON)
    changes.work(at=SOON)
    changes.confirm(change.pk, by=county["admin"], at=SOON)
    do(issue, verb, county["duc" if verb == Verb.EXIT_DOWN else "leader"], china("2024-09-23 10:01"), **given)
    right = dates(issue)

    changes.work(at=china("2024-09-23 10:02"))

    assert dates(issue) == right


def test_batch_with_parts_asks_as_often_for_many_as_for_few(county):
    def asked(day: int, more: int) -> int:
        for _ in range(more):
            _led_and_helped(county)
        change = changes.propose(county.areas[make.K], {date(2024, 9, day): False}, reason="那达慕", by=county["admin"], at=SOON)
        changes.work(at=SOON)
        changes.confirm(change.pk, by=county["admin"], at=SOON)
        with CaptureQueriesContext(connection) as seen:
            changes.step(change.pk, at=SOON)
        assert Event.objects.filter(verb=Verb.RECALENDAR, facts__change=change.pk).count() == Issue.objects.count()
        return len(seen)

    asked(24, 1)
    assert asked(25, 1) == asked(26, 3)


def test_lead_unit_reports_anew_from_the_day_on_which_work_goes_on(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.ASK_SUSPENSION, county["roads"], MONDAY, suspension="funds", reason="no money", resume_on="2024-11-01")
    do(issue, Verb.SUSPEND, county["leader"], MONDAY)

    assert sweeps.resume(at=china("2024-11-01 17:30")).done == 1

    assert dates(issue)["progress_due_at"] == china("2024-11-08 17:30")
