"""Postings: made, ended, handed over, and refused in a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from psycopg.types.range import TimestamptzRange

from grids.errors import Refusal
from representatives.models import Assignment, Unit
from representatives.roles import Role
from representatives.services import assign, end_assignment, hand_over, responsible_for
from tests.representatives.factories import END, NOON, START, area, person, post, unit

pytestmark = pytest.mark.django_db
VILLAGE = "K.T1.V1"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def the_posting(**where: object) -> Assignment:
    return Assignment.objects.get(**where)


def test_assign_when_free_holds_from_its_first_instant():
    who = person()

    assign(who, area(VILLAGE), Role.VILLAGE_SECRETARY, since=START)

    assert responsible_for(VILLAGE, START)[1].person == who
    assert the_posting(person=who).term.upper is None


def test_assign_when_the_same_post_overlaps_is_refused_naming_the_one_in_the_way():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE), person("Li"), until=END)

    with pytest.raises(Refusal) as refused:
        assign(who, area(VILLAGE), Role.VILLAGE_SECRETARY, since=NOON)

    assert "Li is already “village secretary” of V1 from Jan. 1, 2026 until Jan. 1, 2027" in refused.value.sentence
    assert refused.value.field == "since"
    assert Assignment.objects.count() == 1


def test_assign_when_the_one_in_the_way_is_open_ended_says_so():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE), person("Li"))

    with pytest.raises(Refusal, match="until further notice"):
        assign(who, area(VILLAGE), Role.VILLAGE_SECRETARY, since=NOON, until=END)


def test_assign_when_one_term_ends_as_the_next_begins_is_allowed():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE), until=NOON)

    assign(who, area(VILLAGE), Role.VILLAGE_SECRETARY, since=NOON)

    assert who.assignments.active(NOON).count() == 1


@pytest.mark.parametrize(
    ("role", "path", "says"),
    [
        (Role.VILLAGE_SECRETARY, "K.T1.V1.G1", "held for a village, not for a cell"),
        (Role.SUPERVISION_OFFICE, "K.T1", "held for a county, not for a township"),
        (Role.PARTY_REPRESENTATIVE, "K.T1", "held for a cell or village, not for a township"),
    ],
)
def test_assign_when_the_role_does_not_belong_to_such_an_area_is_refused(role, path, says):
    with pytest.raises(Refusal, match=says):
        assign(person(), area(path), role, since=START)


def test_assign_when_the_area_is_retired_is_refused():
    with pytest.raises(Refusal, match="no longer exists"):
        assign(person(), area(VILLAGE, until=NOON), Role.VILLAGE_SECRETARY, since=NOON)


def test_assign_when_the_account_is_closed_is_refused():
    with pytest.raises(Refusal, match="is closed"):
        assign(person(is_active=False), area(VILLAGE), Role.VILLAGE_SECRETARY, since=NOON)


def test_assign_when_the_term_is_empty_is_refused():
    with pytest.raises(Refusal, match="ends before it begins"):
        assign(person(), area(VILLAGE), Role.VILLAGE_SECRETARY, since=NOON, until=NOON)


def test_assign_when_a_department_has_no_unit_is_refused_and_with_one_allowed():
    county = area("K")
    with pytest.raises(Refusal, match="belongs to no unit"):
        assign(person(), county, Role.DEPARTMENT, since=NOON)

    assign(person(unit=unit(Unit.Kind.DEPARTMENT, county)), county, Role.DEPARTMENT, since=NOON)


def test_assign_when_somebody_posts_themselves_is_refused():
    admin = post(Role.SYSTEM_ADMIN, area("K"))

    with pytest.raises(Refusal, match="Nobody posts themselves"):
        assign(admin, area("K"), Role.SUPERVISION_OFFICE, since=NOON, by=admin)


def test_database_when_a_twin_is_inserted_behind_the_back_of_the_service_refuses():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE))

    with pytest.raises(IntegrityError, match="assignment_no_overlapping_twins"), transaction.atomic():
        post(Role.VILLAGE_SECRETARY, area(VILLAGE), who, since=NOON)


@pytest.mark.parametrize("term", [TimestamptzRange(None, END), TimestamptzRange(NOON, NOON), TimestamptzRange(START, END, "(]")])
def test_database_when_a_term_is_not_half_open_with_a_beginning_refuses(term):
    with pytest.raises(IntegrityError, match="assignment_term_half_open"), transaction.atomic():
        Assignment.objects.create(person=person(), area=area(VILLAGE), role=Role.VILLAGE_SECRETARY, term=term)


def test_end_when_running_stops_at_that_instant_and_keeps_the_history():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE))

    end_assignment(the_posting(person=who).pk, at=NOON)

    assert who.assignments.active(NOON - DAY).exists()
    assert not who.assignments.active(NOON).exists()


def test_end_when_it_has_not_begun_takes_it_back():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE), since=NOON + DAY)

    assert end_assignment(the_posting(person=who).pk, at=NOON) is None
    assert not Assignment.objects.exists()


def test_end_when_it_already_ended_is_refused_with_the_day():
    who = post(Role.VILLAGE_SECRETARY, area(VILLAGE), until=NOON)

    with pytest.raises(Refusal, match=r"already ended on June 1, 2026"):
        end_assignment(the_posting(person=who).pk, at=NOON)


def test_hand_over_when_one_holds_several_posts_moves_all_that_last_and_no_more():
    giver, taker = person(), person()
    post(Role.PARTY_REPRESENTATIVE, area(VILLAGE), giver)
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V2"), giver, since=NOON + DAY, until=END)
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V3"), giver, until=NOON - DAY)

    passed = hand_over(giver, taker, at=NOON)

    assert [(p.area.code, p.term.lower, p.term.upper) for p in passed] == [("V1", NOON, None), ("V2", NOON + DAY, END)]
    assert responsible_for(VILLAGE, NOON - DAY)[0].person == giver
    assert responsible_for(VILLAGE, NOON)[0].person == taker
    assert not Assignment.objects.lasting_beyond(NOON).filter(person=giver).exists()


def test_hand_over_when_the_taker_holds_the_post_already_adds_no_twin():
    giver, taker = person(), person()
    post(Role.GRID_MEMBER, area(VILLAGE), giver)
    post(Role.GRID_MEMBER, area(VILLAGE), taker)

    assert [p.person for p in hand_over(giver, taker, at=NOON)] == [taker]
    assert Assignment.objects.active(NOON).count() == 1


def test_hand_over_when_one_post_is_refused_moves_nothing():
    giver, taker = person(), person()
    post(Role.GRID_MEMBER, area("K.T1.V2"), giver)
    post(Role.GRID_MEMBER, area(VILLAGE), giver)
    post(Role.GRID_MEMBER, area(VILLAGE), taker, since=NOON + DAY, until=END)

    with pytest.raises(Refusal, match="already “grid member”"):
        hand_over(giver, taker, at=NOON)

    assert giver.assignments.active(NOON).count() == 2
    assert not taker.assignments.active(NOON).exists()


def test_hand_over_when_nothing_is_held_or_to_oneself_is_refused():
    giver = person("Wang")
    with pytest.raises(Refusal, match="Wang holds no posting"):
        hand_over(giver, person(), at=NOON)
    with pytest.raises(Refusal, match="somebody else"):
        hand_over(giver, giver, at=NOON)
