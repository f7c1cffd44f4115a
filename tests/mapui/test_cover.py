"""The cover report as a page: for whose eyes, filtered, paged, and as a file that calculates nothing."""

from __future__ import annotations

import csv
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grids.levels import Level
from grids.models import Area
from mapui.spreadsheets import harmless
from representatives.roles import POSTS, Page, Role
from tests.representatives.factories import area, person, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]
URL = "/cover/"


@pytest.fixture
def county():
    """Two townships; the first with two villages of two cells each, the second with one village of one cell."""
    for path in ("K.T1.V1.G11", "K.T1.V1.G12", "K.T1.V2.G21", "K.T1.V2.G22", "K.T2.V3.G31"):
        area(path)
    return area("K")


@pytest.fixture
def office(client, county):
    client.force_login(post(Role.ORGANISATION_OFFICE, county))
    return client


def gaps_on(html: str) -> list[str]:
    listed = html[html.index('id="cover-gaps"') :]
    return re.findall(r'<th scope="row"><a href="/cells/(\w+)/"', listed)


def test_visitor_when_opening_is_led_to_the_log_in_and_back(client):
    answer = client.get(URL)

    assert answer.status_code == 302
    assert answer.url == "/login/?next=/cover/"


@pytest.mark.parametrize("role", Role)
def test_page_when_opened_is_for_the_roles_of_the_table_only(client, county, role):
    level = min(POSTS[role].levels)
    where = {10: "K.T1.V1.G11", 20: "K.T1.V1", 30: "K.T1", 40: "K", 50: "K"}[level]
    client.force_login(post(role, area(where)))

    expected = 200 if Page.COVER in POSTS[role].pages else 403

    assert client.get(URL).status_code == expected
    assert client.get(reverse("cover-export")).status_code == expected


def test_county_when_opened_shows_every_figure_with_its_denominator(office):
    post(Role.PARTY_REPRESENTATIVE, area("K.T1.V1"))

    html = office.get(URL).content.decode()

    figures = re.findall(
        r'figure__label">(.*?)</span>\s*<span class="figure__value">(\d+) <span class="figure__of">/ (\d+)', html, re.S
    )
    assert [(re.sub(r"\s+", " ", label).strip(), int(filled), int(total)) for label, filled, total in figures] == [
        ("party representative", 2, 5),
        ("grid member or grid leader", 0, 5),
        ("village secretary", 0, 3),
        ("township committee", 0, 2),
        ("supervision office", 0, 1),
    ]
    assert gaps_on(html) == ["K", "T1", "T2", "V1", "V2", "V3", "G11", "G12", "G21", "G22", "G31"]


def test_township_committee_when_opening_sees_its_own_township_only(client, county):
    client.force_login(post(Role.TOWNSHIP_COMMITTEE, area("K.T1")))

    html = client.get(URL).content.decode()

    assert gaps_on(html) == ["V1", "V2", "G11", "G12", "G21", "G22"]
    assert not re.search(r"\bT2\b", html)  # letters of a token are not meant
    assert client.get(URL, {"township": "T2"}).status_code == 404


def test_filters_when_set_narrow_list_rows_and_figures(office):
    html = office.get(URL, {"township": "T1", "missing": Role.VILLAGE_SECRETARY}).content.decode()

    assert gaps_on(html) == ["V1", "V2"]
    assert re.findall(r'<th scope="row"><a href="/cells/(V\d)/">', html)[:2] == ["V1", "V2"]


@pytest.fixture
def upper(client):
    """An office above two counties, of which the second has nobody at all."""
    for path in ("P.K1.T8.V8.G81", "P.K2.T9.V9.G91", "P.K2.T10.V10.G101"):
        area(path, top=Level.PREFECTURE)
    client.force_login(post(Role.UPPER_OFFICE, Area.objects.get(path="P")))
    post(Role.SUPERVISION_OFFICE, Area.objects.get(path="P.K1"))
    post(Role.PARTY_REPRESENTATIVE, Area.objects.get(path="P.K1.T8"))
    return client


def test_office_above_counties_when_opening_sees_a_row_for_each_and_no_places_yet(upper):
    html = upper.get(URL).content.decode()

    assert re.findall(r'<th scope="row"><a href="/cover/\?county=(K\d)">', html) == ["K1", "K2"]
    assert gaps_on(html) == []
    assert "10 places" in html[html.index('id="cover-gaps"') :]
    assert len(list(csv.reader(upper.get(reverse("cover-export")).getvalue().decode().splitlines()))) == 1 + 10


def test_report_of_several_counties_is_counted_once_in_ten_minutes_for_everybody(upper):
    upper.get(URL)
    post(Role.SUPERVISION_OFFICE, Area.objects.get(path="P.K2"))

    with CaptureQueriesContext(connection) as asked:
        html = upper.get(URL).content.decode()

    assert not [each["sql"] for each in asked.captured_queries if "lacking" in each["sql"]]
    assert "10 places" in html
    cache.clear()
    assert "9 places" in upper.get(URL).content.decode()


def test_office_above_counties_when_choosing_one_sees_its_townships_and_places(upper):
    html = upper.get(URL, {"county": "K2"}).content.decode()

    assert re.findall(r'<th scope="row"><a href="/cover/\?county=K2&amp;township=(T\d+)">', html) == ["T10", "T9"]
    assert gaps_on(html) == ["K2", "T10", "T9", "V10", "V9", "G101", "G91"]
    assert gaps_on(upper.get(URL, {"county": "K2", "township": "T9"}).content.decode()) == ["T9", "V9", "G91"]


def test_township_of_the_county_chosen_before_when_sent_with_another_is_left_out(upper):
    assert gaps_on(upper.get(URL, {"county": "K1", "township": "T9"}).content.decode()) == ["T8", "V8", "G81"]
    assert upper.get(URL, {"county": "NOWHERE"}).status_code == 404


def test_unknown_filter_when_sent_is_not_found_or_ignored(office):
    assert office.get(URL, {"township": "NOWHERE"}).status_code == 404
    assert office.get(URL, {"missing": "emperor"}).status_code == 200
    assert office.get(URL, {"page": "nonsense"}).status_code == 200
    assert gaps_on(office.get(URL, {"page": "999"}).content.decode())[0] == "K"


def test_long_list_when_opened_is_paged_and_costs_the_same(office, django_assert_num_queries):
    office.get(URL)
    few = _queries(office)
    for number in range(120):
        area(f"K.T1.V1.G9{number:03}")

    with django_assert_num_queries(few):
        first = gaps_on(office.get(URL).content.decode())
    last = gaps_on(office.get(URL, {"page": 3}).content.decode())

    assert len(first) == 50
    assert len(last) == 131 - 100
    assert not set(first) & set(last)


def _queries(client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        client.get(URL)
    return len(caught)


def test_nobody_missing_when_opened_says_so(client):
    place = area("K.T1.V1.G1")
    post(Role.PARTY_REPRESENTATIVE, place)
    post(Role.GRID_MEMBER, place)
    post(Role.VILLAGE_SECRETARY, area("K.T1.V1"))
    post(Role.TOWNSHIP_COMMITTEE, area("K.T1"))
    client.force_login(post(Role.SUPERVISION_OFFICE, area("K")))

    html = client.get(URL).content.decode()

    assert "Nobody is missing here." in html
    assert "complete" in html


def test_file_when_downloaded_lists_every_gap_and_begins_with_the_mark_excel_needs(office):
    answer = office.get(reverse("cover-export"), {"missing": Role.VILLAGE_SECRETARY})
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))

    assert text.startswith("\ufeff")
    assert "attachment" in answer["Content-Disposition"]
    assert rows[0] == ["Level", "Code", "Name", "Part of", "Missing", "Stands in"]
    assert [row[1] for row in rows[1:]] == ["V1", "V2", "V3"]
    assert rows[1] == ["village", "V1", "V1", "K / T1", "village secretary", ""]


def test_name_that_looks_like_a_formula_when_downloaded_calculates_nothing(office):
    area("K.T3.V7", name='=HYPERLINK("http://evil","x")')
    post(Role.TOWNSHIP_COMMITTEE, area("K.T3"), person("+1+1"))

    text = b"".join(office.get(reverse("cover-export")).streaming_content).decode()
    cells = [cell for row in csv.reader(text.removeprefix("\ufeff").splitlines()) for cell in row]

    assert '\'=HYPERLINK("http://evil","x")' in cells
    assert "'+1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", ["=1+1", "+86 476", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1"])
def test_dangerous_start_when_made_harmless_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["林东镇", "V-1", "a=b", "", "2026-01-01"])
def test_harmless_text_when_made_harmless_stays(text):
    assert harmless(text) == text
