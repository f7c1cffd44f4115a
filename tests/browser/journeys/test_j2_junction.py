"""J2 路口反光贴/路灯: written down without a signal, placed by the right datum, shared out between village, town and departments.

The receipt's own page names offices, never a person; a visitor without the receipt finds no issue page at all, and on the
public page, once it is closed, the line written for everybody with village and month, and no more.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from grids.datums import Crs, from_wgs84
from issues.intake import reporting
from issues.intake.reporting import AlreadyReported, Draft
from issues.models import Issue, Minute, Submission
from issues.terms import Light, Status, Verb
from tests.browser.journeys.clock import told
from tests.browser.journeys.desk import Desk

WORDS = "三号路口没有反光贴,夜里看不清,也没有路灯。"
TRUE = (119.028, 43.994)  # WGS 84: in the third cell, C
MINUTE = {"held_on": "2026-06-01", "participants": "王书记、李代表、三户代表", "outcome": "路灯需镇里出钱,同意上报。"}


def pin(page: Page, lon: float, lat: float, crs: str) -> None:
    """Puts the place that was copied out of WeChat into the form, in its own datum."""
    values = {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "accuracy": "12", "crs": crs}
    page.evaluate(
        "values => Object.entries(values).forEach(([n, v]) => { document.querySelector(`#place [name=${n}]`).value = v })", values
    )


def written_without_a_signal(desk: Desk) -> Submission:
    """The representative fills in the form for an old man, offline; it leaves the phone when the line is back."""
    desk.take_phone("pr", f"/report/{desk.banner.town['C'].code}/")
    expect(desk.phone.locator("#report-form[data-keeps]")).to_be_visible()
    desk.cut_the_line()
    desk.phone.get_by_role("textbox", name="What is the matter?").fill(WORDS)
    desk.phone.get_by_label("No danger").check()
    desk.kind("road.safety", desk.phone)
    desk.phone.get_by_label("How to address you").fill("石先生")
    pin(desk.phone, *from_wgs84(*TRUE, Crs.GCJ02), "gcj02")
    desk.phone.context.set_offline(False)
    with desk.phone.expect_request(lambda request: request.method == "POST" and request.url.endswith("/api/reports")) as sent:
        desk.phone.locator("[data-send]").click()
    expect(desk.phone.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    headers = {name: value for name, value in sent.value.all_headers().items() if name != "content-length"}
    again = desk.phone.context.request.post(sent.value.url, data=sent.value.post_data_buffer, headers=headers)
    assert again.ok  # the phone did not know whether it had arrived, and sends the very same once more
    assert Submission.objects.get().receipt_code[:4] in again.text()
    return Submission.objects.get()


def test_j2_draft_of_the_representative_arrives_once_and_lies_in_the_third_cell(desk: Desk):
    report = written_without_a_signal(desk)

    assert (Issue.objects.count(), report.source_crs) == (1, Crs.GCJ02)
    assert (report.area, report.area.code[-3:]) == (desk.banner.town["C"], "003")
    assert report.point is not None
    assert report.point.coords == pytest.approx(TRUE, abs=1e-5)
    wrong = from_wgs84(*TRUE, Crs.GCJ02)
    assert wrong[0] > 119.03  # what WeChat says would lie in the fourth cell
    assert (report.issue.grid_ambiguous, report.issue.light) == (False, Light.YELLOW)  # what road.safety suggests


def test_j2_same_report_with_the_wrong_datum_is_marked_for_somebody_to_look_at(desk: Desk):
    lon, lat = from_wgs84(*TRUE, Crs.GCJ02)
    said: dict[str, Any] = {"text": WORDS, "category": "road.safety", "xy": (lon, lat), "accuracy_m": 12.0}
    there = desk.banner.town["C"].code

    right = reporting.report(Draft(uuid=uuid4(), crs=Crs.GCJ02, area=there, **said), at=desk.clock.at)
    wrong = reporting.report(Draft(uuid=uuid4(), crs=Crs.WGS84, area=there, **said), at=desk.clock.at)

    assert (right.area, right.issue.grid_ambiguous) == (desk.banner.town["C"], False)
    assert (wrong.area, wrong.issue.grid_ambiguous) == (desk.banner.town["D"], True)
    expect(desk.see(wrong.issue, "vs").locator(".issue__state")).to_contain_text("place uncertain")
    with pytest.raises(AlreadyReported):
        reporting.report(Draft(uuid=right.uuid, crs=Crs.WGS84, area=there, **said), at=desk.clock.at)


def test_j2_stickers_stay_with_the_village_lights_go_to_the_town_and_two_departments(desk: Desk):
    report = written_without_a_signal(desk)
    issue = desk.act(report.issue, Verb.ACCEPT, "vs", level="blue")  # stickers are within the village's power
    assert issue.light == Light.BLUE
    issue = desk.act(issue, Verb.ACKNOWLEDGE, "pr")
    issue = desk.act(issue, Verb.NOTE, "pr", text="反光贴已贴好。")

    missing = desk.refused(issue, Verb.ESCALATE, "vs", tried="反光贴已贴,路灯村里没钱。")
    assert "Give the date of the meeting." in missing  # no step up without a minute of who was asked
    issue = desk.act(issue, Verb.ESCALATE, "vs", tried="反光贴已贴,路灯村里没钱。", minute=MINUTE)
    assert (issue.light, issue.status) == (Light.YELLOW, Status.ASSIGNED)
    minute = issue.slips.get().minute
    assert minute is not None
    assert minute.kind == Minute.Kind.CONSULTATION
    desk.clock.set("2026-06-02 09:00")  # the next working day
    issue = desk.act(issue, Verb.ACKNOWLEDGE, "tc")
    assert issue.status == Status.IN_PROGRESS

    units = [desk.banner.units["power"], desk.banner.units["traffic"]]
    issue = desk.act(issue, Verb.WHISTLE, "tc", units=units, task="到现场定灯位、接电。")
    assert {(task.unit.name, told(task.due_at)) for task in issue.open_sub_tasks} == {
        ("供电公司", "2026-06-04 17:30"),
        ("交警大队", "2026-06-04 17:30"),
    }
    for unit in ("power", "traffic"):
        issue = desk.act(issue, Verb.ANSWER, unit, text="已到场,已完成。")
    issue = desk.act(issue, Verb.MARK_TASK, "power", mark="good")  # the unit finds how it was called …
    power = issue.sub_tasks.get(unit=desk.banner.units["power"])
    issue = desk.act(issue, Verb.MARK_TASK, "tc", sub_task=power.number, mark="fair")  # … and the township how it came
    power.refresh_from_db()
    assert (power.mark_of_unit, power.mark_of_asker) == ("good", "fair")
    issue = desk.solved(issue, "tc", "gm_c", resolution="反光贴、路灯已装好。", public_line="路口装好反光贴和路灯。")
    desk.phone.goto("/results/")
    expect(desk.phone.get_by_text("Nothing has been published yet.")).to_be_visible()  # not before it is closed
    issue = desk.rate(report, "satisfied", "亮堂了。")
    assert issue.status == Status.CLOSED

    page = desk.follow(report)
    expect(page.locator(".timeline")).to_contain_text("反光贴、路灯已装好。")
    expect(page.locator(".timeline")).to_contain_text("now the township decides")
    expect(page.locator(".timeline")).to_contain_text("Departments were called to the spot.")
    for person in ("王书记", "李代表", "孔供电"):
        expect(page.locator("main")).not_to_contain_text(person)
    page.context.clear_cookies()
    page.goto(f"/issues/{issue.number}/")
    assert "/login/" in page.url

    page.goto("/")
    page.get_by_role("link", name="What was solved").click()
    result = page.locator(".result")
    expect(result).to_have_count(1)
    place = desk.banner.town["C"].parent
    kind = report.category
    assert place is not None
    assert place.parent is not None
    assert kind is not None
    assert kind.group is not None
    said = " ".join(result.inner_text().split())
    light = "◆ yellow"
    assert said == f"路口装好反光贴和路灯。 {light} {kind.group.name} {place.parent.name} {place.name} June 2026"
