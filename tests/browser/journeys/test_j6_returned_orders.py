"""J6 退单拉锯: an order that goes to and fro between units comes to rest, and no clock begins anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from issues.models import Issue
from issues.terms import Light, Status, Verb
from tests.browser.journeys.clock import told
from tests.browser.journeys.desk import Desk

DUTY = "噪声投诉中的社会生活噪声属公安职责(权责清单第十二条)。"


@pytest.fixture
def sent_to_ecology(desk: Desk) -> Issue:
    """A noise case of the township, sent to the ecology bureau on Monday at 09:10."""
    desk.clock.set("2026-06-01 09:00")
    issue = desk.told("夜里歌厅吵得睡不着。", category="env.noise")
    issue = desk.act(issue, Verb.ACCEPT, "tc", level="yellow")
    issue = desk.act(issue, Verb.DISPATCH, "tc", unit=desk.banner.units["ecology"])
    assert (issue.light, issue.lead_unit) == (Light.YELLOW, desk.banner.units["ecology"])
    return issue


def returned_by_ecology(desk: Desk, issue: Issue) -> Issue:
    """After half a working day, with the line of the duty list and the unit that it thinks right."""
    desk.clock.set("2026-06-01 14:35")
    issue = desk.act(issue, Verb.RETURN_ORDER, "ecology", basis=DUTY, unit=desk.banner.units["police"])
    assert (issue.lead_unit, issue.status) == (None, Status.ACCEPTED)
    return issue


def handed_to_police(desk: Desk, issue: Issue) -> Issue:
    """The township follows the proposal, which stands in the form already."""
    form = desk.form(issue, Verb.DISPATCH, "tc")
    expect(form.locator("[name=unit]")).to_have_value(str(desk.banner.units["police"].pk))
    issue = desk.act(issue, Verb.DISPATCH, "tc")
    assert issue.lead_unit == desk.banner.units["police"]
    return issue


def test_j6_second_unit_that_returns_it_too_late_has_accepted_it(desk: Desk, sent_to_ecology: Issue):
    dues = sent_to_ecology.total_due_at, sent_to_ecology.level_due_at
    issue = handed_to_police(desk, returned_by_ecology(desk, sent_to_ecology))

    sentence = desk.refused(
        issue, Verb.RETURN_ORDER, "police", basis="不归我们管。", unit=desk.banner.units["ecology"], sent_at="2026-06-03 09:00"
    )

    assert "counts as accepted" in sentence
    assert not desk.offers(issue, Verb.RETURN_ORDER, "police")
    issue = desk.again(issue)
    assert issue.lead_unit == desk.banner.units["police"]
    assert issue.events.filter(verb=Verb.RETURN_ORDER).count() == 1
    assert (issue.total_due_at, issue.level_due_at) == dues  # the time that the returning took is not given back
    expect(desk.see(issue, "tc").locator(".bar").filter(has_text="In all")).to_contain_text("June 1 09:05")
    assert told(issue.total_due_at) == "2026-07-31 17:30"


def test_j6_after_two_returns_in_time_the_township_names_who_leads_and_no_third_is_offered(desk: Desk, sent_to_ecology: Issue):
    dues = sent_to_ecology.total_due_at, sent_to_ecology.level_due_at
    issue = handed_to_police(desk, returned_by_ecology(desk, sent_to_ecology))
    desk.clock.set("2026-06-02 10:00")
    issue = desk.act(issue, Verb.RETURN_ORDER, "police", basis="歌厅的排放归环境。", unit=desk.banner.units["traffic"])
    form = desk.form(issue, Verb.DISPATCH, "tc")
    expect(form.locator("[name=unit]")).to_have_value(str(desk.banner.units["ecology"].pk))  # 首接负责

    issue = desk.act(issue, Verb.DISPATCH, "tc", unit=desk.banner.units["ecology"])

    assert issue.lead_unit == desk.banner.units["ecology"]
    assert not desk.offers(issue, Verb.RETURN_ORDER, "ecology")
    again = desk.forge(issue, Verb.RETURN_ORDER, "ecology", basis=DUTY, unit=desk.banner.units["police"])
    assert again.status == 409
    assert "that stands" in again.text()
    issue = desk.again(issue)
    assert (issue.total_due_at, issue.level_due_at) == dues
    assert desk.act(issue, Verb.ACKNOWLEDGE, "ecology").status == Status.IN_PROGRESS


def test_j6_return_says_which_line_of_the_duty_list_and_whose_it_is(desk: Desk, sent_to_ecology: Issue):
    said = desk.refused(sent_to_ecology, Verb.RETURN_ORDER, "ecology", basis="")

    assert "Name the line of the duty list." in said
    itself = desk.refused(sent_to_ecology, Verb.RETURN_ORDER, "ecology", basis=DUTY, unit=desk.banner.units["ecology"])
    assert "not your own" in itself
