"""What holds an issue on the red list up, once everything that the policy gives has been tried."""

from __future__ import annotations

from typing import Any

import pytest

from issues.models import Issue, KeySupervisionEntry
from issues.terms import Verb
from mapui.red_blocking import blocking
from representatives.models import Person
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import ask, china, do

MONDAY = china("2024-09-23 09:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> make.County:
    return make.county()


def refused(county: make.County, rounds: int) -> Issue:
    """On the red list, solved and refused so many times."""
    issue = make.at_red(county, MONDAY)
    for left in range(rounds, 0, -1):
        do(issue, Verb.RESOLVE, county["roads"], MONDAY)
        do(issue, Verb.VERIFY, county["duc"], MONDAY)
        ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")
        if left > 1:
            assert issue.status == "in_progress"
    return issue


def sentences(issue: Issue) -> str:
    office = Person.objects.filter(assignments__role=Role.SUPERVISION_OFFICE)[0]
    entry: Any = KeySupervisionEntry.objects.standing().for_rows(office, MONDAY).get(issue=issue)
    return " ".join(blocking(entry, MONDAY))


def test_answer_refused_after_every_round_says_that_only_an_explained_end_is_left(county):
    issue = refused(county, 3)

    assert (issue.status, issue.rectify_rounds) == ("pending_feedback", 2)
    assert "only an explained end is left" in sentences(issue)
    assert "have rated" not in sentences(issue)

    do(issue, Verb.ASK_EXPLANATION, county["roads"], MONDAY, reason="lawful", reply="It cannot be otherwise.")
    assert "is asked for" in sentences(issue)
    do(issue, Verb.EXPLAIN, county["leader"], MONDAY, reply="It cannot be otherwise.")
    assert issue.status == "closed_explained"


def test_answer_refused_while_rounds_are_left_is_to_be_put_right(county):
    issue = refused(county, 2)

    assert "only an explained end" not in sentences(issue)
    assert "round 2" in sentences(issue)


def test_answer_of_the_last_round_that_waits_for_a_rating_may_still_be_liked(county):
    issue = refused(county, 2)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)

    assert "only an explained end" not in sentences(issue)
    assert "0 of 1 requesters have rated" in sentences(issue)
