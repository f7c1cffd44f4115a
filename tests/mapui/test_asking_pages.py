"""What waits for somebody above, on the page of the issue, in the queue, and as the requester reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from issues import services
from issues.intake import receipts
from issues.models import Issue
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import Scene, event_of, submission_of

IN_TEN_DAYS = (localdate() + timedelta(days=10)).isoformat()


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def read(client: Client, person: Person, issue: Issue, opened: str = "") -> str:
    return as_(client, person).get(reverse("issue", args=[issue.number]), {"verb": opened}).content.decode()


def press(client: Client, person: Person, issue: Issue, verb: Verb, **data: object) -> int:
    seen = Issue.objects.get(pk=issue.pk).event_count
    url = reverse("issue-move", args=[issue.number, verb])
    return as_(client, person).post(url, {"seen": seen, **data}).status_code


def rows(html: str) -> str:
    """The table of the queue, without the notices beside it; empty if nothing waits."""
    return html.partition("<tbody")[2].partition("</tbody>")[0]


def tracked(client: Client, issue: Issue) -> str:
    client.logout()
    code = receipts.grouped(submission_of(issue).receipt_code)
    return client.get(reverse("track", args=[code])).content.decode()


def yellow(county: Scene) -> Issue:
    return county.in_progress(Light.YELLOW, text="村口桥面塌陷")


def asked_for_time(county: Scene) -> Issue:
    issue = yellow(county)
    assert issue.level_due_at
    due = (issue.level_due_at + timedelta(days=4)).date().isoformat()
    return county.move(issue, Verb.ASK_EXTENSION, Role.TOWNSHIP_COMMITTEE, reason="钢材未到货", due=due)


def test_pending_request_when_read_by_the_approver_shows_reason_and_button(county: Scene, client: Client):
    issue = asked_for_time(county)

    html = read(client, county[Role.SUPERVISION_OFFICE], issue)

    assert "Waits for a decision" in html
    assert "钢材未到货" in html
    assert 'id="move-extend"' in html
    assert 'id="move-refuse_request"' in html
    assert "The answer is yours" in html
    asker = read(client, county[Role.TOWNSHIP_COMMITTEE], issue)
    assert "Waits for a decision" in asker
    assert 'id="move-extend"' not in asker
    assert 'id="move-ask_suspension"' not in asker  # one thing is asked at a time


def test_extension_is_granted_by_one_press_for_the_day_that_was_asked(county: Scene, client: Client):
    issue = asked_for_time(county)
    asked = issue.pending_request
    assert asked is not None

    assert press(client, county[Role.SUPERVISION_OFFICE], issue, Verb.EXTEND) == 302

    assert county.again(issue).level_due_at.date() == asked.until  # type: ignore[union-attr]
    assert "钢材未到货" in tracked(client, issue)
    assert "More time was granted, until" in tracked(client, issue)


def test_grant_form_is_filled_with_what_was_asked(county: Scene, client: Client):
    issue = asked_for_time(county)
    asked = issue.pending_request
    assert asked is not None
    assert asked.until is not None

    html = read(client, county[Role.SUPERVISION_OFFICE], issue, Verb.EXTEND)

    assert f'value="{asked.until.isoformat()}"' in html
    assert "钢材未到货</textarea>" in html


def test_more_time_at_red_is_passed_on_by_the_office_and_then_decided_by_the_leader(county: Scene, client: Client):
    issue = county.move(county.on_red_list(), Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    assert issue.level_due_at
    due = (issue.level_due_at + timedelta(days=4)).date().isoformat()
    county.move(issue, Verb.ASK_EXTENSION, Role.DEPARTMENT, reason="钢材未到货", due=due)

    office = read(client, county[Role.SUPERVISION_OFFICE], issue)
    assert "To be passed on by</dt><dd>supervision office" in office
    assert reverse("issue-move", args=[issue.number, Verb.FORWARD]) in office
    assert press(client, county[Role.SUPERVISION_OFFICE], issue, Verb.FORWARD, text="情况属实") == 302

    leader = read(client, county[Role.COUNTY_LEADER], issue)
    assert "Decided by</dt><dd>county leader" in leader
    assert "情况属实" in leader
    assert press(client, county[Role.COUNTY_LEADER], issue, Verb.EXTEND) == 302
    assert county.again(issue).pending_request is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose why it has to rest."),
        ({"suspension": "funds"}, "Give the reason."),
        ({"suspension": "season", "reason": "冻土", "resume_on": IN_TEN_DAYS}, "Say what is done meanwhile"),
        ({"suspension": "season", "reason": "冻土", "interim": "设警示"}, "Say on which day work goes on."),
        ({"suspension": "season", "reason": "冻土", "interim": "设警示", "resume_on": "2031-01-01"}, "for 180 days at most"),
    ],
)
def test_suspension_that_lacks_something_says_so_beside_the_field_and_keeps_the_words(
    county: Scene, client: Client, data: dict[str, str], sentence: str
):
    issue = yellow(county)
    url = reverse("issue-move", args=[issue.number, Verb.ASK_SUSPENSION])

    answer = as_(client, county[Role.TOWNSHIP_COMMITTEE]).post(url, {"seen": issue.event_count, **data})

    html = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert sentence in html
    assert data.get("interim", "") in html
    assert county.again(issue).pending_request is None


def test_suspended_issue_tells_everybody_why_and_until_when(county: Scene, client: Client):
    issue = yellow(county)
    facts = {"suspension": "season", "reason": "内部:冻土期", "resume_on": IN_TEN_DAYS, "interim": "设置临时便道"}
    assert press(client, county[Role.TOWNSHIP_COMMITTEE], issue, Verb.ASK_SUSPENSION, **facts) == 302
    assert press(client, county[Role.SUPERVISION_OFFICE], issue, Verb.SUSPEND) == 302
    assert county.again(issue).status == Status.SUSPENDED

    staff = read(client, county[Role.TOWNSHIP_COMMITTEE], issue)
    assert "Goes on by itself" in staff
    assert "frozen ground" in staff
    public = tracked(client, issue)
    assert "Suspended: frozen ground or high water stops the works." in public
    assert "设置临时便道" in public
    assert "内部" not in public  # the reason among staff


def test_objection_lies_with_its_words_in_the_queue_above(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE, text="一组没有路灯")
    issue = county.move(issue, Verb.ASK_DEFERRAL, Role.VILLAGE_SECRETARY, reason="无预算", reply="明年")
    issue = county.move(issue, Verb.DEFER, Role.TOWNSHIP_COMMITTEE, reply="已列入明年计划")
    assert "已列入明年计划" in tracked(client, issue)
    services.move_as_requester(
        submission_of(issue).pk, Verb.OBJECT, at=county.at + timedelta(minutes=1), facts={"reason": "夜间有人摔倒"}
    )

    office = county[Role.SUPERVISION_OFFICE]
    assert issue.number in as_(client, office).get(reverse("queue")).content.decode()
    html = read(client, office, issue)
    assert "夜间有人摔倒" in html
    assert 'id="move-uphold"' in html
    assert press(client, office, issue, Verb.OVERRULE, reason="无资金", reply="目前没有资金") == 302
    assert "目前没有资金" in tracked(client, issue)


def test_due_review_waits_in_the_township_queue(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE, text="一组没有路灯")
    issue = county.move(issue, Verb.ASK_DEFERRAL, Role.VILLAGE_SECRETARY, reason="无预算", reply="明年")
    issue = county.move(issue, Verb.DEFER, Role.TOWNSHIP_COMMITTEE, reply="已列入明年计划")
    queue = reverse("queue") + "?asked=review"
    township = as_(client, county[Role.TOWNSHIP_COMMITTEE])
    assert reverse("issue", args=[issue.number]) not in rows(township.get(queue).content.decode())
    Issue.objects.filter(pk=issue.pk).update(resume_at=county.at)

    assert reverse("issue", args=[issue.number]) in rows(township.get(queue).content.decode())
    assert 'id="move-review"' in read(client, county[Role.TOWNSHIP_COMMITTEE], issue)


def test_project_shows_its_steps_to_staff_and_requester(county: Scene, client: Client):
    issue = yellow(county)
    tc, duc = county[Role.TOWNSHIP_COMMITTEE], county[Role.SUPERVISION_OFFICE]
    later = (localdate() + timedelta(days=200)).isoformat()
    assert press(client, tc, issue, Verb.TAKE_AS_PROJECT, reason="需资金") == 302
    assert "plan awaited" in read(client, tc, issue)
    assert "listed as a project" not in tracked(client, issue).lower()
    steps = f"{IN_TEN_DAYS} 完成设计\n{later} 通车"
    assert press(client, tc, issue, Verb.FILE_PLAN, plan="新建便民桥", milestones="设计") == 409
    assert press(client, tc, issue, Verb.FILE_PLAN, plan="新建便民桥", milestones=steps) == 302
    assert press(client, duc, issue, Verb.APPROVE_PLAN) == 302

    assert "listed as a project" in read(client, tc, issue)
    public = tracked(client, issue)
    assert "Listed as a project" in public
    assert "完成设计" in public
    assert "通车" in public


def test_returned_order_is_offered_to_the_unit_that_was_proposed(county: Scene, client: Client):
    issue = county.accepted(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)
    water = county.units["water"]
    assert press(client, county[Role.DEPARTMENT], issue, Verb.RETURN_ORDER, basis="职责清单第12条", unit=water.pk) == 302

    html = read(client, county[Role.TOWNSHIP_COMMITTEE], issue, Verb.DISPATCH)
    assert f'<option value="{water.pk}" selected>' in html
    assert "Proposed: 水利局" in html
    assert event_of(issue, Verb.RETURN_ORDER).texts == {"basis": "职责清单第12条"}
