"""The service worker: pages start without signal, hold nothing personal, and change only when the person taps."""

from __future__ import annotations

import re

from django.core.cache import cache
from playwright.sync_api import Page, expect

from representatives.roles import Role
from tests.browser.phone.pages import LISTS, WORDS, fill_in, kept, ready, send, stored, until, written
from tests.representatives.factories import post

EVERYTHING = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found[`${request.method} ${new URL(request.url).pathname}`] = await (await cache.match(request)).text();
    }
  }
  return found;
}"""


# Whether any tile of the map has something on it.
DRAWN = """() => [...document.querySelectorAll("canvas.leaflet-tile-loaded")].some((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))"""


def cut_off(page: Page) -> Page:
    """The phone put away after a visit, and taken out again where there is no signal."""
    ready(page)
    page.close()
    fresh = page.context.new_page()
    page.context.set_offline(True)
    return fresh


def test_report_form_starts_without_signal_and_keeps_the_report(handset, town):
    page = handset()
    page.goto("/report/")
    page = cut_off(page)

    page.goto("/report/")
    fill_in(page)
    page.get_by_label("Township").select_option(label="town")
    send(page)

    kept(page)
    [record] = stored(page)
    assert (record["state"], record["body"]["text"], record["body"]["area"]) == ("waiting", WORDS, town.townships["town"].code)


def test_lists_lead_to_the_cell_without_signal(handset, town):
    page = handset()
    page.goto("/report/")
    until(page, LISTS)
    page = cut_off(page)
    page.goto("/report/")
    fill_in(page)

    for number, name in enumerate(("town", "south", "D")):
        page.locator("select[name=area]").nth(number).select_option(label=name)
    expect(page.locator(".place__answer")).to_contain_text("D")
    send(page)

    kept(page)
    assert stored(page)[0]["body"]["area"] == town["D"].code


def test_position_is_kept_without_signal_and_an_inexact_one_asks_for_the_pin(handset, town):
    spot = town.inside("B")
    page = handset(geolocation={"longitude": spot.x, "latitude": spot.y, "accuracy": 80}, permissions=["geolocation"])
    page.goto("/report/")
    page = cut_off(page)
    page.goto("/report/")
    fill_in(page)

    page.get_by_role("button", name="I am there now").tap()

    expect(page.get_by_text("The position is kept.")).to_be_visible(timeout=15_000)  # a better one is waited for
    expect(page.get_by_text("about 80 metres")).to_be_visible()
    send(page)
    kept(page)
    place = stored(page)[0]["body"]["place"]
    assert (round(place["lon"], 5), place["accuracy_m"], place["source"]) == (round(spot.x, 5), 80, "gps")
    assert place["fixed_at"]


def test_map_with_the_outlines_opens_without_signal(handset, town):
    page = handset()
    page.goto(f"/report/{town['A'].code}/")
    ready(page)
    until(
        page, "async () => (await (await caches.open('gridgov-areas')).keys()).some(({url}) => /tiles.county.\\d+.13./.test(url))"
    )
    until(
        page, "async () => (await (await caches.open('gridgov-areas')).keys()).some(({url}) => /areas.cell.\\d+.0.json$/.test(url))"
    )
    page = cut_off(page)
    page.goto("/report/")

    page.get_by_role("button", name="Show on the map").tap()
    page.get_by_role("application").press("Enter")
    expect(page.locator("canvas.leaflet-tile-loaded").first).to_be_attached()
    until(page, DRAWN)
    page.get_by_role("button", name="It is here").click()

    expect(page.get_by_text("The position is kept.")).to_be_visible()


def test_outbox_and_help_start_without_signal_too(handset, town):
    page = handset()
    page.goto("/report/")
    page = cut_off(page)

    page.goto("/phone/")
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    page.goto("/phone/help/")
    expect(page.get_by_role("heading", name="What which phone can do")).to_be_visible()


def test_page_without_a_copy_says_so_and_offers_the_form(handset, town):
    page = handset()
    page.goto("/report/")
    page = cut_off(page)

    page.goto("/heat/")

    expect(page.get_by_text("the page you asked for cannot be shown")).to_be_visible()
    fill_in(page)


def test_card_of_a_cell_is_chosen_without_signal(handset, town):
    page = handset()
    page.goto("/report/")
    until(page, LISTS)
    page = cut_off(page)

    page.goto(f"/report/{town['C'].code}/")

    expect(page.locator(".place__answer")).to_contain_text("C")


def test_member_finds_what_is_theirs_without_signal(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])
    page = handset()
    log_in(page, member)
    page.goto("/report/")
    page.goto("/phone/")  # which asks who is logged in
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    page = cut_off(page)
    page.goto("/report/")

    fill_in(page)
    page.get_by_label("Solved on the spot").check()
    page.get_by_label("What was done").fill("A new lamp.")
    page.get_by_label("Township").select_option(label="town")
    send(page)

    kept(page)
    [record] = stored(page)
    assert (record["body"]["done"], record["body"]["for_somebody"], len(record["owner"])) == ("A new lamp.", True, 40)


def test_what_the_worker_keeps_is_the_same_for_everybody(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])
    page = handset()
    log_in(page, member)
    for path in ("/report/", "/", "/queue/", "/phone/"):
        page.goto(path)
    ready(page)

    found = page.evaluate(EVERYTHING)

    allowed = re.compile(r"GET /(static/|jsi18n/$|phone/shell/|map/(tiles|areas)/|language$)")
    assert found
    assert [address for address in found if not allowed.match(address)] == []
    pages = {address: text for address, text in found.items() if "/phone/shell/" in address}
    assert len(pages) == 8
    for text in pages.values():
        assert member.name not in text
        assert "csrfmiddlewaretoken" not in text
        assert 'name="uuid" value=""' in text or 'name="uuid"' not in text


def test_new_version_waits_for_the_tap_and_leaves_outbox_and_drafts(handset, town, settings):
    page = handset()
    page.goto("/report/")
    ready(page)
    page.context.set_offline(True)
    fill_in(page)
    page.get_by_label("Township").select_option(label="town")
    send(page)
    kept(page)
    page.context.route("**/api/**", lambda route: route.abort())
    page.context.set_offline(False)
    other = page.context.new_page()
    written(other, "/report/", "Half a sentence about")
    before = other.evaluate("caches.keys()")

    settings.ORGANISER = "Another office"  # a word on every page: another version
    cache.clear()
    other.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    expect(other.get_by_role("button", name="Update now")).to_be_visible()
    assert other.evaluate("navigator.serviceWorker.controller.state") == "activated"
    assert other.evaluate("navigator.serviceWorker.getRegistration().then((found) => Boolean(found.waiting))")

    with other.expect_navigation():
        other.get_by_role("button", name="Update now").click()
    expect(other.get_by_role("textbox", name="What is the matter?")).to_have_value("Half a sentence about")
    assert not other.evaluate("navigator.serviceWorker.getRegistration().then((found) => Boolean(found.waiting))")
    assert set(other.evaluate("caches.keys()")) - set(before)
    assert [record["state"] for record in stored(other)] == ["waiting", "draft"]


def test_language_without_signal_is_the_one_read_last(handset, town):
    page = handset()
    page.goto("/report/")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page = cut_off(page)

    page.goto("/report/")

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
