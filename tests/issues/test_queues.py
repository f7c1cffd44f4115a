"""Queues: what waits for whom, soonest due first, in two statements."""

from __future__ import annotations

import pytest

from issues import services
from issues.models import Issue
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, K, do
from tests.issues.sight import LATER, waiting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (make.reported, {"gm1": "accept", "gl1": "accept", "vs1": "accept"}),
        (make.accepted, {"pr1": "acknowledge"}),
        (make.in_hand, {"pr1": "handle"}),
        (make.at_blue, {"vs1": "handle"}),
        (make.at_yellow, {"tc1": "handle"}),
        (make.proposed, {"tc1": "handle", "duc": "decide", "duc2": "decide"}),
        (make.at_red, {"roads": "handle"}),
        (make.resolved, {"gm1": "verify", "gl1": "verify", "vs1": "verify"}),
        (make.awaiting_rating, {}),
        (make.closed, {}),
    ],
)
def test_issue_waits_for_whom_it_is_with(county, stage, expected):
    stage(county, MONDAY)

    found = {
        name: [vars(row)["asked"] for row in Issue.objects.waiting_for(person, MONDAY)][:1]
        for name, person in county.people.items()
    }

    assert {name: asked[0] for name, asked in found.items() if asked} == expected


def test_desk_has_an_issue_back_when_the_unit_is_late(county):
    issue = make.at_yellow(county, MONDAY)
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)

    assert waiting(county, "power") == [("acknowledge", "assigned")]
    assert waiting(county, "tc1") == []
    assert waiting(county, "tc1", LATER) == [("acknowledge", "assigned")]


def test_red_exit_waits_for_the_supervision_office(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    assert waiting(county, "duc") == [("verify", "pending_verification")]
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    assert waiting(county, "duc") == [("decide", "pending_feedback")]
    do(issue, Verb.APPROVE_EXIT, county["duc"], MONDAY)
    assert waiting(county, "duc") == [("feedback", "pending_feedback")]  # every red one is called back


def test_requester_with_only_a_telephone_waits_for_a_caller_until_rated(county):
    issue = make.awaiting_rating(county, MONDAY, channel="phone")
    assert waiting(county, "gm1") == [("feedback", "pending_feedback")]
    assert waiting(county, "pr1") == []  # handled it

    do(issue, Verb.RATE, county["gm1"], MONDAY, rating="dissatisfied")
    assert waiting(county, "gm1") == []


def test_manual_desk_waits_for_the_county(county):
    make.reported(county, MONDAY, K)

    assert waiting(county, "duc") == [("accept", "submitted")]


def test_what_lies_too_long_waits_for_the_township(county):
    make.reported(county, MONDAY)

    assert waiting(county, "tc1") == []
    assert waiting(county, "tc1", LATER) == [("accept", "submitted")]


def test_queue_is_ordered_by_what_is_due_soonest(county):
    late = make.in_hand(county, MONDAY, about="env.waste")
    soon = make.in_hand(county, MONDAY)

    assert list(Issue.objects.waiting_for(county["pr1"], MONDAY).soonest_due_first()) == [soon, late]


def test_everything_that_waits_is_visible_and_can_be_moved(county):
    """A queue never shows what the person may not open, and each row has a button."""
    for stage in (make.reported, make.accepted, make.in_hand, make.at_blue, make.proposed, make.at_red, make.resolved):
        stage(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct")
    for at in (MONDAY, LATER):
        for person in county.people.values():
            for issue in Issue.objects.waiting_for(person, at):
                assert Issue.objects.visible_to(person, at).filter(pk=issue.pk).exists()
                assert services.possible_moves(issue, person, at)


def test_queries_of_a_queue_do_not_grow_with_it(county, django_assert_num_queries):
    for _ in range(4):
        make.in_hand(county, MONDAY)
    person = type(county["pr1"]).objects.get(pk=county["pr1"].pk)

    with django_assert_num_queries(2):  # the postings, the queue
        found = list(Issue.objects.waiting_for(person, MONDAY).with_clock_state(MONDAY).with_related().soonest_due_first())
    assert len(found) == 4
