"""The red list for a department that was asked to help: its own part and what requesters read, nothing of the rest."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ListingRequest, SupervisionStep
from issues.terms import Verb
from mapui.red_page import RedPage
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import scene as sc
from tests.mapui.scene import START, Scene
from tests.representatives.factories import post

RED = "/red/"
INNER = ("资金缺口三百万元", "需旗级资金", "一致同意上报", "同意入库", "交通局内部进展", "逾期未办结")


@pytest.fixture
def water(county: Scene) -> Person:
    """Of the water office, which helps."""
    return post(Role.DEPARTMENT, county.town.county, sc.person("李水利", county.units["water"]), since=START)


def helped(county: Scene) -> Issue:
    """In the list with the water office's help, a line of progress for everybody and one for staff, a listing proposed."""
    issue = county.move(county.on_red_list("water"), Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    issue = county.move(issue, Verb.REPORT_PROGRESS, Role.DEPARTMENT, progress="桥墩已浇筑。", shown="requester")
    issue = county.move(issue, Verb.REPORT_PROGRESS, Role.DEPARTMENT, progress="交通局内部进展。")
    return county.listing_proposed(county.late(issue))


def proposed_with_help(county: Scene) -> Issue:
    """Yellow, the water office asked for a part, then proposed for the list."""
    issue = county.in_progress(sc.Light.YELLOW)
    units = [county.units["water"].pk]
    issue = county.move(issue, Verb.ASK_HELP, Role.TOWNSHIP_COMMITTEE, units=units, task="查看桥墩")
    words: dict[str, Any] = {"tried": "资金缺口三百万元。", "beyond": "funds", "reason": "需旗级资金。", "minute": sc.MINUTE}
    return county.move(issue, Verb.PROPOSE_RED, Role.TOWNSHIP_COMMITTEE, **words)


def text_of(client: Client, person: Person, address: str) -> str:
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- proposals ---
def test_proposal_is_not_there_for_who_helps_with_the_issue_and_is_for_who_decides(county: Scene, water: Person):
    issue = proposed_with_help(county)

    seen = {
        who.name: EscalationRequest.objects.red_proposals().visible_to(who, county.at).exists()
        for who in (water, county[Role.SUPERVISION_OFFICE], county[Role.TOWNSHIP_COMMITTEE], county[Role.VILLAGE_SECRETARY])
    }

    assert Issue.objects.visible_to(water, county.at).has(issue)
    assert seen == {"李水利": False, "周督查": True, "赵镇长": True, "王书记": True}


def test_tabs_of_a_helper_count_no_proposal_and_no_draft(county: Scene, client: Client, water: Person):
    proposed_with_help(county)
    drafted = county.accepted_yellow_and_drafted()
    county.move(county.move(drafted, Verb.ACKNOWLEDGE, Role.TOWNSHIP_COMMITTEE), Verb.ASK_HELP, Role.TOWNSHIP_COMMITTEE,
                units=[county.units["water"].pk], task="查看")  # fmt: skip

    office, helper = RedPage(county[Role.SUPERVISION_OFFICE], county.at).counts, RedPage(water, county.at).counts

    assert (office["proposals"], office["drafts"]) == (1, 1)
    assert (helper["proposals"], helper["drafts"]) == (0, 0)
    html = text_of(client, water, f"{RED}?tab=proposals")
    assert not any(words in html for words in INNER)


# --- what stands in the list ---
def test_row_of_a_helper_tells_the_line_that_requesters_read_and_not_what_holds_it_up(county: Scene, client: Client, water: Person):
    helped(county)

    mine, office = text_of(client, water, RED), text_of(client, county[Role.SUPERVISION_OFFICE], RED)

    assert "桥墩已浇筑" in mine
    assert not any(words in mine for words in INNER)
    assert "signature for listed supervision" not in mine
    assert "交通局内部进展" in office
    assert "signature for listed supervision" in office


def test_lead_unit_reads_its_own_row_whole(county: Scene, client: Client):
    helped(county)

    html = text_of(client, county[Role.DEPARTMENT], RED)

    assert "交通局内部进展" in html
    assert "signature for listed supervision" in html


@pytest.mark.parametrize("address", [f"{RED}export.xlsx", f"{RED}export.csv", f"{RED}paper/"])
def test_files_and_paper_of_a_helper_hold_no_more_than_its_rows(county: Scene, client: Client, water: Person, address: str):
    issue = helped(county)
    client.force_login(water)

    answer: Any = client.get(address)

    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if address.endswith("xlsx"):
        rows = load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)
        content = repr(list(rows)).encode()
    text = content.decode("utf-8-sig")
    assert issue.number in text
    assert not any(words in text for words in INNER)


def test_history_of_a_helper_is_units_dates_and_public_lines(county: Scene, client: Client, water: Person):
    issue = helped(county)
    address = reverse("red-history", args=[issue.number])

    mine, office = text_of(client, water, address), text_of(client, county[Role.SUPERVISION_OFFICE], address)

    assert "桥墩已浇筑" in mine
    assert "水利局" in mine
    assert not any(words in mine for words in INNER)
    assert all(words in office for words in INNER[1:])


def test_steps_and_listings_are_filtered_by_the_query_itself(county: Scene, water: Person):
    helped(county)

    for who, steps, listings in ((water, 1, 0), (county[Role.DEPARTMENT], 4, 1), (county[Role.SUPERVISION_OFFICE], 4, 1)):
        assert SupervisionStep.objects.visible_to(who, county.at).count() == steps, who
        assert ListingRequest.objects.visible_to(who, county.at).count() == listings, who
        entry = KeySupervisionEntry.objects.visible_to(who, county.at).for_history(who, county.at).get()
        assert len(entry.steps.all()) == steps


def test_issue_page_of_a_helper_names_the_stay_without_its_reason(county: Scene, client: Client, water: Person):
    issue = helped(county)
    address = reverse("issue", args=[issue.number])

    mine, office = text_of(client, water, address), text_of(client, county[Role.SUPERVISION_OFFICE], address)

    assert "Key supervision list" in mine
    stay = "<p>交通运输局 · 同意入库"  # elsewhere they are the words in which its part was asked for
    assert stay not in mine
    assert stay in office
