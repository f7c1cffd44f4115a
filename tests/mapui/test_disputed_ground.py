"""Disputed ground on the pages: where the reporter is told of it, and what the issue says."""

from __future__ import annotations

from uuid import uuid4

import pytest
import shapely
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grids import disputes
from grids.disputes import Claim
from grids.metres import Plane, to_boundary, to_shapely
from grids.models import Dispute
from issues.intake.reporting import Draft, report
from issues.models import Issue
from representatives.roles import Role
from tests.mapui.scene import Scene


@pytest.fixture
def edge(county: Scene) -> Point:
    """On the boundary of the two villages of 林东镇."""
    return county.town.edge_between("A", "C")


@pytest.fixture
def dispute(county: Scene, edge: Point) -> Dispute:
    shape = to_shapely(edge)
    plane = Plane.around(shape)
    ground = to_boundary(plane.out(shapely.buffer(plane.into(shape), 80)))
    claim = Claim("Z1", "东沟草场", ground, (county.town.villages["上京社区"], county.town.villages["兴隆村"]))
    return disputes.enter([claim], at=county.at)[0]


@pytest.fixture
def issue(county: Scene, dispute: Dispute, edge: Point) -> Issue:
    draft = Draft(uuid=uuid4(), text="两村争一块草场", category="road.bridge", xy=(edge.x, edge.y), accuracy_m=12.0)
    return county.again(report(draft, at=county.at).issue)


def where(client: Client, point: Point) -> str:
    asked = {"lon": f"{point.x:.6f}", "lat": f"{point.y:.6f}", "accuracy": "20", "crs": "wgs84", "by": "pin"}
    return client.get(reverse("report-where"), asked).content.decode()


def test_reporter_who_sets_the_pin_there_is_told_to_whom_it_goes_and_asked_for_no_village(client: Client, county, dispute, edge):
    html = where(client, edge)

    assert "This ground is claimed by 上京社区、兴隆村" in html
    assert 'name="candidate"' not in html
    assert "This ground is claimed" not in where(client, county.town.inside("A"))


def test_issue_page_names_the_ground_and_who_claims_it_and_its_map_draws_it(client: Client, county: Scene, issue: Issue):
    client.force_login(county[Role.TOWNSHIP_COMMITTEE])

    html = client.get(reverse("issue", args=[issue.number])).content.decode()
    place = client.get(reverse("issue-place", args=[issue.number])).json()

    assert "东沟草场 · claimed by 上京社区、兴隆村" in html
    assert "On disputed ground: Z1" in html
    assert place["dispute"]["name"] == "东沟草场"
    assert place["dispute"]["geometry"]["type"] == "MultiPolygon"
    assert [area["own"] for area in place["areas"]][-1]


def test_issue_page_costs_no_more_for_it(
    client: Client, county: Scene, issue: Issue, django_assert_max_num_queries: DjangoAssertNumQueries
):
    client.force_login(county[Role.TOWNSHIP_COMMITTEE])
    client.get(reverse("issue", args=[issue.number]))

    with django_assert_max_num_queries(10):
        client.get(reverse("issue", args=[issue.number]))


def test_secretary_of_a_village_that_claims_it_reads_the_page_without_a_button(client: Client, county: Scene, issue: Issue):
    client.force_login(county[Role.VILLAGE_SECRETARY])

    answer = client.get(reverse("issue", args=[issue.number]))

    assert answer.status_code == 200
    assert 'id="move-' not in answer.content.decode()
