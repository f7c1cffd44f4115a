"""The pages of village notices and of activities, as a browser shows them: nothing sticks out, and axe finds nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils.timezone import localdate, now

from issues.community import activities, public_notices
from issues.community.activities import Done
from issues.community.public_notices import Words
from representatives.roles import Role
from tests.browser.conftest import DESKTOP, PHONE, accessibility_faults
from tests.mapui.scene import Scene, scene

VS, TC, PR = Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.PARTY_REPRESENTATIVE
TEXT = "周五上午八点起停水半天，请提前储水。\n\n各村民小组长负责通知到户。"


@pytest.fixture
def county(transactional_db: None) -> Scene:
    """One notice is shown, one waits, and one activity was logged."""
    county, today = scene(), localdate()
    for title in ("饮水井消毒通知", "九月份村级事务公示"):
        words = Words(title=title, text=TEXT, shown_from=today, shown_until=today)
        notice = public_notices.write(uuid4(), county.town.village, words, by=county[VS], at=now())
        if title.startswith("饮"):
            public_notices.decide(notice.pk, "released", by=county[TC], at=now())
    done = Done(kind="home_visit", day=today, area=county.town["A"], issues=county.report().number)
    activities.log(uuid4(), done, by=county[PR], at=now())
    return county


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_when_opened_fit_the_screen_and_axe_finds_nothing(open_context, county, log_in, viewport):
    public = f"/villages/{county.town.village.code}/notices/"
    readers = {
        TC: ["/villages/notices/", "/villages/notices/?tab=decided"],
        VS: [public, f"{public}new/"],
        PR: ["/diary/activities/"],
    }
    page = open_context(viewport=viewport).new_page()

    for reader, addresses in readers.items():
        log_in(page, county[reader])
        for address in addresses:
            page.goto(address)
            assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, address
            assert accessibility_faults(page) == [], address
