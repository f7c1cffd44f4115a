"""A decision against a requester whom nothing written reaches: somebody calls, and the program knows who still has to."""

from __future__ import annotations

import pytest

from issues import services
from issues.errors import Refusal
from issues.models import Issue, Notice, Requester
from issues.terms import Status, Verb
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, ask, do

CHANNEL = Requester.Channel

pytestmark = pytest.mark.django_db


def declined(county: make.County, channel: Requester.Channel = CHANNEL.PHONE) -> Issue:
    issue = make.reported(county, MONDAY, channel=channel)
    do(issue, Verb.DECLINE, county["vs1"], MONDAY)
    return issue


def to_tell(person: Person) -> list[Issue]:
    return list(Issue.objects.to_tell(person, TUESDAY))


def offered(issue: Issue, person: Person) -> bool:
    return Verb.TOLD in {move.verb for move in services.possible_moves(issue, person, TUESDAY)}


def test_declined_report_of_somebody_with_a_telephone_only_waits_for_a_call(county):
    issue = declined(county)

    assert to_tell(county["vs1"]) == to_tell(county["gm1"]) == to_tell(county["tc1"]) == [issue]
    assert to_tell(county["vs2"]) == to_tell(county["tc2"]) == to_tell(county["gm1b"]) == to_tell(county["admin"]) == []
    assert offered(issue, county["vs1"])


def test_call_when_recorded_leaves_the_status_and_asks_nobody_any_more(county):
    issue = declined(county)
    event = do(issue, Verb.TOLD, county["vs1"], TUESDAY, text="she understands")

    assert (issue.status, issue.closed_at) == (Status.DECLINED, MONDAY)
    assert event.is_public
    assert to_tell(county["vs1"]) == []
    assert not offered(issue, county["vs1"])
    with pytest.raises(Refusal, match="Everybody who can be told has been told"):
        do(issue, Verb.TOLD, county["vs1"], TUESDAY)


def test_requester_who_asked_for_no_answer_is_not_called(county):
    issue = declined(county, CHANNEL.NONE)

    assert to_tell(county["vs1"]) == []
    with pytest.raises(Refusal, match="Everybody who can be told has been told"):
        do(issue, Verb.TOLD, county["vs1"], TUESDAY)


def test_requester_whose_data_are_erased_is_not_called(county):
    declined(county)
    Requester.objects.update(erased_at=TUESDAY, phone=None)

    assert to_tell(county["vs1"]) == []


def test_letter_when_given_up_makes_it_a_call_and_the_call_stands_in_for_it(county, settings):
    settings.EMAIL_READY = True
    issue = declined(county, CHANNEL.EMAIL)
    assert to_tell(county["vs1"]) == []  # the letter is on its way
    letters = Notice.objects.filter(event__issue=issue, event__verb=Verb.DECLINE, channel="email")
    assert letters.give_up("no such mailbox") == 1
    assert to_tell(county["vs1"]) == [issue]

    do(issue, Verb.TOLD, county["vs1"], TUESDAY)

    assert letters.get().state == Notice.State.CALLED
    assert to_tell(county["vs1"]) == []


def test_decision_on_an_objection_is_told_anew(county):
    issue = declined(county)
    do(issue, Verb.TOLD, county["vs1"], MONDAY)
    ask(issue, Verb.OBJECT, MONDAY, reason="it is yours")
    assert to_tell(county["vs1"]) == []  # it waits for the level above, not for a call
    do(issue, Verb.OVERRULE, county["tc1"], MONDAY, reason="not ours", reply="Please ask the court.")

    assert to_tell(county["tc1"]) == [issue]
    do(issue, Verb.TOLD, county["tc1"], TUESDAY)
    assert to_tell(county["tc1"]) == []


def test_deferral_is_told_too(county):
    issue = make.in_hand(county, MONDAY, channel=CHANNEL.PHONE)
    do(issue, Verb.ASK_DEFERRAL, county["pr1"], MONDAY, reason="no money", reply="Next year.")
    do(issue, Verb.DEFER, county["tc1"], MONDAY, reply="Next year.")

    assert to_tell(county["vs1"]) == to_tell(county["tc1"]) == [issue]
    do(issue, Verb.TOLD, county["gm1"], TUESDAY)
    assert (issue.status, to_tell(county["vs1"])) == (Status.DEFERRED, [])


def test_explained_end_is_told_too(county):
    issue = make.awaiting_rating(county, MONDAY, channel=CHANNEL.PHONE)
    Issue.objects.filter(pk=issue.pk).update(rectify_rounds=make.terms().closure.rectify_rounds)
    do(issue, Verb.RATE, county["gm1"], MONDAY, rating="dissatisfied")
    do(issue, Verb.ASK_EXPLANATION, county["pr1"], MONDAY, reason="no law", reply="There is no law for it.")
    do(issue, Verb.EXPLAIN, county["tc1"], MONDAY, reply="There is no law for it.")

    assert issue.status == Status.CLOSED_EXPLAINED
    assert to_tell(county["vs1"]) == to_tell(county["tc1"]) == [issue]


def test_confidential_matter_is_told_by_the_discipline_inspection_alone(county):
    issue = make.reported(county, MONDAY, about="village.conduct", channel=CHANNEL.PHONE)
    do(issue, Verb.DECLINE, county["discipline1"], MONDAY)

    assert to_tell(county["discipline1"]) == [issue]
    assert to_tell(county["tc1"]) == to_tell(county["vs1"]) == to_tell(county["discipline2"]) == []
    do(issue, Verb.TOLD, county["discipline1"], TUESDAY)
    assert to_tell(county["discipline1"]) == []


def test_solved_issue_asks_for_no_such_call(county):
    issue = make.reported(county, MONDAY, channel=CHANNEL.PHONE)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    assert to_tell(county["vs1"]) == []
    assert not offered(issue, county["vs1"])
