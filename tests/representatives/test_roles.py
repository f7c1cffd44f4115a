"""The table of roles against domain notes §6, row by row."""

from __future__ import annotations

import pytest

from grids.levels import Level
from representatives.roles import POSTS, Page, Role, Sees

SEEN = {
    Role.CONTACT_HOUSEHOLD: Sees.OWN,
    Role.GRID_MEMBER: Sees.ALL,
    Role.GRID_LEADER: Sees.ALL,
    Role.LINKED_CADRE: Sees.NOTHING,
    Role.PARTY_REPRESENTATIVE: Sees.ALL,
    Role.VILLAGE_SECRETARY: Sees.ALL,
    Role.TOWNSHIP_COMMITTEE: Sees.ALL,
    Role.TOWNSHIP_DISCIPLINE: Sees.SEALED,
    Role.DEPARTMENT: Sees.DISPATCHED,
    Role.SUPERVISION_OFFICE: Sees.RAISED,
    Role.COUNTY_LEADER: Sees.RED,
    Role.UPPER_OFFICE: Sees.NOTHING,
    Role.ORGANISATION_OFFICE: Sees.NOTHING,
    Role.HOTLINE_OPERATOR: Sees.OWN,
    Role.MONITOR: Sees.NOTHING,
    Role.SYSTEM_ADMIN: Sees.NOTHING,
    Role.AUDITOR: Sees.NOTHING,
}


@pytest.mark.parametrize("role", Role)
def test_role_when_read_sees_what_the_domain_notes_allow_and_no_more(role):
    assert POSTS[role].role == role
    assert POSTS[role].sees == SEEN[role]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR, Role.ORGANISATION_OFFICE, Role.UPPER_OFFICE, Role.MONITOR])
def test_role_that_sees_no_issue_when_read_has_neither_queue_nor_red_list(role):
    assert not POSTS[role].pages & {Page.QUEUE, Page.RED}


def test_pages_when_read_are_given_to_these_roles_only():
    holders = {page: {role for role in Role if page in POSTS[role].pages} for page in Page}

    assert holders[Page.ADMIN] == {Role.SYSTEM_ADMIN, Role.ORGANISATION_OFFICE, Role.AUDITOR}
    assert holders[Page.COVER] == {
        Role.TOWNSHIP_COMMITTEE,
        Role.SUPERVISION_OFFICE,
        Role.COUNTY_LEADER,
        Role.UPPER_OFFICE,
        Role.ORGANISATION_OFFICE,
        Role.SYSTEM_ADMIN,
    }
    assert holders[Page.HEAT] == {role for role in Role if POSTS[role].counts}
    assert holders[Page.QUEUE] == {role for role in Role if POSTS[role].sees != Sees.NOTHING}
    assert holders[Page.DESK] == {role for role in Role if POSTS[role].sees == Sees.ALL}
    assert {role for role in Role if POSTS[role].sees in (Sees.ALL, Sees.RAISED, Sees.RED, Sees.DISPATCHED)} == holders[Page.RED]


def test_each_level_of_the_ladder_when_read_has_one_role_that_answers():
    answering = sorted(post.answers_at for post in POSTS.values() if post.answers_at is not None)

    assert answering == [Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY]


def test_card_when_read_names_these_roles_only():
    assert {role for role in Role if POSTS[role].on_card} == {
        Role.GRID_MEMBER,
        Role.GRID_LEADER,
        Role.LINKED_CADRE,
        Role.PARTY_REPRESENTATIVE,
        Role.VILLAGE_SECRETARY,
        Role.TOWNSHIP_COMMITTEE,
        Role.SUPERVISION_OFFICE,
    }
