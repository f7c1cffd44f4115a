"""Pages of a county that lies in a province are of that county; who stands above counties is offered counties."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from grids.models import Area, Layer, Territory
from issues import tally
from issues.community import suggestions
from issues.errors import Refusal
from issues.models import Issue, Suggestion
from mapui.form_options import Options
from mapui.red_page import RedPage
from representatives.models import Person, Unit
from representatives.roles import Role
from representatives.services import check_posting
from tests import provinces
from tests.issues import heat_factories
from tests.issues.factories import LONG_AGO
from tests.representatives.factories import person, post, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cells() -> dict[str, list[Area]]:
    cache.clear()
    tally.index_of.cache_clear()
    found = provinces.counties("AB", LONG_AGO)
    Territory.objects.create(area=Area.objects.get(path="P"))
    for level in (10, 20, 30, 40):
        Layer.objects.create(level=level, version=1, changed_at=LONG_AGO)
    return found


def posted(role: Role, path: str) -> Person:
    where = Area.objects.get(path=path)
    return post(role, where, person(unit=unit(Unit.Kind.SUPERVISION_OFFICE, where)), since=LONG_AGO)


def page_of(who: Person, address: str) -> str:
    client = Client()
    client.force_login(who)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def config_of(html: str) -> dict[str, str]:
    found = re.search(r'id="dashboard-config"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    config: dict[str, str] = json.loads(found[1])
    return config


def test_map_of_an_officer_asks_for_the_state_of_their_county_alone(cells):
    html = page_of(posted(Role.SUPERVISION_OFFICE, "P.F.B"), reverse("dashboard"))

    assert config_of(html)["county"] == "P.F.B"
    assert ('value="BT"' in html, 'value="AT"' in html) == (True, False)


def test_office_above_the_county_sees_the_whole_and_is_offered_counties(cells):
    heat_factories.issue(cells["A"][0], heat_factories.category(), now())
    office = posted(Role.UPPER_OFFICE, "P")

    html = page_of(office, reverse("dashboard"))

    assert config_of(html)["county"] == "P"
    assert ('value="A"' in html, 'value="B"' in html, 'value="AT"' in html) == (True, True, False)
    assert not Issue.objects.visible_to(office, now()).exists()
    assert Issue.objects.counted_for(office, now()).count() == 1


def test_office_above_the_county_is_posted_to_prefecture_or_province_only(cells):
    who = person()
    for path in ("P", "P.F"):
        check_posting(who, Area.objects.get(path=path), Role.UPPER_OFFICE, since=now())
    with pytest.raises(Refusal, match="is held for a"):
        check_posting(who, Area.objects.get(path="P.F.A"), Role.UPPER_OFFICE, since=now())


def test_panel_above_the_county_says_who_answers(cells):
    assert "Each county answers for what lies in it." in page_of(posted(Role.UPPER_OFFICE, "P"), reverse("dashboard"))


def test_recurring_places_above_the_county_are_listed_for_one_county_at_a_time(cells):
    for name in "AB":
        about = heat_factories.category()
        before = heat_factories.closed(cells[name][0], about, now() - timedelta(days=30), timedelta(days=2))
        heat_factories.issue(cells[name][0], about, now() - timedelta(days=9), recurrence_of=before)
    client = Client()
    client.force_login(posted(Role.UPPER_OFFICE, "P"))

    first, chosen = (client.get(reverse("heat"), query) for query in ({}, {"town": "B"}))

    assert [area.code for area in first.context["heat"].towns] == ["A", "B"]
    assert ("Choose a county." in first.content.decode(), list(first.context["leaf"])) == (True, [])
    assert [place.area for place in chosen.context["leaf"]] == ["B1"]


def test_red_list_of_an_officer_is_narrowed_to_townships_of_their_county(cells):
    for path in ("P.F.A.AT2", "P.F.B.BT2"):
        provinces.area(path, LONG_AGO)

    page = RedPage(posted(Role.SUPERVISION_OFFICE, "P.F.B"), now())

    assert [area.code for area in page.counties] == ["B"]
    assert [area.code for area in page.townships] == ["BT", "BT2"]


def test_leaders_who_may_sign_are_those_of_the_county_of_the_issue(cells):
    leader = post(Role.COUNTY_LEADER, Area.objects.get(path="P.F.A"), since=LONG_AGO)
    post(Role.COUNTY_LEADER, Area.objects.get(path="P.F.B"), since=LONG_AGO)
    issue = heat_factories.issue(cells["A"][0], heat_factories.category(), now())

    assert Options(issue).leaders == [leader]


def test_suggestions_are_written_to_and_read_by_the_own_county(cells):
    writer, reader = post(Role.GRID_MEMBER, cells["A"][0], since=LONG_AGO), posted(Role.SUPERVISION_OFFICE, "P.F.A")
    other = posted(Role.SUPERVISION_OFFICE, "P.F.B")

    (county,) = suggestions.counties_for(writer, now())
    said = suggestions.Said(kind="complaint", about="twice", text="One form would do.", area=county)
    left = suggestions.leave(uuid4(), said, by=writer, at=now())

    assert (county.path, left.path, left.role) == ("P.F.A", "P.F.A", Role.GRID_MEMBER)
    assert [each.path for each in suggestions.counties_for(None, now())] == ["P.F.A", "P.F.B"]
    assert list(Suggestion.objects.visible_to(reader, now())) == [left]
    assert not Suggestion.objects.visible_to(other, now()).exists()
