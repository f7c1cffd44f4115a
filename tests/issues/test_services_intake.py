"""The verbs from the report to its acceptance, each through its door: what they change, whom they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grids.levels import Level
from issues import services
from issues.errors import Forbidden, Refusal
from issues.models import Issue, Notice
from issues.terms import Actor, Cause, Nature, Status, Urgency, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, V1, K, ask, china, do, told, verbs

pytestmark = pytest.mark.django_db


def test_report_when_submitted_has_number_policy_level_and_every_clock(county):
    issue = make.reported(county, MONDAY)

    assert issue.number.startswith("2024-0")
    assert (issue.status, issue.level, issue.urgency) == (Status.SUBMITTED, Level.GRID, Urgency.URGENT)
    assert issue.policy.identifier == "default-2026"
    assert issue.triage_due_at == china("2024-09-23 11:00")  # urgent: two hours
    assert issue.level_since == issue.triage_due_at  # runs from then, accepted or not
    assert issue.level_due_at == china("2024-09-24 11:00")
    assert verbs(issue) == ["submit"]
    assert told(issue, Verb.SUBMIT) == {Role.GRID_MEMBER, Role.GRID_LEADER, Role.VILLAGE_SECRETARY}


@pytest.mark.parametrize(("verb", "facts"), [(Verb.ACCEPT, {}), (Verb.HANDLE_ON_THE_SPOT, {"resolution": "换了灯泡"})])
def test_what_is_accepted_late_has_its_clocks_from_when_it_should_have_been(county, verb, facts):
    issue = make.reported(county, MONDAY)
    total, contact = issue.total_due_at, issue.contact_due_at

    do(issue, verb, county["gm1"], MONDAY + timedelta(days=3), **facts)

    assert (issue.total_due_at, issue.contact_due_at) == (total, contact)
    assert total


def test_numbers_when_minted_never_repeat(county):
    numbers = [make.reported(county, MONDAY).number for _ in range(5)]

    assert len(set(numbers)) == 5
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("more", "path", "about", "level"),
    [
        ({}, CELLS[0], "env.waste", Level.GRID),
        ({}, CELLS[0], "road.light", Level.VILLAGE),
        ({}, CELLS[0], "road.safety", Level.TOWNSHIP),
        ({"nature": Nature.COMMON}, CELLS[0], "env.waste", Level.TOWNSHIP),
        ({"nature": Nature.LEGACY}, CELLS[0], "env.waste", Level.TOWNSHIP),
        ({"households": 20}, CELLS[0], "env.waste", Level.VILLAGE),
        ({"households": 20}, CELLS[0], "road.light", Level.TOWNSHIP),
        ({"households": 19}, CELLS[0], "env.waste", Level.GRID),
        ({"households": 500}, CELLS[0], "road.safety", Level.TOWNSHIP),  # never red
        ({}, V1, "env.waste", Level.VILLAGE),  # a whole village is not one cell's
        ({}, K, "env.waste", Level.TOWNSHIP),
    ],
)
def test_suggested_level_follows_category_nature_households_and_place(county, more, path, about, level):
    assert make.reported(county, MONDAY, path, about, **more).level == level


def test_danger_alone_makes_it_critical_whatever_was_asked_for(county):
    assert make.reported(county, MONDAY, danger=True).urgency == Urgency.CRITICAL
    assert make.reported(county, MONDAY, about="energy.wire", urgency=Urgency.CRITICAL).urgency == Urgency.URGENT


def test_critical_report_at_night_is_told_at_once_up_to_the_township(county):
    at = china("2024-09-23 22:40")
    issue = make.reported(county, at, danger=True)

    assert issue.triage_due_at == at + timedelta(minutes=30)
    assert Role.TOWNSHIP_COMMITTEE in told(issue, Verb.SUBMIT)
    assert set(Notice.objects.filter(event__issue=issue).values_list("announced_at", flat=True)) == {at}


def test_other_report_at_night_is_told_in_the_morning(county):
    issue = make.reported(county, china("2024-09-23 22:40"))

    assert set(Notice.objects.filter(event__issue=issue).values_list("not_before", "announced_at")) == {
        (china("2024-09-24 07:00"), None)
    }


def test_question_when_reported_has_the_limits_of_a_question(county):
    issue = make.reported(county, MONDAY, about="svc.consult")

    assert issue.request_type == "consult"
    assert issue.triage_due_at == china("2024-09-23 15:30")  # 4 working hours
    assert issue.level_due_at == china("2024-09-24 17:30")


def test_role_that_may_not_report_is_forbidden(county):
    with pytest.raises(Forbidden):
        services.submit(make.unsaved(county), by=county["auditor"], actor=Role.AUDITOR, at=MONDAY)
    assert not Issue.objects.exists()


def test_report_before_any_policy_is_refused_with_a_sentence(county):
    with pytest.raises(Refusal, match="No policy of time limits is in force"):
        services.submit(make.unsaved(county), by=None, actor=Actor.REQUESTER, at=make.LONG_AGO - timedelta(days=1))


# --- triage ---


def test_green_issue_when_accepted_is_dispatched_to_the_representative(county):
    issue = make.accepted(county, MONDAY)

    assert (issue.status, issue.handler) == (Status.ASSIGNED, county["pr1"])
    assert not issue.handler_fallback
    assert verbs(issue) == ["submit", "accept", "dispatch"]
    assert issue.level_since == MONDAY
    assert Role.ORGANISATION_OFFICE not in told(issue, Verb.DISPATCH)


def test_green_issue_without_representative_falls_to_the_secretary_and_the_gap_is_reported(county):
    issue = make.reported(county, MONDAY, CELLS[2])
    do(issue, Verb.ACCEPT, county["vs2"], MONDAY)

    assert issue.handler == county["vs2"]
    assert issue.handler_fallback
    assert Role.ORGANISATION_OFFICE in told(issue, Verb.DISPATCH)


def test_late_acceptance_gains_no_time(county):
    issue = make.reported(county, MONDAY, about="env.waste")
    do(issue, Verb.ACCEPT, county["gm1"], china("2024-09-26 09:00"))

    assert issue.level_since == china("2024-09-24 17:30")  # when triage was due
    assert issue.level_due_at == china("2024-09-27 17:30")


def test_triage_when_putting_right_category_and_urgency_moves_level_and_clock(county):
    issue = make.reported(county, MONDAY, about="env.waste")
    do(issue, Verb.ACCEPT, county["vs1"], MONDAY, category="care.relief", urgency="normal")

    assert (issue.category.code, issue.level, issue.urgency) == ("care.relief", Level.VILLAGE, Urgency.NORMAL)
    assert issue.non_public
    assert issue.climb_cause == Cause.SKIP
    assert issue.level_due_at == china("2024-09-29 17:30")  # five working days, a worked Sunday among them
    assert Role.PARTY_REPRESENTATIVE in told(issue, Verb.ACCEPT)  # the level that was skipped


def test_nobody_makes_it_critical_but_who_says_that_somebody_is_in_danger(county):
    issue = make.reported(county, MONDAY)
    with pytest.raises(Refusal, match="in danger") as refused:
        do(issue, Verb.ACCEPT, county["gm1"], MONDAY, urgency="critical")
    assert refused.value.field == "urgency"

    said = make.reported(county, MONDAY, danger=True)
    do(said, Verb.ACCEPT, county["gm1"], MONDAY, urgency="critical")
    assert said.urgency == "critical"


def test_secretary_may_set_a_yellow_suggestion_to_blue_and_the_ledger_keeps_the_suggestion(county):
    issue = make.reported(county, MONDAY, about="road.safety")
    event = do(issue, Verb.ACCEPT, county["vs1"], MONDAY, level="blue")

    assert issue.level == Level.VILLAGE
    assert event.facts["suggested"] == Level.TOWNSHIP


def test_grid_member_may_not_accept_above_green(county):
    issue = make.reported(county, MONDAY, about="road.light")

    with pytest.raises(Forbidden):
        do(issue, Verb.ACCEPT, county["gm1"], MONDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.ACCEPT, county["gm1"], MONDAY, level="green")
    assert services.levels_to_accept(issue, county["gm1"], MONDAY) == []


def test_red_when_asked_for_at_intake_is_refused(county):
    issue = make.reported(county, MONDAY, about="road.safety")

    with pytest.raises(Forbidden, match="accept this at red"):
        do(issue, Verb.ACCEPT, county["tc1"], MONDAY, level="red")


def test_report_that_is_only_known_by_group_is_not_accepted_until_somebody_says_what_it_is(county):
    issue = make.reported(county, MONDAY, about="svc")

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.ACCEPT, county["gm1"], MONDAY)
    assert refused.value.field == "category"
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY, category="svc.cert")
    assert issue.status == Status.ASSIGNED


def test_declined_report_has_a_reply_and_has_ended(county):
    issue = make.reported(county, MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.DECLINE, county["gm1"], MONDAY)
    with pytest.raises(Refusal, match="“Reply to the requester” is missing"):
        do(issue, Verb.DECLINE, county["vs1"], MONDAY, reply=" ")
    event = do(issue, Verb.DECLINE, county["vs1"], MONDAY)

    assert (issue.status, issue.closed_at) == (Status.DECLINED, MONDAY)
    assert (issue.warn_at, issue.climb_at) == (None, None)
    assert event.public_texts == {"reply": "Please ask the court."}


def test_report_at_the_manual_desk_is_put_in_its_place_and_its_own_people_are_told(county):
    issue = make.reported(county, MONDAY, K, about="env.waste")
    assert issue.level == Level.TOWNSHIP

    do(issue, Verb.PLACE, county["duc"], MONDAY, area="C1")

    assert (issue.path, issue.level, issue.status) == (CELLS[0], Level.GRID, Status.SUBMITTED)
    assert Role.GRID_MEMBER in told(issue, Verb.PLACE)
    with pytest.raises(Refusal, match="no place with that code"):
        do(issue, Verb.PLACE, county["gm1"], MONDAY, area="nowhere")


def test_merged_reports_join_the_other_issue_and_both_ledgers_say_so(county):
    first, second = make.reported(county, MONDAY), make.reported(county, MONDAY)
    receipt = second.submissions.get()

    do(second, Verb.MERGE, county["vs1"], MONDAY, issue=first.number)

    receipt.refresh_from_db()
    first.refresh_from_db()
    assert receipt.issue == first
    assert first.submissions.count() == 2
    assert (second.status, second.merged_into, second.closed_at) == (Status.MERGED, first, MONDAY)
    assert verbs(first)[-1] == verbs(second)[-1] == "merge"
    assert first.events.get(verb="merge").facts == {"from": second.number, "reports": 1}


@pytest.mark.parametrize("target", ["itself", "ended", "unseen", "confidential"])
def test_merge_into_what_cannot_take_it_is_refused(county, target):
    issue, other = make.reported(county, MONDAY), make.reported(county, MONDAY)
    if target == "ended":
        ask(other, Verb.WITHDRAW, MONDAY)
    if target == "confidential":
        other = make.reported(county, MONDAY, about="care.relief")
    if target == "unseen":
        other = make.reported(county, MONDAY, CELLS[4])
    number = issue.number if target == "itself" else other.number

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.MERGE, county["vs1"], MONDAY, issue=number)

    assert refused.value.field == "issue"
    issue.refresh_from_db()
    assert issue.status == Status.SUBMITTED


def test_withdrawal_when_others_reported_it_too_is_refused(county):
    issue = make.reported(county, MONDAY)
    make.report(issue, MONDAY)

    with pytest.raises(Refusal, match="Others have reported the same"):
        ask(issue, Verb.WITHDRAW, MONDAY)


def test_requester_may_withdraw_until_it_is_solved(county):
    issue = make.in_hand(county, MONDAY)
    ask(issue, Verb.WITHDRAW, MONDAY)
    assert issue.status == Status.WITHDRAWN

    waiting = make.awaiting_rating(county, MONDAY)
    with pytest.raises(Refusal, match="not possible while"):
        ask(waiting, Verb.WITHDRAW, MONDAY)
