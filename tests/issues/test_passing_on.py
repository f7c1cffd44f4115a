"""A contact household passes on the rating of a neighbour for whom it reported: by telephone, with consent (domain notes §6)."""

from __future__ import annotations

import pytest

from grids.levels import Level
from issues import ledger, services
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Issue, Notice, Rating
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import LONG_AGO, MONDAY, TUESDAY, County, do, report
from tests.representatives.factories import post

SAID = {"rating": "satisfied", "consent": ["yes"]}


def solved(county: County) -> Issue:
    """An issue that the household entered for a neighbour, reported as solved."""
    issue = make.reported(county, MONDAY, by=county["household"])
    for verb, by in ((Verb.ACCEPT, "gm1"), (Verb.ACKNOWLEDGE, "pr1"), (Verb.RESOLVE, "pr1")):
        do(issue, verb, county[by], MONDAY)
    return issue


def asked(county: County) -> Issue:
    """The same, checked: the rating is awaited."""
    issue = solved(county)
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    return issue


def offers(county: County, issue: Issue, verb: Verb = Verb.PASS_ON_RATING, by: str = "household") -> bool:
    return verb in {move.verb for move in services.possible_moves(issue, county[by], TUESDAY)}


def test_rating_when_passed_on_closes_the_issue_and_the_ledger_tells_it_from_all_others(county: County):
    issue = asked(county)

    event = do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID, text="很满意")

    assert issue.status == Status.CLOSED
    said = Rating.objects.get()
    assert (said.value, said.comment, said.taken_by, said.passed_on) == ("satisfied", "很满意", county["household"], True)
    assert (event.verb, event.actor, event.facts["consent"]) == (Verb.PASS_ON_RATING, Role.CONTACT_HOUSEHOLD, "telephone")
    assert not issue.events.filter(verb=Verb.RATE).exists()
    assert [fault for fault in ledger.verify_all(issue.number)[1] if fault] == []


def test_rating_when_passed_on_as_bad_sends_the_issue_back_and_tells_the_handler(county: County):
    issue = asked(county)

    event = do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **{**SAID, "rating": "dissatisfied"})

    assert (issue.status, issue.rectify_rounds) == (Status.IN_PROGRESS, 1)
    assert set(Notice.objects.filter(event=event, person__isnull=False).values_list("person", flat=True)) == {county["pr1"].pk}


@pytest.mark.parametrize("consent", [None, "", [], "no", ["no"], ["yes", "no"], True])
def test_rating_without_consent_is_refused_and_nothing_is_kept(county: County, consent: object):
    issue = asked(county)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, rating="satisfied", consent=consent)

    assert refused.value.field == "consent"
    assert not Rating.objects.exists()


def test_household_when_it_entered_nothing_there_sees_no_such_issue(county: County):
    issue = make.awaiting_rating(county, MONDAY)

    with pytest.raises(OutOfScope):
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)


def test_household_that_is_grid_member_too_passes_on_nothing_of_a_report_it_did_not_enter(county: County):
    issue = make.awaiting_rating(county, MONDAY)
    post(Role.GRID_MEMBER, county.areas[issue.path], county["household"], since=LONG_AGO)

    assert not offers(county, issue)
    with pytest.raises(Refusal, match="entered no report"):
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)


def test_household_when_several_reported_speaks_for_its_own_neighbour_alone(county: County):
    issue = asked(county)
    others = report(issue, MONDAY)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID, submission=others.pk)
    assert refused.value.field == "submission"

    do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)

    assert Rating.objects.get().submission.entered_by == county["household"]
    assert not offers(county, issue)


def test_household_that_entered_for_two_has_to_say_for_whom(county: County):
    issue = asked(county)
    second = report(issue, MONDAY, by=county["household"])

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)
    assert refused.value.field == "submission"

    do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID, submission=second.pk)
    assert Rating.objects.get().submission == second


@pytest.mark.parametrize("by", ["gm1", "pr1", "vs1", "tc1", "hotline", "duc"])
def test_everybody_else_passes_nothing_on(county: County, by: str):
    issue = asked(county)

    assert not offers(county, issue, by=by)
    with pytest.raises((Forbidden, OutOfScope)):
        do(issue, Verb.PASS_ON_RATING, county[by], TUESDAY, **SAID)


def test_household_when_it_looks_at_the_issue_may_pass_on_and_nothing_else(county: County):
    assert [move.verb for move in services.possible_moves(asked(county), county["household"], TUESDAY)] == [Verb.PASS_ON_RATING]


def test_household_before_feedback_and_after_it_passes_nothing_on(county: County):
    early = solved(county)
    done = asked(county)
    do(done, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)

    for issue in (early, done):
        with pytest.raises(Refusal):
            do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)


def test_household_that_handled_it_does_not_rate_it_for_the_neighbour(county: County):
    issue = asked(county)
    Issue.objects.filter(pk=issue.pk).update(resolved_by=county["household"])
    issue.refresh_from_db()

    assert not offers(county, issue)
    with pytest.raises(Forbidden):
        do(issue, Verb.PASS_ON_RATING, county["household"], TUESDAY, **SAID)


def test_household_at_any_light_passes_on(county: County):
    issue = asked(county)
    for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY):
        Issue.objects.filter(pk=issue.pk).update(level=level)
        issue.refresh_from_db()
        assert offers(county, issue)
