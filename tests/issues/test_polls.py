"""The rating rule and the closing gate: polls, silent ballots, rounds of rectification, who has to be called."""

from __future__ import annotations

from typing import Any

import pytest

from issues import services, sweeps
from issues.errors import Forbidden, Refusal
from issues.models import Issue, Poll, Rating, Requester, Submission, SubTask
from issues.moves import calling, closing
from issues.policy.sections import Closure
from issues.terms import Light, Status, Verb
from issues.workflow import LEVEL_OF
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do, terms

pytestmark = pytest.mark.django_db


def ballots(satisfied: int, dissatisfied: int, *, mostly: int = 0, silent: int = 0, households: int = 40, on: str = "2024-09-23"):
    return {
        "households": households, "held_on": on, "method": "meeting",
        "satisfied": satisfied, "mostly_satisfied": mostly, "dissatisfied": dissatisfied, "silent": silent,
    }  # fmt: skip


def group(county: make.County, households: int = 40, **more: Any) -> Issue:
    """Of that many households, verified, awaiting their rating."""
    issue = make.awaiting_rating(county, MONDAY, about="env.waste", **more)
    Issue.objects.filter(pk=issue.pk).update(households=households)
    issue.refresh_from_db()
    return issue


def asked(county: make.County, name: str) -> set[str]:
    """What waits for that person."""
    return {asked for asked, _n in Issue.objects.waiting_for(county[name], MONDAY).by_asked()}


def again(county: make.County, issue: Issue) -> None:
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)


def polled(issue: Issue, county: make.County, **counts: Any) -> None:
    do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=ballots(**counts))


# --- the share ---
def test_31_of_40_are_too_few_and_send_it_back_for_half_the_limit(county):
    issue = group(county)
    polled(issue, county, satisfied=31, dissatisfied=9)

    assert (issue.status, issue.rectify_rounds) == (Status.IN_PROGRESS, 1)
    assert issue.level_due_at == china("2024-09-25 17:30")  # three working days halved, rounded up: two


def test_32_of_40_are_enough_and_close_it(county):
    issue = group(county)
    polled(issue, county, satisfied=20, mostly=12, dissatisfied=8)

    assert issue.status == Status.CLOSED
    assert issue.events.get(verb=Verb.POLL).facts["poll"] == {
        "households": 40, "satisfied": 20, "mostly_satisfied": 12, "dissatisfied": 8, "silent": 0,
    }  # fmt: skip


def test_silent_ballots_count_neither_for_nor_against(county):
    issue = group(county)
    polled(issue, county, satisfied=16, dissatisfied=4, silent=20)  # 16 of the 20 who said something

    assert issue.status == Status.CLOSED
    poll = Poll.objects.get()
    assert (poll.share, poll.rated, poll.silent) == (0.8, 20, 20)


@pytest.mark.parametrize(
    ("households", "rated", "enough"),
    [(3, 3, True), (3, 2, False), (5, 5, True), (16, 5, True), (16, 4, False), (40, 12, True), (40, 11, False), (41, 12, False)],
)
def test_poll_needs_so_many_ballots_as_the_policy_says(county, households, rated, enough):
    issue = group(county, households)
    given = ballots(rated, 0, households=households)

    if enough:
        do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=given)
        assert issue.status == Status.CLOSED
    else:
        with pytest.raises(Refusal, match="must have rated"):
            do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=given)


def test_households_cannot_be_made_fewer_than_are_known(county):
    issue = group(county, households=40)

    with pytest.raises(Refusal, match="Of 40 affected at least 12"):
        do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=ballots(5, 0, households=5))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"silent": 9, "satisfied": 32}, "ballots_households"),
        ({"satisfied": "many"}, "ballots_satisfied"),
        ({"held_on": "2024-09-24"}, "ballots_held_on"),  # to come
        ({"held_on": "2024-09-22"}, "ballots_held_on"),  # not solved yet
        ({"method": "by phone"}, "ballots_method"),
    ],
)
def test_poll_that_cannot_be_right_is_refused_at_its_field(county, change, field):
    issue = group(county)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.POLL, county["gm1"], MONDAY, ballots={**ballots(32, 0), **change})
    assert refused.value.field == field


def test_poll_is_taken_once_a_round_and_never_by_the_handler(county):
    issue = group(county)
    with pytest.raises(Forbidden):
        do(issue, Verb.POLL, county["pr1"], MONDAY, ballots=ballots(40, 0))
    do(issue, Verb.POLL, county["vs1"], MONDAY, ballots=ballots(31, 9))

    again(county, issue)
    do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=ballots(32, 8))

    assert list(Poll.objects.values_list("round", "satisfied")) == [(0, 31), (1, 32)]
    assert issue.status == Status.CLOSED


def test_second_poll_of_a_round_is_refused(county):
    issue = group(county)
    Poll.objects.create(
        issue=issue, round=0, taken_by=county["gm1"], at=MONDAY,
        **{**ballots(40, 0), "held_on": MONDAY.date()},
    )  # fmt: skip

    with pytest.raises(Refusal, match="polled once"):
        do(issue, Verb.POLL, county["gm1"], MONDAY, ballots=ballots(40, 0))


# --- rounds ---
def test_after_two_rounds_only_an_explanation_is_left(county):
    issue = group(county)
    for _round in range(2):
        polled(issue, county, satisfied=31, dissatisfied=9)
        again(county, issue)
    polled(issue, county, satisfied=31, dissatisfied=9)

    assert (issue.status, issue.rectify_rounds, issue.silent_close_at) == (Status.PENDING_FEEDBACK, 2, None)
    (sentence,) = closing.missing(issue, MONDAY)
    assert "After 2 rounds of rectification" in sentence
    assert "township committee" in sentence


def test_single_requester_after_two_rounds_waits_for_an_explanation_too(county):
    issue = make.awaiting_rating(county, MONDAY)
    for _round in range(2):
        ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")
        again(county, issue)
    ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")

    assert (issue.status, issue.rectify_rounds, issue.to_call) == (Status.PENDING_FEEDBACK, 2, True)


def test_one_content_requester_does_not_speak_for_forty_households(county):
    issue = group(county)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert issue.status == Status.PENDING_FEEDBACK
    (sentence,) = closing.missing(issue, MONDAY)
    assert sentence.startswith("Of 40 affected at least 12 must have rated, 80% of them content")


def test_silence_of_one_requester_is_no_poll_of_forty_households(county):
    issue = group(county)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")
    for _ in range(6):
        silent = Issue.objects.get(pk=issue.pk).silent_close_at
        assert silent
        sweeps.feedback(at=silent)

    issue.refresh_from_db()
    assert issue.status == Status.PENDING_FEEDBACK
    polled(issue, county, satisfied=36, dissatisfied=4)
    assert issue.status == Status.CLOSED


def test_issue_of_many_households_is_in_the_queue_until_it_was_polled(county):
    issue = make.resolved(county, MONDAY, about="env.waste", households=12)
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert issue.to_call
    assert asked(county, "gm1") == {"feedback"}
    polled(issue, county, households=12, satisfied=12, dissatisfied=0)
    assert asked(county, "gm1") == set()


def test_silence_where_everybody_reported_counts_those_who_answered(county):
    issue = make.awaiting_rating(county, MONDAY)
    make.report(issue, MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")
    for _ in range(5):
        silent = Issue.objects.get(pk=issue.pk).silent_close_at
        if silent:
            sweeps.feedback(at=silent)

    issue.refresh_from_db()
    assert issue.status == Status.CLOSED


# --- the gate ---
def test_every_line_of_the_gate_says_what_is_missing_and_who_can_supply_it(county):
    issue = make.in_hand(county, MONDAY)

    sentences = closing.missing(issue, MONDAY)

    assert [line.split(";")[0].split(":")[0][:34] for line in sentences] == [
        "It has not been written down what ",
        "Nobody other than the handler has ",
        "The requester's rating is awaited",
        "There is no line for the public pa",
    ]
    assert "grid member" in sentences[1]
    assert all(line.endswith(".") for line in sentences)


def test_gate_holds_while_a_unit_owes_its_part(county):
    issue = make.awaiting_rating(county, MONDAY)
    SubTask.objects.create(
        issue=issue, number=1, unit=county.units["power"], kind="helper", task="x", due_at=TUESDAY, asked_by=county["tc1"], asked_at=MONDAY
    )  # fmt: skip
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert issue.status == Status.PENDING_FEEDBACK
    assert "power" in closing.missing(issue, MONDAY)[0]


def test_gate_of_a_red_issue_names_the_supervision_office(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert closing.missing(issue, MONDAY) == ["Leaving the red list has not been approved; only the supervision office can."]


def test_red_issue_is_verified_by_the_unit_that_the_supervision_office_named_and_by_no_other(county):
    issue = make.at_red(county, MONDAY)
    with pytest.raises(Refusal, match="leads; somebody else"):
        do(issue, Verb.DELEGATE, county["duc"], MONDAY, unit=county.units["roads"].pk)
    do(issue, Verb.DELEGATE, county["duc"], MONDAY, unit=county.units["township1"].pk)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    assert "verify" in asked(county, "tc1")
    do(issue, Verb.VERIFY, county["tc1"], MONDAY)
    assert issue.status == Status.PENDING_FEEDBACK


# --- calls ---
def test_lot_is_the_same_whenever_it_is_drawn_and_falls_as_often_as_the_share_says(county):
    issue = make.in_hand(county, MONDAY)
    numbers = [f"2024-{n:07d}" for n in range(2000)]

    def drawn(light: Light) -> set[str]:
        issue.level = LEVEL_OF[light]
        return {number for number in numbers if calling.is_drawn(_numbered(issue, number), terms())}

    green, yellow = drawn(Light.GREEN), drawn(Light.YELLOW)
    assert green == drawn(Light.GREEN)
    assert 0.08 < len(green) / len(numbers) < 0.12
    assert 0.46 < len(yellow) / len(numbers) < 0.54


def _numbered(issue: Issue, number: str) -> Issue:
    issue.number = number
    return issue


def test_every_red_issue_is_called_by_a_person(county):
    issue = make.at_red(county, MONDAY)

    assert all(calling.is_drawn(_numbered(issue, f"2024-{n:07d}"), terms()) for n in range(500))


def test_who_cannot_be_written_to_is_called_and_the_handler_is_not_asked_to(county):
    issue = make.awaiting_rating(county, MONDAY, channel=Requester.Channel.PHONE)

    assert issue.to_call
    waiting = {name: asked(county, name) for name in ("gm1", "vs1", "tc1", "pr1")}
    assert waiting == {"gm1": {"feedback"}, "vs1": {"feedback"}, "tc1": {"feedback"}, "pr1": set()}


def test_who_was_dissatisfied_is_called_in_the_next_round(county):
    issue = make.awaiting_rating(county, MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")
    assert not issue.to_call
    again(county, issue)

    assert issue.to_call


def test_rating_of_an_earlier_round_does_not_count_in_this_one(county):
    issue = make.awaiting_rating(county, MONDAY)
    ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")
    again(county, issue)

    assert closing.standing_of(issue, MONDAY).ratings == ()
    ask(issue, Verb.RATE, MONDAY, rating="satisfied")
    assert (issue.status, Rating.objects.count()) == (Status.CLOSED, 2)


@pytest.mark.parametrize(("affected", "quorum"), [(1, 1), (4, 4), (5, 5), (16, 5), (17, 6), (20, 6), (40, 12), (1000, 300)])
def test_quorum_is_the_smaller_of_all_and_of_the_larger_of_floor_and_share(affected, quorum):
    closure: Closure = terms().closure

    assert closure.quorum(affected) == quorum


# --- on the spot ---
def on_the_spot(county: make.County, by: str = "pr1", **more: Any) -> Issue:
    issue = make.reported(county, MONDAY, by=county[by], **more)
    do(issue, Verb.HANDLE_ON_THE_SPOT, county[by], MONDAY, resolution="sealed the door")
    return issue


def test_solved_on_the_spot_is_confirmed_by_the_requester_and_needs_no_other_check(county):
    issue = on_the_spot(county)
    assert (issue.status, issue.resolved_by, issue.on_the_spot) == (Status.PENDING_FEEDBACK, county["pr1"], True)
    assert issue.non_public_reason

    ask(issue, Verb.RATE, MONDAY, rating="satisfied")

    assert (issue.status, issue.verified_at) == (Status.CLOSED, None)


def test_solved_on_the_spot_is_rated_through_a_caller_but_never_by_who_solved_it(county):
    issue = on_the_spot(county, by="gm1")

    with pytest.raises(Forbidden, match="somebody other than the person who handled it"):
        do(issue, Verb.RATE, county["gm1"], MONDAY, rating="satisfied")
    do(issue, Verb.RATE, county["gl1"], MONDAY, rating="satisfied", text="said so on the phone")
    assert issue.status == Status.CLOSED
    assert Rating.objects.get().taken_by == county["gl1"]


def test_handler_who_holds_the_receipt_cannot_rate_as_the_requester(county):
    issue = on_the_spot(county)
    report = Submission.objects.get()

    with pytest.raises(Forbidden):
        services.move_as_requester(report.pk, Verb.RATE, at=MONDAY, facts={"rating": "satisfied"}, signed_in=county["pr1"])
    services.move_as_requester(report.pk, Verb.RATE, at=MONDAY, facts={"rating": "satisfied"}, signed_in=county["gm3"])
    issue.refresh_from_db()
    assert issue.status == Status.CLOSED


def test_matter_above_green_is_not_solved_on_the_spot(county):
    issue = make.reported(county, MONDAY, about="road.light", by=county["pr1"])

    with pytest.raises(Forbidden):
        do(issue, Verb.HANDLE_ON_THE_SPOT, county["pr1"], MONDAY, resolution="x")


def test_silence_confirms_nothing_so_somebody_else_checks_it(county):
    issue = on_the_spot(county)
    for day in ("24", "25", "26"):
        sweeps.feedback(at=china(f"2024-09-{day} 08:30"))
    sweeps.feedback(at=china("2024-10-03 17:30"))
    issue.refresh_from_db()

    assert (issue.status, issue.on_the_spot) == (Status.PENDING_VERIFICATION, False)
    with pytest.raises(Forbidden):
        do(issue, Verb.VERIFY, county["pr1"], TUESDAY)


def test_dissatisfied_on_the_spot_goes_back_and_is_checked_like_everything(county):
    issue = on_the_spot(county)
    ask(issue, Verb.RATE, MONDAY, rating="dissatisfied")
    assert (issue.status, issue.on_the_spot, issue.rectify_rounds) == (Status.IN_PROGRESS, False, 1)

    do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
    assert issue.status == Status.PENDING_VERIFICATION
