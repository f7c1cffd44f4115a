"""The overview in a real Chromium, as a desk and as a slow phone have it, and what is timed there."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from bench.measure import cookie_of
from bench.page_memory import Held, Memory
from bench.server import Server
from representatives.models import Person

CHROMIUM = os.environ.get("GRIDGOV_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-precise-memory-info",
]  # fmt: skip
PROBE = Path(__file__).with_name("browser_probe.js")
FRAME_MS = 1000 / 60
PATIENCE_MS = 120_000
TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame"]


@dataclass(frozen=True)
class Screen:
    """A screen and how many times slower than this machine it computes."""

    name: str
    width: int
    height: int
    ratio: float = 1
    slower: float = 1
    touch: bool = False


DESK = Screen("desk", 1366, 768)
PHONE = Screen("phone", 390, 844, ratio=2, slower=4, touch=True)


@dataclass(frozen=True)
class Frames:
    """Times between frames, in milliseconds, and how many were missed on a screen of 60 a second."""

    p50: float
    p95: float
    longest: float
    dropped: int
    n: int

    @classmethod
    def of(cls, intervals: list[float]) -> Frames:
        p50, p95 = spread(intervals)
        dropped = sum(max(0, round(each / FRAME_MS) - 1) for each in intervals)
        return cls(p50, p95, max(intervals), dropped, len(intervals))


def spread(values: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else values * 19
    return cuts[9], cuts[18]


class Chromium:
    """One browser process tree, and what it costs."""

    def __init__(self, playwright: Playwright) -> None:
        self.browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

    def cpu_s(self) -> float:
        """Seconds of CPU that all its processes have used; those that have ended are not in it."""
        session = self.browser.new_browser_cdp_session()
        try:
            return sum(each["cpuTime"] for each in session.send("SystemInfo.getProcessInfo")["processInfo"])
        finally:
            session.detach()

    @contextmanager
    def overview(self, server: Server, person: Person, screen: Screen) -> Iterator[Overview]:
        """A window of its own with an empty cache; nothing is open in it yet."""
        context = self.browser.new_context(
            viewport={"width": screen.width, "height": screen.height}, device_scale_factor=screen.ratio,
            is_mobile=screen.touch, has_touch=screen.touch, locale="en-US", service_workers="block",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield Overview(self, context, server, person, screen)
        finally:
            context.close()


class Overview:
    """The page with the map."""

    def __init__(self, chromium: Chromium, context: BrowserContext, server: Server, person: Person, screen: Screen) -> None:
        self.chromium = chromium
        self.base = f"http://127.0.0.1:{server.port}"
        name, _, value = cookie_of(person).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.base}])
        self.page: Page = context.new_page()
        self.page.add_init_script(PROBE.read_text(encoding="utf-8"))
        self.session = context.new_cdp_session(self.page)
        if screen.slower > 1:
            self.session.send("Emulation.setCPUThrottlingRate", {"rate": screen.slower})

    def probe(self, call: str) -> Any:
        """What the probe says to that."""
        return self.page.evaluate(f"() => probe.{call}")

    def open(self, path: str = "/") -> None:
        self.page.goto(f"{self.base}{path}", wait_until="commit")
        self.page.wait_for_function("() => globalThis.probe")

    def load(self) -> Mapping[str, float]:
        """Opens the page, then has it show the cells: milliseconds."""
        self.open()
        return self.probe("load('cell')")

    def load_at_once(self) -> Mapping[str, float]:
        """Opens the page with the cells: milliseconds from the start of the navigation, and CPU seconds of the whole browser."""
        before = self.chromium.cpu_s()
        self.open()
        found = dict(self.probe("loadAtOnce('cell')"))
        return {**found, "cpu_s": self.chromium.cpu_s() - before}

    @cached_property
    def _memory(self) -> Memory:
        return Memory(self.page)

    def memory(self) -> Held:
        """What the page keeps just now."""
        return self._memory.look()

    def middle(self) -> tuple[float, float]:
        """The middle of the map in the window."""
        box = self.page.locator("#map").bounding_box()
        assert box is not None  # noqa: S101 - the page has been painted
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, *, reach: float = 160, steps: int = 90) -> Frames:
        """The frames while the map is dragged round in a circle, with the button down."""
        x, y = self.middle()
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.probe("watchFrames()")
        for step in range(1, steps + 1):
            angle = 2 * math.pi * step / steps
            self.page.mouse.move(x + reach * math.sin(angle), y + reach / 2 * (1 - math.cos(angle)))
        intervals = self.probe("frames()")
        self.page.mouse.up()
        self.probe("untilPainted('cell')")
        return Frames.of(intervals)

    def dropped_while_dragging(self) -> tuple[int, int, float]:
        """What the compositor says of the same: frames dropped, frames drawn, and the longest task in milliseconds."""
        self.chromium.browser.start_tracing(page=self.page, categories=TRACED)
        self.drag()
        events = json.loads(self.chromium.browser.stop_tracing())["traceEvents"]
        names = [event["name"] for event in events]
        tasks = [event.get("dur", 0) / 1000 for event in events if event["name"] in ("RunTask", "ThreadControllerImpl::RunTask")]
        return names.count("DroppedFrame"), names.count("DrawFrame"), max(tasks, default=0.0)

    def wheel(self, *, turns: int = 3) -> Frames:
        """The frames while the wheel zooms in and out again."""
        self.page.mouse.move(*self.middle())
        self.probe("watchFrames()")
        for delta in [-240] * turns + [240] * turns:
            self.page.mouse.wheel(0, delta)
            self.page.wait_for_timeout(350)
            self.probe("untilPainted('cell')")
        return Frames.of(self.probe("frames()"))
