"""Handling together on the pages: what a helper reads, the gate, and solving on the spot from the report form."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client
from django.urls import reverse

from issues.models import Issue
from issues.terms import Light, Status, Verb
from representatives.roles import Role
from tests.mapui import scene as sc
from tests.mapui.scene import START, Scene
from tests.representatives.factories import post


def test_helper_reads_its_own_part_and_no_answer_of_another(county: Scene, client: Client):
    water = post(Role.DEPARTMENT, county.town.county, sc.person("李水利", county.units["water"]), since=START)
    issue = county.in_progress(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    units = [county.units["water"].pk, county.units["supervision"].pk]
    issue = county.move(issue, Verb.ASK_HELP, Role.DEPARTMENT, units=units, task="查看桥墩")
    issue = county.move(issue, Verb.ANSWER, Role.SUPERVISION_OFFICE, text="别的单位的回复")
    issue = county.move(issue, Verb.NOTE, Role.DEPARTMENT, text="交通局的内部意见")
    address = reverse("issue", args=[issue.number])

    client.force_login(water)
    page = client.get(address).content.decode()
    assert "查看桥墩" in page
    assert "别的单位的回复" not in page
    assert "交通局的内部意见" not in page

    client.force_login(county[Role.DEPARTMENT])
    assert "别的单位的回复" in client.get(address).content.decode()
    client.force_login(county[Role.VILLAGE_SECRETARY])
    assert "别的单位的回复" not in client.get(address).content.decode()


def test_helper_reads_neither_slips_nor_papers_nor_words_of_staff(county: Scene, client: Client):
    water = post(Role.DEPARTMENT, county.town.county, sc.person("李水利", county.units["water"]), since=START)
    issue = county.on_red_list("water")
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    slip = issue.slips.get()
    hidden = (slip.reason, slip.tried)
    page = reverse("issue", args=[issue.number])
    paper = reverse("paper", args=[issue.number, "escalation", slip.number])
    part = reverse("paper", args=[issue.number, "part", "1"])

    client.force_login(water)
    text = client.get(page).content.decode()
    assert not [words for words in hidden if words in text]
    assert part in text
    assert client.get(paper).status_code == 404
    assert county.units["water"].name in client.get(part).content.decode()

    client.force_login(county[Role.DEPARTMENT])  # leads it
    text = client.get(page).content.decode()
    assert [words for words in hidden if words in text] == list(hidden)
    assert client.get(paper).status_code == 200


def test_department_reads_no_note_of_another_and_who_led_before_stays_out(county: Scene, client: Client):
    water = post(Role.DEPARTMENT, county.town.county, sc.person("李水利", county.units["water"]), since=START)
    issue = county.in_progress(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    issue = county.move(issue, Verb.NOTE, Role.DEPARTMENT, text="交通局的草稿")
    issue = county.move(issue, Verb.NOTE, Role.TOWNSHIP_COMMITTEE, text="镇里的说明")
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["water"].pk)
    address = reverse("issue", args=[issue.number])

    client.force_login(water)
    text = client.get(address).content.decode()
    assert ("交通局的草稿" in text, "镇里的说明" in text) == (False, True)
    client.force_login(county[Role.DEPARTMENT])
    assert client.get(address).status_code == 404
    client.force_login(county[Role.TOWNSHIP_COMMITTEE])
    assert "交通局的草稿" in client.get(address).content.decode()


def sent(county: Scene, **more: str) -> dict[str, str]:
    point = county.town.inside("A")
    return {
        "uuid": str(uuid4()), "text": "老人家门窗漏风", "danger": "no", "lon": str(point.x), "lat": str(point.y), "accuracy": "10",
        "answer_by": "none", "request_type": "help", **more,
    }  # fmt: skip


def test_report_with_the_tick_is_opened_and_solved_and_its_handler_may_not_rate_it(county: Scene, client: Client):
    client.force_login(county[Role.GRID_MEMBER])

    answer = client.post(reverse("report"), sent(county, solved="on", done="已加装密封条"))

    assert answer.status_code == 303, answer.content.decode()
    issue = Issue.objects.get()
    assert (issue.status, issue.on_the_spot, issue.resolution) == (Status.PENDING_FEEDBACK, True, "已加装密封条")
    receipt = answer["Location"].partition("?")[0]
    rated = client.post(f"{receipt}rate/", {"rate-rating": "satisfied"})
    assert rated.status_code == 403
    assert Issue.objects.get().status == Status.PENDING_FEEDBACK


def test_tick_without_words_or_by_who_is_not_there_takes_nothing(county: Scene, client: Client):
    client.force_login(county[Role.GRID_MEMBER])
    assert client.post(reverse("report"), sent(county, solved="on")).status_code == 422

    client.logout()
    refused = client.post(reverse("report"), sent(county, solved="on", done="x"))
    assert refused.status_code == 409
    assert not Issue.objects.exists()
