"""The verbs on the main way, each through its door: what they change, whom they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from grids.levels import Level
from issues import services
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, Notice, Rating
from issues.workflow import Actor, Cause, Field, Nature, Status, Urgency, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import CELLS, V1, K, ask, china, do

MONDAY = china("2024-09-23 09:00")
TUESDAY = china("2024-09-24 09:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> make.County:
    return make.county()


def told(event_or_issue, verb: Verb) -> set[str]:
    """Names (as in `factories`) is what tests compare; here: the roles told of a verb in the program."""
    people = Notice.objects.filter(event__issue=event_or_issue, event__verb=verb, person__isnull=False, channel="in_app")
    return {role for notice in people if notice.person for role in notice.person.assignments.values_list("role", flat=True)}


def verbs(issue: Issue) -> list[str]:
    return [event.verb for event in issue.events.order_by("number")]


# --- submit ---


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


# --- handling ---


def test_secretary_when_putting_right_the_dispatch_names_another_representative(county):
    issue = make.accepted(county, MONDAY)

    with pytest.raises(Refusal, match="“Who handles it” is missing"):
        do(issue, Verb.DISPATCH, county["vs1"], MONDAY)
    with pytest.raises(Refusal, match="does not represent this place"):
        do(issue, Verb.DISPATCH, county["vs1"], MONDAY, person=county["pr3"].pk)
    do(issue, Verb.DISPATCH, county["vs1"], MONDAY, person=county["pr1b"].pk)

    assert issue.handler == county["pr1b"]


def test_department_when_dispatched_sees_signs_and_resolves(county):
    issue = make.at_yellow(county, MONDAY)
    with pytest.raises(OutOfScope):
        do(issue, Verb.ACKNOWLEDGE, county["power"], MONDAY)

    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)

    assert (issue.status, issue.lead_unit) == (Status.ASSIGNED, county.units["power"])
    assert issue.sign_due_at is not None
    do(issue, Verb.ACKNOWLEDGE, county["power"], MONDAY)
    do(issue, Verb.RESOLVE, county["power"], MONDAY)
    assert issue.resolved_by == county["power"]
    with pytest.raises(OutOfScope):
        do(issue, Verb.NOTE, county["roads"], MONDAY)


def test_unit_that_does_not_serve_the_place_is_refused(county):
    issue = make.at_yellow(county, MONDAY)

    for wrong in (county.units["township2"].pk, 0, "x"):
        with pytest.raises(Refusal, match="does not serve this place"):
            do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=wrong)


def test_acknowledging_never_moves_a_clock(county):
    issue = make.accepted(county, MONDAY)
    before = (issue.level_since, issue.level_due_at, issue.total_due_at, issue.climb_at)

    do(issue, Verb.ACKNOWLEDGE, county["pr1"], MONDAY + timedelta(hours=3))

    assert (issue.level_since, issue.level_due_at, issue.total_due_at, issue.climb_at) == before


def test_first_contact_is_the_first(county):
    issue = make.in_hand(county, MONDAY)
    do(issue, Verb.CONTACT, county["pr1"], MONDAY + timedelta(hours=1), text="spoke on the phone")
    do(issue, Verb.CONTACT, county["pr1"], MONDAY + timedelta(hours=2))

    assert issue.first_contact_at == MONDAY + timedelta(hours=1)


def test_solving_without_a_public_line_or_a_reason_is_refused(county):
    issue = make.in_hand(county, MONDAY)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.RESOLVE, county["pr1"], MONDAY, public_line="")
    assert refused.value.field == "public_line"
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY, public_line="", non_public_reason="concerns one household")
    assert issue.status == Status.PENDING_VERIFICATION


def test_numbers_of_people_never_reach_the_public_line(county):
    issue = make.in_hand(county, MONDAY)
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY, public_line="Done, call 13812345678", resolution="card 150422199001011234")

    assert "138" not in issue.public_line
    assert "1504" not in issue.resolution


def test_work_not_on_site_when_solved_goes_straight_to_the_requester(county):
    issue = make.in_hand(county, MONDAY, about="svc.cert")
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY)

    assert issue.status == Status.PENDING_FEEDBACK


def test_work_on_site_is_verified_by_somebody_else(county):
    issue = make.resolved(county, MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.VERIFY, county["pr1"], MONDAY)
    with pytest.raises(OutOfScope):
        do(issue, Verb.VERIFY, county["gm3"], MONDAY)
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    assert (issue.status, issue.verified_at) == (Status.PENDING_FEEDBACK, MONDAY)


def test_secretary_standing_in_for_the_representative_handles_but_does_not_verify(county):
    issue = make.reported(county, MONDAY, CELLS[2])
    do(issue, Verb.ACCEPT, county["vs2"], MONDAY)
    do(issue, Verb.ACKNOWLEDGE, county["vs2"], MONDAY)
    do(issue, Verb.RESOLVE, county["vs2"], MONDAY)

    with pytest.raises(Forbidden, match="somebody other"):
        do(issue, Verb.VERIFY, county["vs2"], MONDAY)
    do(issue, Verb.VERIFY, county["tc1"], MONDAY)  # as one level up: nobody else is there

    assert issue.status == Status.PENDING_FEEDBACK
    assert issue.events.get(verb="resolve").actor == Role.VILLAGE_SECRETARY


def test_rejected_work_goes_back_on_the_same_clock_with_at_least_a_working_day(county):
    issue = make.resolved(county, MONDAY, about="env.waste")
    due = issue.level_due_at
    do(issue, Verb.REJECT, county["gm1"], MONDAY)
    assert (issue.status, issue.level_due_at, issue.resolved_at) == (Status.IN_PROGRESS, due, None)

    do(issue, Verb.RESOLVE, county["pr1"], china("2024-09-26 17:00"))
    do(issue, Verb.REJECT, county["gm1"], china("2024-09-26 17:20"))
    assert issue.level_due_at == china("2024-09-27 17:30")
    assert issue.climb_at == china("2024-09-29 17:30")  # a worked Sunday


# --- seen, scope, offers ---


def test_move_on_what_somebody_changed_meanwhile_names_them(county):
    issue = make.accepted(county, MONDAY)
    seen = issue.event_count
    services.move(issue.pk, Verb.ACKNOWLEDGE, by=county["pr1"], at=MONDAY, seen=seen)

    with pytest.raises(Conflict, match=rf"{county['pr1']} did “Acknowledge”"):
        services.move(issue.pk, Verb.NOTE, by=county["vs1"], at=MONDAY, seen=seen, facts={"text": "x"})


def test_issue_out_of_scope_does_not_exist_for_a_move(county):
    issue = make.reported(county, MONDAY)

    with pytest.raises(OutOfScope):
        do(issue, Verb.ACCEPT, county["tc2"], MONDAY)
    assert services.possible_moves(issue, county["tc2"], MONDAY) == []


@pytest.mark.parametrize("stage", [make.reported, make.at_blue, make.proposed, make.awaiting_rating])
def test_verb_is_offered_exactly_when_the_door_lets_it_in(county, stage):
    """An offered verb is done, or asks for an input; one that is not offered is refused, whatever is handed in."""
    issue = stage(county, MONDAY)
    people = [person for person in county.people.values() if Issue.objects.visible_to(person, MONDAY).exists()]
    assert len(people) >= 6
    for person in people:
        offered = {move.verb for move in services.possible_moves(issue, person, MONDAY)}
        assert offered == {verb for verb in services.VERBS if _let_in(issue, verb, person)}


def _let_in(issue: Issue, verb: Verb, person: Person) -> bool:
    sid = transaction.savepoint()
    try:
        services.move(issue.pk, verb, by=person, at=MONDAY)
    except Refusal as refused:
        return bool(refused.field)
    finally:
        transaction.savepoint_rollback(sid)
    return True


def test_offer_to_pass_up_asks_at_blue_for_the_minute(county):
    offered = {move.verb: move for move in services.possible_moves(make.at_blue(county, MONDAY), county["vs1"], MONDAY)}

    assert offered[Verb.ESCALATE].needs == (Field.TRIED, Field.MINUTE)


def test_requester_is_offered_what_a_requester_may(county):
    issue = make.in_hand(county, MONDAY)
    offered = {move.verb for move in services.possible_moves_for_requester(issue.submissions.get(), MONDAY)}
    assert offered == {Verb.SUPPLEMENT, Verb.WITHDRAW}

    done = make.closed(county, MONDAY)
    offered = {move.verb for move in services.possible_moves_for_requester(done.submissions.get(), MONDAY)}
    assert offered == {Verb.REOPEN}


def test_supplement_of_the_requester_is_kept_with_its_words(county):
    issue = make.in_hand(county, MONDAY)
    event = ask(issue, Verb.SUPPLEMENT, MONDAY)

    assert event.public_texts == {"text": "It is worse now"}
    assert told(issue, Verb.SUPPLEMENT) == {Role.PARTY_REPRESENTATIVE}


# --- the ladder ---


def test_representative_passes_up_with_what_was_tried_on_a_slip(county):
    issue = make.in_hand(county, MONDAY)

    with pytest.raises(Refusal, match="“What was tried” is missing"):
        do(issue, Verb.ESCALATE, county["pr1"], MONDAY)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked the neighbours")

    slip = EscalationRequest.objects.get(issue=issue)
    assert (slip.from_level, slip.to_level, slip.cause, slip.tried) == (
        Level.GRID,
        Level.VILLAGE,
        Cause.COMPLEXITY,
        "asked the neighbours",
    )
    assert slip.number.startswith("2024-S")
    assert (issue.level, issue.status, issue.handler, issue.climb_cause) == (
        Level.VILLAGE,
        Status.ASSIGNED,
        county["vs1"],
        "complexity",
    )
    assert issue.level_since == MONDAY
    assert told(issue, Verb.ESCALATE) == {Role.VILLAGE_SECRETARY}  # the representative did it and knows


def test_secretary_passes_up_only_with_a_minute_that_has_taken_place(county):
    issue = make.at_blue(county, MONDAY)
    for minute in (None, {"held_on": "2024-09-01"}, {**make.MINUTE, "held_on": "soon"}, {**make.MINUTE, "held_on": "2030-01-01"}):
        with pytest.raises(Refusal) as refused:
            do(issue, Verb.ESCALATE, county["vs1"], MONDAY, tried="village fund", **({"minute": minute} if minute else {}))
        assert refused.value.field == "minute"

    do(issue, Verb.ESCALATE, county["vs1"], MONDAY, tried="village fund", minute=make.MINUTE)

    assert issue.level == Level.TOWNSHIP
    assert issue.minutes.get().kind == "consultation"


def test_yellow_is_not_passed_up_but_proposed(county):
    issue = make.at_yellow(county, MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.ESCALATE, county["tc1"], MONDAY, tried="all", minute=make.MINUTE)


def test_receiver_returns_once_and_the_second_time_is_told_who_decides(county):
    issue = make.in_hand(county, MONDAY)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked")
    do(issue, Verb.RETURN_DOWN, county["vs1"], china("2024-09-24 16:00"))
    assert (issue.level, issue.status, issue.handler) == (Level.GRID, Status.ASSIGNED, county["pr1"])
    assert issue.level_due_at == china("2024-09-25 17:30")  # urgent: 24 h, but never less than a working day

    do(issue, Verb.ESCALATE, county["pr1"], china("2024-09-25 09:00"), tried="really tried")
    with pytest.raises(Refusal, match="returned from here once already"):
        do(issue, Verb.RETURN_DOWN, county["vs1"], china("2024-09-25 10:00"))
    offered = {move.verb for move in services.possible_moves(issue, county["vs1"], china("2024-09-25 10:00"))}
    assert Verb.RETURN_DOWN not in offered


def test_return_after_its_time_is_refused(county):
    issue = make.in_hand(county, MONDAY)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked")

    with pytest.raises(Refusal, match="within 1 working day; that time is over"):
        do(issue, Verb.RETURN_DOWN, county["vs1"], china("2024-09-24 17:31"))


def test_township_proposes_and_only_the_supervision_office_enters(county):
    issue = make.proposed(county, MONDAY)
    slip = EscalationRequest.objects.get(issue=issue, to_level=Level.COUNTY)
    assert (slip.decision, slip.decide_by, slip.asked_by) == ("pending", china("2024-09-25 17:30"), county["tc1"])
    assert issue.level == Level.TOWNSHIP
    assert not KeySupervisionEntry.objects.exists()
    with pytest.raises(Refusal, match="the decision is awaited"):
        do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, tried="x", minute=make.MINUTE, reason="y")
    with pytest.raises(Forbidden):
        do(issue, Verb.ENTER_RED, county["tc1"], MONDAY, reason="x", unit=county.units["roads"].pk)

    do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="county road", unit=county.units["roads"].pk)

    entry = KeySupervisionEntry.objects.get(issue=issue)
    slip.refresh_from_db()
    assert (entry.entered_by, entry.lead_unit, entry.slip) == (county["duc"], county.units["roads"], slip)
    assert (slip.decision, slip.decided_by) == ("granted", county["duc"])
    assert (issue.level, issue.status, issue.level_since) == (Level.COUNTY, Status.ASSIGNED, TUESDAY)
    assert issue.climb_at is None


def test_red_list_without_a_proposal_is_refused(county):
    issue = make.at_yellow(county, MONDAY)

    with pytest.raises(Refusal, match="Nobody has proposed it"):
        do(issue, Verb.ENTER_RED, county["duc"], MONDAY, reason="x", unit=county.units["roads"].pk)
    assert Verb.ENTER_RED not in {move.verb for move in services.possible_moves(issue, county["duc"], MONDAY)}


def test_refused_proposal_stays_yellow_and_may_be_made_again(county):
    issue = make.proposed(county, MONDAY)
    do(issue, Verb.REFUSE_RED, county["duc"], TUESDAY)

    assert issue.level == Level.TOWNSHIP
    assert EscalationRequest.objects.get(issue=issue, to_level=Level.COUNTY).decision == "refused"
    assert Role.TOWNSHIP_COMMITTEE in told(issue, Verb.REFUSE_RED)
    do(issue, Verb.PROPOSE_RED, county["tc1"], TUESDAY, tried="again", minute=make.MINUTE, reason="money")


def test_draft_of_the_program_needs_a_minute_to_be_entered(county):
    issue = make.at_yellow(county, MONDAY)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=TUESDAY)
    issue.refresh_from_db()
    assert issue.red_drafted_at == TUESDAY
    assert not EscalationRequest.objects.filter(to_level=Level.COUNTY).exists()

    unit = county.units["roads"].pk
    with pytest.raises(Refusal, match="A minute is missing"):
        do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="x", unit=unit)
    do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="x", unit=unit, minute=make.MINUTE)

    assert (issue.level, issue.climb_cause, issue.red_drafted_at) == (Level.COUNTY, Cause.OVERDUE, None)


def test_red_when_returned_leaves_the_list(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RETURN_DOWN, county["duc"], TUESDAY)

    assert (issue.level, issue.lead_unit) == (Level.TOWNSHIP, None)
    assert KeySupervisionEntry.objects.get(issue=issue).exited_at == TUESDAY


# --- the end ---


def test_good_rating_when_the_gate_is_met_closes_in_the_same_transaction(county):
    issue = make.closed(county, MONDAY)

    assert (issue.status, issue.closed_at) == (Status.CLOSED, MONDAY)
    assert verbs(issue)[-2:] == ["rate", "close"]
    assert issue.events.get(verb="close").actor == Actor.SYSTEM
    assert (issue.warn_at, issue.climb_at, issue.silent_close_at) == (None, None, None)


def test_rating_by_the_handler_is_forbidden_and_by_another_caller_taken(county):
    issue = make.awaiting_rating(county, MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.RATE, county["pr1"], MONDAY, rating="satisfied")
    do(issue, Verb.RATE, county["gm1"], MONDAY, rating="mostly")
    assert issue.status == Status.CLOSED
    assert Rating.objects.get().taken_by == county["gm1"]


def test_nonsense_rating_is_refused(county):
    issue = make.awaiting_rating(county, MONDAY)

    with pytest.raises(Refusal, match="no such rating"):
        ask(issue, Verb.RATE, MONDAY, rating="five stars")


def test_bad_rating_sends_it_back_for_half_the_limit(county):
    issue = make.awaiting_rating(county, MONDAY, about="env.waste")
    ask(issue, Verb.RATE, TUESDAY, rating="dissatisfied", text="still dirty")

    assert (issue.status, issue.rectify_rounds, issue.resolved_at) == (Status.IN_PROGRESS, 1, None)
    assert issue.level_due_at == china("2024-09-26 17:30")  # 3 working days halved, rounded up: 2

    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.VERIFY, county["gm1"], TUESDAY)
    ask(issue, Verb.RATE, TUESDAY, rating="satisfied")
    assert issue.status == Status.CLOSED
    assert list(Rating.objects.order_by("round").values_list("round", "value")) == [(0, "dissatisfied"), (1, "satisfied")]


@pytest.mark.parametrize(
    ("ratings", "status", "rounds"),
    [
        ("ssss", Status.PENDING_FEEDBACK, 0),  # four of six: too few
        ("ssssd", Status.CLOSED, 0),  # 4 of 5 = 80 %, and the bound counts
        ("sssdd", Status.IN_PROGRESS, 1),
    ],
)
def test_several_reports_are_a_poll_with_quorum_and_share(county, ratings, status, rounds):
    issue = make.awaiting_rating(county, MONDAY)
    reports = [issue.submissions.get(), *(make.report(issue, MONDAY) for _ in range(5))]
    values = {"s": "satisfied", "d": "dissatisfied"}

    for report, letter in zip(reports, ratings, strict=False):
        services.move_as_requester(report.pk, Verb.RATE, at=MONDAY, facts={"rating": values[letter]})

    issue.refresh_from_db()
    assert (issue.status, issue.rectify_rounds) == (status, rounds)


def test_caller_when_there_are_several_reports_says_for_which(county):
    issue = make.awaiting_rating(county, MONDAY)
    second = make.report(issue, MONDAY)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.RATE, county["gm1"], MONDAY, rating="satisfied")
    assert refused.value.field == "submission"
    do(issue, Verb.RATE, county["gm1"], MONDAY, rating="satisfied", submission=second.pk)
    with pytest.raises(Refusal, match="rated already"):
        do(issue, Verb.RATE, county["gm1"], MONDAY, rating="satisfied", submission=second.pk)


def test_red_issue_closes_only_with_the_countys_word(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")
    assert issue.status == Status.PENDING_FEEDBACK

    do(issue, Verb.APPROVE_EXIT, county["duc2"], TUESDAY)

    assert (issue.status, issue.closed_at) == (Status.CLOSED, TUESDAY)
    entry = KeySupervisionEntry.objects.get()
    assert (entry.exit_approved_by, entry.exited_at, entry.exit_reason) == (county["duc2"], TUESDAY, "seen on site")


def test_approved_exit_is_void_when_it_was_not_solved_after_all(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    do(issue, Verb.APPROVE_EXIT, county["duc"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")

    entry = KeySupervisionEntry.objects.get()
    assert issue.status == Status.IN_PROGRESS
    assert (entry.exit_approved_by, entry.exited_at) == (None, None)


def test_requester_reopens_within_fifteen_days(county):
    issue = make.closed(county, MONDAY)
    total = issue.total_due_at
    assert total is not None
    with pytest.raises(Refusal, match="could be reopened within 15 days"):
        ask(issue, Verb.REOPEN, china("2024-10-09 00:00"))

    ask(issue, Verb.REOPEN, china("2024-10-08 22:00"))

    assert (issue.status, issue.reopened, issue.closed_at) == (Status.IN_PROGRESS, 1, None)
    assert issue.total_due_at == total + (china("2024-10-08 22:00") - MONDAY)  # it stood still while closed
    with pytest.raises(Refusal):
        ask(issue, Verb.REOPEN, china("2024-10-08 23:00"))


def test_supervisors_reopen_later_and_the_red_stay_goes_on(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    do(issue, Verb.APPROVE_EXIT, county["duc"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    do(issue, Verb.REOPEN, county["duc"], china("2025-01-10 09:00"))

    assert (issue.status, issue.level) == (Status.IN_PROGRESS, Level.COUNTY)
    assert KeySupervisionEntry.objects.get().exited_at is None
    with pytest.raises(Forbidden):
        do(make.closed(county, MONDAY), Verb.REOPEN, county["gm1"], TUESDAY)


def test_sealed_issue_is_handled_by_the_discipline_inspection_alone(county):
    issue = make.reported(county, MONDAY, about="village.conduct")
    assert (issue.sealed, issue.level, issue.climb_at) == (True, Level.TOWNSHIP, None)
    assert {notice.person for notice in Notice.objects.filter(event__issue=issue)} == {county["discipline1"]}
    for name in ("vs1", "tc1", "duc", "gm1", "admin", "leader", "discipline2"):
        with pytest.raises(OutOfScope):
            do(issue, Verb.NOTE, county[name], MONDAY, text="x")

    do(issue, Verb.ACCEPT, county["discipline1"], MONDAY)
    do(issue, Verb.ACKNOWLEDGE, county["discipline1"], MONDAY)
    do(issue, Verb.RESOLVE, county["discipline1"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert issue.status == Status.CLOSED
    assert issue.events.get(verb="accept").actor == Role.TOWNSHIP_DISCIPLINE


def test_manual_desk_without_township_is_the_countys(county):
    """Nobody answers there but the supervision office, which stands in."""
    issue = make.reported(county, MONDAY, K, about="env.waste")
    do(issue, Verb.ACCEPT, county["duc"], MONDAY)

    assert (issue.status, issue.handler) == (Status.ACCEPTED, county["duc"])
