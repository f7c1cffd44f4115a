"""`python -m bench.browser`: 100,000 cells on one map, in Chromium, beside the targets of `frontend.md` §1.

Draws a county of its own in a database of its own (`wide_county`; gone at the end), serves it as `bin/up` does, and opens the
overview at 1366×768 and as a phone (390×844, two pixels per point, CPU four times slower) with every cell in view, the worst
case, and then the heat page over three years of issues. Tiles are in the server's file cache, the browser's cache is empty. Each
time is the best of `--runs`, as the targets are: what else the machine does only ever adds. `--minutes N` also leaves the page
open for so long while cells change, really, or (`--hurry`) with the page's clock put forward; `--look DIRECTORY` takes pictures.
No figure is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop of its own in this thread
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")
os.environ["GRIDGOV_DATABASE_POOL"] = "0"  # a pool would hold the database that is to be dropped
os.environ["GRIDGOV_BROKER_URL"] = "memory://"  # no worker of the site shall warm tiles of a county that does not exist

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from bench import record  # noqa: E402
from bench.browser_heat import heat  # noqa: E402
from bench.browser_page import DESK, PHONE, Chromium, Frames, Overview, Screen, spread  # noqa: E402
from bench.measure import WrongAnswer, cookie_of  # noqa: E402
from bench.page_memory import slope  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.server import Server  # noqa: E402
from bench.wide_county import WideCounty, officer, own_database, stir  # noqa: E402
from bench.wide_past import store_past  # noqa: E402
from grids.models import Area  # noqa: E402
from representatives.models import Person  # noqa: E402

# `frontend.md` §1, 100,000 cells: own GridLayer on the desk, and the phone profile.
BARS: Mapping[str, Mapping[str, float]] = {
    "desk": {
        "all painted": 1139, "cpu": 1.6, "longest task": 107, "heap": 2, "buffers": 8, "tiles": 1795, "pan p95": 20, "pan longest": 22,
        "zoom out by 3": 675, "recolour all": 71, "recolour 200": 64, "hit test": 0.05,
    },
    "phone": {"all painted": 2857, "cpu": 3.5},
}  # fmt: skip
PARTS = ("overview", "heat")
UNITS = {"cpu": "s", "heap": "MB", "buffers": "MB", "tiles": "kB"}
PAUSE_MS = 14_000  # longer than between two polls (`mapui.views.dashboard.EVERY_MS`) with their jitter
EACH = (
    5  # updates between two looks; what is kept after the first third of them (names of blocks looked at) is all that may be kept
)


class Sheet:
    """The figures so far; each is printed as it comes."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, screen: str, name: str, value: float, unit: str = "", **beside: float) -> None:
        figure = Figure(
            f"{screen}: {name}", value, unit or UNITS.get(name, "ms"), bar=BARS.get(screen, {}).get(name), beside=beside
        )
        self.figures.append(figure)
        bar = f"{figure.bar:g}" if figure.bar is not None else ""
        more = "  ".join(f"{key} {part:.4g}" for key, part in beside.items())
        print(f"{figure.name:36}{value:11.3f} {figure.unit:4}{bar:>8} {figure.verdict:7} {more}", flush=True)


def best(runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Of each thing that was measured several times, the least."""
    rows = list(runs)
    return {name: min(row[name] for row in rows) for name in rows[0]}


def page_alone(server: Server, person: Person) -> tuple[float, int]:
    """Milliseconds that the server takes for the page itself, before the browser has anything to draw, and its bytes."""
    answer, content, taken = server.wire().ask("/", {"Cookie": cookie_of(person), "Accept-Encoding": "gzip"})
    if answer.status != 200:
        raise WrongAnswer(f"/ answered {answer.status} and not 200.")
    return 1000 * taken, len(content)


def loading(chromium: Chromium, server: Server, person: Person, screen: Screen, sheet: Sheet, *, runs: int) -> None:
    """From nothing to all cells painted: at once, and as somebody comes to it."""
    at_once, by_hand = [], []
    for _ in range(runs):
        page_alone(server, person)  # key figures are kept for a moment: the browser is what is timed here
        with chromium.overview(server, person, screen) as overview:
            at_once.append(overview.load_at_once())
        with chromium.overview(server, person, screen) as overview:
            by_hand.append(overview.load())
            fetched, held = overview.probe("fetched()"), overview.probe("held()")
    once, hand = best(at_once), best(by_hand)
    sheet.add(screen.name, "all painted", once["all"], first_ms=once["first"])
    sheet.add(screen.name, "cpu", once["cpu_s"])
    sheet.add(screen.name, "longest task", once["longest"])
    sheet.add(screen.name, "overview painted", hand["own"], map_made_ms=hand["made"])
    sheet.add(screen.name, "from townships to cells", hand["all"], first_ms=hand["first"], tiles=hand["tiles"])
    for kind, sums in fetched.items():
        sheet.add(screen.name, kind, sums["kb"], "kB", longest_ms=sums["ms"], requests=sums["n"])
    sheet.add(screen.name, "cells in view", held["areas"], "cells", tile_mb=held["bytes"] / 1e6)


def working(overview: Overview, screen: Screen, sheet: Sheet) -> None:
    """What is done with a map that stands."""
    overview.load_at_once()
    overview.page.wait_for_load_state("networkidle")
    used = overview.memory()
    sheet.add(screen.name, "heap", used.heap_mb)
    sheet.add(screen.name, "buffers", used.buffers_mb)
    for name, many, times in (("recolour 1", 1, 12), ("recolour 200", 200, 6), ("recolour all", 0, 4)):
        before = overview.chromium.cpu_s()
        found = overview.probe(f"recolour({many}, {times})")
        cpu = 1000 * (overview.chromium.cpu_s() - before) / times
        on_screen = [each["screen"] for each in found]
        p50, p95 = spread(on_screen)
        script = min(each["script"] for each in found)
        sheet.add(screen.name, name, min(on_screen), p50_ms=p50, p95_ms=p95, script_ms=script, cpu_ms=cpu)
    hits = overview.probe("hits(3000)")
    p50, p95 = spread(hits["taken"])
    sheet.add(screen.name, "hit test", sum(hits["taken"]) / len(hits["taken"]), p95_ms=p95, found=hits["found"])
    hovers = [overview.probe(f"hover({0.3 + n * 0.017}, {0.4 + n * 0.011})") for n in range(20)]
    sheet.add(screen.name, "hover until named", min(hovers), p50_ms=spread(hovers)[0])
    _frames(sheet, screen, "pan", overview.drag())
    dropped, drawn, longest = overview.dropped_while_dragging()
    sheet.add(screen.name, "pan dropped", dropped, "frames", drawn=drawn, longest_task_ms=longest)
    overview.probe("zoomBy(3)")
    _frames(sheet, screen, "pan near by", overview.drag())
    sheet.add(screen.name, "zoom out by 3", overview.probe("zoomBy(-3)"))
    _frames(sheet, screen, "zoom by wheel", overview.wheel())


def _frames(sheet: Sheet, screen: Screen, name: str, frames: Frames) -> None:
    sheet.add(screen.name, f"{name} p95", frames.p95, p50_ms=frames.p50, dropped=frames.dropped, frames=frames.n)
    sheet.add(screen.name, f"{name} longest", frames.longest)


def left_open(overview: Overview, sheet: Sheet, *, minutes: float, hurry: bool) -> None:
    """The page is left alone for so long while a few cells change before each poll; what it keeps must stay the same."""
    if hurry:
        overview.page.clock.install()
    overview.open()
    pages = Left(overview, hurry=hurry)
    pages.settle()
    overview.page.locator("[name=level][value=cell]").dispatch_event("click")
    pages.settle()
    rng, found = Random(3), []
    updates = max(6 * EACH, round(minutes * 60_000 / PAUSE_MS))
    for number in range(updates):
        pages.update(rng)
        if number % EACH == EACH - 1:
            found.append((number, overview.memory()))
            print(f"  update {number + 1} of {updates}: {found[-1][1]}", flush=True)
    after = [held for number, held in found if number >= updates / 3]
    heaps = [held.heap_mb for held in after]
    growth = 1000 * slope(heaps) / EACH
    sheet.add("left open", "heap grows", growth, "kB per update", first_mb=heaps[0], last_mb=heaps[-1], updates=updates)
    for name in ("nodes", "listeners", "detached"):
        counts = [getattr(held, name) for held in after]
        sheet.add("left open", f"{name} grow", counts[-1] - counts[0], name, fewest=min(counts), most=max(counts))


class Left:
    """A page whose time passes of itself or, in a hurry, by the fake clock."""

    def __init__(self, overview: Overview, *, hurry: bool) -> None:
        self.page, self.hurry = overview.page, hurry

    def pass_time(self, ms: int) -> None:
        if self.hurry:
            self.page.clock.run_for(ms)
        else:
            self.page.wait_for_timeout(ms)

    def settle(self) -> None:
        """Until the map is painted."""
        for _ in range(600):
            self.pass_time(100)
            if self.page.evaluate("() => document.querySelector('#map')?.areaMap?.layer.tiles.isLoading() === false"):
                return
            time.sleep(0.05)
        raise RuntimeError("The map was not painted.")

    def update(self, rng: Random) -> None:
        """Some cells change; the page asks, hears of it, and loads its parts anew."""
        stir(rng)
        with self.page.expect_response(lambda response: "/map/delta/" in response.url and response.status == 200):
            self.pass_time(PAUSE_MS)
        self.page.wait_for_load_state("networkidle")
        self.pass_time(3000)  # the last part comes, the flash ends


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.browser", description=__doc__)
    options.add_argument("--cells", type=int, default=100_000, help="how many cells (default 100,000)")
    options.add_argument("--runs", type=int, default=3, help="page loads of each kind (default 3)")
    options.add_argument("--screens", nargs="*", choices=("desk", "phone"), default=["desk", "phone"])
    options.add_argument(
        "--parts", nargs="*", choices=PARTS, default=PARTS, help="which pages (default both; none: only the county)"
    )
    options.add_argument("--keep", action="store_true", help="leave the county for the next run with --keep")
    options.add_argument("--minutes", type=float, default=0, help="also leave a page open so long")
    options.add_argument("--hurry", action="store_true", help="put the page's clock forward instead of waiting")
    options.add_argument("--look", type=Path, help="also write pictures there")
    record.add_options(options)
    given = options.parse_args()
    sheet = Sheet()
    call_command("collectstatic", interactive=False, verbosity=0)
    with own_database(keep=given.keep):
        started = time.perf_counter()
        if not Area.objects.cells().exists():
            WideCounty(given.cells).store()
            print(f"{store_past():,} issues were there before")
        person, cells = officer(), Area.objects.cells().count()
        print(f"{cells:,} cells drawn in {time.perf_counter() - started:.0f} s")
        print(f"{'':52}{'target':>8}")
        with sync_playwright() as playwright, Server() as server:
            measure(Chromium(playwright), server, person, sheet, given)
    record.keep(given, "browser", sheet.figures, {"cells": cells, "runs": given.runs})
    return 0


def measure(chromium: Chromium, server: Server, person: Person, sheet: Sheet, given: argparse.Namespace) -> None:
    """All that was asked for; a first visit to each screen that is not counted makes the tiles."""
    screens = [each for each in (DESK, PHONE) if each.name in given.screens]
    if "overview" in given.parts:
        overviews(chromium, server, person, screens, sheet, given)
    for screen in screens if "heat" in given.parts else ():
        heat(chromium, server, person, screen, sheet.add, runs=given.runs)
    if given.minutes:
        with chromium.overview(server, person, DESK) as overview:
            left_open(overview, sheet, minutes=given.minutes, hurry=given.hurry)


def overviews(
    chromium: Chromium, server: Server, person: Person, screens: list[Screen], sheet: Sheet, given: argparse.Namespace
) -> None:
    for name in ("page, all counted anew", "page, key figures kept"):
        taken, size = page_alone(server, person)
        sheet.add("server", name, taken, bytes=size)
    for screen in screens:
        with chromium.overview(server, person, screen) as overview:
            overview.load()
            overview.page.wait_for_load_state("networkidle")
            if given.look:
                given.look.mkdir(parents=True, exist_ok=True)
                overview.page.screenshot(path=given.look / f"{screen.name}.png")
        loading(chromium, server, person, screen, sheet, runs=given.runs)
        with chromium.overview(server, person, screen) as overview:
            working(overview, screen, sheet)


if __name__ == "__main__":
    sys.exit(main())
