"""What the page of a contact card shows: the people, the outline, the names of the levels, where its QR code leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse

from grids.levels import Level
from grids.models import Area, Territory
from issues.terms import Light
from issues.workflow import LADDER
from mapui.addresses import public_url
from mapui.outline import Outline, outline_of
from representatives.cards import Card, card_of
from representatives.chain import Answer
from representatives.roles import SUCCESSION, Role


@dataclass(frozen=True)
class LightLine:
    """One light on the card: who decides there, who answers now, and what the area of that level is called."""

    light: Light
    level: Level
    level_name: str
    owner: Role
    answer: Answer


class CardPage:
    """The card of a current area at one moment. Queries: people, the areas it lies in, its neighbours."""

    def __init__(self, area: Area, at: datetime) -> None:
        self.area = area
        self.at = at

    @cached_property
    def card(self) -> Card:
        return card_of(self.area, self.at)

    @cached_property
    def above(self) -> list[Area]:
        """The areas it lies in, widest first."""
        found = Area.objects.current().on_path(self.area.path).without_boundary().select_related("territory")
        return [area for area in found if area.pk != self.area.pk]

    @property
    def village(self) -> Area | None:
        """The village that it is or lies in; None above villages."""
        return next((area for area in (self.area, *self.above) if area.level == Level.VILLAGE), None)

    @property
    def territory(self) -> Territory | None:
        root = self.above[0] if self.above else self.area
        return getattr(root, "territory", None)

    def level_name(self, level: int) -> str:
        return self.territory.level_name(level) if self.territory else str(Level(level).label)

    @property
    def kind(self) -> str:
        """What an area of its level is called here."""
        return self.level_name(self.area.level)

    @property
    def lights(self) -> list[LightLine]:
        """The four lights, lowest first."""
        return [
            LightLine(rung.light, rung.level, self.level_name(rung.level), rung.owner, self.card.answer_at(rung.level))
            for rung in LADDER
        ]

    @property
    def representative(self) -> str:
        return str(SUCCESSION[Level.GRID][0].label)

    @cached_property
    def outline(self) -> Outline | None:
        """The area among those beside it in the same wider area; None without a boundary."""
        if self.area.boundary is None or not self.above:
            return outline_of(self.area, ())
        beside = Area.objects.current().of_level(Level(self.area.level)).under(self.above[-1].path)
        return outline_of(self.area, beside.only("boundary"))


def report_url(request: HttpRequest, code: str) -> str:
    """The address that the QR code of that area holds: with the public host name, if one is set."""
    return public_url(request, reverse("report-in-cell", args=[code]))


def successors(area: Area) -> list[Area]:
    """The current areas that came instead of a retired one, through as many redrawings as it takes."""
    found: dict[int, Area] = {}
    waiting, seen = [area], {area.pk}
    while waiting:
        for heir in waiting.pop().replaced_by.without_boundary():
            if heir.pk in seen:
                continue
            seen.add(heir.pk)
            if heir.valid_to is None:
                found[heir.pk] = heir
            else:
                waiting.append(heir)
    return sorted(found.values(), key=lambda heir: heir.path)
