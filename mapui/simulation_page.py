"""What the page of a simulation is drawn from: tables, bars and weekly curves as server-made SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from issues.models import Simulation
from issues.terms import Light
from issues.workflow import LEVEL_OF, RUNGS

WIDTH, HEIGHT, LEFT = 640, 120, 34  # of a weekly curve, in units of the drawing
SHOWN = 12  # desks and units with the largest load
MEASURES = ("seen", "late", "climbed", "drafted")


@dataclass(frozen=True)
class Pair:
    """A figure under today's policy and under the draft."""

    today: int
    draft: int

    @property
    def change(self) -> int:
        return self.draft - self.today

    @property
    def signed(self) -> str:
        return f"{self.change:+d}" if self.change else "±0"


@dataclass(frozen=True)
class LightRow:
    """One light: how many issues it held, and how many of them were late, climbed, or were proposed for the red list."""

    light: Light
    seen: Pair
    late: Pair
    climbed: Pair
    drafted: Pair

    @property
    def is_yellow(self) -> bool:
        return self.light == Light.YELLOW


@dataclass(frozen=True)
class Bar:
    """Late issues of a light as two bars; lengths in units of the drawing."""

    light: Light
    y: int
    today: int
    draft: int
    pair: Pair


@dataclass(frozen=True)
class Curve:
    """What a desk or unit held week by week, as two polylines, with their means and peaks."""

    name: str
    light: Light
    today: str
    draft: str
    top: int
    means: tuple[str, str]
    peaks: Pair


class SimulationPage:
    """One simulation; everything but its state is empty until the result is there."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.result: dict[str, Any] = simulation.result or {}

    @property
    def issues(self) -> int:
        return int(self.result.get("issues", 0))

    @cached_property
    def total(self) -> list[LightRow]:
        return [_row(row) for row in self.result.get("total", [])]

    @cached_property
    def townships(self) -> list[tuple[str, int, list[LightRow]]]:
        return [
            (table["name"] or _("without a township"), table["issues"], [_row(row) for row in table["lights"]])
            for table in self.result.get("townships", [])
        ]

    @property
    def entered(self) -> Pair:
        return Pair(*self.result.get("entered", [0, 0]))

    @property
    def recorded(self) -> list[tuple[LightRow, dict[str, int]]]:
        """Today's policy replayed beside what the ledger says of the same issues."""
        found = self.result.get("recorded", {})
        return [(row, found.get(row.light.value, {})) for row in self.total]

    @cached_property
    def bars(self) -> list[Bar]:
        most = max((max(row.late.today, row.late.draft) for row in self.total), default=0) or 1
        return [
            Bar(row.light, 10 + index * 44, round(420 * row.late.today / most), round(420 * row.late.draft / most), row.late)
            for index, row in enumerate(self.total)
        ]

    @cached_property
    def curves(self) -> list[Curve]:
        """The desks and units with the largest load."""
        return [_curve(row) for row in self.result.get("load", {}).get("owners", [])[:SHOWN]]

    @property
    def more_owners(self) -> int:
        return max(len(self.result.get("load", {}).get("owners", [])) - SHOWN, 0)

    @property
    def weeks(self) -> list[str]:
        return list(self.result.get("load", {}).get("weeks", []))

    def table(self) -> Iterator[list[object]]:
        """Everything as rows for a spreadsheet: figures by township and light, then the load by week."""
        yield [_("Township"), _("Light"), _("Measure"), _("Today"), _("Draft")]
        words = {"seen": _("had it"), "late": _("late"), "climbed": _("climbed"), "drafted": _("proposal drafted")}
        for name, _issues, rows in [(_("In all"), self.issues, self.total), *self.townships]:
            for row in rows:
                for measure in MEASURES:
                    pair: Pair = getattr(row, measure)
                    yield [name, row.light.label, words[measure], pair.today, pair.draft]
        yield []
        yield [_("Desk or unit"), _("Light"), _("Week from"), _("Today"), _("Draft")]
        for owner in self.result.get("load", {}).get("owners", []):
            for week, today, draft in zip(self.weeks, *owner["weeks"], strict=True):
                yield [_owner(owner), Light(owner["light"]).label, week, today, draft]


def _row(row: dict[str, Any]) -> LightRow:
    return LightRow(Light(row["light"]), *(Pair(*row[measure]) for measure in MEASURES))


def _owner(owner: dict[str, Any]) -> str:
    role = RUNGS[LEVEL_OF[Light(owner["light"])]].owner.label
    return str(owner["name"]) if owner["name"] and owner["light"] == Light.RED else _("%(place)s, %(role)s") % {
        "place": owner["name"], "role": role
    } if owner["name"] else str(role)  # fmt: skip


def _curve(owner: dict[str, Any]) -> Curve:
    today, draft = owner["weeks"]
    top = max([1, *today, *draft])
    means = tuple(f"{sum(weeks) / max(len(weeks), 1):.1f}" for weeks in (today, draft))
    peaks = Pair(max(today, default=0), max(draft, default=0))
    return Curve(_owner(owner), Light(owner["light"]), _line(today, top), _line(draft, top), top, (means[0], means[1]), peaks)


def _line(weeks: list[int], top: int) -> str:
    """The points of a polyline, one per week."""
    step = (WIDTH - LEFT - 6) / max(len(weeks) - 1, 1)
    return " ".join(f"{LEFT + n * step:.1f},{HEIGHT - 14 - (HEIGHT - 24) * value / top:.1f}" for n, value in enumerate(weeks))
