"""The report page on a bad line, as production serves it: little to fetch, all of it asked for at once, nothing that can wait."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Request, expect

from representatives.roles import Role
from tests.browser.phone.pages import WORDS, fill_in, kept, ready, send, stored
from tests.representatives.factories import post

MOST_BYTES = 60_000  # gzipped JavaScript and CSS before the map is opened
MOST_REQUESTS = 12
FOR_LATER = re.compile(r"htmx|leaflet|pin-map|area-map|map\.css|/map/")


@dataclass
class Fetched:
    """What a page asked for until its form could be used and the line was quiet."""

    html: str
    asked: list[Request]

    @property
    def code(self) -> list[Request]:
        return [request for request in self.asked if request.resource_type in ("script", "stylesheet")]

    @property
    def weights(self) -> dict[str, int]:
        """Bytes of each script and style sheet as a web server sends them: gzipped."""
        found = {}
        for request in self.code:
            answer = request.response()
            assert answer is not None
            found[request.url] = len(gzip.compress(answer.body(), 6))
        return found


def fetched(page: Page, path: str) -> Fetched:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # a method of a list cannot be wrapped
    answer = page.goto(path)
    assert answer is not None
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return Fetched(answer.text(), asked)


@pytest.mark.parametrize("who", ["resident", "member"])
def test_report_page_weighs_at_most_sixty_kilobytes_before_the_map_opens(handset, town, log_in, who):
    page = handset(service_workers="block")  # what the worker fetches afterwards, nobody waits for
    if who == "member":
        log_in(page, post(Role.GRID_MEMBER, town["A"]))

    weights = fetched(page, "/report/").weights

    assert any("/jsi18n/" in address for address in weights)
    assert any("/pages/report." in address for address in weights)
    assert sum(weights.values()) <= MOST_BYTES, sorted(weights.items(), key=lambda each: -each[1])
    assert len(weights) <= MOST_REQUESTS, list(weights)
    assert [address for address in weights if FOR_LATER.search(address)] == []


def test_all_that_the_form_needs_is_asked_for_as_soon_as_the_page_is_read(handset, town):
    page = handset(service_workers="block")

    found = fetched(page, "/report/")

    named = set(re.findall(r'(?:src|href)="([^"]+)"', found.html))
    addresses = [request.url.removeprefix(page.url.split("/report/")[0]) for request in found.code]
    assert [address for address in addresses if address not in named] == []  # none is found out by another file
    data = [request.url for request in found.asked if request.resource_type in ("fetch", "xhr")]
    last_code = max(found.asked.index(request) for request in found.code)
    assert all(found.asked.index(request) > last_code for request in found.asked if request.url in data)  # data comes after


def test_form_works_when_the_line_is_cut_right_after_the_page_came(handset, town):
    page = handset(service_workers="block")
    page.goto(f"/report/{town['A'].code}/")
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.context.set_offline(True)

    fill_in(page)
    send(page)

    kept(page)
    assert [(record["body"]["text"], record["body"]["area"]) for record in stored(page)] == [(WORDS, town["A"].code)]


def test_everything_starts_without_signal(handset, town):
    page = handset()
    page.goto(f"/report/{town['A'].code}/")
    ready(page)
    page.close()
    page = page.context.new_page()
    page.context.set_offline(True)

    page.goto("/report/")
    fill_in(page)
    page.get_by_role("button", name="Show on the map").tap()
    page.get_by_role("application").press("Enter")
    page.get_by_role("button", name="It is here").click()
    expect(page.get_by_text("The position is kept.")).to_be_visible()
    send(page)
    kept(page)
    for path, words in (("/phone/", "To another phone"), ("/phone/help/", "What which phone can do")):
        page.goto(path)
        expect(page.get_by_text(words).first).to_be_visible()
