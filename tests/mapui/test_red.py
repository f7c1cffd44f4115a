"""The red list: who sees which rows, deciding in place, leaving, paper and spreadsheet."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from grids.levels import Level
from issues import services
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ReminderLetter
from issues.services.letters import Draft
from issues.terms import Light, Status, Verb
from mapui.red_page import ROWS_PER_PAGE, days_between
from mapui.red_sheet import columns_of
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import CHINA, START, Scene

HTMX = {"HX-Request": "true"}
RED = "/red/"
STATEMENTS = 8  # one of them for the person and their posts; the session is in Redis


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def rows(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('<tr id="red-')[1:]]


def decide(issue: Issue, verb: Verb) -> str:
    return reverse("red-move", args=[issue.number, verb])


def supervised(county: Scene, issue: Issue) -> Issue:
    unit = county.units["township"].pk
    return county.move(issue, Verb.SUPERVISE, Role.SUPERVISION_OFFICE, reason="跟踪督办", unit=unit)


def write(county: Scene, issue: Issue) -> ReminderLetter:
    draft = Draft(uuid4(), county.units["roads"], ReminderLetter.Kind.SUPERVISION, [issue.pk], "请尽快办结。")
    return services.send_letter(draft, by=county[Role.SUPERVISION_OFFICE], at=county.at)


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


def test_after_a_refusal_general_supervision_and_a_letter_are_one_press_away(county: Scene, client: Client):
    issue = county.proposed()
    as_(client, county[Role.SUPERVISION_OFFICE])

    refused = client.post(decide(issue, Verb.REFUSE_RED), {"seen": issue.event_count, "reason": "镇里可办"}, headers=HTMX)
    assert f'action="{reverse("issue-move", args=[issue.number, Verb.SUPERVISE])}"' in refused.content.decode()
    assert f"{reverse('letter-new')}?issue={issue.number}" in refused.content.decode()
    said = {"seen": county.again(issue).event_count, "reason": "跟踪督办", "unit": county.units["township"].pk}
    answer = client.post(decide(issue, Verb.SUPERVISE), said, headers=HTMX)

    assert answer.status_code == 200
    assert KeySupervisionEntry.objects.get(issue=issue).grade == "general"


def test_leader_signs_listed_supervision_in_the_row(county: Scene, client: Client):
    issue = county.listing_proposed(county.late(county.on_red_list()))
    as_(client, county[Role.COUNTY_LEADER])
    html = client.get(RED).content.decode()
    assert "Sign listed supervision" in html
    assert 'value="吴常委挂牌督办,限期办结。"' in html  # as the office proposed it

    due = (localdate() + timedelta(days=20)).isoformat()
    said = {"seen": issue.event_count, "leader": county[Role.COUNTY_LEADER].pk, "due": due, "public_line": "吴常委挂牌督办"}
    answer = client.post(decide(issue, Verb.LIST), said, headers=HTMX)

    assert answer.status_code == 200
    assert KeySupervisionEntry.objects.get(issue=issue).leader == county[Role.COUNTY_LEADER]


def test_lead_unit_reports_progress_in_the_row_and_others_cannot(county: Scene, client: Client):
    issue = county.on_red_list()
    assert "Report progress" not in as_(client, county[Role.SUPERVISION_OFFICE]).get(RED).content.decode()
    as_(client, county[Role.DEPARTMENT])
    assert "Report progress" in client.get(RED).content.decode()

    missing = client.post(decide(issue, Verb.REPORT_PROGRESS), {"seen": issue.event_count, "progress": ""}, headers=HTMX)
    assert missing.status_code == 422
    assert "Say how it stands." in missing.content.decode()
    said = {"seen": issue.event_count, "progress": "桩基完成", "shown": "requester"}
    assert client.post(decide(issue, Verb.REPORT_PROGRESS), said, headers=HTMX).status_code == 200

    assert "桩基完成" in client.get(RED).content.decode()


def test_history_tells_every_stay_with_grades_units_progress_and_end(county: Scene, client: Client):
    issue = county.late(county.on_red_list("water"))
    county.move(issue, Verb.REPORT_PROGRESS, Role.DEPARTMENT, progress="桩基完成")
    county.listed(issue)
    county.move(issue, Verb.EXIT_DOWN, Role.SUPERVISION_OFFICE, reason="镇里能办")

    html = as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(reverse("red-history", args=[issue.number])).content.decode()

    for words in ("同意入库", "水利局", "桩基完成", "吴常委", "listed supervision", "镇里能办", "Take off the red list"):
        assert words in html, words
    assert client.get(reverse("red-history", args=["2024-0000000"])).status_code == 404


def test_history_of_what_one_does_not_see_does_not_exist(county: Scene, client: Client):
    issue = county.on_red_list()

    assert as_(client, county.stranger).get(reverse("red-history", args=[issue.number])).status_code == 404


# --- letters ---


def test_letter_is_written_from_what_is_late_and_answered_by_the_unit(county: Scene, client: Client):
    issue = county.late(county.on_red_list())
    as_(client, county[Role.SUPERVISION_OFFICE])
    assert "交通运输局" in client.get(reverse("letter-new")).content.decode()
    page = f"{reverse('letter-new')}?unit={county.units['roads'].pk}"
    html = client.get(page).content.decode()
    assert issue.number in html
    assert "交通运输局:" in html

    said = {
        "uuid": str(uuid4()),
        "issues": [issue.pk],
        "text": "请尽快办结。",
        "reply_by": (localdate() + timedelta(days=9)).isoformat(),
    }
    assert client.post(page, said | {"text": ""}).status_code == 422
    answer = client.post(page, said)

    letter = ReminderLetter.objects.get()
    assert answer.headers["Location"] == reverse("letter", args=[letter.number])
    assert "请尽快办结。" in client.get(answer.headers["Location"]).content.decode()
    assert letter.number in client.get(RED, {"tab": "letters"}).content.decode()
    as_(client, county[Role.DEPARTMENT])
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": ""}).status_code == 422
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": "下周完工"}).status_code == 302
    assert client.post(reverse("letter-answer", args=[letter.number]), {"text": "again"}).status_code == 409
    assert "下周完工" in client.get(reverse("letter", args=[letter.number])).content.decode()


def test_letter_about_an_issue_asks_for_the_unit_only_if_there_are_several(county: Scene, client: Client):
    alone, several = county.proposed(), county.on_red_list("water")
    as_(client, county[Role.SUPERVISION_OFFICE])

    straight = client.get(reverse("letter-new"), {"issue": alone.number})
    choice = client.get(reverse("letter-new"), {"issue": several.number})

    assert f"unit={county.units['township'].pk}" in straight.headers["Location"]
    assert "水利局" in choice.content.decode()
    assert "林东镇党委" not in choice.content.decode()


@pytest.mark.parametrize("role", [Role.COUNTY_LEADER, Role.TOWNSHIP_COMMITTEE, Role.DEPARTMENT, Role.VILLAGE_SECRETARY])
def test_letters_are_not_for_others_to_write_nor_to_read(county: Scene, client: Client, role: Role):
    issue = county.late(county.on_red_list())
    number = write(county, issue).number
    as_(client, county[role])

    assert client.get(reverse("letter-new")).status_code == 403
    reads = role in (Role.COUNTY_LEADER, Role.DEPARTMENT)
    assert client.get(reverse("letter", args=[number])).status_code == (200 if reads else 404)


def test_what_does_not_fit_is_404(county: Scene, client: Client):
    as_(client, county[Role.SUPERVISION_OFFICE])

    assert client.get(reverse("letter", args=["2024-D000000"])).status_code == 404
    assert client.post(reverse("letter-answer", args=["2024-D000000"]), {"text": "x"}).status_code == 404


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
