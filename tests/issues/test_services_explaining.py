"""An end with an explanation: approved above, after two whole rounds of answers."""

from __future__ import annotations

from typing import Any

import pytest

from issues import ledger
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.moves.asking import Kind
from issues.terms import Status, Verb
from tests.issues import factories as make
from tests.issues.asking import brought
from tests.issues.factories import TUESDAY, ask, do

pytestmark = pytest.mark.django_db


def refused_answers(county: make.County, times: int, light: str = "green") -> Any:
    """Answered, verified and rated bad so many times."""
    holder, checker = {"green": ("pr1", "gm1"), "blue": ("vs1", "gm1"), "yellow": ("tc1", "gm1"), "red": ("roads", "duc")}[light]
    issue = brought(county, light)
    for _ in range(times):
        do(issue, Verb.RESOLVE, county[holder], TUESDAY)
        do(issue, Verb.VERIFY, county[checker], TUESDAY)
        ask(issue, Verb.RATE, TUESDAY, rating="dissatisfied")
    return issue


EXPLAINERS = [("green", "pr1", "tc1"), ("blue", "vs1", "tc1"), ("yellow", "tc1", "duc"), ("red", "roads", "leader")]


@pytest.mark.parametrize(("light", "asker", "approver"), EXPLAINERS)
def test_explained_end_is_approved_above_and_counts_as_explained(county, light, asker, approver):
    issue = refused_answers(county, 3, light)
    do(issue, Verb.ASK_EXPLANATION, county[asker], TUESDAY, reason="the law allows no more", reply="This is all the law allows.")
    for name in {"vs1", "tc1", "duc", "leader"} - {approver}:
        with pytest.raises((Forbidden, OutOfScope, Refusal)):
            do(issue, Verb.EXPLAIN, county[name], TUESDAY, reply="no")
    do(issue, Verb.EXPLAIN, county[approver], TUESDAY, reply="This is all the law allows.")

    assert (issue.status, issue.closed_at) == (Status.CLOSED_EXPLAINED, TUESDAY)
    assert (issue.warn_at, issue.climb_at) == (None, None)
    assert issue.standing_entry is None
    assert issue.events.get(verb="explain").public_texts == {"reply": "This is all the law allows."}
    assert ledger.verify_all(issue.number)[0] == 1


@pytest.mark.parametrize(("answers", "sentence"), [(0, "there have been"), (1, "have been 0"), (2, "have been 1"), (3, "")])
def test_explained_end_takes_two_whole_rounds(county, answers, sentence):
    issue = refused_answers(county, answers)
    words = {"reason": "lawful", "reply": "That is all."}

    if sentence:
        with pytest.raises(Refusal, match=sentence):
            do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, **words)
    else:
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, **words)
        assert issue.pending_request.kind == Kind.EXPLANATION


def test_explained_end_while_the_last_answer_is_checked_or_was_rejected_is_refused(county):
    issue = refused_answers(county, 2)
    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.REJECT, county["gm1"], TUESDAY)
    with pytest.raises(Refusal, match="there have been 1"):
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, reason="lawful", reply="That is all.")

    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.VERIFY, county["gm1"], TUESDAY)
    with pytest.raises(Refusal, match="has not refused the last answer"):
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, reason="lawful", reply="That is all.")
