"""Who is posted to a place is read without those who have no part in what happens there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from issues.models import Event
from issues.services.posted import POSTED
from issues.telling import CHOICES, Audience, Room
from issues.terms import Verb
from issues.workflow import MOVE, RUNGS
from representatives.models import Person
from representatives.roles import SUCCESSION, Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, County


def test_whoever_answers_for_a_place_or_is_told_of_it_is_read_with_its_posts(
    db: None, county: County, monkeypatch: pytest.MonkeyPatch
):
    told: set[Role] = set()

    def in_role(self: Room, *roles: Role) -> list[Person]:
        told.update(roles)
        return []

    monkeypatch.setattr(Room, "in_role", in_role)
    issue = make.proposed(county, MONDAY)
    issue.handler, issue.handler_fallback = None, True
    room = Room(Event(issue=issue, verb=Verb.PROPOSE_RED, at=MONDAY, facts={"addressee": 0}), issue, ())
    for issue.level in RUNGS:
        for audience in set(CHOICES) - {Audience.REQUESTERS}:
            CHOICES[audience](replace(room))

    assert {Role.GRID_MEMBER, Role.GRID_LEADER, Role.COUNTY_LEADER, Role.SUPERVISION_OFFICE, Role.ORGANISATION_OFFICE} <= told
    checking = {role for level in RUNGS for role in MOVE[Verb.VERIFY].who(level) if isinstance(role, Role)}
    answering = {role for roles in SUCCESSION.values() for role in roles}
    assert told | checking | answering | {Role.TOWNSHIP_DISCIPLINE} <= POSTED
