"""J7 民心日记→台账→两单, as far as it can be walked today: the two slips, and the ranking that nobody gets.

Waits for the room of the diary: entries with the six elements, the entry that spawns an issue, the monthly choice of
three, the ledger page, and the reminder of four visits that only the writer sees and that is off by default. What is
spawned there is, from here on, an issue like this one.
"""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import expect

from issues.counting import By
from issues.models import Issue
from issues.terms import Light, Verb
from tests.browser.journeys.desk import Desk
from tests.mapui import pdfs

MINUTE = {"held_on": "2026-06-01", "participants": "镇党委班子", "outcome": "超出镇级权限,申请旗级办理。"}
PERSONAL = re.compile(r"rank|per_?person|by_?person|top|best|score|leader_?board|performance|league", re.IGNORECASE)


def pdf_of(desk: Desk, issue: Issue, kind: str, by: str) -> str:
    """The words of the newest paper of that kind, opened from its link on the page of the issue."""
    address = desk.see(issue, by).locator(f"a[href*='/papers/{kind}/'][href$='.pdf']").first.get_attribute("href")
    answer = desk.page.context.request.get(address or "")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return pdfs.words(answer.body())


def test_j7_item_within_the_town_gets_its_assignment_slip(desk: Desk):
    issue = desk.told("三组吃水井水浑。", category="water.well")
    issue = desk.act(issue, Verb.ACCEPT, "tc")
    issue = desk.act(issue, Verb.DISPATCH, "tc", unit=desk.banner.units["water"], text="请七日内查明。")

    words = pdf_of(desk, issue, "assignment", "tc")

    for said in (issue.number, "水利局", issue.title):
        assert pdfs.squeezed(said) in words


def test_j7_item_beyond_the_village_makes_a_slip_up_to_the_supervision_office(desk: Desk):
    issue = desk.told("两村之间要修桥。", category="road.bridge")
    issue = desk.act(issue, Verb.ACCEPT, "tc")
    issue = desk.act(
        issue, Verb.PROPOSE_RED, "tc", tried="已上报旗交通局。", minute=MINUTE, beyond="authority", reason="跨两村,需旗级立项。"
    )  # fmt: skip
    slip = issue.slips.get()

    words = pdf_of(desk, issue, "escalation", "tc")

    for said in (slip.number, issue.number, "已上报旗交通局", "需旗级立项"):
        assert pdfs.squeezed(said) in words
    desk.open("/red/?tab=proposals", "duc")
    expect(desk.page.locator(f"#proposal-{issue.number}")).to_contain_text("跨两村")
    assert issue.light == Light.YELLOW


def named(resolver: URLResolver, before: str = "") -> list[tuple[str, str]]:
    """(name, pattern) of every address below."""
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += named(pattern, f"{before}{pattern.pattern}")
        elif isinstance(pattern, URLPattern):
            found.append((pattern.name or "", f"{before}{pattern.pattern}"))
    return found


def test_j7_no_address_of_the_site_ranks_persons():
    every = [(name, pattern) for name, pattern in named(get_resolver()) if not pattern.startswith("admin/")]

    assert len(every) > 80
    assert [one for one in every if PERSONAL.search(" ".join(one).replace("stop", ""))] == []
    assert {by.value for by in By}.isdisjoint({"person", "handler", "representative", "secretary", "staff"})


@pytest.mark.parametrize("by", ["person", "handler", "representative"])
def test_j7_organisation_department_that_asks_for_figures_by_person_gets_them_by_place(desk: Desk, by: str):
    for _number in range(6):
        issue = desk.told("门口垃圾没人清。", category="env.waste")
        desk.quickly(issue, Verb.ACCEPT, "gm")
    assert issue.pk

    assert desk.open("/figures/", "organisation").status == 200
    usual = desk.page.locator("table").all_inner_texts()
    assert usual
    assert desk.open(f"/figures/?by={by}&sort={by}", "organisation").status == 200

    assert desk.page.locator("table").all_inner_texts() == usual
    for address in (f"/figures/?by={by}", "/figures/?by=unit", "/figures/?by=category", "/", "/table/"):
        desk.open(address, "organisation")
        shown = " ".join(desk.page.locator("main :is(table, .figures)").all_inner_texts())
        assert [person.name for person in desk.banner.staff.values() if person.name in shown] == []
    sheet = desk.page.context.request.get(f"/figures/export.csv?by={by}").text()
    assert "林东镇" in sheet
    assert [person.name for person in desk.banner.staff.values() if person.name in sheet] == []
