"""Single issues on a map: those in view that the person may open, few enough, by named fields."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from grids.levels import Level
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.issues.maps import staff, state_of

pytestmark = pytest.mark.usefixtures("fresh_redis")


def issues_in(client: Client, bbox: str, **more: str):
    return client.get(reverse("map-issues"), {"bbox": bbox, **more})


EVERYWHERE = "118,43,121,45"


def test_issues_in_view_when_the_person_may_open_them_have_only_the_named_fields(made):
    issue = made.accepted(cell="A")

    answer = issues_in(staff(made, Role.VILLAGE_SECRETARY), EVERYWHERE)

    (feature,) = answer.json()["features"]
    assert feature["id"] == issue.number
    assert set(feature["properties"]) == {"title", "light", "category", "status", "clock"}
    assert feature["geometry"]["coordinates"] == [round(issue.point.x, 6), round(issue.point.y, 6)]


def test_issues_in_view_when_out_of_scope_closed_or_elsewhere_are_left_out(made):
    made.report(cell="D", category="road.light")  # another village
    made.move(made.report(cell="A"), Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="不属于职责", reply="请找法院")
    made.accepted(cell="A")

    client = staff(made, Role.VILLAGE_SECRETARY)

    assert len(issues_in(client, EVERYWHERE).json()["features"]) == 1
    assert issues_in(client, "100,20,101,21").json()["features"] == []
    assert issues_in(Client(), EVERYWHERE).json()["features"] == []


def test_issues_in_view_when_there_are_too_many_are_capped_and_say_so(made, monkeypatch):
    monkeypatch.setattr("issues.api.MOST_ISSUES", 2)
    for _ in range(2):
        made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    found = issues_in(staff(made, Role.TOWNSHIP_COMMITTEE), EVERYWHERE).json()

    assert found["truncated"] is True
    assert [each["properties"]["light"] for each in found["features"]] == ["yellow", "green"]


@pytest.mark.parametrize("bbox", ["", "1,2,3", "a,b,c,d", "2,1,1,2", "nan,0,1,1", "-500,0,500,1"])
def test_issues_in_view_when_the_box_is_none_is_refused(made, bbox):
    assert issues_in(Client(), bbox).status_code == 400


def test_number_of_statements_when_there_are_more_issues_is_the_same(made, django_assert_max_num_queries):
    client = staff(made, Role.TOWNSHIP_COMMITTEE)
    for cell in "ABCD":
        made.report(cell=cell, category="road.light")

    with django_assert_max_num_queries(2):
        issues_in(client, EVERYWHERE)
    state_of(client, Level.GRID)  # the index is read once per version of the geometry
    with django_assert_max_num_queries(2):  # who asks, and the counts
        state_of(client, Level.GRID)
