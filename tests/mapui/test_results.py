"""The public page of what was solved: village and month, never more; its filters, its pages, its empty states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localtime

from grids.levels import Level
from issues import services
from issues.models import Issue
from issues.terms import Light, Verb
from mapui.results_page import ROWS_PER_PAGE, Of
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


# --- what goes on for longer ---


def suspended(county: Scene, reason: str = "season") -> Issue:
    issue = county.in_progress(Light.YELLOW, text="桥塌了,老郭家过不去")
    until = f"{county.at + timedelta(days=60):%Y-%m-%d}"
    words: dict[str, Any] = {
        "suspension": reason,
        "reason": "冻土期,老郭同意。",
        "interim": "立警示牌,老郭看着。",
        "resume_on": until,
    }
    if reason == "requester":
        words["resume_on"] = ""
    issue = county.move(issue, Verb.ASK_SUSPENSION, Role.TOWNSHIP_COMMITTEE, **words)
    return county.move(issue, Verb.SUSPEND, Role.SUPERVISION_OFFICE)


def planned(county: Scene) -> Issue:
    issue = county.accepted(Light.YELLOW)
    issue = county.move(issue, Verb.TAKE_AS_PROJECT, Role.TOWNSHIP_COMMITTEE, reason="需立项", reply="需一年。")
    days = [county.at + timedelta(days=day) for day in (60, 300)]
    steps = "\n".join(f"{day:%Y-%m-%d} 老郭家门前" for day in days)
    issue = county.move(issue, Verb.FILE_PLAN, Role.TOWNSHIP_COMMITTEE, plan="老郭家门前修桥", milestones=steps)
    return county.move(issue, Verb.APPROVE_PLAN, Role.SUPERVISION_OFFICE, reply="已立项。")


def test_rest_stands_beside_what_was_solved_in_words_of_the_program(county: Scene, client: Client):
    issue = suspended(county)

    page = page_of(client, of="resting")

    since, until = (date_format(localtime(day), "YEAR_MONTH_FORMAT") for day in (county.at, issue.resume_at))
    assert f"It has rested since {since} and goes on in {until} at the latest: frozen ground" in page
    assert "林东镇 上京社区" in page
    for word in (issue.number, issue.title, "老郭", "警示牌", "桥塌了", "datetime"):
        assert word not in page, word
    assert told(client) == 0  # it was not solved
    assert "None of this counts as solved" in page


def test_rest_for_a_reason_of_one_persons_own_is_told_without_it(county: Scene, client: Client):
    suspended(county, "requester")

    page = page_of(client, of="resting")

    assert "It has rested since" in page
    assert "requester" not in page


def test_project_stands_with_its_dates_and_without_a_word_of_the_plan(county: Scene, client: Client):
    planned(county)

    page = page_of(client, of="projects")

    assert "0 of 2 milestones reached" in page
    assert page.count('class="tag"') == 2
    assert "老郭" not in page


def test_listing_stands_with_the_line_and_the_leader_who_signed_it(county: Scene, client: Client):
    county.listed(county.late(county.on_red_list()))

    page = page_of(client, of="listed")

    assert "吴常委挂牌督办,限期办结。 (吴常委 has put their name to it, until" in page


@pytest.mark.parametrize(
    ("of", "empty"), [("resting", "Nothing rests"), ("projects", "There is no project"), ("listed", "Nothing stands under")]
)
def test_each_list_says_when_it_is_empty_and_keeps_its_tab_when_narrowed(county: Scene, client: Client, of: str, empty: str):
    assert empty in page_of(client, of=of)
    assert page_of(client, of=of).count('aria-current="page"') == 1

    page = page_of(client, of=of, light="green", month="2026-01")

    assert "Nothing that was published fits" in page
    assert f'name="of" value="{of}"' in page
    assert 'name="month"' not in page


def test_unknown_list_is_that_of_what_was_solved(county: Scene, client: Client):
    solved(county)

    assert told(client, of="sealed") == 1


@pytest.mark.parametrize("of", Of)
def test_page_costs_few_statements_however_long_it_is(county: Scene, client: Client, of: Of, django_assert_max_num_queries):
    made = {Of.SOLVED: solved, Of.RESTING: suspended, Of.PROJECTS: planned}.get(of)
    for _each in range(3):
        if made:
            made(county)
        else:
            county.listed(county.late(county.on_red_list()))

    with django_assert_max_num_queries(8):
        assert told(client, of=of.value, place=[county.town.township.code, county.town.village.code], group="road") == 3
