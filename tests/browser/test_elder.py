"""Elder mode measured in the browser: sizes, targets, lines, contrast, narrow phones and zoom; and pages that are read aloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now
from playwright.sync_api import BrowserContext, Page, expect

from grids.models import Area
from issues import services
from issues.community import public_notices, suggestions
from issues.community.public_notices import Words
from issues.community.suggestions import Said
from issues.intake import receipts
from issues.models import Issue, Suggestion
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.browser.conftest import AXE, PHONE, accessibility_faults
from tests.mapui.scene import Scene, scene, submission_of

Opening = Callable[..., BrowserContext]
NARROW, ZOOMED = {"width": 320, "height": 640}, {"width": 683, "height": 384}  # 1366 × 768 at 200 %
TEXT = {"large": 20, "larger": 24, "largest": 30}
# Everything that is read: [what, size in px, line height over size].
READ = """() => [...document.querySelectorAll('body *')]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden, [aria-hidden=true], script, style, option, .skip, svg'))
  .map((one) => [one, getComputedStyle(one)])
  .map(([one, style]) => [one.className || one.tagName, parseFloat(style.fontSize), parseFloat(style.lineHeight) / parseFloat(style.fontSize)])"""
# Everything that is touched, but links within a sentence: [what, width, height, whether it is a mere link].
TOUCHED = """() => [...document.querySelectorAll('body :is(a, button, select, textarea, summary, label.choice, label.kind__tile, label.ratings__choice, label.photos__button, input:not([type=hidden], [type=radio], [type=checkbox], [type=file]))')]
  .filter((one) => one.checkVisibility() && !one.closest('[aria-hidden=true], .skip, .visually-hidden'))
  .filter((one) => !(one.matches('a:not([class])') && [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())))
  .map((one) => [one.className || one.name || one.textContent.trim(), one.getBoundingClientRect(), one.matches('a:not(.button, .site-tool, .numbers__call, .site-brand), .receipt__qr')])
  .map(([name, box, isLink]) => [name, Math.round(box.width), Math.round(box.height), isLink])"""
ENHANCED = "() => axe.run('main', {runOnly: ['color-contrast-enhanced'], resultTypes: ['violations']})"


@pytest.fixture
def story(transactional_db: None, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_READY = True
    return scene()


@pytest.fixture
def addresses(story: Scene) -> dict[str, str]:
    """Every page that a resident comes to, by name."""
    declined = story.move(
        story.report(category="road.light"), Verb.DECLINE, Role.VILLAGE_SECRETARY, reason="-", reply="请到旗人民法院立案庭咨询。"
    )
    return {
        "report": f"/report/{story.town['A'].code}/",
        "receipt": f"{_track(story.report())}?received=1",
        "rating": _track(story.awaiting_rating()),
        "declined": _track(declined),
        "data": f"{_track(story.in_progress())}data/",
        "find": "/t/",
        "suggest": "/suggest/",
        "suggestion": f"/suggest/{_suggestion(story).code_in_fours}/?new=1",
        "wrong code": "/t/0000-0000-0000-0000/",
        "card": f"/cells/{story.town['A'].code}/",
        "notices": f"/villages/{_noticed(story).code}/notices/",
        "results": _solved(story),
        "projects": f"{_planned(story)}?of=projects",
        "no results": "/results/?of=resting",
        "login": "/login/",
        "outbox": reverse("outbox"),
        "help": reverse("phone-help"),
    }


def _solved(story: Scene) -> str:
    """Where what was closed through the gate stands."""
    issue = story.awaiting_rating()
    services.move_as_requester(submission_of(issue).pk, Verb.RATE, at=story.at, facts={"rating": "satisfied"})
    return "/results/"


def _planned(story: Scene) -> str:
    """Where a project stands with its dates."""
    office, township = Role.SUPERVISION_OFFICE, Role.TOWNSHIP_COMMITTEE
    issue = story.move(story.accepted(Light.YELLOW), Verb.TAKE_AS_PROJECT, township, reason="需立项", reply="需一年。")
    steps = "\n".join(f"{story.at + timedelta(days=day):%Y-%m-%d} 第{day}天" for day in (60, 300))
    issue = story.move(issue, Verb.FILE_PLAN, township, plan="修桥", milestones=steps)
    story.move(issue, Verb.APPROVE_PLAN, office, reply="已立项。")
    return "/results/"


def _noticed(story: Scene) -> Area:
    """A village that makes something known."""
    village, today = story.town.village, localdate()
    words = Words(title="饮水井消毒通知", text="周五上午八点起停水半天。", shown_from=today, shown_until=today)
    notice = public_notices.write(uuid4(), village, words, by=story[Role.VILLAGE_SECRETARY], at=now())
    public_notices.decide(notice.pk, "released", by=story[Role.TOWNSHIP_COMMITTEE], at=now())
    return village


def _suggestion(story: Scene) -> Suggestion:
    """Something said of the platform, and answered."""
    said = Said(kind="complaint", about="twice", text="同一件事要在三个系统里各填一遍。", area=story.town.county)
    made = suggestions.leave(uuid4(), said, by=None, at=now())
    suggestions.answer(made.pk, outcome="done", text="已合并为一张表。", by=story[Role.SYSTEM_ADMIN], at=now())
    return made


def _track(issue: Issue) -> str:
    return f"/t/{receipts.grouped(submission_of(issue).receipt_code)}/"


def opened(open_context: Opening, size: str = "normal", **options: Any) -> Page:
    """A page of a phone on which that size was chosen before."""
    context = open_context(**{"viewport": PHONE, "has_touch": True, "device_scale_factor": 2, **options})
    page = context.new_page()
    page.goto("/t/")
    context.add_cookies([{"name": "size", "value": size, "url": page.url.removesuffix("t/")}])
    return page


def unfold(page: Page) -> None:
    """Everything that is folded away stands open."""
    page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def is_too_wide(page: Page) -> int:
    width = page.viewport_size["width"] if page.viewport_size else 0
    over: int = page.evaluate("(width) => Math.max(document.documentElement.scrollWidth, innerWidth) - width", width)
    return over


@pytest.mark.parametrize("size", TEXT)
def test_text_targets_and_lines_are_as_large_as_elders_need(open_context, addresses, faults, size):
    faults.forgive("404")
    page = opened(open_context, size, viewport=NARROW)

    for name, address in addresses.items():
        page.goto(address)
        unfold(page)
        read, touched = page.evaluate(READ), page.evaluate(TOUCHED)
        assert len(read) > 10, name
        assert [one for one in read if one[1] < 18 or one[2] < 1.299] == [], name
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= TEXT[size], name
        assert [one for one in touched if min(one[1:3]) < (44 if one[3] else 60)] == [], name


@pytest.mark.parametrize("size", ["normal", *TEXT])
@pytest.mark.parametrize("window", [NARROW, ZOOMED], ids=["320px", "zoom200"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_nothing_scrolls_sideways_on_the_narrowest_phone_and_at_twice_the_zoom(
    open_context, addresses, faults, size, window, locale
):
    faults.forgive("404")
    page = opened(open_context, size, viewport=window, locale=locale)

    wide = {}
    for name, address in addresses.items():
        page.goto(address)
        unfold(page)
        wide[name] = is_too_wide(page)

    assert {name: over for name, over in wide.items() if over > 0} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["normal", "large", "largest"])
def test_axe_finds_nothing_on_any_page_of_residents(open_context, addresses, faults, size, scheme):
    faults.forgive("404")
    page = opened(open_context, size, color_scheme=scheme)

    for name, address in addresses.items():
        page.goto(address)
        unfold(page)
        assert accessibility_faults(page) == [], name


def test_contrast_in_elder_mode_is_seven_to_one(open_context, addresses, faults):
    faults.forgive("404")
    page = opened(open_context, "large")

    for name, address in addresses.items():
        page.goto(address)
        unfold(page)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(ENHANCED)["violations"]
        assert [node["html"][:120] for each in found for node in each["nodes"]] == [], name


def test_switch_works_without_a_script_and_is_remembered(open_context, addresses):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(addresses["report"])

    page.get_by_role("button", name="Large text").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    assert page.url.endswith(addresses["report"])
    page.get_by_role("button", name="Larger text").click()
    page.goto(addresses["find"])

    expect(page.locator("html")).to_have_attribute("data-size", "larger")
    page.get_by_role("button", name="Large text").click()
    expect(page.locator("html")).to_have_attribute("data-size", "normal")
    expect(page.get_by_role("button", name="Larger text")).to_be_hidden()


def test_switch_with_scripts_changes_the_page_at_once_and_keeps_what_was_typed(open_context, addresses):
    page = opened(open_context)
    page.goto(addresses["report"])
    page.locator("[name=text]").fill("half written")

    page.get_by_role("button", name="Large text").click()
    for size in ("larger", "largest"):
        page.get_by_role("button", name="Larger text").click()
        expect(page.locator("html")).to_have_attribute("data-size", size)
    page.get_by_role("button", name="Smaller text").click()

    expect(page.locator("html")).to_have_attribute("data-size", "large")
    expect(page.locator("[name=text]")).to_have_value("half written")
    page.reload()
    expect(page.get_by_role("button", name="Large text")).to_have_attribute("aria-pressed", "true")


def test_button_that_sends_is_always_within_reach_of_the_thumb(open_context, addresses):
    page = opened(open_context, "large")
    page.goto(addresses["report"])
    button = page.locator("[data-send]").last

    for y in (400, 900, 1500):
        page.evaluate("(y) => scrollTo(0, y)", y)
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
        assert box["y"] >= PHONE["height"] / 2
        assert box["height"] >= 60


# --- Reading aloud: the voice is the outside world -----------------------------------------------------------------

VOICE = """
  globalThis.spoken = [];
  globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(globalThis, 'speechSynthesis', {configurable: true, value: {
    getVoices: () => [{lang: 'zh-CN'}, {lang: 'en-US'}],
    cancel() { this.cancelled = true; },
    speak(said) { spoken.push({text: said.text, lang: said.lang, voice: said.voice?.lang}); globalThis.ends = () => said.onend(); if (globalThis.hurries) setTimeout(said.onend, 0); },
  }});
"""


def speaking(open_context: Opening, locale: str = "en-US", *, hurries: bool = False) -> Page:
    context = open_context(viewport=PHONE, locale=locale)
    context.add_init_script(VOICE + ("globalThis.hurries = true;" if hurries else ""))
    return context.new_page()


@pytest.mark.parametrize(("locale", "tongue", "words"), [("en-US", "en", "Where it stands"), ("zh-CN", "zh-CN", None)])
def test_page_is_read_aloud_in_its_language_from_top_to_bottom(open_context, addresses, locale, tongue, words):
    page = speaking(open_context, locale, hurries=True)
    page.goto(addresses["receipt"])

    page.locator("[data-read-aloud]").click()
    expect(page.locator("[data-read-aloud]")).to_have_attribute("aria-pressed", "false")

    spoken = page.evaluate("spoken")
    assert {one["lang"].split("-")[0] for one in spoken} == {tongue.split("-")[0]}
    assert {one["voice"].split("-")[0] for one in spoken} == {tongue.split("-")[0]}
    said = " ".join(one["text"] for one in spoken)
    assert page.locator("h1").inner_text() in said
    code = page.locator("#receipt-code").inner_text().replace("-", "").replace("\n", "")
    assert " ".join(code[:4]) in said.replace("  ", " ")
    assert page.locator(".is-read").count() == 0
    assert words is None or words not in said  # what only screen readers are told is not said twice


def test_reading_stops_at_the_button_and_at_escape_and_shows_where_it_is(open_context, addresses):
    page = speaking(open_context)
    page.goto(addresses["rating"])
    button = page.locator("[data-read-aloud]")

    button.click()
    expect(button).to_have_text("Stop reading")
    expect(page.locator(".is-read")).to_have_count(1)
    page.evaluate("ends()")
    assert page.evaluate("spoken.length") == 2
    button.click()
    expect(button).to_have_text("Read aloud")
    page.evaluate("ends()")
    assert page.evaluate("spoken.length") == 2
    button.click()
    page.keyboard.press("Escape")

    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("speechSynthesis.cancelled") is True
    expect(page.locator(".is-read")).to_have_count(0)


def test_what_somebody_typed_is_never_read_out(open_context, addresses):
    page = speaking(open_context, hurries=True)
    page.goto(addresses["report"])
    page.locator("[name=text]").fill("a private matter")
    page.get_by_text("How can we reach you?").click()
    page.locator("#id_phone").fill("13912345678")

    page.locator("[data-read-aloud]").click()
    expect(page.locator("[data-read-aloud]")).to_have_attribute("aria-pressed", "false")

    said = " ".join(page.evaluate("spoken.map(({text}) => text)"))
    assert "What is the matter?" in said
    assert "private" not in said
    assert "139" not in said


def test_button_is_hidden_where_the_browser_has_no_voice(open_context, addresses):
    context = open_context(viewport=PHONE)
    context.add_init_script("delete globalThis.speechSynthesis; delete globalThis.SpeechSynthesisUtterance;")
    page = context.new_page()
    page.goto(addresses["find"])
    page.wait_for_load_state("networkidle")

    assert page.evaluate("'speechSynthesis' in globalThis") is False
    expect(page.locator("[data-read-aloud]")).to_be_hidden()
    expect(page.get_by_role("button", name="Large text")).to_be_visible()
