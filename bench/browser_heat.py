"""The heat page over 100,000 cells in Chromium: when its heat is on the screen, a step of the slider, and playing."""

from __future__ import annotations

from collections.abc import Callable

from bench.browser_page import Chromium, Frames, Overview, Screen, spread
from bench.server import Server
from representatives.models import Person

STEPS = 12
PLAYED_MS = 4000
Add = Callable[..., None]


def heat(chromium: Chromium, server: Server, person: Person, screen: Screen, add: Add, *, runs: int) -> None:
    """`add(screen, name, value, unit="", **beside)` takes each figure. A first visit that is not counted makes the tiles."""
    with chromium.overview(server, person, screen) as page:
        _opened(page)
    times = []
    for _ in range(runs):
        with chromium.overview(server, person, screen) as page:
            before = chromium.cpu_s()
            times.append((_opened(page), chromium.cpu_s() - before))
    add(screen.name, "heat painted", min(shown for shown, _cpu in times), cpu_s=min(cpu for _shown, cpu in times))
    with chromium.overview(server, person, screen) as page:
        _opened(page)
        _moving(page, screen, add, "heat")
        page.probe("byCells()")
        _moving(page, screen, add, "heat by cells")


def _opened(page: Overview) -> float:
    page.open("/heat/")
    return float(page.probe("heatShown()"))


def _moving(page: Overview, screen: Screen, add: Add, name: str) -> None:
    """The slider a step at a time, then playing by itself."""
    before = page.chromium.cpu_s()
    found = [each["screen"] for each in page.probe(f"slide({STEPS})")]
    cpu = 1000 * (page.chromium.cpu_s() - before) / STEPS
    p50, p95 = spread(found)
    add(screen.name, f"{name}: a step of the slider", min(found), p50_ms=p50, p95_ms=p95, cpu_ms=cpu)
    frames = Frames.of(page.probe(f"play({PLAYED_MS})"))
    add(screen.name, f"{name}: playing p95", frames.p95, p50_ms=frames.p50, dropped=frames.dropped, frames=frames.n)
    add(screen.name, f"{name}: playing longest", frames.longest)
