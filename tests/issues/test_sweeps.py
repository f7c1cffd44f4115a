"""What the program does by itself: the test vector walked day by day, each sweep, and sweeps that meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from grids.levels import Level
from issues import ledger, services, sweeps
from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry, Notice, Requester
from issues.services import VERBS, Act
from issues.terms import Cause, ClockState, Status, Urgency, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, ask, china, do


def sweep_all(at: datetime) -> None:
    for sweep in (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume):
        assert sweep(at=at).failed == []


def steps(issue: Issue) -> list[tuple[str, str]]:
    """(verb, when) of what the program did, in China's time."""
    found = issue.events.filter(actor="system").exclude(verb="dispatch").order_by("number")
    return [(event.verb, f"{event.at.astimezone(make.CHINA):%m-%d %H:%M}") for event in found]


def told(event: Event) -> set[str]:
    people = Notice.objects.filter(event=event, person__isnull=False)
    return {role for notice in people if notice.person for role in notice.person.assignments.values_list("role", flat=True)}


def next_look(issue: Issue) -> datetime:
    """When the program looks again for a rating."""
    at = Issue.objects.get(pk=issue.pk).silent_close_at
    assert at is not None
    return at


# --- the test vector ---


def test_issue_that_nobody_handles_walks_the_vector_of_the_notes(county):
    """J4: over National Day and two worked weekend days, swept at each moment for which something is due."""
    issue = make.accepted(county, MONDAY, about="env.waste")
    at, end = MONDAY, china("2024-11-30 12:00")
    while at < end:
        at = min(time for time in Issue.objects.values_list("warn_at", "climb_at").get() if time) if _has_next(issue) else end
        sweep_all(at)
    issue.refresh_from_db()

    moved = [step for step in steps(issue) if step[0] in ("escalate", "draft_red")]
    assert moved == [("escalate", "09-27 17:30"), ("escalate", "10-12 17:30"), ("draft_red", "10-29 17:30")]
    marks = [
        f"{event.at.astimezone(make.CHINA):%m-%d %H:%M}"
        for event in issue.events.filter(verb="warn").order_by("number")
        if event.facts["reason"] == "level" and event.from_level == Level.GRID
    ]
    assert marks == ["09-25 08:45", "09-26 09:54", "09-26 17:30"]
    assert (issue.level, issue.climb_cause) == (Level.TOWNSHIP, Cause.OVERDUE)
    assert issue.level_due_at == china("2024-10-25 17:30")
    assert issue.total_due_at == china("2024-11-22 17:30")
    assert list(EscalationRequest.objects.order_by("pk").values_list("cause", "to_level")) == [("overdue", 20), ("overdue", 30)]
    assert not KeySupervisionEntry.objects.exists()  # never by the program
    do(issue, Verb.REFUSE_RED, county["duc"], china("2024-11-30 12:00"))
    assert issue.level == Level.TOWNSHIP


def _has_next(issue: Issue) -> bool:
    return any(Issue.objects.values_list("warn_at", "climb_at").get(pk=issue.pk))


def test_issue_left_untriaged_shows_its_clock_running_and_climbs_all_the_same(county):
    issue = make.reported(county, MONDAY, about="env.waste")
    assert issue.clock_state(china("2024-09-25 09:00")) == ClockState.ON_TRACK
    assert issue.level_since == china("2024-09-24 17:30")

    sweep_all(china("2024-09-24 17:30"))
    warning = issue.events.get(verb="warn")
    assert warning.facts["reason"] == "triage"
    assert told(warning) >= {Role.GRID_MEMBER, Role.VILLAGE_SECRETARY}

    sweep_all(china("2024-09-29 17:30"))  # due 09-27, up one working day later

    issue.refresh_from_db()
    assert (issue.level, issue.status, issue.handler) == (Level.VILLAGE, Status.ASSIGNED, county["vs1"])
    assert issue.events.get(verb="escalate").facts["untriaged"] is True


# --- warnings ---


def led_by_roads(county: make.County, at: datetime, **more: Any) -> Issue:
    issue = make.at_yellow(county, at, **more)
    do(issue, Verb.DISPATCH, county["tc1"], at, unit=county.units["roads"].pk)
    do(issue, Verb.ACKNOWLEDGE, county["roads"], at)
    return issue


def test_warnings_go_to_whom_the_policy_names_once_each(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, county["pr1"], MONDAY)
    for at in ("2024-09-25 08:45", "2024-09-25 08:45", "2024-09-26 09:54", "2024-09-26 17:30", "2024-09-26 17:31"):
        sweeps.warn(at=china(at))

    warnings = list(issue.events.filter(verb="warn").order_by("number"))
    assert [event.facts["step"] for event in warnings] == [0, 1, 2]
    assert [told(event) for event in warnings] == [
        {Role.PARTY_REPRESENTATIVE},
        {Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY},
        {Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY},
    ]
    digest, direct, _late = (event.notices.filter(person=county["pr1"]).get() for event in warnings)
    assert (digest.not_before, digest.announced_at) == (china("2024-09-26 08:30"), None)
    assert direct.announced_at == china("2024-09-26 09:54")


@pytest.mark.parametrize(
    ("brought", "soon", "late"),
    [
        (make.at_blue, {Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE}, set()),
        (make.at_yellow, {Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE}, set()),
        (led_by_roads, {Role.DEPARTMENT, Role.TOWNSHIP_COMMITTEE}, {Role.SUPERVISION_OFFICE}),
        (make.at_red, {Role.DEPARTMENT, Role.SUPERVISION_OFFICE}, {Role.COUNTY_LEADER}),
    ],
)
def test_time_that_is_up_is_told_one_level_higher_at_every_light(county, brought, soon, late):
    issue = brought(county, MONDAY, about="env.waste")
    assert issue.level_due_at
    sweeps.warn(at=issue.level_due_at)

    before, at_end = issue.events.filter(verb="warn", facts__reason="level", facts__step__gte=1).order_by("number")
    assert told(before) == soon
    assert told(at_end) == soon | late


def test_warning_at_night_waits_for_the_morning_unless_critical(county):
    at = china("2024-09-24 03:00")
    urgent, critical = make.in_hand(county, MONDAY), make.in_hand(county, MONDAY, danger=True)
    Issue.objects.update(warn_at=at)
    for issue in (urgent, critical):
        Issue.objects.filter(pk=issue.pk).update(level_due_at=at, contact_due_at=None)

    sweeps.warn(at=at)

    def when(issue: Issue) -> set[datetime]:
        return set(Notice.objects.filter(event__issue=issue, event__verb="warn").values_list("not_before", flat=True))

    assert when(urgent) == {china("2024-09-24 07:00")}
    assert when(critical) == {at}


def test_sweep_that_comes_late_gives_every_warning_it_missed_and_climbs(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, county["pr1"], MONDAY)

    sweep_all(china("2024-10-08 10:00"))

    assert [event.facts["step"] for event in issue.events.filter(verb="warn", from_level=10).order_by("number")] == [0, 1, 2]
    issue.refresh_from_db()
    assert issue.level == Level.VILLAGE
    assert issue.level_since == china("2024-10-08 10:00")  # whose it is now has all of the time


def test_solved_issue_no_longer_climbs_and_who_verifies_is_reminded(county):
    issue = make.resolved(county, MONDAY, about="env.waste")
    sweep_all(china("2024-10-20 10:00"))
    issue.refresh_from_db()

    assert (issue.level, issue.status) == (Level.GRID, Status.PENDING_VERIFICATION)
    reminder = issue.events.get(verb="warn")
    assert reminder.facts["reason"] == "verify"
    assert told(reminder) == {Role.GRID_MEMBER, Role.GRID_LEADER, Role.VILLAGE_SECRETARY}
    assert issue.clock_state(china("2024-10-20 10:00")) == ClockState.ON_TRACK  # it was solved in time


def test_critical_issue_when_not_made_safe_in_two_hours_is_called_for_up_to_the_township(county):
    issue = make.accepted(county, MONDAY, about="road.light", danger=True, by="vs1")
    assert issue.urgency == Urgency.CRITICAL

    sweeps.warn(at=MONDAY + timedelta(hours=2))

    made_safe = [event for event in issue.events.filter(verb="warn") if event.facts["reason"] == "make_safe"]
    assert [event.at for event in made_safe] == [MONDAY + timedelta(hours=2)]
    assert told(made_safe[0]) == {Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE}


def test_urgent_issue_climbs_four_hours_after_it_was_due(county):
    issue = make.in_hand(county, MONDAY)

    sweeps.climb(at=china("2024-09-24 12:59"))
    issue.refresh_from_db()
    assert issue.level == Level.GRID
    sweeps.climb(at=china("2024-09-24 13:00"))
    issue.refresh_from_db()
    assert issue.level == Level.VILLAGE


def test_issue_climbing_past_a_vacant_post_is_with_who_stands_in(county):
    county["vs1"].is_active = False
    county["vs1"].save()
    issue = make.in_hand(county, MONDAY)

    sweeps.climb(at=china("2024-09-25 13:00"))

    issue.refresh_from_db()
    assert (issue.level, issue.handler, issue.handler_fallback) == (Level.VILLAGE, county["tc1"], True)
    do(issue, Verb.ACKNOWLEDGE, county["tc1"], china("2024-09-25 14:00"))
    do(issue, Verb.RESOLVE, county["tc1"], china("2024-09-25 15:00"))
    assert issue.status == Status.PENDING_VERIFICATION


# --- no answer ---


def test_requester_who_never_answers_is_asked_on_three_days_and_a_week_later_it_closes_unrated(county):
    issue = make.awaiting_rating(county, MONDAY)
    while Issue.objects.get(pk=issue.pk).is_open:
        sweeps.feedback(at=next_look(issue))

    assert steps(issue) == [("call_back", "09-24 08:30"), ("call_back", "09-25 08:30"), ("close", "10-02 17:30")]
    assert issue.events.get(verb="close").facts == {"unrated": True}


def test_requester_who_has_only_a_telephone_is_called_by_people(county):
    issue = make.awaiting_rating(county, MONDAY, channel=Requester.Channel.PHONE)
    assert issue.silent_close_at is None
    sweeps.feedback(at=china("2024-12-01 09:00"))
    assert steps(issue) == []

    for day in ("2024-09-24", "2024-09-24", "2024-09-25"):
        do(issue, Verb.CALL_BACK, county["gm1"], china(f"{day} 10:00"))
    assert issue.silent_close_at is None  # two days only
    do(issue, Verb.CALL_BACK, county["gm1"], china("2024-09-26 10:00"))
    assert issue.silent_close_at == china("2024-10-03 17:30")

    sweeps.feedback(at=china("2024-10-03 17:30"))
    issue.refresh_from_db()
    assert issue.status == Status.CLOSED


def test_rating_that_comes_after_being_asked_again_closes_it(county):
    issue = make.awaiting_rating(county, MONDAY)
    sweeps.feedback(at=china("2024-09-24 08:30"))

    ask(issue, Verb.RATE, china("2024-09-24 12:00"), rating="mostly")

    assert issue.status == Status.CLOSED
    assert issue.events.get(verb="close").facts == {"unrated": False}


def test_red_issue_without_rating_waits_for_the_countys_word(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    at = MONDAY
    for _ in range(6):
        at = next_look(issue)
        assert sweeps.feedback(at=at).failed == []
    issue.refresh_from_db()
    assert issue.status == Status.PENDING_FEEDBACK

    do(issue, Verb.APPROVE_EXIT, county["duc"], at + timedelta(hours=1))
    assert issue.status == Status.CLOSED


def test_few_ratings_and_bad_ones_send_it_back_when_no_more_come(county):
    issue = make.awaiting_rating(county, MONDAY)
    others = [make.report(issue, MONDAY) for _ in range(5)]
    services.move_as_requester(others[0].pk, Verb.RATE, at=MONDAY, facts={"rating": "dissatisfied"})
    for _ in range(4):
        silent = Issue.objects.get(pk=issue.pk).silent_close_at
        if silent:
            sweeps.feedback(at=silent)
    issue.refresh_from_db()

    assert (issue.status, issue.rectify_rounds) == (Status.IN_PROGRESS, 1)


# --- the machinery ---


def test_issue_that_fails_is_logged_and_the_others_go_on(county, caplog, monkeypatch):
    bad, good = make.in_hand(county, MONDAY), make.in_hand(county, MONDAY)
    Issue.objects.filter(pk=bad.pk).update(handler_fallback=True)
    real = VERBS[Verb.ESCALATE]

    def fails_on_the_first(act: Act) -> Event:
        if act.issue.pk == bad.pk:
            raise RuntimeError("broken")
        return real(act)

    monkeypatch.setitem(VERBS, Verb.ESCALATE, fails_on_the_first)
    tally = sweeps.climb(at=china("2024-09-25 13:00"))

    assert (tally.done, tally.failed) == (1, [bad.pk])
    assert f"Issue {bad.pk} could not be swept" in caplog.text
    good.refresh_from_db()
    assert good.level == Level.VILLAGE


def test_sweep_takes_what_is_due_in_batches_to_the_last(county, monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 2)
    for _ in range(5):
        make.in_hand(county, MONDAY)

    assert sweeps.climb(at=china("2024-09-25 13:00")).done == 5


def test_sweep_with_nothing_due_asks_one_question(county, django_assert_num_queries):
    make.in_hand(county, MONDAY)

    with django_assert_num_queries(1):
        sweeps.climb(at=MONDAY)


@pytest.mark.django_db(transaction=True)
def test_sweeps_that_meet_climb_each_issue_once():
    """Four at once on the real database: every climb, slip and notice exactly once, and the ledger whole."""
    county = make.county()
    issues = [make.in_hand(county, MONDAY, path=CELLS[n % 2], by="gl1") for n in range(12)]
    at, start = china("2024-09-25 13:00"), Barrier(4)

    def sweep(_number: int) -> sweeps.Tally:
        try:
            start.wait(timeout=20)
            return sweeps.climb(at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(sweep, range(4)))

    assert sum(tally.done for tally in tallies) == len(issues)
    assert [tally.failed for tally in tallies] == [[]] * 4
    assert Event.objects.filter(verb="escalate").count() == len(issues)
    assert EscalationRequest.objects.count() == len(issues)
    assert set(Issue.objects.values_list("level", flat=True)) == {Level.VILLAGE}
    assert not [fault for fault in ledger.verify_all()[1] if fault]


@pytest.mark.django_db(transaction=True)
def test_person_and_sweep_that_meet_do_not_undo_each_other():
    county = make.county()
    issue = make.in_hand(county, MONDAY)
    at, start = china("2024-09-25 13:00"), Barrier(2)

    def by_clock() -> None:
        start.wait(timeout=20)
        sweeps.climb(at=at)
        connection.close()

    def by_hand() -> str:
        start.wait(timeout=20)
        try:
            services.move(issue.pk, Verb.RESOLVE, by=county["pr1"], at=at, facts=make.FACTS[Verb.RESOLVE])
        except Exception as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        clock, hand = pool.submit(by_clock), pool.submit(by_hand)
        clock.result()
        outcome = hand.result()

    issue.refresh_from_db()
    if outcome == "done":
        assert (issue.level, issue.status) == (Level.GRID, Status.PENDING_VERIFICATION)
    else:
        assert (outcome, issue.level, issue.status) == ("Refusal", Level.VILLAGE, Status.ASSIGNED)
    assert not [fault for fault in ledger.verify_all()[1] if fault]
