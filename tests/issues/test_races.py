"""Many people press the same button at the same moment: it is done once, and everybody else reads why not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Semaphore
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from issues import ledger, services
from issues.errors import Conflict, Refusal
from issues.models import EscalationRequest, HolderRequest, Issue, KeySupervisionEntry, Notice, Rating
from issues.terms import Verb
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY

ATTEMPTS = 200
CONNECTIONS = 30  # as many at once as the pools of a few web processes hold; the others wait for one of these
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county() -> make.County:
    return make.county()


def rush(issue: Issue, verb: Verb, by: Person, at: datetime, *, seen: int | None = None, **facts: object) -> Counter[str]:
    """So many attempts at once, each with a thread of its own: “done”, or the sentence of the refusal, and how often."""
    start, free = Barrier(ATTEMPTS), Semaphore(CONNECTIONS)

    def attempt(_: int) -> str:
        start.wait(timeout=60)
        with free:
            try:
                with translation.override("en"):
                    services.move(issue.pk, verb, by=by, at=at, facts=facts, seen=seen)
            except (Refusal, Conflict) as refused:
                return refused.sentence
            finally:
                connection.close()
        return "done"

    with ThreadPoolExecutor(ATTEMPTS) as crowd:
        return Counter(crowd.map(attempt, range(ATTEMPTS)))


def assert_done_once(outcome: Counter[str], issue: Issue, verb: Verb, before: int, sentence: str) -> None:
    assert outcome.pop("done") == 1
    assert sum(outcome.values()) == ATTEMPTS - 1
    assert all(sentence in said for said in outcome), outcome
    issue.refresh_from_db()
    assert issue.events.filter(verb=verb).count() == 1
    assert issue.event_count == issue.events.count() > before
    assert not [fault for fault in ledger.verify_all(issue.number)[1] if fault]


def test_two_hundred_acknowledge_at_once_and_one_has_it(county):
    issue = make.accepted(county, MONDAY)
    before = issue.event_count
    outcome = rush(issue, Verb.ACKNOWLEDGE, county["pr1"], MONDAY)
    assert_done_once(outcome, issue, Verb.ACKNOWLEDGE, before, "“Acknowledge” is not possible while the issue is “in progress”.")


def test_two_hundred_who_saw_the_same_issue_are_told_who_was_quicker(county):
    issue = make.in_hand(county, MONDAY)
    before = issue.event_count
    outcome = rush(issue, Verb.NOTE, county["pr1"], MONDAY, seen=before, text="ordered the parts")
    assert_done_once(outcome, issue, Verb.NOTE, before, "Meanwhile")


def test_two_hundred_pass_it_up_at_once_and_it_climbs_one_level(county):
    issue = make.in_hand(county, MONDAY)
    before = issue.event_count
    outcome = rush(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked the neighbours")
    done = outcome.pop("done")
    issue.refresh_from_db()
    assert (done, sum(outcome.values())) == (1, ATTEMPTS - 1)
    assert issue.light == "blue"
    assert EscalationRequest.objects.filter(issue=issue).count() == 1
    assert issue.event_count == before + 1


def test_two_hundred_enter_it_in_the_red_list_at_once_and_it_stands_there_once(county):
    issue = make.proposed(county, MONDAY)
    before = issue.event_count
    facts = {"reason": "county road", "unit": county.units["roads"].pk}
    outcome = rush(issue, Verb.ENTER_RED, county["duc"], MONDAY, **facts)
    assert_done_once(outcome, issue, Verb.ENTER_RED, before, "")
    assert KeySupervisionEntry.objects.standing().filter(issue=issue).count() == 1


def test_two_hundred_ask_for_more_time_at_once_and_one_question_stands(county):
    issue = make.in_hand(county, MONDAY)
    before = issue.event_count
    facts: dict[str, Any] = {"reason": "the parts come late", "due": (MONDAY + timedelta(days=2)).date()}
    outcome = rush(issue, Verb.ASK_EXTENSION, county["pr1"], MONDAY, **facts)
    assert_done_once(outcome, issue, Verb.ASK_EXTENSION, before, "")
    assert HolderRequest.objects.filter(issue=issue).count() == 1


def test_two_hundred_callers_give_the_same_rating_at_once_and_it_counts_once(county):
    issue = make.awaiting_rating(county, MONDAY)
    before = issue.event_count
    outcome = rush(issue, Verb.RATE, county["vs1"], MONDAY, rating="satisfied")
    assert_done_once(outcome, issue, Verb.RATE, before, "")
    assert Rating.objects.filter(submission__issue=issue).count() == 1
    told = Notice.objects.filter(event__issue=issue, event__verb=Verb.CLOSE).values_list("person", "submission", "channel")
    assert len(told) == len(set(told))
