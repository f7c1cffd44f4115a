"""Who reads the contact of a requester: whoever holds the issue, and nobody for long."""

from __future__ import annotations

import pytest

from issues.privacy import contacts
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, do
from tests.issues.sight import who_sees

pytestmark = pytest.mark.django_db


CONTACT = {
    "submitted": (make.reported, {"gm1", "gl1", "vs1"}),
    "green": (make.in_hand, {"gm1", "gl1", "pr1", "vs1"}),
    "blue": (make.at_blue, {"pr1", "pr1b", "vs1"}),
    "yellow": (make.at_yellow, {"tc1"}),
    "red": (make.at_red, {"duc", "duc2", "roads"}),
    "verification": (make.resolved, {"gm1", "gl1", "pr1", "vs1"}),
    "closed": (make.closed, set()),
}


@pytest.mark.parametrize("stage", CONTACT)
def test_contact_is_shown_to_whoever_holds_the_issue(county, stage):
    bring, expected = CONTACT[stage]
    issue = bring(county, MONDAY)

    assert {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)} == expected


def test_contact_of_a_sealed_issue_is_the_discipline_inspections_alone(county):
    issue = make.reported(county, MONDAY, about="village.conduct", by=county["hotline"])

    assert {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)} == {"discipline1"}


def test_people_of_the_grid_read_no_contact_where_checking_is_not_theirs(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    may = {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)}
    assert may == {"duc", "duc2", "roads"}

    yellow = make.at_yellow(county, MONDAY)
    do(yellow, Verb.RESOLVE, county["tc1"], MONDAY)
    may = {name for name, person in county.people.items() if contacts.may_see_contact(yellow, person, MONDAY)}
    assert may == {"gm1", "gl1", "tc1"}


def test_household_reads_the_contact_of_what_it_entered_until_it_is_accepted(county):
    issue = make.reported(county, MONDAY, by=county["household"])
    assert contacts.may_see_contact(issue, county["household"], MONDAY)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    assert "household" in who_sees(county, issue)
    assert not contacts.may_see_contact(issue, county["household"], MONDAY)


def test_contact_of_own_intake_is_seen_by_the_hotline(county):
    own, other = make.reported(county, MONDAY, by=county["hotline"]), make.reported(county, MONDAY)

    assert contacts.may_see_contact(own, county["hotline"], MONDAY)
    assert not contacts.may_see_contact(other, county["hotline"], MONDAY)
