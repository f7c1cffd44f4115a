"""J10 权利与数据: what is kept and for how long, who never reads it, and that a new policy leaves old promises alone.

The list with contacts that takes two people is in test_j10_list_with_contacts.py; no other file that the county can take out
holds any contact. The page that elders use is measured without a line; more of what residents ask of their own data stands in
tests/browser/test_resident.py.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from playwright.sync_api import Page, expect

from issues.intake import receipts
from issues.models import ContactLook, Issue, Requester
from issues.policy import versions
from issues.privacy import retention
from issues.terms import Light, Status, Verb
from representatives.register_guard import banned_terms
from tests.browser.conftest import PHONE, accessibility_faults
from tests.browser.journeys.clock import told
from tests.browser.journeys.desk import Desk
from tests.test_no_person_register import found_in_models

NUMBER, NAME = "13912345678", "郭先生"
YEAR = timedelta(days=365)
SMALL = """() => [...document.querySelectorAll('main *')]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden, [aria-hidden=true]'))
  .map((one) => [one.className || one.tagName, parseFloat(getComputedStyle(one).fontSize)])
  .filter(([, size]) => size < 18)"""
LOW = """() => [...document.querySelectorAll('main :is(button, select, input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), summary, .choice, .photos__button)')]
  .filter((one) => one.checkVisibility() && !one.closest('[aria-hidden=true]'))
  .map((one) => [one.className || one.name || one.tagName, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 60)"""


WAY_TO_THE_END: tuple[tuple[Verb, str, dict[str, str]], ...] = (
    (Verb.ACCEPT, "gm", {}),
    (Verb.ACKNOWLEDGE, "pr", {}),
    (Verb.RESOLVE, "pr", {"resolution": "已清运。", "public_line": "已清运。"}),
    (Verb.VERIFY, "gm", {}),
    (Verb.RATE, "vs", {"rating": "satisfied"}),
)


def closed(desk: Desk) -> Issue:
    """Reported by telephone, solved, rated: the whole way, by the services."""
    issue = desk.told("一组路灯坏了。", category="env.waste", phone=NUMBER)
    for verb, by, facts in WAY_TO_THE_END:
        issue = desk.quickly(issue, verb, by, **facts)
    assert issue.status == Status.CLOSED
    return issue


def contact_on(page: Page) -> str:
    return page.locator(".submission__contact").inner_text()


def test_j10_contact_is_kept_while_the_issue_is_open_and_erased_a_year_after_it_closed(desk: Desk):
    still_open, ended = desk.told("桥塌了。", category="road.bridge", phone=NUMBER), closed(desk)
    for _more in range(4):
        closed(desk)
    before = solved_rows(desk)

    retention.purge(at=desk.clock.passes(days=364))
    assert [one.phone for one in Requester.objects.all()] == [NUMBER] * 6
    retention.purge(at=desk.clock.passes(days=2))

    kept = [one for one in Requester.objects.all() if one.phone]
    assert kept == [still_open.submissions.get().requester]
    assert contact_on(desk.see(still_open, "tc")).startswith("Contact")
    assert "The contact was erased." in contact_on(desk.see(ended, "vs"))
    report = ended.submissions.get().requester
    assert report is not None
    assert (report.phone, report.email, report.nickname) == (None, None, "")
    assert solved_rows(desk) == before == 5  # what is counted stays
    assert ended.events.get(verb=Verb.PURGE).by is None


def solved_rows(desk: Desk) -> int:
    """How many solved issues the list behind the township's figure holds, over the time of the story."""
    desk.open("/figures/issues/?of=resolution&period=2026-06", "tc")
    return desk.page.locator("th[scope=row] a[href^='/issues/']").count()


def test_j10_resident_takes_a_copy_and_asks_to_be_erased_and_is_once_the_issue_has_closed(desk: Desk):
    issue = desk.told("一组路灯坏了。", category="env.waste", phone=NUMBER)
    page, report = desk.phone, issue.submissions.get()
    page.goto(f"/t/{receipts.grouped(report.receipt_code)}/")
    page.get_by_role("link", name="My data: see, copy, erase").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take a copy for programs (JSON)").click()
    copy = json.loads(taken.value.path().read_text(encoding="utf-8"))
    assert (copy["report"]["text"], copy["contact"]["phone"]) == ("一组路灯坏了。", "139****5678")
    page.get_by_role("button", name="Erase it once the report is closed").click()
    expect(page.get_by_text("Noted: it is erased once the report is closed")).to_be_visible()

    retention.purge_asked(at=desk.clock.passes(days=2))
    assert [one.phone for one in Requester.objects.all()] == [NUMBER]  # whoever handles it can still answer
    for verb, by, facts in WAY_TO_THE_END:
        issue = desk.quickly(issue, verb, by, **facts)
    assert issue.status == Status.CLOSED
    retention.purge_asked(at=desk.clock.passes(days=2))

    assert [(one.phone, one.nickname) for one in Requester.objects.all()] == [(None, "")]
    assert issue.submissions.get().text == ""
    page.reload()
    expect(page.get_by_text("What you left has been erased.")).to_be_visible()
    assert issue.events.get(verb=Verb.PURGE).facts["report"] == report.pk


def test_j10_administrator_reads_no_issue_and_no_contact(desk: Desk):
    issue = desk.told("桥塌了。", category="road.bridge", phone=NUMBER)

    # A role that reads no issue at all is refused as a role (403), and the same whether there is such an issue or not.
    refused = f"/issues/{issue.number}/", f"/issues/{issue.number}/contact/{issue.submissions.get().pk}/", "/issues/2026-9999999/"
    assert {desk.status_for(address, "admin") for address in refused} == {403}
    assert {desk.status_for(page, "admin") for page in ("/queue/", "/search/", "/red/", "/figures/")} == {403}
    assert desk.status_for("/admin/", "admin") == 200
    linked = desk.page.locator("main a, #content a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    for model in ("issue", "submission", "requester", "eventtext", "event", "attachment", "rating"):
        assert f"/admin/issues/{model}/" not in linked
        assert desk.status_for(f"/admin/issues/{model}/", "admin") in (403, 404)
    expect(desk.page.locator("body")).not_to_contain_text(NUMBER)


def test_j10_no_file_that_is_taken_out_holds_a_contact(desk: Desk):
    issue = desk.told("桥塌了。", category="road.bridge", phone=NUMBER)
    desk.quickly(issue, Verb.ACCEPT, "tc")
    closed(desk)
    files = {
        "duc": ("/red/export.csv", "/figures/export.csv", "/figures/issues/export.csv?of=received", "/heat/places.csv"),
        "tc": ("/figures/issues/export.csv?of=received", "/figures/export.csv"),
    }

    for by, addresses in files.items():
        desk.open("/", by)
        for address in addresses:
            answer = desk.page.context.request.get(address)
            assert answer.status == 200, address
            assert NUMBER not in answer.text()
            assert NAME not in answer.text()


def test_j10_visitor_is_told_no_number_under_five(desk: Desk):
    for _number in range(4):
        desk.told("路灯不亮。", category="road.light")
    desk.phone.goto("/table/")
    expect(desk.phone.locator("body")).to_contain_text("not told")
    few = desk.phone.locator("tbody tr").filter(has_text="林东镇").inner_text()
    assert "4" not in few

    desk.told("路灯不亮。", category="road.light")
    desk.phone.goto("/table/?again")
    assert "5" in desk.phone.locator("tbody tr").filter(has_text="林东镇").inner_text()


@isolate_apps("issues")
def test_j10_build_fails_when_a_branch_rates_the_risk_of_a_requester():
    class Requester(models.Model):
        nickname = models.CharField(max_length=40)
        risk_level = models.IntegerField(default=0)

        class Meta:
            app_label = "issues"

        def __str__(self) -> str:
            return self.nickname

    # The very function by which `bin/test` judges the models of the branch.
    assert found_in_models([Requester], banned_terms()) == ["issues.Requester.risk_level: risk_level"]


def test_j10_page_in_large_text_holds_what_elders_need_without_a_line(desk: Desk, open_context: Any):
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN").new_page()
    page.goto(f"/report/{desk.banner.town['A'].code}/")
    page.wait_for_load_state("networkidle")  # the page is there before the line goes
    page.context.set_offline(True)
    page.locator("[data-large-text]").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    for folded in page.locator("details.question > summary").all():
        folded.click()

    assert page.evaluate(SMALL) == []
    assert page.evaluate(LOW) == []
    assert [fault for fault in accessibility_faults(page) if fault.startswith("color-contrast")] == []  # 4.5 : 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator("[name=text]").fill("写了一半。")
    expect(page.locator("[name=text]")).to_have_value("写了一半。")
    page.context.set_offline(False)


def test_j10_second_version_of_the_policy_leaves_old_deadlines_alone(desk: Desk):
    old = desk.told("门口垃圾。", category="env.waste")
    old = desk.act(old, Verb.ACCEPT, "gm")
    promised = old.level_due_at, old.total_due_at
    text = versions.SHIPPED.read_text().replace("id: default-2026", "id: county-2026-v2").replace("green: 3wd", "green: 6wd")
    versions.store(text, active_from=desk.clock.at, signed_by="周督查", at=desk.clock.at)
    desk.clock.passes(minutes=10)

    new = desk.told("门口垃圾。", category="env.waste", cell="B")
    new = desk.quickly(new, Verb.ACCEPT, "vs")
    assert (told(old.level_due_at), told(new.level_due_at)) == ("2026-06-04 17:30", "2026-06-09 17:30")
    old = desk.again(old)
    assert (old.level_due_at, old.total_due_at) == promised
    assert (old.policy.identifier, new.policy.identifier) == ("default-2026", "county-2026-v2")
    expect(desk.see(old, "gm").locator(".bar").first).to_contain_text("June 4 17:30")
    expect(desk.see(new, "vs").locator(".bar").first).to_contain_text("June 9 17:30")

    desk.until("2026-06-05 18:00", old)  # late, and up by the first version: three days and one more
    assert desk.again(old).light == Light.BLUE
    assert desk.again(new).light == Light.GREEN
    desk.open("/policy/", "duc")
    expect(desk.page.locator("main")).to_contain_text("county-2026-v2")


@pytest.mark.parametrize("name", ["vs", "pr", "duc", "organisation", "auditor", "roads"])
def test_j10_contact_of_an_open_yellow_issue_is_its_holders_alone(desk: Desk, name: str):
    issue = desk.told("桥塌了。", category="road.bridge", phone=NUMBER)
    issue = desk.quickly(issue, Verb.ACCEPT, "tc")
    issue = desk.quickly(issue, Verb.ACKNOWLEDGE, "tc")

    assert desk.status_for(f"/issues/{issue.number}/contact/{issue.submissions.get().pk}/", name) in (403, 404)
    expect(desk.page.locator("body")).not_to_contain_text(NUMBER)
    assert desk.status_for(f"/issues/{issue.number}/contact/{issue.submissions.get().pk}/", "tc") == 200
    expect(desk.page.locator("main")).not_to_contain_text(NUMBER)  # not before they say what for
    desk.page.locator("main summary").click()
    desk.page.locator("select[name=purpose]").select_option("contact")
    desk.page.locator("main form button").click()
    expect(desk.page.locator("main")).to_contain_text(NUMBER)
    assert ContactLook.objects.values_list("issue__number", "purpose").get() == (issue.number, "contact")
