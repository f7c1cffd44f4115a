"""The list beside the map of hot spots: what is hot, in plain words, with its figures for whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Area, paths_above
from issues.models import HotSpot, Kind
from issues.querysets import HotSpotQuerySet
from issues.recurring.links import Hint
from issues.recurring.places import areas_at, by_path, name_of
from mapui.charts import columns

# A shape for each, so that nothing is told by colour alone: filled is hot, hollow is not; up is growing, down is fading.
SHAPES = {Kind.HOT_GROWING: "▲", Kind.HOT: "●", Kind.GROWING: "△", Kind.HOT_FADING: "▼"}
MEANINGS: dict[Kind, Promise] = {
    Kind.HOT_GROWING: gettext_lazy("Significantly more issues here and next to it than elsewhere, and more and more."),
    Kind.HOT: gettext_lazy("Significantly more issues here and next to it than elsewhere."),
    Kind.GROWING: gettext_lazy("Not more than elsewhere yet, but more and more."),
    Kind.HOT_FADING: gettext_lazy("Significantly more issues here and next to it than elsewhere, but fewer and fewer."),
}
# Why it speaks for raising an issue that it lies in one.
HINTS: dict[Hint, Promise] = {
    Hint.GROWING_SPOT: MEANINGS[Kind.HOT_GROWING],
    Hint.SPOT: MEANINGS[Kind.HOT],
    Hint.RECURRING: gettext_lazy(
        "Issues of this kind were closed and came back close by, again and again, in the last twelve months."
    ),
}

# How the legend says the steps of `hot-shares.js`.
SHARES = ("<2%", "2–5%", "5–10%", "10–20%", "≥20%")


@dataclass(frozen=True)
class HotRow:
    """A spot with the names of its area and of what that lies in."""

    spot: HotSpot
    area: str
    within: str
    lonlat: tuple[float, float] | None

    @property
    def kind(self) -> Kind:
        return self.spot.kind

    @property
    def shape(self) -> str:
        return SHAPES[self.kind]

    @property
    def meaning(self) -> Promise:
        return MEANINGS[self.kind]

    @property
    def compared(self) -> str:
        """Here and around it beside the average, in words."""
        told = {"around": _number(self.spot.around), "average": _number(self.spot.average)}
        return _("%(around)s for each area here and next to it; %(average)s on average") % told

    @property
    def evidence(self) -> str:
        """The statistics, for whoever asks."""
        told = {
            "score": _number(self.spot.score, 2),
            "chance": _chance(self.spot.chance),
            "tau": _number(self.spot.tau, 2),
            "drift": _chance(self.spot.drift_chance),
        }
        return _("Getis-Ord Gi* = %(score)s, adjusted p %(chance)s; Mann-Kendall τ = %(tau)s, adjusted p %(drift)s") % told

    @cached_property
    def chart(self) -> SafeString:
        return columns(_("Issues by period of four weeks"), self.spot.counts)


def _number(value: float, decimals: int = 1) -> str:
    return str(number_format(value, decimal_pos=decimals))


def _chance(p: float) -> str:
    return f"< {_number(0.001, 3)}" if p < 0.001 else f"= {_number(p, 3)}"


class HotRows(Sequence[HotRow]):
    """The hottest first; reads only the rows which are asked for. A slice costs two queries."""

    def __init__(self, spots: HotSpotQuerySet) -> None:
        self.spots = spots

    def __len__(self) -> int:
        return self.spots.count()

    def __getitem__(self, rows: Any) -> Any:
        found = list(self.spots[rows])
        areas = by_path(areas_at(path for spot in found for path in paths_above(spot.path)))
        return [_row(spot, areas) for spot in found]


def _row(spot: HotSpot, areas: dict[str, Area]) -> HotRow:
    area, above = areas.get(spot.path), paths_above(spot.path)[1:-1]
    point = area.label_point if area else None
    return HotRow(
        spot=spot,
        area=name_of(areas, spot.path),
        within=" · ".join(name_of(areas, path) for path in above),
        lonlat=(point.x, point.y) if point else None,
    )


def legend() -> list[tuple[Kind, str, Promise]]:
    """(kind, shape, meaning) of each, the most pressing first."""
    return [(kind, SHAPES[kind], MEANINGS[kind]) for kind in Kind]


def explained(hints: Iterable[Hint]) -> list[tuple[Hint, Promise | str]]:
    """Each with what the analysis of the night means by it; empty for what the issue's own policy says."""
    return [(hint, HINTS.get(hint, "")) for hint in hints]


def map_config() -> dict[str, object]:
    """What the script of the map has to know: where the spots are, and {kind: [shape, name]}."""
    return {"hot": reverse("hot-areas"), "shapes": {kind.value: [shape, str(kind.label)] for kind, shape, _meaning in legend()}}


def sheet(rows: Sequence[HotRow], most: int) -> Iterator[list[object]]:
    """The list as rows of a table, its heading first."""
    yield [_("Hot spot"), _("Lies in"), _("What it is"), _("Issues"), _("Around it"), _("On average"), "Gi*", "p", "τ", "p (τ)"]
    for row in rows[:most]:
        spot = row.spot
        figures = [
            spot.count,
            *(round(value, 4) for value in (spot.around, spot.average, spot.score, spot.chance, spot.tau, spot.drift_chance)),
        ]
        yield [row.area, row.within, str(row.kind.label), *figures]
