"""J10 权利与数据: contacts leave only if two people want it, and whose copy it is stands across every page."""

from __future__ import annotations

from playwright.sync_api import expect

from issues.models import ContactList, ContactLook, Issue
from issues.terms import Verb
from tests.browser.journeys.desk import Desk
from tests.mapui import pdfs

NUMBER, LISTS = "13912345678", "/red/contacts/"
MINUTE = {"held_on": "2024-09-20", "participants": "镇班子", "outcome": "上报"}


def on_the_list(desk: Desk) -> Issue:
    issue = desk.told("桥被水冲垮,四十户绕行。", category="road.bridge", phone=NUMBER)
    issue = desk.quickly(issue, Verb.ACCEPT, "tc")
    words = {"tried": "已抢修。", "minute": MINUTE, "beyond": "funds", "reason": "资金缺口三百万元。"}
    issue = desk.quickly(issue, Verb.PROPOSE_RED, "tc", **words)
    return desk.quickly(issue, Verb.ENTER_RED, "duc", reason="同意入库。", unit=desk.banner.units["roads"])


def test_j10_supervision_office_takes_out_contacts_only_after_a_second_person_approved(desk: Desk):
    on_the_list(desk)
    page = desk.page
    desk.open("/red/", "duc")
    page.get_by_role("link", name="Lists with contacts").click()
    page.get_by_label("What for").fill("汛前逐户电话提醒")
    page.get_by_role("button", name="Ask a second person").click()
    row = ContactList.objects.get()
    expect(page.locator(f"#list-{row.number}")).to_contain_text("It waits for a second person")
    assert page.get_by_role("button", name="Take it out (PDF)").count() == 0
    assert page.get_by_role("button", name="Approve").count() == 0

    desk.open(LISTS, "leader")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#messages")).to_contain_text("granted")
    assert page.get_by_role("button", name="Take it out (PDF)").count() == 0  # who approves does not take it

    desk.open(LISTS, "duc")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take it out (PDF)").click()
    text = pdfs.words(download.value.path().read_bytes())
    assert NUMBER in text
    assert f"周督查·{row.number}" in text
    assert ContactLook.objects.values_list("purpose", "words").get() == ("export", row.number)


def test_j10_list_with_contacts_is_not_there_for_the_administrator_and_not_for_the_township(desk: Desk):
    assert {desk.status_for(LISTS, who) for who in ("admin", "tc", "organisation", "roads")} == {403}
