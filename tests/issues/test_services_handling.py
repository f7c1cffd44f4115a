"""The verbs of whoever holds an issue and whoever checks it; which verbs are offered to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from issues import services
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.models import Event, Issue, Notice
from issues.terms import Field, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, ask, china, do, told

pytestmark = pytest.mark.django_db


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


def test_village_and_township_know_what_a_unit_was_told_to_do(county):
    yellow, red = make.at_yellow(county, MONDAY), make.at_red(county, MONDAY)

    of_township = do(yellow, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)
    of_county = do(red, Verb.DISPATCH, county["duc"], MONDAY, unit=county.units["power"].pk)

    def roles(event: Event) -> set[str]:
        told_by_it = Notice.objects.filter(event=event, person__isnull=False)
        return set(told_by_it.values_list("person__assignments__role", flat=True))

    assert roles(of_township) == {Role.DEPARTMENT, Role.VILLAGE_SECRETARY}
    assert roles(of_county) == {Role.DEPARTMENT, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE}


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
    own_data = {Verb.CHOOSE_ANSWER, Verb.ASK_ERASURE, Verb.ERASE}  # nothing waits to be confirmed
    assert offered == {Verb.SUPPLEMENT, Verb.WITHDRAW} | own_data

    done = make.closed(county, MONDAY)
    offered = {move.verb for move in services.possible_moves_for_requester(done.submissions.get(), MONDAY)}
    assert offered == {Verb.REOPEN, Verb.CHOOSE_ANSWER, Verb.ERASE}


def test_supplement_of_the_requester_is_kept_with_its_words(county):
    issue = make.in_hand(county, MONDAY)
    event = ask(issue, Verb.SUPPLEMENT, MONDAY)

    assert event.public_texts == {"text": "It is worse now"}
    assert told(issue, Verb.SUPPLEMENT) == {Role.PARTY_REPRESENTATIVE}
