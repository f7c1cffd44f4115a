"""The deferred list: signed, explained and reviewed; and what the requester objects, to that and to declining."""

from __future__ import annotations

from typing import Any

import pytest

from issues import services, sweeps
from issues.errors import Forbidden, Refusal
from issues.models import HolderRequest, Issue
from issues.terms import Status, Verb
from tests.issues import factories as make
from tests.issues.asking import NORMAL, brought, waits_for
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do

pytestmark = pytest.mark.django_db


# --- deferred ---

DEFERRERS = [
    ("green", "pr1", "tc1", "duc"),
    ("blue", "vs1", "tc1", "duc"),
    ("yellow", "tc1", "duc", "leader"),
    ("red", "roads", "leader", "leader"),
]


def deferred(county: make.County, light: str, at=TUESDAY) -> Any:
    asker, signer = next(row[1:3] for row in DEFERRERS if row[0] == light)
    issue = brought(county, light)
    do(issue, Verb.ASK_DEFERRAL, county[asker], at, reason="no budget line", reply="Next year's budget")
    do(issue, Verb.DEFER, county[signer], at, reply="It will be in next year's budget.")
    return issue


@pytest.mark.parametrize(("light", "asker", "signer", "above"), DEFERRERS)
def test_deferral_is_signed_explained_and_reviewed(county, light, asker, signer, above):
    issue = deferred(county, light)
    assert (issue.status, issue.climb_at) == (Status.DEFERRED, None)
    assert issue.resume_at == issue.warn_at == china("2024-12-23 17:30")  # 90 days
    event = issue.events.get(verb="defer")
    assert event.public_texts == {"reply": "It will be in next year's budget."}
    assert event.notices.filter(submission__isnull=False).exists()

    due = issue.resume_at
    assert waits_for(county[signer], china("2024-12-23 17:29")).get(issue.number) != "review"
    assert sweeps.warn(at=due).done == 1
    assert sweeps.warn(at=due).done == 0  # once
    issue.refresh_from_db()
    assert issue.events.get(verb="warn").facts["reason"] == "review"
    assert waits_for(county[signer], due)[issue.number] == "review"

    with pytest.raises(Refusal, match="Tell the requester why it still cannot"):
        do(issue, Verb.REVIEW, county[signer], due, verdict="keep", reason="still no money")
    do(issue, Verb.REVIEW, county[signer], due, verdict="keep", reason="still no money", reply="In two years")
    assert (issue.status, issue.resume_at) == (Status.DEFERRED, china("2025-03-23 17:30"))
    assert waits_for(county[signer], due).get(issue.number) != "review"

    do(issue, Verb.REVIEW, county[signer], china("2025-02-01 09:00"), verdict="take_up", reason="the money is here")
    assert (issue.status, issue.resume_at) == (Status.IN_PROGRESS, None)
    assert issue.clock_state(china("2025-02-01 09:01")) == "on_track"
    assert issue.climb_at is None or issue.climb_at > china("2025-02-01 09:01")


def test_deferral_without_a_word_for_the_requester_is_refused(county):
    issue = brought(county, "green")
    with pytest.raises(Refusal, match="“Reply to the requester” is missing"):
        do(issue, Verb.ASK_DEFERRAL, county["pr1"], TUESDAY, reason="no budget")
    do(issue, Verb.ASK_DEFERRAL, county["pr1"], TUESDAY, reason="no budget", reply="Next year")
    with pytest.raises(Refusal, match="“Reply to the requester” is missing"):
        do(issue, Verb.DEFER, county["tc1"], TUESDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.DEFER, county["vs1"], TUESDAY, reply="Next year")


@pytest.mark.parametrize("verdict", ["", "perhaps", "stays"])
def test_review_says_one_of_the_two(county, verdict):
    issue = deferred(county, "green")

    with pytest.raises(Refusal):
        do(issue, Verb.REVIEW, county["tc1"], TUESDAY, verdict=verdict, reason="x", reply="y")


# --- the requester objects ---


@pytest.mark.parametrize(("light", "asker", "signer", "above"), DEFERRERS)
def test_objection_to_a_deferral_goes_above_whoever_signed(county, light, asker, signer, above):
    issue = deferred(county, light)
    ask(issue, Verb.OBJECT, TUESDAY, reason="it was promised")

    assert waits_for(county[above], TUESDAY)[issue.number] == "decide"
    assert Issue.objects.visible_to(county[above], TUESDAY).has(issue)
    assert HolderRequest.objects.latest("pk").reason == ""  # what the requester wrote is in the ledger alone
    if above != signer:
        with pytest.raises((Forbidden, Refusal)):
            do(issue, Verb.UPHOLD, county[signer], TUESDAY, reason="x", reply="y")
    with pytest.raises(Refusal, match="objection"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")
    with pytest.raises(Refusal, match="the level above decides that first"):
        do(issue, Verb.REVIEW, county[signer], TUESDAY, verdict="keep", reason="x", reply="y")

    do(issue, Verb.UPHOLD, county[above], TUESDAY, reason="it was", reply="You are right.")
    assert issue.status == Status.IN_PROGRESS
    assert issue.events.get(verb="uphold").public_texts == {"reply": "You are right."}


def test_objection_when_overruled_is_the_last_word(county):
    issue = deferred(county, "green")
    ask(issue, Verb.OBJECT, TUESDAY, reason="it was promised")
    do(issue, Verb.OVERRULE, county["duc"], TUESDAY, reason="no", reply="There is no money.")

    assert issue.status == Status.DEFERRED
    with pytest.raises(Refusal, match="it can be made once"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")
    assert Verb.OBJECT not in {move.verb for move in services.possible_moves_for_requester(issue.submissions.get(), TUESDAY)}


@pytest.mark.parametrize(("decliner", "above"), [("vs1", "tc1"), ("tc1", "duc")])
def test_objection_to_declining_when_upheld_has_to_be_accepted(county, decliner, above):
    issue: Any = make.reported(county, MONDAY, about=NORMAL)
    do(issue, Verb.DECLINE, county[decliner], MONDAY)
    total = issue.total_due_at
    ask(issue, Verb.OBJECT, TUESDAY, reason="nobody else does it")

    assert (issue.status, issue.closed_at) == (Status.SUBMITTED, None)
    assert issue.total_due_at == total + (TUESDAY - MONDAY)
    assert issue.triage_due_at == china("2024-09-25 17:30")
    assert waits_for(county[above], TUESDAY)[issue.number] == "decide"
    assert issue.number not in waits_for(county["gm1"], TUESDAY)  # nobody else is asked meanwhile
    for verb, name in ((Verb.ACCEPT, "vs1"), (Verb.DECLINE, "tc1")):
        with pytest.raises(Refusal, match="decides that first"):
            do(issue, verb, county[name], TUESDAY)
    assert sweeps.climb(at=china("2024-12-01 09:00")).done == 0

    do(issue, Verb.UPHOLD, county[above], TUESDAY, reason="it is ours", reply="It will be looked at.")
    with pytest.raises(Refusal, match="it is to be accepted"):
        do(issue, Verb.DECLINE, county["tc1"], TUESDAY)
    assert waits_for(county["gm1"], TUESDAY)[issue.number] == "accept"
    do(issue, Verb.ACCEPT, county["gm1"], TUESDAY)
    assert issue.status == Status.ASSIGNED


def test_objection_to_declining_when_overruled_ends_for_good(county):
    issue: Any = make.reported(county, MONDAY, about=NORMAL)
    do(issue, Verb.DECLINE, county["vs1"], MONDAY)
    ask(issue, Verb.OBJECT, TUESDAY, reason="nobody else does it")
    do(issue, Verb.OVERRULE, county["tc1"], TUESDAY, reason="private", reply="It is a matter between neighbours.")

    assert (issue.status, issue.closed_at, issue.warn_at) == (Status.DECLINED, TUESDAY, None)
    with pytest.raises(Refusal, match="once"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")
