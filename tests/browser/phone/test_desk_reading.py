"""The pocket desk as something to read: with a signal, without one, after a cold start, on the map, by who it is for."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from representatives.roles import Role
from tests.browser.phone.desk import LogIn, at_desk, entry, look_at, without_signal
from tests.mapui.scene import PHONE as TELEPHONE
from tests.mapui.scene import Scene


def test_open_issues_are_listed_soonest_due_first_with_light_clock_and_place(county: Scene, handset, log_in: LogIn):
    late = county.late(county.in_progress(text="桥面塌陷"))
    soon = county.report("路灯不亮", category="road.light")
    county.report("别处的事", category="road.light", cell="B")

    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])

    items = page.locator("[data-issues] > li")
    expect(items).to_have_count(2)
    assert [item.get_attribute("data-issue") for item in items.all()] == [late.number, soon.number]
    expect(entry(page, late).locator(".light")).to_have_attribute("data-light", "green")
    expect(entry(page, late).locator(".light__shape")).to_have_text("●")
    expect(entry(page, late).locator(".clock")).to_have_text(re.compile("overdue"))
    expect(entry(page, soon)).to_contain_text("第1网格")
    expect(page.get_by_role("heading", name="2 open issues, soonest due first")).to_be_visible()


def test_read_once_with_a_signal_it_is_read_again_from_a_cold_start_without_one(county: Scene, handset, log_in: LogIn):
    issue = county.report("桥头路灯不亮,联系 13800001111", category="road.light", phone=TELEPHONE)
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])

    page = without_signal(page)

    expect(page.locator("[data-age]")).to_have_text(re.compile(r"^as of \d\d:\d\d, without signal$"))
    look_at(page, issue)
    expect(page.locator(".pocket__said").first).to_have_text("桥头路灯不亮,联系 ＊＊＊")
    expect(page.get_by_role("link", name="Accept", exact=True)).to_be_visible()
    assert "13800001111" not in page.content()
    assert TELEPHONE not in page.content()
    page.reload()
    expect(page.get_by_role("heading", level=2, name=issue.title)).to_be_visible()
