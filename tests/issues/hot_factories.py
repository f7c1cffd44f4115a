"""A county of 36 cells, enough to compare, with issues where a test wants them."""

from __future__ import annotations

from datetime import timedelta

from issues.heat import bins
from issues.heat.weeks import starts_at, week_of
from issues.hot import nights
from issues.models import Issue
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues.heat_factories import NOW, category, closed, unsaved
from tests.representatives.factories import person, post

SIDE = 6
NAMES = [[f"{row}{column}" for column in range(SIDE)] for row in range(SIDE)]
DAY = timedelta(days=1)


def wide_town(county: str = "150422", origin: tuple[float, float] = (119.0, 44.0)) -> Town:
    """Six rows of six cells, “00” in the north west; each two rows are a village."""
    drawing = "\n".join(" ".join(row) for row in NAMES)
    villages = {name: [*NAMES[2 * n], *NAMES[2 * n + 1]] for n, name in enumerate(("north", "middle", "south"))}
    return draw_cells(drawing, villages=villages, county=county, origin=origin)  # type: ignore[arg-type]


def in_periods(town: Town, cell: str, counts: list[int], code: str = "road.light", **more: object) -> None:
    """So many issues in each of the 13 periods of four weeks that end with the present week, the oldest first."""
    about, first = category(code), week_of(NOW) - 52
    rows: list[Issue] = []
    for period, count in enumerate(counts):
        at = starts_at(first + 4 * period) + DAY
        rows += [unsaved(town[cell], about, at + n * timedelta(minutes=1), point=town.inside(cell), **more) for n in range(count)]
    Issue.objects.bulk_create(rows)


def steady(town: Town, cell: str, total: int, code: str = "road.light") -> None:
    """That many issues, the same in each period as nearly as can be."""
    in_periods(town, cell, [total // 13 + (period < total % 13) for period in range(13)], code)


NORTH_WEST, SOUTH_EAST = ("11", "12", "21", "22"), ("44", "45", "54", "55")


def crowd(town: Town, counts: list[int] | None = None, code: str = "road.light", *, cells: tuple[str, ...] = NORTH_WEST) -> None:
    """Four cells side by side with so many issues per period each (shipped: two): one cell alone is no hot spot."""
    for cell in cells:
        in_periods(town, cell, counts or [2] * 13, code)


def keeps_coming_back(town: Town, cell: str, times: int, code: str = "road.light", *, last_days_ago: int = 40) -> list[Issue]:
    """Closed and reported again at the same spot, every ten days; the first is no return."""
    found: list[Issue] = []
    for turn in range(times + 1):
        at = NOW - (last_days_ago + 10 * (times - turn)) * DAY
        back = {"recurrence_of": found[-1]} if found else {}
        found.append(closed(town[cell], category(code), at, 2 * DAY, point=town.inside(cell), title=f"{cell} {turn}", **back))
    return found


def town_of_candidates() -> Town:
    """Lamps came back four times in “11”, waste three times in “44”; analysed at NOW."""
    category()
    town = wide_town()
    keeps_coming_back(town, "11", 4)
    keeps_coming_back(town, "44", 3, "env.waste")
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)
    return town


def office_of(town: Town) -> Person:
    """The supervision office of its county."""
    return post(Role.SUPERVISION_OFFICE, town.county, person(), since=NOW - 400 * DAY)
