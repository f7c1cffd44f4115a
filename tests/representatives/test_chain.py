"""Who answers for a place: the whole chain, and what a vacancy does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grids.levels import LADDER_LEVELS, Level
from representatives.roles import POSTS, SUCCESSION, Role
from representatives.services import responsible_for
from tests.representatives.factories import END, NOON, START, area, person, post

pytestmark = pytest.mark.django_db
CELL = "K.T1.V1.G1"


def test_every_level_filled_when_asked_names_each_owner_in_one_query(django_assert_num_queries):
    rep = post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"))
    secretary = post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))
    committee = post(Role.TOWNSHIP_COMMITTEE, area("K.T1"))
    office = post(Role.SUPERVISION_OFFICE, area("K"))

    with django_assert_num_queries(1):
        chain = responsible_for(CELL, NOON)
        people = [answer.person for answer in chain]
        units = [answer.person.unit for answer in chain if answer.person]

    assert [answer.level for answer in chain] == list(LADDER_LEVELS)
    assert people == [rep, secretary, committee, office]
    assert units == [None] * 4
    assert not any(answer.by_succession or answer.is_vacant for answer in chain)
    assert [answer.area.path for answer in chain if answer.area] == ["K.T1.V1", "K.T1.V1", "K.T1", "K"]


def test_no_representative_when_asked_the_secretary_answers_for_green_by_succession():
    secretary = post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))

    green, blue, *_ = responsible_for(CELL, NOON)

    assert (green.person, green.role, green.by_succession) == (secretary, Role.VILLAGE_SECRETARY, True)
    assert green.owner == Role.PARTY_REPRESENTATIVE
    assert (blue.person, blue.by_succession) == (secretary, False)


def test_only_the_township_filled_when_asked_it_answers_for_three_levels_and_red_stays_vacant():
    committee = post(Role.TOWNSHIP_COMMITTEE, area("K.T1"))

    green, blue, yellow, red = responsible_for(CELL, NOON)

    assert [green.person, blue.person, yellow.person] == [committee] * 3
    assert [green.by_succession, blue.by_succession, yellow.by_succession] == [True, True, False]
    assert (red.person, red.area, red.role, red.is_vacant) == (None, None, Role.SUPERVISION_OFFICE, True)


def test_nobody_posted_when_asked_every_level_is_vacant_and_names_the_role_that_should_answer():
    area(CELL)

    assert [(a.person, a.role) for a in responsible_for(CELL, NOON)] == [(None, SUCCESSION[level][0]) for level in LADDER_LEVELS]


def test_representatives_of_cell_and_village_when_asked_the_narrower_answers():
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"))
    nearest = post(Role.PARTY_REPRESENTATIVE, area(CELL))

    assert responsible_for(CELL, NOON)[0].person == nearest
    assert responsible_for("K.T1.V1.G2", NOON)[0].person != nearest


def test_two_representatives_of_a_village_when_asked_the_longer_in_post_answers():
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"), since=START + timedelta(days=2))
    elder = post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"), since=START)

    assert responsible_for(CELL, NOON)[0].person == elder


@pytest.mark.parametrize(
    ("at", "answers"),
    [
        (START - timedelta(microseconds=1), False),
        (START, True),
        (END - timedelta(microseconds=1), True),
        (END, False),
    ],
)
def test_term_when_asked_at_its_bounds_begins_inclusive_and_ends_exclusive(at, answers):
    rep = post(Role.PARTY_REPRESENTATIVE, area(CELL), since=START, until=END)

    assert (responsible_for(CELL, at)[0].person == rep) is answers


def test_closed_account_when_asked_does_not_answer():
    gone = post(Role.PARTY_REPRESENTATIVE, area(CELL), person(is_active=False))

    assert responsible_for(CELL, NOON)[0].person != gone


def test_cell_redrawn_under_the_same_code_when_asked_who_was_posted_to_the_old_row_still_answers():
    old = area(CELL, until=NOON - timedelta(days=30))
    rep = post(Role.PARTY_REPRESENTATIVE, old)
    new = area(CELL, since=NOON - timedelta(days=30))

    assert new.pk != old.pk
    assert responsible_for(new.path, NOON)[0].person == rep


def test_neighbour_whose_code_begins_alike_when_asked_is_another_place():
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1.G1"))

    assert responsible_for("K.T1.V1.G11", NOON)[0].person is None
    assert responsible_for("K.T1.V11.G1", NOON)[0].person is None


def test_succession_table_when_read_row_by_row_begins_with_the_owner_and_only_climbs():
    for level, roles in SUCCESSION.items():
        assert POSTS[roles[0]].answers_at == level
        rungs = [POSTS[role].answers_at for role in roles]
        assert rungs == sorted(rungs, key=lambda rung: rung or Level.PROVINCE)
        assert len(set(roles)) == len(roles)
    assert tuple(SUCCESSION) == LADDER_LEVELS
