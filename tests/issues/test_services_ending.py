"""Ratings, the gate, closing, reopening; and the sealed issue from end to end."""

from __future__ import annotations

import pytest

from grids.levels import Level
from issues import services
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import KeySupervisionEntry, Notice, Rating
from issues.terms import Actor, Status, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, K, ask, china, do, verbs

pytestmark = pytest.mark.django_db


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
