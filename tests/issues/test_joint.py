"""Handling together: helpers, calls to the spot, answers, waivers, reminders, mutual ratings, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from issues import services, sweeps
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Event, Issue, Notice, NotifiedUnit, SubTask
from issues.terms import Status, Urgency, Verb
from mapui.issue_page import IssuePage
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do

HOUR = timedelta(hours=1)
NORMAL = "env.waste"  # working days, not hours

pytestmark = pytest.mark.django_db


def led(county: make.County, **more: Any) -> Issue:
    """Yellow, led by “roads”, in progress, ten working days left."""
    issue = make.at_yellow(county, MONDAY, about="env.waste", **more)
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)
    do(issue, Verb.ACKNOWLEDGE, county["roads"], MONDAY)
    return issue


def helped(county: make.County, by: str = "roads", **more: Any) -> Issue:
    """The same, and “power” was asked to help."""
    issue = led(county)
    do(issue, Verb.ASK_HELP, county[by], MONDAY, units=[county.units["power"].pk], task="cut the line", **more)
    return issue


def test_helper_when_asked_by_the_lead_sees_the_issue_takes_it_on_and_answers(county):
    issue = led(county)
    with pytest.raises(OutOfScope):
        do(issue, Verb.TAKE_TASK, county["power"], MONDAY)

    do(issue, Verb.ASK_HELP, county["roads"], MONDAY, units=[county.units["power"].pk], task="cut the line")
    do(issue, Verb.TAKE_TASK, county["power"], MONDAY + HOUR)
    event = do(issue, Verb.ANSWER, county["power"], MONDAY + 2 * HOUR, text="line is cut")

    task = SubTask.objects.get()
    assert (task.kind, task.task, task.asked_by) == ("helper", "cut the line", county["roads"])
    assert task.due_at == issue.level_due_at
    assert (task.acknowledged_at, task.answered_at, task.answer) == (MONDAY + HOUR, MONDAY + 2 * HOUR, "line is cut")
    assert (event.actor, event.facts["tasks"], event.texts) == ("department", [1], {"text": "line is cut"})
    assert issue.status == Status.IN_PROGRESS


def test_helper_handles_nothing_but_its_own_part(county):
    issue = helped(county)

    for verb in (Verb.RESOLVE, Verb.WAIVE, Verb.ASK_HELP, Verb.NOTE, Verb.RETURN_DOWN):
        with pytest.raises(Forbidden):
            do(issue, verb, county["power"], MONDAY, reason="x", units=[county.units["power"].pk], task="x")
    offered = {move.verb for move in services.possible_moves(issue, county["power"], MONDAY)}
    assert offered == {Verb.TAKE_TASK, Verb.ANSWER}


def test_lead_cannot_report_as_solved_while_a_part_is_open_and_can_once_it_is_answered(county):
    issue = helped(county)

    with pytest.raises(Refusal, match="These units have not answered yet: power"):
        do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.ANSWER, county["power"], MONDAY, text="done")
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)

    assert issue.status == Status.PENDING_VERIFICATION


def test_lead_when_waiving_a_part_gives_the_reason_and_may_go_on(county):
    issue = helped(county)

    with pytest.raises(Refusal, match="“Reason” is missing"):
        do(issue, Verb.WAIVE, county["roads"], MONDAY)
    do(issue, Verb.WAIVE, county["roads"], MONDAY, reason="not needed after all")
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)

    task = SubTask.objects.get()
    assert (task.waived_by, task.waive_reason, task.is_open) == (county["roads"], "not needed after all", False)
    with pytest.raises(Refusal):
        do(issue, Verb.WAIVE, county["tc1"], MONDAY, reason="again")


@pytest.mark.parametrize(
    ("day", "due"),
    [("2024-10-11", "2024-10-11 17:30"), ("2024-09-23", "2024-09-23 17:30"), ("2024-10-12", None), ("2024-09-22", None)],
)
def test_date_of_a_helper_lies_between_today_and_the_issues_own_date(county, day, due):
    issue = led(county)
    assert issue.level_due_at == china("2024-10-11 17:30")

    asked = {"units": [county.units["power"].pk], "task": "cut", "due": day}
    if due is None:
        with pytest.raises(Refusal) as refused:
            do(issue, Verb.ASK_HELP, county["roads"], MONDAY, **asked)
        assert refused.value.field == "due"
    else:
        do(issue, Verb.ASK_HELP, county["roads"], MONDAY, **asked)
        assert SubTask.objects.get().due_at == china(due)


def test_unit_that_leads_or_was_asked_already_or_serves_elsewhere_is_not_asked(county):
    issue = helped(county)

    for unit in ("roads", "power", "township2"):
        with pytest.raises(Refusal) as refused:
            do(issue, Verb.ASK_HELP, county["roads"], MONDAY, units=[county.units[unit].pk], task="x")
        assert refused.value.field == "units"


def test_one_call_whistles_several_units_each_with_its_own_part(county):
    issue = make.at_yellow(county, MONDAY)
    units = [county.units[name].pk for name in ("roads", "power")]

    event = do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=units, task="to the spot")

    tasks = list(SubTask.objects.order_by("number"))
    assert [(task.unit.name, task.kind, task.on_site_by) for task in tasks] == [
        ("roads", "whistle", None),
        ("power", "whistle", None),
    ]
    assert {task.due_at for task in tasks} == {china("2024-09-25 17:30")}  # two working days
    assert event.facts["tasks"] == [1, 2]
    assert make.told(issue, Verb.WHISTLE) >= {"department"}


def test_call_where_somebody_is_in_danger_is_answered_on_the_spot_in_two_hours(county):
    issue = make.at_yellow(county, MONDAY)
    Issue.objects.filter(pk=issue.pk).update(urgency=Urgency.CRITICAL)
    at = china("2024-09-23 22:40")

    do(issue, Verb.WHISTLE, county["tc1"], at, units=[county.units["power"].pk], task="live wire")
    task = SubTask.objects.get()
    assert (task.on_site_by, task.next_due_at) == (china("2024-09-24 00:40"), china("2024-09-24 00:40"))
    assert task.on_site_by is not None
    assert (task.was_late(task.on_site_by), task.was_late(task.on_site_by + timedelta(seconds=1))) == (False, True)
    do(issue, Verb.TAKE_TASK, county["power"], at + HOUR)
    task.refresh_from_db()
    assert task.next_due_at == task.due_at


def test_call_never_runs_beyond_the_issues_own_time(county):
    issue = led(county)
    Issue.objects.filter(pk=issue.pk).update(level_due_at=china("2024-09-24 10:00"))

    do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=[county.units["power"].pk], task="x")

    assert SubTask.objects.get().due_at == china("2024-09-24 10:00")


def test_both_sides_rate_a_call_once_each_and_nobody_rates_for_the_other(county):
    issue = led(county)
    do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=[county.units["power"].pk], task="x")
    with pytest.raises(Refusal, match="No answered call"):
        do(issue, Verb.MARK_TASK, county["tc1"], MONDAY, mark="good")
    do(issue, Verb.ANSWER, county["power"], MONDAY, text="came at once")

    do(issue, Verb.MARK_TASK, county["tc1"], MONDAY, mark="good")
    do(issue, Verb.MARK_TASK, county["power"], MONDAY, mark="fair")

    task = SubTask.objects.get()
    assert (task.mark_of_asker, task.mark_of_unit) == ("good", "fair")
    for who in ("tc1", "power"):
        with pytest.raises(Refusal, match="No answered call"):
            do(issue, Verb.MARK_TASK, county[who], MONDAY, mark="poor")


def test_unit_is_reminded_by_the_policys_warnings_and_lead_and_dispatcher_when_it_is_due(county):
    issue = helped(county, due="2024-09-25")

    def people(step: int) -> set[str]:
        events = [event.pk for event in issue.events.filter(verb=Verb.WARN) if event.facts == event.facts | {"step": step}]
        told = Notice.objects.filter(event__in=events, channel="in_app", person__isnull=False)
        return {name for name, person in county.people.items() if person.pk in told.values_list("person", flat=True)}

    assert sweeps.remind_of_tasks(at=china("2024-09-23 10:00")).done == 0
    sweeps.remind_of_tasks(at=china("2024-09-25 17:30"))
    assert sweeps.remind_of_tasks(at=china("2024-09-25 17:30")).done == 0  # once each
    warned = [event.facts["step"] for event in issue.events.filter(verb=Verb.WARN).order_by("number")]
    assert warned == [0, 1, 2]
    assert (people(0), people(1), people(2)) == ({"power"}, {"power", "roads", "tc1"}, {"power", "roads", "tc1"})


def test_answered_part_is_reminded_of_no_more(county):
    issue = helped(county, due="2024-09-25")
    do(issue, Verb.ANSWER, county["power"], MONDAY, text="done")

    assert sweeps.remind_of_tasks(at=china("2024-09-26 09:00")).done == 0


def test_answer_is_told_to_the_lead_and_to_who_dispatched(county):
    issue = helped(county)
    do(issue, Verb.ANSWER, county["power"], MONDAY, text="done")

    told = set(Notice.objects.filter(event__verb=Verb.ANSWER, channel="in_app").values_list("person", flat=True))
    assert {county["roads"].pk, county["tc1"].pk} <= told


def test_queue_of_a_unit_holds_what_it_owes_until_it_has_answered(county):
    issue = helped(county, due="2024-09-25")

    waiting = Issue.objects.waiting_for(county["power"], MONDAY).values("pk", "asked", "waits_until")
    assert [tuple(row.values()) for row in waiting] == [(issue.pk, "help", china("2024-09-25 17:30"))]
    do(issue, Verb.ANSWER, county["power"], MONDAY, text="done")
    assert not Issue.objects.waiting_for(county["power"], MONDAY).exists()
    assert Issue.objects.visible_to(county["power"], MONDAY).has(issue)


def test_open_parts_are_void_when_the_issue_ends_and_the_event_says_which(county):
    issue = helped(county)
    ask(issue, Verb.WITHDRAW, TUESDAY)

    task = SubTask.objects.get()
    assert (task.dropped_at, task.is_open) == (TUESDAY, False)
    assert issue.events.get(verb=Verb.WITHDRAW).facts["dropped_tasks"] == [1]
    assert "department" in make.told(issue, Verb.WITHDRAW)


def test_at_red_the_supervision_office_whistles_and_the_lead_asks_for_help(county):
    issue = make.at_red(county, MONDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=[county.units["power"].pk], task="x")

    do(issue, Verb.WHISTLE, county["duc"], MONDAY, units=[county.units["power"].pk], task="x")
    do(issue, Verb.ASK_HELP, county["roads"], MONDAY, units=[county.units["township1"].pk], task="close the road")
    do(issue, Verb.ANSWER, county["tc1"], MONDAY, text="closed")

    assert [task.answered_by for task in SubTask.objects.order_by("number")] == [None, county["tc1"]]


# --- never after the issue itself ---


def test_part_is_due_earlier_when_the_issue_is_and_the_unit_is_told(county):
    issue = make.at_red(county, MONDAY, about=NORMAL)
    do(issue, Verb.ASK_HELP, county["duc"], MONDAY, units=[county.units["power"].pk], task="poles")
    (task,) = issue.open_sub_tasks
    assert task.due_at == issue.level_due_at == china("2024-10-24 17:30")

    event = do(issue, Verb.EXIT_DOWN, county["duc"], TUESDAY)

    task.refresh_from_db()
    assert task.due_at == issue.level_due_at == china("2024-10-12 17:30")
    assert task.warn_at
    assert task.warn_at < task.due_at
    assert event.facts["brought_forward"] == [task.number]
    assert event.notices.filter(person=county["power"]).exists()


def test_part_stays_as_it_is_when_the_issue_gets_more_time_or_is_late(county):
    issue = make.at_yellow(county, MONDAY, about=NORMAL)
    do(issue, Verb.ASK_HELP, county["tc1"], MONDAY, units=[county.units["power"].pk], task="poles", due="2024-09-29")
    (task,) = issue.open_sub_tasks
    do(issue, Verb.ASK_EXTENSION, county["tc1"], TUESDAY, reason="rain", due="2024-10-18")
    do(issue, Verb.EXTEND, county["duc"], TUESDAY)

    task.refresh_from_db()
    assert task.due_at == china("2024-09-29 17:30")
    assert not Event.objects.filter(facts__has_key="brought_forward").exists()


# --- units that just know ---


def test_unit_that_is_let_know_is_told_once_follows_what_the_requester_reads_and_can_do_nothing(county):
    issue = make.at_yellow(county, MONDAY, about=NORMAL)
    with pytest.raises(OutOfScope):
        services.move(issue.pk, Verb.NOTE, by=county["power"], at=MONDAY, facts={"text": "x"})
    facts = {"unit": county.units["roads"].pk, "text": "internal", "notified": [county.units["power"].pk, county.units["roads"].pk]}

    event = do(issue, Verb.DISPATCH, county["tc1"], MONDAY, **facts)
    again = do(issue, Verb.DISPATCH, county["tc1"], TUESDAY, **facts)

    assert event.facts["notified"] == [county.units["power"].code]  # who leads need not be told besides
    assert event.notices.filter(person=county["power"]).exists()
    assert "notified" not in again.facts
    assert not again.notices.filter(person=county["power"]).exists()
    assert Issue.objects.visible_to(county["power"], MONDAY).filter(pk=issue.pk).exists()
    assert services.possible_moves(issue, county["power"], MONDAY) == []
    assert issue.number not in {one.number for one in Issue.objects.waiting_for(county["power"], MONDAY)}
    page = IssuePage(issue, county["power"], MONDAY)
    assert page.joint.is_helper_only
    assert "internal" not in {words.text for line in page.all_lines for words in line.words}


def test_unit_of_another_place_is_not_let_know(county):
    issue = make.at_yellow(county, MONDAY, about=NORMAL)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk, notified=[county.units["township2"].pk])
    assert refused.value.field == "notified"
    assert not NotifiedUnit.objects.exists()
