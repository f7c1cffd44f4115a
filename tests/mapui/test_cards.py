"""The public contact card: who answers, honestly; the QR code; what an outdated card says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.urls import reverse
from django.utils.timezone import now

from grids.levels import Level
from grids.models import Territory
from mapui.outline import outline_of
from representatives.cards import card_of
from representatives.models import Unit
from representatives.roles import Role
from tests.representatives.factories import NOON, area, person, post, unit

pytestmark = pytest.mark.django_db
CELL = "K.T1.V1.G1"


def square(west: float, south: float, side: float = 0.01) -> MultiPolygon:
    east, north = west + side, south + side
    return MultiPolygon(Polygon(((west, south), (east, south), (east, north), (west, north), (west, south))), srid=4326)


def drawn(path: str, west: float = 119.0, south: float = 44.0):
    place = area(path)
    place.boundary = square(west, south)
    place.save()
    return place


@pytest.fixture
def cell():
    """A cell beside another in a full chain of people: representative, secretary, township, office."""
    drawn("K.T1.V1.G2", west=119.01)
    cell = drawn(CELL)
    county = area("K")
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"), person("Rep", office_phone="0476 111"))
    post(Role.VILLAGE_SECRETARY, area("K.T1.V1"), person("Secretary", office_phone="0476 222"))
    committee = unit(Unit.Kind.TOWNSHIP_COMMITTEE, area("K.T1"), "Committee of T1", phone="0476 333")
    post(Role.TOWNSHIP_COMMITTEE, area("K.T1"), person("Town", unit=committee))
    post(Role.SUPERVISION_OFFICE, county, person("Office", office_phone="0476 444"))
    post(Role.GRID_MEMBER, cell, person("Member", office_phone="0476 555"))
    return cell


def page_of(client, code: str) -> str:
    return client.get(reverse("cell", args=[code])).content.decode()


def test_card_when_opened_by_anybody_names_people_by_light_with_office_phones(client, cell):
    html = page_of(client, cell.code)

    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", html, re.DOTALL)
    said = [re.findall(r'data-light="(\w+)".*?class="strong">(.*?)<', row, re.DOTALL)[0] for row in rows]
    assert said == [("green", "Rep"), ("blue", "Secretary"), ("yellow", "Town"), ("red", "Office")]
    assert [number for row in rows for number in re.findall(r'href="tel:(\d+)"', row)] == [
        "0476111",
        "0476222",
        "0476333",
        "0476444",
    ]
    assert "Member" in html
    assert 'href="tel:0476555"' in html


def test_card_when_drawn_shows_nothing_private_of_an_account(client, cell):
    who = post(Role.GRID_MEMBER, cell, person("Named", username="secret-login", email="private@example.org"))

    html = page_of(client, cell.code)

    assert who.name in html
    assert "secret-login" not in html
    assert "private@example.org" not in html


def test_vacancy_when_drawn_is_said_with_who_stands_in(client):
    drawn(CELL)
    post(Role.VILLAGE_SECRETARY, area("K.T1.V1"), person("Secretary"))

    html = page_of(client, "G1")
    green, blue, yellow, red = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", html, re.DOTALL)

    assert "Vacant" in green
    assert "Secretary stands in" in green
    assert "Vacant" not in blue
    assert "Nobody is posted" in yellow
    assert "Nobody is posted" in red
    assert "<dt>grid member</dt>" in html


def test_card_of_a_village_when_opened_lists_further_representatives_once(client):
    village = area("K.T1.V1")
    first = post(Role.PARTY_REPRESENTATIVE, village, person("First"))
    second = post(Role.PARTY_REPRESENTATIVE, village, person("Second"), since=NOON)

    card = card_of(village, NOON)

    assert card.answer_at(Level.GRID).person == first
    others = {line.role: [one for one, _area in line.people] for line in card.others}
    assert others[Role.PARTY_REPRESENTATIVE] == [second]


def test_grid_member_when_missing_is_said_on_the_card_of_a_cell_only_and_a_leader_will_do(client):
    bare, led = area(CELL), area("K.T1.V1.G2")
    post(Role.GRID_LEADER, led)

    assert [line.role for line in card_of(bare, NOON).others if not line.people] == [Role.GRID_MEMBER]
    assert [line for line in card_of(led, NOON).others if not line.people] == []
    assert card_of(area("K.T1.V1"), NOON).others == []


def test_card_when_asked_costs_one_query_for_all_people(cell, django_assert_num_queries):
    with django_assert_num_queries(1):
        card = card_of(cell, NOON)
        assert all(answer.person.card_phone for answer in card.answers if answer.person)


def test_card_page_when_opened_costs_the_same_for_a_place_with_many_neighbours(client, cell, django_assert_max_num_queries):
    for number in range(3, 30):
        drawn(f"K.T1.V1.G{number}", west=119 + number / 100)

    with django_assert_max_num_queries(5):
        html = page_of(client, cell.code)

    assert html.count("<path ") == 29


def test_unknown_code_when_opened_is_not_found(client):
    assert client.get(reverse("cell", args=["NOWHERE"])).status_code == 404
    assert client.get(reverse("cell-qr", args=["NOWHERE"])).status_code == 404
    assert client.get("/cells/a%00b/").status_code == 404
    assert client.get(f"/cells/{'x' * 41}/").status_code == 404


def test_retired_code_when_opened_says_what_came_instead_through_two_redrawings(client):
    old = area("K.T1.V1.G1", until=NOON)
    between = area("K.T1.V1.G7", until=NOON + timedelta(days=1))
    left, right = area("K.T1.V1.G8", name="Left"), area("K.T1.V1.G9", name="Right")
    old.replaced_by.add(between)
    between.replaced_by.add(left, right, old)

    answer = client.get(reverse("cell", args=["G1"]))
    html = answer.content.decode()

    assert answer.status_code == 410
    assert re.findall(r'href="/cells/(G\d)/"', html) == ["G8", "G9"]
    assert client.get(reverse("cell-qr", args=["G1"])).status_code == 404


def test_retired_code_without_heir_when_opened_still_leads_to_the_report(client):
    area("K.T1.V1.G1", until=NOON)

    answer = client.get(reverse("cell", args=["G1"]))

    assert answer.status_code == 410
    assert b"Nothing was named in its place" in answer.content
    assert b'href="/report/"' in answer.content


def test_qr_when_asked_is_svg_without_style_or_script_and_holds_the_public_address(client, cell, settings, monkeypatch):
    settings.PUBLIC_URL = "https://grid.example.cn"
    made, real = [], segno.make

    def make(content: str, **more: Any) -> segno.QRCode:
        made.append(content)
        return real(content, **more)

    monkeypatch.setattr("segno.make", make)

    answer = client.get(reverse("cell-qr", args=[cell.code]))

    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    assert answer["Content-Type"] == "image/svg+xml"
    assert made == ["https://grid.example.cn/report/G1/"]
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not [part for part in root.iter() if part.tag.endswith(("script", "style")) or "style" in part.attrib]
    assert "https://grid.example.cn/report/G1/" in page_of(client, cell.code)


def test_qr_without_public_address_when_asked_takes_that_of_the_request(client, cell, settings):
    settings.PUBLIC_URL = ""

    assert "http://testserver/report/G1/" in page_of(client, cell.code)


def test_territory_when_it_has_a_note_and_level_names_shows_them(client, cell):
    Territory.objects.create(
        area=area("K"), level_names={"10": {"en": "block"}, "40": {"en": "city"}}, map_note={"en": "Schematic."}
    )

    html = page_of(client, cell.code)

    assert "Schematic." in html
    assert "<li>block</li>" in html
    assert "red list of the city" in html


def test_area_without_boundary_when_opened_has_a_card_without_a_map(client):
    area(CELL)

    html = page_of(client, "G1")

    assert "<svg" not in html
    assert "Who answers at which light" in html


def test_outline_when_drawn_keeps_proportions_and_closes_its_rings():
    place = area(CELL)
    place.boundary = square(119.0, 60.0)

    outline = outline_of(place, ())

    assert outline is not None
    width, height = (float(number) for number in outline.view_box.split()[2:])
    assert height == 400
    assert width == pytest.approx(400 * 0.5, abs=10)
    assert outline.area.startswith("M")
    assert outline.area.endswith("Z")
    assert width / 2 == pytest.approx(outline.middle[0], abs=1)


def test_outline_with_a_hole_when_drawn_has_two_rings():
    place = area(CELL)
    ring = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    hole = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4))
    place.boundary = MultiPolygon(Polygon(ring, hole), srid=4326)

    outline = outline_of(place, ())

    assert outline is not None
    assert outline.area.count("Z") == 2


def test_posting_that_ended_when_opened_is_gone_from_the_card(client):
    post(Role.VILLAGE_SECRETARY, area("K.T1.V1"), person("Former"), until=now() - timedelta(days=1))

    assert "Former" not in page_of(client, "V1")
