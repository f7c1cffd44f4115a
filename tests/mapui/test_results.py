"""The public page of what was solved: village and month, never more; its filters, its pages, its empty states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localtime

from grids.levels import Level
from issues import services
from issues.models import Issue
from issues.terms import Verb
from mapui.results_page import ROWS_PER_PAGE
from representatives.roles import Role
from tests.mapui.paging import way
from tests.mapui.scene import PHONE, Scene, submission_of

_numbers = count(1)


def solved(county: Scene, **more: object) -> Issue:
    """Closed through the gate: rated by its requester."""
    issue = county.awaiting_rating(**more)  # type: ignore[arg-type]
    services.move_as_requester(submission_of(issue).pk, Verb.RATE, at=county.at, facts={"rating": "satisfied"})
    return county.again(issue)


def copies(issue: Issue, how_many: int, **more: object) -> None:
    rows = [Issue.objects.get(pk=issue.pk) for _each in range(how_many)]
    for row in rows:
        row.pk, row.number = None, f"R-{next(_numbers)}"
        for name, value in more.items():
            setattr(row, name, value)
    Issue.objects.bulk_create(rows)


def page_of(client: Client, **query: str | Iterable[str]) -> str:
    answer = client.get("/results/", query)
    assert answer.status_code == 200
    return answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]


def told(client: Client, **query: str | Iterable[str]) -> int:
    return page_of(client, **query).count('class="panel result"')


def test_visitor_reads_line_light_group_village_and_month_and_nothing_else(county: Scene, client: Client):
    issue = solved(county, text="我家门口的路灯坏了", phone=PHONE)

    page = page_of(client)

    shown = page.split('class="panel result"', 1)[1].split("</li>", 1)[0]
    for word in ("路灯已修复。", "上京社区", "林东镇", date_format(localtime(issue.closed_at), "YEAR_MONTH_FORMAT"), "Roads"):
        assert word in shown
    assert 'data-light="green"' in shown
    told_nowhere = (
        issue.number,
        issue.title,
        issue.resolution,
        "我家门口",
        "第1网格",
        "李代表",
        "郭先生",
        PHONE,
        "href",
        "datetime",
    )
    for word in told_nowhere:
        assert word not in shown, word


def test_number_of_a_telephone_in_the_line_is_not_told(county: Scene, client: Client):
    copies(solved(county), 1, public_line=f"已修复,请联系{PHONE}。")

    assert PHONE not in page_of(client)
    assert told(client) == 2


def test_page_is_narrowed_by_place_group_light_and_month(county: Scene, client: Client):
    issue = solved(county)
    assert issue.closed_at is not None
    there = county.town.villages["兴隆村"]
    month = f"{localtime(issue.closed_at):%Y-%m}"
    copies(issue, 2, area=county.town["C"], path=county.town["C"].path, level=Level.VILLAGE)
    copies(issue, 3, closed_at=issue.closed_at - timedelta(days=62), category=county.categories["svc.consult"])

    assert told(client) == 6
    assert told(client, place=county.town.township.code) == 6
    assert told(client, place=[county.town.township.code, there.code]) == 2
    assert told(client, light="blue") == 2
    assert told(client, group="svc") == 3
    assert told(client, month=month) == 3
    assert told(client, month=month, light="blue", group="svc") == 0


def test_cell_cannot_be_asked_for(county: Scene, client: Client):
    solved(county)
    codes = [county.town.township.code, county.town.village.code, county.town["B"].code]  # nothing was solved in B

    page = page_of(client, place=codes)

    assert page.count('class="panel result"') == 1
    assert page.count('name="place"') == 2
    assert "第1网格" not in page


def test_unknown_wishes_are_left_out(county: Scene, client: Client):
    solved(county)

    assert told(client, place="999", group="nothing", light="pink", month="2026-13", page="-1") == 1


def test_page_without_anything_says_so_and_a_filter_says_what_to_do(county: Scene, client: Client):
    assert "Nothing has been published yet." in page_of(client)
    assert "Nothing that was published fits." in page_of(client, light="red")


def test_pages_lead_back_and_forth_without_a_count(county: Scene, client: Client):
    copies(solved(county), ROWS_PER_PAGE)

    first = page_of(client)
    second = page_of(client, **dict(parse_qsl(way("next", first).lstrip("?"))))

    assert first.count('class="panel result"') == ROWS_PER_PAGE
    assert 'rel="prev"' not in first
    assert second.count('class="panel result"') == 1
    assert 'rel="next"' not in second
    assert way("prev", second) == "?"


@pytest.mark.parametrize("who", [None, Role.PARTY_REPRESENTATIVE, Role.SYSTEM_ADMIN])
def test_everybody_is_offered_the_page(county: Scene, client: Client, who: Role | None):
    if who:
        client.force_login(county[who])

    answer = client.get("/results/")

    assert 'href="/results/" aria-current="page"' in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_page_is_read_only(county: Scene, client: Client):
    assert client.post("/results/").status_code == 405
