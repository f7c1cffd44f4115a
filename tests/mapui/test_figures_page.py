"""The page of figures: who gets it, what its numbers lead to, what is withheld, its files, and the printed month."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate, now
from pytest_django import DjangoAssertNumQueries

from issues.figures.dashboard import key_figures
from issues.models import Issue
from issues.terms import Light, Status, Verb
from mapui import charts, periods
from mapui.figures_page import FiguresPage
from representatives.models import Person
from representatives.roles import POSTS, Page, Role
from tests.mapui import pdfs
from tests.mapui.scene import IN_OFFICE, Scene

FIGURES = "/figures/"
STATEMENTS = 8


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def solved(county: Scene, n: int, cell: str = "A") -> None:
    """`n` green issues that were closed today, the first one with another requester's word."""
    issues = [county.report(category="road.light", cell=cell) for _ in range(n)]
    at = now() - timedelta(minutes=1)
    ended = {"status": Status.CLOSED, "closed_at": at, "resolved_at": at, "first_contact_at": at - timedelta(minutes=1)}
    Issue.objects.filter(pk__in=[issue.pk for issue in issues]).update(level_due_at=at + timedelta(days=1), **ended)


def page_of(person: Person, asked: str = "") -> FiguresPage:
    return FiguresPage(person, QueryDict(asked), now())


def table(html: str) -> str:
    return html.split("<tbody>")[1].split("</table>")[0]


def links(html: str) -> list[tuple[str, int]]:
    """(address, number) of every number that leads to a list."""
    found = re.findall(r'<a href="(/figures/issues/[^"]*)">([\d,]+)</a>', html)
    return [(unescape(address), int(number.replace(",", ""))) for address, number in found]


def sheet(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


# --- who ---


@pytest.mark.parametrize("role", list(IN_OFFICE))
def test_figures_are_for_roles_that_have_them(county: Scene, client: Client, role: Role):
    as_(client, county[role])

    status = 200 if Page.FIGURES in POSTS[role].pages else 403

    assert {client.get(url).status_code for url in (FIGURES, "/figures/export.csv", "/figures/issues/?of=received")} == {status}


def test_figures_are_for_the_township_the_county_desk_the_leaders_and_the_organisation_department():
    has = {role for role in Role if Page.FIGURES in POSTS[role].pages}

    assert has == {Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER, Role.ORGANISATION_OFFICE}


def test_visitor_is_asked_to_log_in(client: Client, db: None):
    assert client.get(FIGURES).status_code == 302


def test_township_when_it_looks_has_its_villages_and_nothing_of_other_townships(county: Scene, client: Client):
    county.report(cell="A")
    county.report(cell="E")

    page = page_of(county[Role.TOWNSHIP_COMMITTEE])

    assert [row.name for row in page.rows] == ["上京社区", "兴隆村"]
    assert page.total.counts["received"] == 1
    html = as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(FIGURES).content.decode()
    assert "富河" not in html


# --- numbers ---


def test_every_number_when_followed_leads_to_a_list_of_as_many(county: Scene, client: Client):
    solved(county, 6)
    county.report(cell="C")
    county.in_progress(Light.YELLOW)
    as_(client, county[Role.TOWNSHIP_COMMITTEE])
    followed = 0

    for by in ("village", "unit", "light", "category"):
        html = client.get(f"{FIGURES}?by={by}").content.decode()
        for address, number in links(html):
            listed = client.get(address).content.decode()
            assert len(re.findall(r'<th scope="row"><a href="/issues/', listed)) == number, address
            followed += number > 0

    assert followed > 20


def test_rates_when_fewer_than_five_are_not_told_and_neither_is_their_list(county: Scene, client: Client):
    solved(county, 4)
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    html = client.get(FIGURES).content.decode()

    assert "of=resolution" not in table(html)
    assert "under 5" in table(html)
    listed = client.get("/figures/issues/?of=resolution").content.decode()
    assert "Not told: fewer than five." in listed
    assert "/issues/2" not in listed.split("<main")[1]
    assert len(sheet(client.get("/figures/issues/export.csv?of=resolution"))) == 1


@pytest.mark.usefixtures("fresh_cache")
def test_page_and_dashboard_tell_the_same_rates(county: Scene):
    solved(county, 6)
    person = county[Role.SUPERVISION_OFFICE]

    told = {
        cell.rate.code: (cell.figure.value, cell.figure.numerator, cell.figure.denominator) for cell in page_of(person).total.cells
    }

    for figure in key_figures(person, at=now()):
        if figure.code in told:
            assert told[figure.code] == (figure.value, figure.numerator, figure.denominator), figure.code
    assert told["resolution"] == ("100.0%", 6, 6)


def test_supervision_office_when_it_follows_a_number_is_told_how_many_it_may_not_open(county: Scene, client: Client):
    solved(county, 6)

    listed = as_(client, county[Role.SUPERVISION_OFFICE]).get("/figures/issues/?of=resolution").content.decode()

    assert "6 more are counted that your role sees in figures only." in listed
    assert '<th scope="row"><a href="/issues/' not in listed


def test_rows_stand_in_the_order_of_codes_until_a_reader_sorts(county: Scene):
    solved(county, 6, cell="C")
    person = county[Role.TOWNSHIP_COMMITTEE]

    names = {sort: [row.name for row in page_of(person, f"sort={sort}").rows] for sort in ("", "-received", "received", "-name")}

    assert names == {
        "": ["上京社区", "兴隆村"],
        "-received": ["兴隆村", "上京社区"],
        "received": ["上京社区", "兴隆村"],
        "-name": ["兴隆村", "上京社区"],
    }


def test_sealed_issues_are_in_no_figure(county: Scene):
    issue = county.report()
    Issue.objects.filter(pk=issue.pk).update(sealed=True)

    assert page_of(county[Role.SUPERVISION_OFFICE]).total.counts["received"] == 0


def test_department_when_it_gives_an_order_back_has_it_in_its_return_rate(county: Scene):
    for _ in range(5):
        issue = county.accepted(Light.YELLOW)
        county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)

    row = next(row for row in page_of(county[Role.SUPERVISION_OFFICE], "by=unit").rows if row.name == "交通运输局")

    cell = next(cell for cell in row.cells if cell.rate.code == "returned")
    assert (cell.figure.numerator, cell.figure.denominator, row.counts["overdue_of"]) == (0, 5, 5)


def test_page_costs_as_many_statements_for_many_places_as_for_few(
    county: Scene, client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    as_(client, county[Role.SUPERVISION_OFFICE])
    for cell in "ACE":
        county.report(cell=cell)
    client.get(FIGURES)

    for by in ("township", "village", "unit", "light", "category"):
        with django_assert_num_queries(STATEMENTS, exact=False):  # type: ignore[call-arg]
            client.get(f"{FIGURES}?by={by}")


def test_place_of_which_nothing_is_known_is_not_there(county: Scene, client: Client):
    as_(client, county[Role.SUPERVISION_OFFICE])

    assert client.get("/figures/issues/?of=nothing").status_code == 404
    assert client.get("/figures/issues/?of=received&group=%00").status_code in (200, 404)
    assert client.get(f"{FIGURES}?town=nowhere&by=person&sort=-person&light=mauve&period=2026-13").status_code == 200


def test_county_when_nothing_happened_still_has_its_rows_and_says_so(county: Scene, client: Client):
    html = as_(client, county[Role.SUPERVISION_OFFICE]).get(f"{FIGURES}?by=category").content.decode()

    assert "Nothing to count here in this period." in html


# --- files ---


def test_table_as_a_file_says_numerators_and_denominators_but_nothing_below_five(county: Scene, client: Client):
    solved(county, 6)
    solved(county, 2, cell="C")

    rows = sheet(as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/figures/export.csv"))

    column = rows[0].index("Resolution rate")
    told = {row[1]: row[column : column + 3] for row in rows[1:]}
    assert told == {"上京社区": ["100.0%", "6", "6"], "兴隆村": ["–", "", ""], "All together": ["100.0%", "8", "8"]}


def test_list_as_a_file_holds_what_the_person_may_open(county: Scene, client: Client):
    solved(county, 6)

    rows = sheet(as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/figures/issues/export.csv?of=resolution"))
    others = sheet(as_(client, county[Role.COUNTY_LEADER]).get("/figures/issues/export.csv?of=resolution"))

    assert (len(rows), len(others)) == (7, 1)


# --- periods ---


NOON = datetime(2026, 11, 21, 12, tzinfo=get_default_timezone())


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("", date(2026, 8, 23), date(2026, 11, 21)),
        ("period=2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("period=2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("period=2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("period=own&from=2026-03-05&to=2026-03-05", date(2026, 3, 5), date(2026, 3, 5)),
        ("period=own&from=2026-03-06&to=2026-03-05", date(2026, 8, 23), date(2026, 11, 21)),
        ("period=own&from=x", date(2026, 8, 23), date(2026, 11, 21)),
        ("period=2026-12", date(2026, 8, 23), date(2026, 11, 21)),
        ("period=٢٠٢٦-01", date(2026, 8, 23), date(2026, 11, 21)),
    ],
)
def test_period_when_asked_for_is_whole_days_of_the_site(asked: str, first: date, last: date):
    found = periods.chosen(QueryDict(asked), NOON)

    assert (found.first, found.last) == (first, last)
    if found.value:
        assert localdate(found.period.since) == first
        assert localdate(found.period.until - timedelta(microseconds=1)) == last


def test_periods_offered_are_all_understood():
    for value, label in periods.offered(NOON):
        if value and value != periods.OWN:
            found = periods.chosen(QueryDict(f"period={value}"), NOON)
            assert (found.value, found.label) == (value, label)


# --- the printed month ---


def test_month_when_printed_says_what_the_page_says(county: Scene, client: Client):
    solved(county, 6)
    county.report(cell="C")
    month = f"{localdate():%Y-%m}"
    as_(client, county[Role.SUPERVISION_OFFICE])
    total = page_of(county[Role.SUPERVISION_OFFICE], f"period={month}").total

    page = client.get(f"/figures/months/{month}/")
    response = client.get(f"/figures/months/{month}.pdf")

    printed = pdfs.words(pdfs.content(response))
    assert page.status_code == response.status_code == 200
    for cell in total.cells:
        if cell.figure.denominator:
            assert (
                pdfs.squeezed(f"{cell.rate.label}{cell.figure.value}{cell.figure.numerator}/{cell.figure.denominator}") in printed
            )
    assert page.content.decode().count("<svg") == 3
    assert "style=" not in page.content.decode().split("<main")[1]


@pytest.mark.parametrize("month", ["2026-13", "2999-01", "nothing", "1999-12"])
def test_month_that_there_is_not_is_not_there(county: Scene, client: Client, month: str):
    as_(client, county[Role.SUPERVISION_OFFICE])

    assert client.get(f"/figures/months/{month}/").status_code == 404
    assert client.get(f"/figures/months/{month}.pdf").status_code == 404


def test_month_of_a_township_is_by_its_villages(county: Scene, client: Client):
    county.report(cell="A")

    html = (
        as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(reverse("figures-month", args=[f"{localdate():%Y-%m}"])).content.decode()
    )

    assert "上京社区" in html
    assert "富河镇" not in html


def test_place_where_an_issue_came_back_stands_in_the_month(county: Scene, client: Client):
    first, again = county.report(cell="A"), county.report(cell="A")
    Issue.objects.filter(pk=again.pk).update(recurrence_of=first)

    html = (
        as_(client, county[Role.SUPERVISION_OFFICE]).get(reverse("figures-month", args=[f"{localdate():%Y-%m}"])).content.decode()
    )

    assert "<td>第1网格</td>" in html


# --- charts ---


def test_chart_when_drawn_has_every_number_as_text_and_lights_with_shape_and_character():
    drawn = charts.bars("T", ("a", "b", "c"), [charts.Bars("red", (12, 0, 7), "red"), charts.Bars("<林东镇>", (1, 2, 3))])

    assert re.findall(r">(\d+)<", drawn) == ["12", "0", "7", "1", "2", "3"]
    assert ">▲<" in drawn
    assert "R red" in drawn
    assert "&lt;林东镇&gt;" in drawn
    assert "style" not in drawn
    assert charts.bars("T", ("a",), []) == ""


def test_bars_when_drawn_are_as_long_as_their_numbers():
    drawn = charts.bars("T", ("a", "b", "c"), [charts.Bars("x", (100, 50, 0))])

    widths = [float(width) for width in re.findall(r'<rect x="150" y="(?!4")\d+" width="([\d.]+)"', drawn)]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert widths[2] == 0
