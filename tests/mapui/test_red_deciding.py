"""Deciding in the red list itself: proposals, exits, signatures, progress; and the history of every stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from grids.levels import Level
from issues.models import EscalationRequest, HotRun, HotSpot, KeySupervisionEntry
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.mapui.red_pages import HTMX, RED, as_, decide, rows
from tests.mapui.scene import Scene

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

    assert 'id="move-' not in client.get(RED, {"tab": "proposals"}).content.decode()
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
    assert "Sign listed supervision" in client.get(RED).content.decode()
    form = client.get(reverse("issue-form", args=[issue.number, Verb.LIST]), {"in_place": "1"}, headers=HTMX).content.decode()
    assert 'value="吴常委挂牌督办,限期办结。"' in form  # as the office proposed it

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


def test_proposal_from_a_hot_spot_says_so_and_what_that_means(county: Scene, client: Client):
    hot, cold = county.proposed(cell="A"), county.proposed(cell="C")
    run = HotRun.objects.create(path=county.town.county.path, number=1)
    HotSpot.objects.create(
        run=run, level=Level.GRID, is_public=False, group="road", path=hot.path, is_hot=True, trend="growing", count=30, counts=[30],
        around=20, average=2, score=5, chance=0.001, tau=0.9, drift_chance=0.001,
    )  # fmt: skip

    html = as_(client, county[Role.SUPERVISION_OFFICE]).get(RED, {"tab": "proposals"}).content.decode()

    told = {number: html.split(f'id="proposal-{number}"')[1].split("</article>")[0] for number in (hot.number, cold.number)}
    assert "in a hot spot that is growing" in told[hot.number]
    assert "Significantly more issues here and next to it than elsewhere, and more and more." in told[hot.number]
    assert "hot spot" not in told[cold.number]
