"""The red list: who sees which rows, deciding in place, leaving, paper and spreadsheet."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from grids.levels import Level
from issues.models import EscalationRequest, Issue, KeySupervisionEntry
from issues.terms import Light, Status, Verb
from mapui.red_page import ROWS_PER_PAGE, days_between
from mapui.red_sheet import columns_of
from representatives.roles import Role
from tests.mapui.red_pages import RED, as_, rows, supervised, write
from tests.mapui.scene import CHINA, START, Scene

STATEMENTS = 8  # one of them for the person and their posts; the session is in Redis


def sheet_of(content: bytes) -> list[list[object]]:
    book: Workbook = load_workbook(BytesIO(content))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


# --- who ---


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SUPERVISION_OFFICE, 200),
        (Role.COUNTY_LEADER, 200),
        (Role.TOWNSHIP_COMMITTEE, 200),
        (Role.DEPARTMENT, 200),
        (Role.ORGANISATION_OFFICE, 403),
        (Role.SYSTEM_ADMIN, 403),
        (Role.TOWNSHIP_DISCIPLINE, 403),
    ],
)
def test_red_list_is_for_roles_that_have_it(county: Scene, client: Client, role: Role, status: int):
    as_(client, county[role])

    assert client.get(RED).status_code == status
    assert client.get(reverse("red-export")).status_code == status


def test_visitor_is_asked_to_log_in(client: Client, db: None):
    assert client.get(RED).status_code == 302
    assert client.get(reverse("red-export")).status_code == 302


def test_each_sees_the_rows_that_are_theirs(county: Scene, client: Client):
    here, there = county.on_red_list(cell="A"), county.report(cell="E")
    Issue.objects.filter(pk=there.pk).update(level=Level.COUNTY)
    entry = KeySupervisionEntry.objects.get(issue=here)
    KeySupervisionEntry.objects.create(
        issue=there, lead_unit=county.units["water"], entered_by=entry.entered_by, entered_at=entry.entered_at, reason="另镇"
    )

    def seen(role: Role) -> set[str]:
        return set(rows(as_(client, county[role]).get(RED).content.decode()))

    assert seen(Role.SUPERVISION_OFFICE) == {here.number, there.number}
    assert seen(Role.COUNTY_LEADER) == {here.number, there.number}
    assert seen(Role.TOWNSHIP_COMMITTEE) == {here.number}
    assert seen(Role.DEPARTMENT) == {here.number}


# --- what ---


def test_row_says_days_unit_progress_and_what_is_missing(county: Scene, client: Client):
    issue = county.on_red_list()
    county.move(issue, Verb.REPORT_PROGRESS, Role.DEPARTMENT, progress="施工队已进场")

    html = as_(client, county[Role.SUPERVISION_OFFICE]).get(RED).content.decode()

    assert "交通运输局" in html
    assert "施工队已进场" in html
    assert "交通运输局 is to acknowledge the order by" in html


def test_days_are_counted_by_the_calendar_the_first_is_one():
    evening, morning = datetime(2024, 5, 1, 23, 50, tzinfo=CHINA), datetime(2024, 5, 2, 0, 10, tzinfo=CHINA)

    assert days_between(evening, evening) == 1
    assert days_between(evening, morning) == 2


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "The list is empty."),
        ({"tab": "proposals"}, "No proposal waits for a decision."),
        ({"tab": "drafts"}, "The program suggests nothing."),
        ({"tab": "general"}, "No yellow issue is under general supervision."),
        ({"tab": "letters"}, "There are no letters."),
        ({"tab": "left"}, "Nothing has left the list yet."),
        ({"grade": "listed"}, "Nothing fits these filters."),
        ({"tab": "nonsense"}, "The list is empty."),
    ],
)
def test_empty_tabs_say_what_would_be_there(county: Scene, client: Client, query: dict[str, str], sentence: str):
    assert sentence in as_(client, county[Role.SUPERVISION_OFFICE]).get(RED, query).content.decode()


@pytest.mark.parametrize("sort", ["due", "days", "unit", "place", "nonsense"])
def test_list_can_be_sorted(county: Scene, client: Client, sort: str):
    first, second = county.on_red_list(cell="C"), county.on_red_list(cell="A")

    found = rows(as_(client, county[Role.SUPERVISION_OFFICE]).get(RED, {"sort": sort}).content.decode())

    assert set(found) == {first.number, second.number}
    if sort == "place":
        assert found == [second.number, first.number]
    if sort == "days":
        assert found == [first.number, second.number]


def test_suggestion_of_the_program_is_shown_apart_from_proposals(county: Scene, client: Client):
    issue = county.accepted_yellow_and_drafted()
    as_(client, county[Role.SUPERVISION_OFFICE])

    proposals, drafts = (client.get(RED, {"tab": tab}).content.decode() for tab in ("proposals", "drafts"))

    assert issue.number not in proposals
    assert issue.number in drafts
    assert "The program suggests this since" in drafts
    assert not KeySupervisionEntry.objects.exists()


# --- what it says, and what it can be narrowed to ---


def test_row_names_helpers_leader_and_how_long_nothing_was_heard(county: Scene, client: Client):
    issue = county.late(county.on_red_list("water"))
    county.listed(issue)
    Issue.objects.filter(pk=issue.pk).update(progress_due_at=county.at - timedelta(days=2))

    html = as_(client, county[Role.SUPERVISION_OFFICE]).get(RED).content.decode()

    assert "水利局" in html
    assert "led by 吴常委" in html
    assert "no progress for" in html


def test_each_state_says_what_holds_it_up(county: Scene, client: Client):
    as_(client, county[Role.SUPERVISION_OFFICE])
    issue = county.on_red_list()

    def said() -> str:
        return client.get(RED).content.decode()

    assert "交通运输局 is to acknowledge the order by" in said()
    county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    assert "交通运输局 is to solve it by" in said()
    county.late(issue)
    assert "交通运输局 has not solved it; it should have by" in said()
    county.listing_proposed(issue)
    assert "A leader&#x27;s signature for listed supervision is awaited: 吴常委" in said()
    Issue.objects.filter(pk=issue.pk).update(status=Status.SUSPENDED, resume_at=county.at + timedelta(days=30))
    assert "Suspended until" in said()
    Issue.objects.filter(pk=issue.pk).update(status=Status.IN_PROGRESS, resume_at=None)
    county.move(issue, Verb.RESOLVE, Role.DEPARTMENT, resolution="新桥通车。", public_line="新桥已通车。")
    assert "The supervision office is to check it on site." in said()
    county.move(issue, Verb.VERIFY, Role.SUPERVISION_OFFICE)
    assert "0 of 1 requesters have rated the result." in said()
    assert "The supervision office has not approved leaving the red list." in said()


def test_open_parts_of_helpers_and_unanswered_requests_hold_it_up(county: Scene, client: Client):
    issue = county.on_red_list("water")
    as_(client, county[Role.SUPERVISION_OFFICE])
    assert "The part of these units is still open: 水利局." in client.get(RED).content.decode()
    county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)

    until = (localdate() + timedelta(days=30)).isoformat()
    county.move(issue, Verb.ASK_EXTENSION, Role.DEPARTMENT, reason="冻土", due=until)

    assert "the answer of the supervision office is awaited" in client.get(RED).content.decode()
    county.move(issue, Verb.FORWARD, Role.SUPERVISION_OFFICE)
    assert "the answer of the county leader is awaited" in client.get(RED).content.decode()


def test_list_is_narrowed_by_township_grade_unit_clock_and_progress(county: Scene, client: Client):
    plain, late = county.on_red_list(), county.late(county.on_red_list("water"))
    county.listed(late)
    Issue.objects.filter(pk=late.pk).update(progress_due_at=county.at - timedelta(days=2), level_due_at=START)
    as_(client, county[Role.SUPERVISION_OFFICE])

    def found(**query: str | int) -> set[str]:
        return set(rows(client.get(RED, query).content.decode()))

    assert found() == {plain.number, late.number}
    assert found(area=county.town.township.code) == {plain.number, late.number}
    assert found(area=county.town.townships["富河镇"].code) == set()
    assert found(area="nowhere") == set()
    assert found(grade="listed") == {late.number}
    assert found(unit=county.units["water"].pk) == {late.number}
    assert found(unit=county.units["roads"].pk) == {plain.number, late.number}
    assert found(clock="overdue") == {late.number}
    assert found(quiet="1") == {late.number}


def test_general_supervision_is_a_list_of_its_own(county: Scene, client: Client):
    issue = supervised(county, county.accepted(Light.YELLOW))
    as_(client, county[Role.SUPERVISION_OFFICE])

    assert rows(client.get(RED).content.decode()) == []
    assert rows(client.get(RED, {"tab": "general"}).content.decode()) == [issue.number]
    assert Issue.objects.get(pk=issue.pk).level == Level.TOWNSHIP


def test_overdue_decision_is_said_to_be(county: Scene, client: Client):
    issue = county.proposed()
    EscalationRequest.objects.filter(issue=issue).update(decide_by=START)

    assert "late by" in as_(client, county[Role.SUPERVISION_OFFICE]).get(RED, {"tab": "proposals"}).content.decode()


# --- paper and spreadsheet ---


def test_table_leaves_as_csv_whose_cells_do_no_harm(county: Scene, client: Client):
    issue = county.on_red_list()
    Issue.objects.filter(pk=issue.pk).update(title="=1+1")

    answer = as_(client, county[Role.SUPERVISION_OFFICE]).get(reverse("red-export-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert text.splitlines()[0].startswith("Number,Issue,Light")
    assert f"{issue.number},'=1+1,red" in text
    assert "csv" in answer.headers["Content-Type"]


def test_paper_has_the_county_the_day_and_every_row(county: Scene, client: Client):
    issues = [county.on_red_list() for _ in range(ROWS_PER_PAGE + 1)]
    as_(client, county[Role.SUPERVISION_OFFICE])

    paged, paper = rows(client.get(RED).content.decode()), client.get(RED, {"print": "1"}).content.decode()

    assert len(paged) == ROWS_PER_PAGE
    assert set(rows(paper)) == {issue.number for issue in issues}
    assert "巴林左旗" in paper
    assert "As of" in paper


def test_spreadsheet_holds_the_rows_that_the_person_sees(county: Scene, client: Client, caplog: pytest.LogCaptureFixture):
    issue = county.on_red_list(text="大桥危险")

    with caplog.at_level(logging.INFO, "gridgov.access"):
        answer = as_(client, county[Role.SUPERVISION_OFFICE]).get(reverse("red-export"))

    sheet = sheet_of(answer.getvalue())
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert ".xlsx" in answer.headers["Content-Disposition"]
    assert "巴林左旗" in str(sheet[0][0])
    assert sheet[1][:3] == ["Number", "Issue", "Light"]
    assert sheet[2][:3] == [issue.number, "大桥危险", "red"]
    assert isinstance(sheet[2][7], datetime)
    assert "export of the red list" in caplog.text
    assert county[Role.SUPERVISION_OFFICE].name in caplog.text


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
def test_text_of_a_resident_never_acts_as_a_formula(county: Scene, client: Client, title: str):
    issue = county.on_red_list()
    Issue.objects.filter(pk=issue.pk).update(title=title)

    content = as_(client, county[Role.SUPERVISION_OFFICE]).get(reverse("red-export")).getvalue()

    cell = load_workbook(BytesIO(content)).worksheets[0]["B3"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value == title


def test_columns_are_as_wide_as_chinese_needs():
    assert columns_of("督办库") == 6
    assert columns_of("red") == 3


# --- what it costs ---


@pytest.mark.parametrize("tab", ["", "proposals", "general", "letters", "left"])
@pytest.mark.parametrize("role", [Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER])
def test_list_costs_eight_statements_however_long_it_is(
    county: Scene, client: Client, tab: str, role: Role, django_assert_max_num_queries: DjangoAssertNumQueries
):
    as_(client, county[role])
    spent = []

    for wanted in (3, 9):
        while KeySupervisionEntry.objects.standing().count() < wanted:
            red = county.late(county.on_red_list())
            county.proposed()
            supervised(county, county.accepted(Light.YELLOW))
            county.listing_proposed(red)
            write(county, red)
            county.move(county.on_red_list(), Verb.EXIT_DOWN, Role.SUPERVISION_OFFICE, reason="镇里能办")
        client.get(RED, {"tab": tab})  # the policies are in memory from now on
        with django_assert_max_num_queries(STATEMENTS) as captured:
            answer = client.get(RED, {"tab": tab, "area": county.town.township.code})
        assert answer.status_code == 200
        spent.append(len(captured))

    assert spent[0] == spent[1]
