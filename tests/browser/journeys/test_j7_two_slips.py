"""J7 民心日记→台账→两单: what is written once becomes an issue, a row of the ledger and two slips; nobody is ranked by it."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from issues.figures.counting import By
from issues.models import DiaryEntry, Issue
from issues.terms import Light, Verb
from tests.browser.conftest import Faults
from tests.browser.journeys.desk import Desk
from tests.mapui import pdfs

MINUTE = {"held_on": "2026-06-01", "participants": "镇党委班子", "outcome": "超出镇级权限,申请旗级办理。"}
PERSONAL = re.compile(r"rank|per_?person|by_?person|top(?!ic)|best|score|leader_?board|performance|league", re.IGNORECASE)


def pdf_of(desk: Desk, issue: Issue, kind: str, by: str) -> str:
    """The words of the newest paper of that kind, opened from its link on the page of the issue."""
    address = desk.see(issue, by).locator(f"a[href*='/papers/{kind}/'][href$='.pdf']").first.get_attribute("href")
    answer = desk.page.context.request.get(address or "")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return pdfs.words(answer.body())


def fill(page: Page, raised: str, **more: str) -> None:
    """The form of an entry with all six elements."""
    page.get_by_label("What was raised").fill(raised)
    page.get_by_label("Village or cell").select_option(label="第1网格")
    page.locator("summary", has_text="More, if you like").click()
    said = {
        "Whom you spoke to": "村民A",
        "Place in words": "老井旁",
        "How to solve it": "先取样",
        "What you learned": "多听",
        **more,
    }
    for label, words in said.items():
        page.get_by_label(label).fill(words)


def write(desk: Desk, raised: str, **more: str) -> str:
    """The secretary keeps an entry; its address."""
    desk.clock.passes(minutes=5)
    desk.open("/diary/new/", "vs")
    fill(desk.page, raised, **more)
    desk.page.get_by_role("button", name="Keep the entry").click()
    expect(desk.page.locator("#messages")).to_contain_text("The entry is kept.")
    return desk.page.url


def make_issue(desk: Desk, address: str, category: str) -> Issue:
    """One press on the page of the entry."""
    desk.open(address, "vs")
    desk.page.get_by_label("What is it about?").select_option(category)
    desk.page.get_by_role("button", name="Make an issue of it").click()
    expect(desk.page.locator("#made")).to_be_visible()
    return DiaryEntry.objects.get(key=address.rstrip("/").rpartition("/")[2]).submission.issue  # type: ignore[union-attr]


def test_j7_diary_becomes_issues_the_review_picks_three_and_ledger_and_slips_are_read_from_it(desk: Desk):
    desk.open("/diary/", "vs")
    expect(desk.page.locator(".empty")).to_contain_text("No entry in this month.")
    well, bridge, bench = (write(desk, words) for words in ("三组吃水井水浑。", "两村之间要修桥。", "广场没有凳子。"))
    write(desk, "没有被选中的一件。")

    first, second = make_issue(desk, well, "water.well"), make_issue(desk, bridge, "road.bridge")
    desk.page.locator("#made").get_by_role("link", name=second.number).click()
    desk.page.get_by_role("link", name="From your diary").click()
    expect(desk.page).to_have_url(bridge)

    desk.open("/diary/review/", "vs")
    for words in ("三组吃水井水浑", "两村之间要修桥", "广场没有凳子"):
        desk.page.locator("li label", has_text=words).locator("input").check()
    desk.page.get_by_role("button", name="Keep the review").click()
    expect(desk.page.locator("#ledger tbody tr")).to_have_count(3)

    first = desk.act(
        desk.act(first, Verb.ACCEPT, "tc"), Verb.DISPATCH, "tc", unit=desk.banner.units["water"], text="请七日内查明。"
    )
    second = desk.act(desk.act(second, Verb.ACCEPT, "tc"), Verb.PROPOSE_RED, "tc",
                      tried="已上报旗交通局。", minute=MINUTE, beyond="authority", reason="跨两村,需旗级立项。")  # fmt: skip

    desk.open("/diary/ledger/", "vs")
    rows = desk.page.locator("#ledger tbody tr")
    expect(rows.filter(has_text=first.number)).to_contain_text("Assignment slip")
    expect(rows.filter(has_text=second.number)).to_contain_text(second.slips.get().number)
    expect(rows.filter(has_text="广场没有凳子")).to_contain_text("no issue yet")
    expect(rows.filter(has_text="没有被选中")).to_have_count(0)
    ledger = desk.page.context.request.get(desk.page.locator("a[download]").get_attribute("href") or "")
    words = pdfs.words(ledger.body())
    assert all(pdfs.squeezed(said) in words for said in (first.number, second.number, second.slips.get().number))
    rows.filter(has_text=first.number).get_by_role("link", name="Assignment slip").click()
    expect(desk.page.locator(".paper")).to_contain_text("水利局")
    assert bench not in (well, bridge)
    assert "村民A" not in words + desk.page.locator("main").inner_text()


def test_j7_entry_with_a_telephone_number_is_refused_and_what_was_typed_stays(desk: Desk, faults: Faults):
    faults.forgive("409")
    desk.open("/diary/new/", "vs")
    fill(desk.page, "三组吃水井水浑。", **{"Whom you spoke to": "13912345678"})
    desk.page.get_by_role("button", name="Keep the entry").click()

    expect(desk.page.locator("#id_spoken_to-errors")).to_contain_text("leave out numbers")
    expect(desk.page.get_by_label("What was raised")).to_have_value("三组吃水井水浑。")
    assert not DiaryEntry.objects.exists()


def test_j7_reminder_of_four_visits_is_off_by_default_and_seen_by_its_writer_alone(desk: Desk):
    write(desk, "三组吃水井水浑。")
    desk.open("/diary/", "vs")
    expect(desk.page.get_by_label("Visits a month")).to_have_value("0")
    desk.page.get_by_label("Visits a month").fill("4")
    desk.page.locator("#reminder").get_by_role("button", name="Keep").click()
    expect(desk.page.locator("#reminder")).to_contain_text("1 of the 4")

    for other in ("pr", "tc", "leader"):
        assert desk.open("/diary/", other).status == 200
        expect(desk.page.get_by_label("Visits a month")).to_have_value("0")
        expect(desk.page.locator("[data-reminder]")).to_have_count(0)


def test_j7_organisation_department_asks_the_diary_for_a_ranking_and_there_is_none(desk: Desk):
    address = write(desk, "三组吃水井水浑。")

    desk.open("/", "organisation")
    assert desk.page.locator("nav a[href*='diary']").count() == 0
    seen = {path: desk.status_for(path, "organisation") for path in ("/diary/", "/diary/ledger/", "/diary/review/", address)}
    assert set(seen.values()) == {403}
    for path in ("/diary/totals/", "/diary/ranking/", "/diary/persons/", "/diary/totals/?by=writer"):
        assert desk.status_for(path, "organisation") == 404


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
