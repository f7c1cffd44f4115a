"""Up and down the ladder, and the red list."""

from __future__ import annotations

import pytest

from grids.levels import Level
from issues import services
from issues.errors import Forbidden, Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry
from issues.terms import Cause, Status, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, china, do, told

pytestmark = pytest.mark.django_db


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

    with pytest.raises(Refusal, match="the township proposes it, with the minute"):
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


@pytest.mark.parametrize("ground", ["", "it is cold", "NOT_TRIED"])
def test_return_is_for_one_of_the_two_grounds_of_the_notes(county, ground):
    issue = make.in_hand(county, MONDAY)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked the neighbours")

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.RETURN_DOWN, county["vs1"], MONDAY, ground=ground)
    assert refused.value.field == "ground"

    event = do(issue, Verb.RETURN_DOWN, county["vs1"], MONDAY, ground="incomplete", reason="which house is it?")
    assert event.facts["ground"] == "incomplete"


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
        do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, tried="x", minute=make.MINUTE, reason="y", beyond="funds")
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
    do(issue, Verb.PROPOSE_RED, county["tc1"], TUESDAY, tried="again", minute=make.MINUTE, reason="money", beyond="funds")


def test_proposal_when_the_township_solves_it_meanwhile_is_void_and_may_be_made_again(county):
    issue = make.proposed(county, MONDAY)

    do(issue, Verb.RESOLVE, county["tc1"], TUESDAY)

    slip = EscalationRequest.objects.get(issue=issue, to_level=Level.COUNTY)
    assert (slip.decision, slip.decided_at, slip.decided_by) == ("dropped", TUESDAY, None)
    assert issue.decide_due_at is None
    assert not EscalationRequest.objects.red_proposals().exists()
    with pytest.raises(Refusal):
        do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="x", unit=county.units["roads"].pk)

    do(issue, Verb.REJECT, county["gm1"], TUESDAY)
    do(issue, Verb.PROPOSE_RED, county["tc1"], TUESDAY, tried="again", minute=make.MINUTE, reason="money", beyond="funds")
    assert EscalationRequest.objects.red_proposals().get().issue == issue


def test_draft_of_the_program_needs_a_minute_to_be_entered(county):
    issue = make.at_yellow(county, MONDAY)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=TUESDAY)
    issue.refresh_from_db()
    assert issue.red_drafted_at == TUESDAY
    assert not EscalationRequest.objects.filter(to_level=Level.COUNTY).exists()

    unit = county.units["roads"].pk
    with pytest.raises(Refusal, match="A minute is missing"):
        do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="x", unit=unit, beyond="funds")
    do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="x", unit=unit, minute=make.MINUTE, beyond="funds")

    assert (issue.level, issue.climb_cause, issue.red_drafted_at) == (Level.COUNTY, Cause.OVERDUE, None)


def test_red_when_returned_leaves_the_list(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RETURN_DOWN, county["duc"], TUESDAY)

    assert (issue.level, issue.lead_unit) == (Level.TOWNSHIP, None)
    assert KeySupervisionEntry.objects.get(issue=issue).exited_at == TUESDAY
