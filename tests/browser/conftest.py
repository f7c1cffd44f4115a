"""A real Chromium against a live server. A page that logs an error, throws, or breaks the content policy fails its test."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.test import Client
from django.test.client import ClientHandler
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, expect, sync_playwright

from issues import tally
from representatives.models import Person

# Playwright's synchronous interface runs an event loop in this thread; Django's guard does not know that it is not used here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("GRIDGOV_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000  # on a machine that does much else meanwhile a page takes its time
expect.set_options(timeout=PATIENCE_MS)
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that lies here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture(autouse=True)
def as_production_serves(collected: Path) -> None:
    """Pages stand on bundles: what residents get is what is tested, and two requests are sooner answered than sixty."""


class Underway:
    """How many requests the live server is answering just now: the tables may not be emptied under them."""

    def __init__(self) -> None:
        self._number = 0
        self._changed = threading.Condition()
        request_started.connect(self._begun)
        request_finished.connect(self._done)

    def _begun(self, sender: type, **_signal: object) -> None:
        if sender is ClientHandler:  # a test's own client, which may leave a streamed answer unread
            return
        with self._changed:
            self._number += 1

    def _done(self, sender: type, **_signal: object) -> None:
        if sender is ClientHandler:
            return
        with self._changed:
            self._number -= 1
            self._changed.notify_all()

    def wait_for_none(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._number <= 0, timeout=10), "The live server did not come to rest."


@pytest.fixture(scope="session")
def underway() -> Underway:
    return Underway()


@pytest.fixture
def fresh_counts(transactional_db: None) -> None:
    """What another test left in Redis or in memory must not answer."""
    cache.clear()
    tally.index_of.cache_clear()


# What htmx says when a page is left before an answer came. Of an answer that fails it says more than this.
LEFT = ("console: htmx:sendAbort", "console: htmx:afterRequest")


class Faults(list[str]):
    """What went wrong on the pages of a test. `forgive` takes the words of a fault that the test means to cause."""

    def __init__(self) -> None:
        super().__init__()
        self._forgiven: list[str] = []

    def forgive(self, *words: str) -> None:
        self._forgiven.extend(words)

    @property
    def unforgiven(self) -> list[str]:
        return [fault for fault in self if not any(words in fault for words in self._forgiven)]

    def heard(self, message: ConsoleMessage) -> None:
        said = f"console: {message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not said.startswith(LEFT):
            self.append(said)

    def answered(self, response: Response) -> None:
        if response.status >= 500:
            self.append(f"{response.status}: {response.url}")

    def watch(self, page: Page) -> None:
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.append(f"thrown: {error}"))
        page.on("response", self.answered)


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Fails the test, when it is over, for whatever was not forgiven."""
    found = Faults()
    yield found
    assert not found.unforgiven, "\n".join(found.unforgiven)


@pytest.fixture
def open_context(
    browser: Browser, live_server: Any, fresh_counts: None, faults: Faults, underway: Underway
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts: `open_context(viewport=PHONE, locale="zh-CN", …)`; addresses are relative to the server."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(
            **{"base_url": live_server.url, "viewport": DESKTOP, "locale": "en-US", "timezone_id": "Asia/Shanghai", **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", faults.watch)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    underway.wait_for_none()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A page of a desktop, in English; nobody is logged in."""
    return open_context().new_page()


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """A page of a phone, in English; nobody is logged in."""
    return open_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2).new_page()


@pytest.fixture
def log_in(live_server: Any) -> Callable[[Page, Person], None]:
    """`log_in(page, person)`: the session cookie that a log-in would have given."""

    def give_cookie(page: Page, person: Person) -> None:
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return give_cookie


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['help']} – {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


def colour_at(page: Page, x: float, y: float) -> str:
    """The colour of a pixel of the window, as “#rrggbb”."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    scale = picture.width / page.viewport_size["width"]  # type: ignore[index]
    red, green, blue = picture.getpixel((round(x * scale), round(y * scale)))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"
