"""The overview left open: whatever it hears, it keeps no more than before; what changed is drawn as if all were drawn anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from bench.page_memory import Memory, slope
from grids.models import Area
from representatives.roles import Role
from tests.browser.test_dashboard import open_map, place_of
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, object], None]
WARM_UP, UPDATES = 40, 200
AT_MOST = 5  # that come and go with a request under way; one of each update would be two hundred
# The largest difference of a channel (0…255) where a line was smoothed once alone and once with its neighbours.
SMOOTHED = 24


@pytest.fixture
def made(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr("mapui.views.dashboard.EVERY_MS", 20)
    return scene()


class Changes:
    """Tells a map that asks what is new of another light of some cells each time, as often as wanted; then lets it wait."""

    def __init__(self, page: Page, *cells: Area) -> None:
        self.page, self.cells = page, cells
        self.left = self.told = 0
        self.waiting: Route | None = None
        page.route("**/map/delta/**", self._answer)

    def tell(self, times: int) -> None:
        """Returns when the page has heard so many and its parts are loaded."""
        self.left = times
        if self.waiting:
            self._answer(self.waiting)
        while self.left or not self.waiting:
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(400)  # the announcement and the last parts are on their way
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def _answer(self, route: Route) -> None:
        self.waiting = None if self.left else route
        if self.waiting:
            return
        self.left -= 1
        self.told += 1
        areas = [[cell.ordinal, 1 + (self.told + n) % 4, 1 + self.told % 9] for n, cell in enumerate(self.cells)]
        headers = {"ETag": f'"{self.told}"', "X-Stamp": f"e.1.{self.told}", "X-Viewer": "staff"}
        route.fulfill(json={"areas": areas}, headers=headers)


@pytest.fixture
def open_overview(page: Page, made: Scene, log_in: LogIn) -> Iterator[Page]:
    made.accepted(cell="A")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)
    yield page
    page.unroute_all(behavior="ignoreErrors")


def test_page_when_it_hears_of_two_hundred_changes_keeps_no_more_than_before(open_overview, made):
    changes, memory = Changes(open_overview, made.town["A"], made.town["D"]), Memory(open_overview)
    changes.tell(WARM_UP)
    before = memory.look()

    changes.tell(UPDATES)

    after = memory.look()
    assert changes.told == WARM_UP + UPDATES
    assert after.detached == before.detached
    assert abs(after.nodes - before.nodes) <= AT_MOST, f"{before} → {after}"
    assert abs(after.listeners - before.listeners) <= AT_MOST, f"{before} → {after}"
    assert after.heap_mb < before.heap_mb + 0.5, f"{before} → {after}"


def test_memory_when_a_page_keeps_what_it_took_away_says_so(open_overview, made):
    changes, memory = Changes(open_overview, made.town["A"]), Memory(open_overview)
    changes.tell(3)
    before = memory.look()

    open_overview.evaluate(
        """() => {
            globalThis.kept = Array.from({ length: 30 }, () => document.createElement("p"));
            for (const each of globalThis.kept) each.addEventListener("click", () => {});
        }"""
    )

    after = memory.look()
    assert after.detached - before.detached == 30
    assert after.nodes - before.nodes >= 30 - AT_MOST
    assert after.listeners - before.listeners >= 30 - AT_MOST


def test_slope_of_values_is_that_of_the_line_through_them():
    assert slope([1.0, 3.0, 5.0, 7.0]) == 2
    assert slope([4.0, 4.0, 4.0]) == 0
    assert slope([4.0]) == 0


def test_cells_that_change_are_drawn_as_if_the_whole_map_were(open_overview, made):
    changes = Changes(open_overview, made.town["A"], made.town["F"])

    changes.tell(3)

    furthest = open_overview.evaluate(
        """() => {
            const { layer } = document.querySelector("#map").areaMap;
            const pictures = () => {
                const found = [];
                layer.tiles.eachTile((canvas) => found.push(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data));
                return found;
            };
            const partly = pictures();
            layer.repaint();
            let most = 0;
            pictures().forEach((whole, tile) => whole.forEach((value, at) => (most = Math.max(most, Math.abs(value - partly[tile][at])))));
            return most;
        }"""
    )
    assert furthest <= SMOOTHED


def test_cell_when_pressed_before_its_name_is_here_is_chosen_when_it_comes(page, made, log_in):
    held: list[Route] = []
    page.route("**/map/areas/cell/**", lambda route: held.append(route))
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)

    page.mouse.click(*place_of(page, made.town["A"], east=0.2, north=0.2))
    expect(page.locator("#panel").get_by_role("heading", name="第1网格")).to_have_count(0)
    for route in held:
        route.continue_()

    expect(page.locator("#panel").get_by_role("heading", name="第1网格")).to_be_visible()
