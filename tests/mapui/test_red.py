"""The red list: who sees which rows, deciding in place, leaving, paper and spreadsheet."""

from __future__ import annotations

import logging
from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from grids.levels import Level
from issues.models import EscalationRequest, Issue, KeySupervisionEntry
from issues.workflow import Status, Verb
from mapui.red_page import ROWS_PER_PAGE, days_between
from mapui.red_sheet import columns_of
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import CHINA, Scene

HTMX = {"HX-Request": "true"}
RED = "/red/"
STATEMENTS = 15


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def rows(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('<tr id="red-')[1:]]


def decide(issue: Issue, verb: Verb) -> str:
    return reverse("red-move", args=[issue.number, verb])


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
    assert "It has not been written down what was done." in html
    assert "The supervision office has not approved leaving the red list." in html


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
        ({"tab": "left"}, "Nothing has left the list yet."),
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


# --- deciding ---


def test_proposal_is_granted_in_place(county: Scene, client: Client):
    issue = county.proposed()
    said = {"seen": issue.event_count, "reason": "同意入库", "unit": county.units["roads"].pk}

    answer = as_(client, county[Role.SUPERVISION_OFFICE]).post(decide(issue, Verb.ENTER_RED), said, headers=HTMX)

    assert answer.status_code == 200
    assert 'role="status"' in answer.content.decode()
    assert county.again(issue).level == Level.COUNTY
    assert KeySupervisionEntry.objects.get(issue=issue).entered_by == county[Role.SUPERVISION_OFFICE]


def test_proposal_is_refused_with_a_reason_and_stays_yellow(county: Scene, client: Client):
    issue = county.proposed()
    said = {"seen": issue.event_count, "reason": "镇级资金可以解决"}

    answer = as_(client, county[Role.SUPERVISION_OFFICE]).post(decide(issue, Verb.REFUSE_RED), said, headers=HTMX)

    assert answer.status_code == 200
    assert county.again(issue).level == Level.TOWNSHIP
    assert EscalationRequest.objects.get(issue=issue).decision == "refused"


def test_decision_without_its_reason_keeps_the_proposal_and_what_was_chosen(county: Scene, client: Client):
    issue = county.proposed()
    said = {"seen": issue.event_count, "reason": "", "unit": county.units["water"].pk}

    answer = as_(client, county[Role.SUPERVISION_OFFICE]).post(decide(issue, Verb.ENTER_RED), said, headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "closest [data-decide]"
    assert "Give the reason." in html
    assert f'value="{county.units["water"].pk}" selected' in html
    assert county.again(issue).level == Level.TOWNSHIP


@pytest.mark.parametrize("role", [Role.TOWNSHIP_COMMITTEE, Role.VILLAGE_SECRETARY])
def test_who_may_not_decide_has_no_form_and_gets_403(county: Scene, client: Client, role: Role):
    issue = county.proposed()
    said = {"seen": issue.event_count, "reason": "自己批", "unit": county.units["roads"].pk}
    as_(client, county[role])

    assert '<form class="move__form' not in client.get(RED, {"tab": "proposals"}).content.decode()
    assert client.post(decide(issue, Verb.ENTER_RED), said, headers=HTMX).status_code == 403
    assert county.again(issue).level == Level.TOWNSHIP


def test_decision_on_what_is_out_of_sight_is_404(county: Scene, client: Client):
    issue = county.proposed()

    assert as_(client, county[Role.COUNTY_LEADER]).post(decide(issue, Verb.ENTER_RED), headers=HTMX).status_code == 404


def test_only_decisions_of_the_red_list_are_made_here(county: Scene, client: Client):
    issue = county.proposed()

    assert as_(client, county[Role.SUPERVISION_OFFICE]).post(decide(issue, Verb.NOTE), {"text": "x"}).status_code == 404


def test_exit_is_approved_in_place_and_the_issue_leaves_when_all_is_there(county: Scene, client: Client):
    issue = county.red_awaiting_exit()
    as_(client, county[Role.SUPERVISION_OFFICE])
    assert "Approve leaving the red list" in client.get(RED).content.decode()

    answer = client.post(decide(issue, Verb.APPROVE_EXIT), {"seen": issue.event_count, "reason": "已通车"}, headers=HTMX)

    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<tr")
    issue = county.move(issue, Verb.RATE, Role.GRID_MEMBER, rating="satisfied")
    assert issue.status == Status.CLOSED
    assert issue.number in client.get(RED, {"tab": "left"}).content.decode()
    assert issue.number not in rows(client.get(RED).content.decode())


# --- paper and spreadsheet ---


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


def test_list_costs_the_same_with_five_rows_and_with_twenty(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    as_(client, county[Role.SUPERVISION_OFFICE])
    spent: dict[str, list[int]] = {"": [], "proposals": []}

    for wanted in (5, 20):
        while KeySupervisionEntry.objects.count() < wanted:
            county.on_red_list()
            county.proposed()
        for tab, costs in spent.items():
            with django_assert_max_num_queries(STATEMENTS) as captured:
                client.get(RED, {"tab": tab})
            costs.append(len(captured))

    assert spent[""][0] == spent[""][1]
    assert spent["proposals"][0] == spent["proposals"][1]
