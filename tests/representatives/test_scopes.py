"""What a person may see where, from their assignments alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from representatives.models import Person, Unit
from representatives.roles import Page, Role, Sees
from representatives.scopes import NOBODY, scope_of
from tests.representatives.factories import END, NOON, START, area, person, post, unit

pytestmark = pytest.mark.django_db


def test_scope_when_asked_twice_costs_one_query_even_at_another_time(django_assert_num_queries):
    who = Person.objects.get(pk=post(Role.GRID_MEMBER, area("K.T1.V1.G1"), until=END).pk)

    with django_assert_num_queries(1):
        assert scope_of(who, NOON).roles == {Role.GRID_MEMBER}
        assert scope_of(who, END).roles == frozenset()


def test_roles_at_when_the_place_lies_in_the_area_are_held_there_and_nowhere_else():
    who = post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))
    post(Role.GRID_MEMBER, area("K.T1.V2.G21"), who)
    scope = scope_of(who, NOON)

    assert scope.roles_at("K.T1.V1.G7") == {Role.VILLAGE_SECRETARY}
    assert scope.roles_at("K.T1.V1") == {Role.VILLAGE_SECRETARY}
    assert scope.roles_at("K.T1.V2.G21") == {Role.GRID_MEMBER}
    assert scope.roles_at("K.T1.V2.G22") == frozenset()
    assert scope.roles_at("K.T1") == frozenset()
    assert scope.roles_at("K.T1.V11") == frozenset()


def test_paths_when_one_area_lies_in_another_keep_the_wider():
    who = post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))
    post(Role.GRID_MEMBER, area("K.T1.V1.G1"), who)
    post(Role.GRID_MEMBER, area("K.T1.V2.G21"), who)
    post(Role.COUNTY_LEADER, area("K"), who)
    scope = scope_of(who, NOON)

    assert scope.paths(Sees.ALL) == ("K.T1.V1", "K.T1.V2.G21")
    assert scope.paths(Sees.RED) == ("K",)
    assert scope.paths(Sees.RAISED) == ()
    assert scope.count_paths == ("K",)


def test_department_when_asked_sees_dispatched_issues_only_and_names_its_unit():
    county = area("K")
    who = post(Role.DEPARTMENT, county, person(unit=unit(Unit.Kind.DEPARTMENT, county)))
    scope = scope_of(who, NOON)

    assert scope.unit_id == who.unit_id
    assert scope.paths(Sees.DISPATCHED) == ("K",)
    assert scope.paths(Sees.ALL) == scope.count_paths == ()


@pytest.mark.parametrize(
    ("at", "holds"), [(START - timedelta(seconds=1), False), (START, True), (END - timedelta(seconds=1), True), (END, False)]
)
def test_scope_when_asked_at_the_bounds_of_a_term_agrees_with_the_database(at, holds):
    who = post(Role.GRID_MEMBER, area("K.T1.V1.G1"), until=END)

    assert bool(scope_of(who, at).roles) is holds
    assert who.assignments.active(at).exists() is holds


def test_nobody_logged_in_or_account_closed_when_asked_holds_nothing(django_assert_num_queries):
    closed = post(Role.SUPERVISION_OFFICE, area("K"), person(is_active=False))

    with django_assert_num_queries(0):
        assert scope_of(AnonymousUser(), NOON) == NOBODY
        assert scope_of(closed, NOON) == NOBODY


def test_person_refreshed_after_a_new_posting_when_asked_holds_it():
    who = post(Role.GRID_MEMBER, area("K.T1.V1.G1"))
    assert scope_of(who, NOON).roles == {Role.GRID_MEMBER}

    post(Role.VILLAGE_SECRETARY, area("K.T1.V1"), who)
    who.refresh_from_db()

    assert scope_of(who, NOON).roles == {Role.GRID_MEMBER, Role.VILLAGE_SECRETARY}


def test_cover_page_when_asked_opens_for_the_areas_of_the_roles_that_have_it():
    who = post(Role.TOWNSHIP_COMMITTEE, area("K.T1"))
    post(Role.VILLAGE_SECRETARY, area("K.T2.V1"), who)
    scope = scope_of(who, NOON)

    assert scope.page_paths(Page.COVER) == ("K.T1",)
    assert scope.may_open(Page.QUEUE)
    assert not scope.may_open(Page.ADMIN)
