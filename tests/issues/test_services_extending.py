"""More time: who asks, who grants, the latest day, how often, and what becomes of a question."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from issues import services
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import HolderRequest, Issue, Requester
from issues.moves.asking import Kind
from issues.notices import sending
from issues.terms import Status, Verb
from representatives.models import Assignment
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.asking import NORMAL, brought, waits_for
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do, told

pytestmark = pytest.mark.django_db


def vacate(role: Role, at) -> None:
    """Nobody holds the role any more."""
    Assignment.objects.filter(role=role).update(term=(make.LONG_AGO, at))


def verbs_of(issue: Issue, person, at) -> set[str]:
    return {move.verb for move in services.possible_moves(issue, person, at)}


# Light, who asks, level due, who grants, the latest day, one day too late.
EXTENSIONS = [
    ("green", "pr1", "2024-09-26 17:30", "vs1", "2024-09-29", "2024-09-30"),  # 2 working days: Friday, and the worked Sunday
    ("blue", "vs1", "2024-09-29 17:30", "tc1", "2024-10-09", "2024-10-10"),  # 3: Monday, then after National Day
    ("yellow", "tc1", "2024-10-11 17:30", "duc", "2024-10-24", "2024-10-25"),  # 10
    ("red", "roads", "2024-10-24 17:30", "leader", "2024-11-14", "2024-11-15"),  # 15
]


def arrives(county: make.County, issue: Issue, light: str) -> None:
    """What a unit asks at red goes through the supervision office."""
    if light == "red":
        do(issue, Verb.FORWARD, county["duc"], TUESDAY)


@pytest.mark.parametrize(("light", "asker", "due", "granter", "latest", "too_late"), EXTENSIONS)
def test_extension_when_granted_above_moves_both_clocks_and_tells_the_requester(
    county, light, asker, due, granter, latest, too_late
):
    issue = brought(county, light)
    assert issue.level_due_at == china(due)
    total = issue.total_due_at
    with pytest.raises(Refusal, match="at most, to") as refused:
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=too_late)
    assert refused.value.field == "due"

    do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=latest)
    assert issue.level_due_at == china(due)  # asking moves nothing
    arrives(county, issue, light)
    assert waits_for(county[granter], TUESDAY)[issue.number] == "decide"
    assert Verb.EXTEND in verbs_of(issue, county[granter], TUESDAY)
    do(issue, Verb.EXTEND, county[granter], TUESDAY)

    moved = china(f"{latest} 17:30") - china(due)
    assert issue.level_due_at == china(f"{latest} 17:30")
    assert issue.total_due_at == total + moved
    event = issue.events.get(verb="extend")
    assert event.public_texts == {"reply": "parts are late"}
    assert event.facts["due"].startswith(latest)
    assert event.notices.filter(submission__isnull=False).exists()
    assert issue.number not in {number for number, asked in waits_for(county[granter], TUESDAY).items() if asked == "decide"}


@pytest.mark.parametrize(("light", "asker", "due", "granter", "latest", "too_late"), EXTENSIONS)
def test_extension_is_granted_by_nobody_but_the_one_above(county, light, asker, due, granter, latest, too_late):
    issue = brought(county, light)
    do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=latest)
    arrives(county, issue, light)

    for name in {"gm1", "pr1", "vs1", "tc1", "tc2", "roads", "power", "duc", "leader"} - {granter}:
        with pytest.raises((Forbidden, OutOfScope, Refusal)):
            do(issue, Verb.EXTEND, county[name], TUESDAY)
        assert Verb.EXTEND not in verbs_of(issue, county[name], TUESDAY)


@pytest.mark.parametrize(("light", "times"), [("green", 1), ("blue", 1), ("yellow", 1), ("red", 2)])
def test_extension_when_the_policys_times_are_used_up_is_refused(county, light, times):
    issue = brought(county, light)
    asker, granter = next((row[1], row[3]) for row in EXTENSIONS if row[0] == light)

    for _ in range(times):
        later = make.calendar().nth_working_day(issue.level_due_at.date(), 1)
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="rain", due=later.isoformat())
        arrives(county, issue, light)
        do(issue, Verb.EXTEND, county[granter], TUESDAY)

    with pytest.raises(Refusal, match=f"granted {times}× at most; that has been used up"):
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="rain", due="2024-12-01")
    assert Verb.ASK_EXTENSION not in verbs_of(issue, county[asker], TUESDAY)


def test_unit_that_asks_for_more_time_at_red_is_heard_by_the_leader_through_the_supervision_office(county):
    issue = brought(county, "red")
    do(issue, Verb.ASK_EXTENSION, county["roads"], TUESDAY, reason="rain", due="2024-10-31")
    assert waits_for(county["duc"], TUESDAY)[issue.number] == "decide"
    assert issue.number not in waits_for(county["leader"], TUESDAY)
    assert told(issue, Verb.ASK_EXTENSION) == {Role.SUPERVISION_OFFICE}
    with pytest.raises(Refusal, match="lies with the supervision office, which has not passed it on yet"):
        do(issue, Verb.EXTEND, county["leader"], TUESDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.REFUSE_REQUEST, county["leader"], TUESDAY, reason="no")

    do(issue, Verb.FORWARD, county["duc"], TUESDAY, text="We were there; it is so.")

    assert told(issue, Verb.FORWARD) == {Role.COUNTY_LEADER}
    assert waits_for(county["leader"], TUESDAY)[issue.number] == "decide"
    assert waits_for(county["duc"], TUESDAY).get(issue.number) != "decide"
    for verb in (Verb.FORWARD, Verb.REFUSE_REQUEST):  # it has left their desk
        with pytest.raises((Forbidden, Refusal)):
            do(issue, verb, county["duc"], TUESDAY, reason="no")
    do(issue, Verb.EXTEND, county["leader"], TUESDAY)
    assert issue.level_due_at == china("2024-10-31 17:30")


def test_supervision_office_may_refuse_what_it_need_not_pass_on(county):
    issue = brought(county, "red")
    do(issue, Verb.ASK_EXTENSION, county["roads"], TUESDAY, reason="rain", due="2024-10-31")

    do(issue, Verb.REFUSE_REQUEST, county["duc"], TUESDAY, reason="it did not rain")

    assert HolderRequest.objects.get().decision == "refused"
    assert Role.DEPARTMENT in told(issue, Verb.REFUSE_REQUEST)
    with pytest.raises(Refusal, match="waits to be passed on"):
        do(issue, Verb.FORWARD, county["duc"], TUESDAY)


def test_supervision_office_that_asks_itself_is_heard_by_the_leader_at_once(county):
    issue = brought(county, "red")
    do(issue, Verb.ASK_EXTENSION, county["duc"], TUESDAY, reason="rain", due="2024-10-31")

    assert issue.pending_request.decider == Role.COUNTY_LEADER
    with pytest.raises(Refusal, match="waits to be passed on"):
        do(issue, Verb.FORWARD, county["duc2"], TUESDAY)
    do(issue, Verb.EXTEND, county["leader"], TUESDAY)


def test_rest_at_red_goes_straight_to_the_leader(county):
    issue = brought(county, "red")
    do(issue, Verb.ASK_SUSPENSION, county["roads"], TUESDAY, suspension="funds", reason="no money yet")

    assert issue.pending_request.decider == Role.COUNTY_LEADER


def test_message_about_more_time_says_why_and_until_when(county, mailoutbox):
    issue = make.in_hand(county, MONDAY, about=NORMAL, channel=Requester.Channel.EMAIL)
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="internal: nobody had time", due="2024-09-27")
    do(issue, Verb.EXTEND, county["vs1"], TUESDAY, reply="The parts come on Friday.")
    sending.announce(at=TUESDAY)

    (body,) = [letter.body for letter in mailoutbox if "more time" in letter.body]
    assert (
        f"Your report {issue.number}: more time was granted, until {date_format(china('2024-09-27 17:30'), 'DATE_FORMAT')}" in body
    )
    assert "The parts come on Friday." in body
    assert "internal" not in body


def test_extension_is_counted_anew_at_the_next_level(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.ESCALATE, county["pr1"], TUESDAY, tried="all")
    do(issue, Verb.ACKNOWLEDGE, county["vs1"], TUESDAY)

    do(issue, Verb.ASK_EXTENSION, county["vs1"], TUESDAY, reason="rain", due="2024-10-08")

    assert issue.pending_request.level == issue.level


def extended_and_back_at_green(county: make.County) -> Issue:
    """Given more time at green, passed up, and returned."""
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.ESCALATE, county["pr1"], TUESDAY, tried="all")
    do(issue, Verb.RETURN_DOWN, county["vs1"], TUESDAY)
    do(issue, Verb.ACKNOWLEDGE, county["pr1"], TUESDAY)
    return issue


def test_extension_when_the_issue_comes_back_to_a_light_is_not_granted_there_again(county):
    issue = extended_and_back_at_green(county)

    with pytest.raises(Refusal, match="granted 1× at most; that has been used up"):
        do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-29")


def test_extension_is_counted_anew_once_the_issue_was_reopened(county):
    issue = extended_and_back_at_green(county)
    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.VERIFY, county["gm1"], TUESDAY)
    ask(issue, Verb.RATE, TUESDAY, rating="satisfied")
    do(issue, Verb.REOPEN, county["vs1"], TUESDAY, reason="it came back")
    if issue.status == Status.ASSIGNED:
        do(issue, Verb.ACKNOWLEDGE, county["pr1"], TUESDAY)
    assert issue.level_due_at
    later = make.calendar().nth_working_day(issue.level_due_at.date(), 1)

    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due=later.isoformat())

    assert issue.pending_request
    assert issue.pending_request.kind == Kind.EXTENSION


@pytest.mark.parametrize(("at", "passes"), [("2024-09-26 17:30", True), ("2024-09-26 17:31", False)])
def test_extension_can_be_asked_for_until_the_very_moment_it_is_due(county, at, passes):
    issue = brought(county, "green")

    if passes:
        do(issue, Verb.ASK_EXTENSION, county["pr1"], china(at), reason="rain", due="2024-09-27")
        assert issue.pending_request.kind == Kind.EXTENSION
    else:
        with pytest.raises(Refusal, match="before the time was up"):
            do(issue, Verb.ASK_EXTENSION, county["pr1"], china(at), reason="rain", due="2024-09-27")


@pytest.mark.parametrize(
    ("due", "sentence"),
    [("2024-09-26", "later than the present one"), ("2024-09-20", "later than the present one"), ("soon", "is not a date")],
)
def test_extension_to_no_later_date_is_refused(county, due, sentence):
    issue = brought(county, "green")

    with pytest.raises(Refusal, match=sentence):
        do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due=due)


def test_granter_may_give_less_but_never_more_than_was_asked(county):
    issue = brought(county, "yellow")
    do(issue, Verb.ASK_EXTENSION, county["tc1"], TUESDAY, reason="rain", due="2024-10-18")

    with pytest.raises(Refusal, match="Nobody asked for longer"):
        do(issue, Verb.EXTEND, county["duc"], TUESDAY, due="2024-10-21")
    do(issue, Verb.EXTEND, county["duc"], TUESDAY, due="2024-10-15", reply="Until Tuesday")

    assert issue.level_due_at == china("2024-10-15 17:30")
    assert issue.events.get(verb="extend").public_texts == {"reply": "Until Tuesday"}


def test_request_when_refused_leaves_everything_and_tells_the_asker(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    before = (issue.level_due_at, issue.total_due_at, issue.status)

    with pytest.raises(Refusal, match="“Reason” is missing"):
        do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY)
    do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY, reason="it is a day's work")

    assert (issue.level_due_at, issue.total_due_at, issue.status) == before
    request = HolderRequest.objects.get()
    assert (request.decision, request.decided_by, request.decision_reason) == ("refused", county["vs1"], "it is a day's work")
    assert Role.PARTY_REPRESENTATIVE in told(issue, Verb.REFUSE_REQUEST)
    assert issue.events.get(verb="refuse_request").public_texts == {}
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="it really rains", due="2024-09-27")  # refused is not granted


def test_one_thing_is_asked_at_a_time_and_nothing_can_be_granted_unasked(county):
    issue = brought(county, "green")
    with pytest.raises(Refusal, match="Nobody has asked for this"):
        do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    with pytest.raises(Refusal, match="could be refused"):
        do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY, reason="no")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")

    with pytest.raises(Refusal, match="asked already and waits for a decision: more time"):
        do(issue, Verb.ASK_SUSPENSION, county["pr1"], TUESDAY, suspension="funds", reason="no money")


def test_who_stands_in_for_a_vacancy_asks_one_level_above_themselves(county):
    vacate(Role.PARTY_REPRESENTATIVE, MONDAY)
    issue: Any = make.accepted(county, TUESDAY, about=NORMAL)
    do(issue, Verb.ACKNOWLEDGE, county["vs1"], TUESDAY)
    assert issue.handler_fallback
    do(issue, Verb.ASK_EXTENSION, county["vs1"], TUESDAY, reason="rain", due="2024-09-29")

    assert issue.pending_request.decider == Role.TOWNSHIP_COMMITTEE
    with pytest.raises((Forbidden, Refusal)):
        do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.EXTEND, county["tc1"], TUESDAY)
    assert issue.level_due_at == china("2024-09-29 17:30")


def test_question_for_a_vacant_desk_waits_for_whoever_stands_in(county):
    issue = brought(county, "green")
    vacate(Role.VILLAGE_SECRETARY, TUESDAY)
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")

    assert waits_for(county["tc1"], TUESDAY)[issue.number] == "decide"
    do(issue, Verb.EXTEND, county["tc1"], TUESDAY)


@pytest.mark.parametrize("verb", [Verb.RESOLVE, Verb.ESCALATE])
def test_question_is_dropped_when_the_issue_goes_another_way(county, verb):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, verb, county["pr1"], TUESDAY, **({"tried": "all"} if verb == Verb.ESCALATE else {}))

    assert HolderRequest.objects.get().decision == "dropped"
    assert issue.number not in {number for number, asked in waits_for(county["vs1"], TUESDAY).items() if asked == "decide"}


def test_database_refuses_a_grant_by_the_asker_and_by_nobody(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    request = HolderRequest.objects.get()
    for decider in (county["pr1"], None):
        request.decision, request.decided_by = "granted", decider
        with pytest.raises(IntegrityError), transaction.atomic():
            request.save()


def test_sealed_matter_has_no_questions_to_those_above(county):
    issue: Any = make.reported(county, MONDAY, about="village.conduct")
    do(issue, Verb.ACCEPT, county["discipline1"], MONDAY)
    do(issue, Verb.ACKNOWLEDGE, county["discipline1"], MONDAY)

    with pytest.raises(Refusal, match="sealed"):
        do(issue, Verb.ASK_EXTENSION, county["discipline1"], MONDAY, reason="rain", due="2024-10-13")
