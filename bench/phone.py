"""`python -m bench.phone`: how long a phone on a bad line waits for the report form, with nothing in its cache.

The production server on the loaded demo, a real Chromium with its processor slowed four times, and the line slowed to two
profiles: “fast 3G” (1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back: Lighthouse's slow 4G) and “slow 3G” (400 kbit/s,
400 ms). “Usable” is the moment from which one can type and press “Send” and nothing is lost. Wants collected static files.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop of its own in this thread

import django

django.setup()

from django.conf import settings  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from bench import record  # noqa: E402
from bench.measure import Server  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.screenshots import FLAGS, PHONE  # noqa: E402
from grids.models import Area  # noqa: E402

PROCESSOR = 4  # times slower
USABLE_MS = 3000
# Notes when the form says that it keeps what is typed, to the frame.
WATCH = """new MutationObserver((_, watch) => {
  if (!document.querySelector("#report-form[data-keeps]")) return;
  watch.disconnect();
  window.usable = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-keeps"] });"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True)
class Line:
    """A line: bits per second down and up, milliseconds there and back; `bar`: whether the form has to be usable in time on it."""

    name: str
    down: int
    up: int
    delay_ms: int
    has_bar: bool = False

    @property
    def conditions(self) -> dict[str, float | bool]:
        """As Chromium's protocol wants them: bytes per second."""
        return {"offline": False, "latency": self.delay_ms, "downloadThroughput": self.down / 8, "uploadThroughput": self.up / 8}


LINES = (Line("fast 3G", 1_600_000, 750_000, 150, has_bar=True), Line("slow 3G", 400_000, 400_000, 400))


@dataclass(frozen=True)
class Visit:
    """One cold visit: milliseconds to the first paint and to the usable form; bytes on the line and requests until then."""

    painted_ms: float
    usable_ms: float
    wire_bytes: int
    requests: int


def visit(browser: Browser, address: str, line: Line) -> Visit:
    """Opens the page in a fresh profile. The worker is left out: it fetches when the page has everything, and nobody waits."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, is_mobile=True, has_touch=True, device_scale_factor=2,
        locale=settings.LANGUAGE_CODE, service_workers="block",
    )  # fmt: skip
    page = context.new_page()
    page.add_init_script(WATCH)
    protocol = context.new_cdp_session(page)
    came: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", dict(line.conditions))
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
    page.goto(address, wait_until="commit", timeout=60_000)
    page.locator("#report-form[data-keeps]").wait_for(timeout=60_000)
    found = Visit(float(page.evaluate(PAINTED)), float(page.evaluate("window.usable")), int(sum(came)), len(came))
    context.close()
    return found


def figures_of(line: Line, visits: list[Visit]) -> list[Figure]:
    """Medians, and the slowest visit beside."""
    painted, usable = ([getattr(each, name) for each in visits] for name in ("painted_ms", "usable_ms"))
    weight = {
        "bytes": float(median(each.wire_bytes for each in visits)),
        "requests": float(median(each.requests for each in visits)),
    }
    return [
        Figure(f"report form painted, {line.name}", median(painted), "ms", beside={"max_ms": max(painted)}),
        Figure(
            f"report form usable, {line.name}", median(usable), "ms",
            bar=USABLE_MS if line.has_bar else None, beside={"max_ms": max(usable), **weight},
        ),
    ]  # fmt: skip


def main() -> None:
    """Visit the form of the first cell on each line, and print and keep what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="visits per line")
    record.add_options(parser)
    given = parser.parse_args()
    cell = Area.objects.cells().first()
    if cell is None:
        raise SystemExit("There is no cell: load a demo first (bin/up).")
    figures: list[Figure] = []
    with sync_playwright() as playwright, Server() as server:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        address = f"http://127.0.0.1:{server.port}/report/{cell.code}/"
        visit(browser, address, LINES[0])  # the server's own first time
        for line in LINES:
            figures += figures_of(line, [visit(browser, address, line) for _ in range(given.times)])
        browser.close()
    for figure in figures:
        print(f"{figure.name}: {figure.value:,.0f} {figure.unit} {figure.verdict} {figure.beside}")
    record.keep(given, "phone", figures, about={"processor": f"{PROCESSOR} times slower", "visits": given.times})


if __name__ == "__main__":
    main()
