"""Choosing a place from lists, widest first: township, village, cell. Works with and without JavaScript alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.locate import Location, locate
from grids.models import Area, Dispute, Territory
from issues.intake.placing import lies_in


@dataclass(frozen=True)
class Step:
    """One list: what is asked, the areas to choose from, the code chosen, and what leaving it open means."""

    label: str
    options: list[Area]
    chosen: str
    open_label: str
    is_first: bool


@dataclass
class PlaceChoice:
    """Lists with what is chosen in each, and the pin if there is one (EPSG:4326, accuracy in metres).

    The lists are read when they are drawn: a report that is taken never asks for them.
    """

    codes: tuple[str, ...] = ()  # of the areas chosen, in any order
    found: Location | None = None  # where the pin lies
    by_pin: bool = False  # whether the pin alone says which area it is
    point: Point | None = None
    accuracy_m: float | None = None
    ambiguous: bool = False
    outside: bool = False
    candidates: list[Area] = field(default_factory=list)
    note: str = ""
    dispute: Dispute | None = None  # the disputed ground that the pin lies in

    @cached_property
    def roots(self) -> list[Area]:
        return list(Area.objects.roots().select_related("territory").without_boundary())

    @property
    def root(self) -> Area | None:
        """The only territory, if there is but one."""
        return self.roots[0] if len(self.roots) == 1 else None

    @property
    def steps(self) -> list[Step]:
        """One list per level, as deep as was chosen and one further."""
        return self._lists[0]

    @property
    def chain(self) -> list[Area]:
        """The areas chosen, widest first."""
        return self._lists[1]

    @property
    def area(self) -> Area | None:
        """The narrowest area chosen."""
        if self.by_pin and self.found:
            return self.found.area
        if not self.codes:
            return None
        return self.chain[-1] if self.chain else None

    @property
    def is_unknown(self) -> bool:
        """Whether the person said that they do not know where."""
        area = self.area
        return area is not None and area.parent_id is None and area == self.root

    @property
    def names(self) -> list[str]:
        """Names of what was chosen, widest first, without the territory itself when there is but one."""
        return [area.name for area in self.chain if area != self.root]

    @cached_property
    def _lists(self) -> tuple[list[Step], list[Area]]:
        known = {area.code: area for area in Area.objects.current().with_codes(self.codes).without_boundary()}
        chosen = sorted(known.values(), key=lambda area: area.path.count("."))
        steps: list[Step] = []
        chain: list[Area] = []
        options = self.roots
        if self.root:
            options = _parts(self.root)
            if any(lies_in(area, self.root) for area in chosen):
                chain.append(self.root)
        while options:
            picked = next((option for option in options if any(lies_in(area, option) for area in chosen)), None)
            steps.append(_step(self.root, chain, options, picked, is_first=not steps))
            if picked is None:
                break
            chain.append(picked)
            options = _parts(picked)
        return steps, chain


def from_lists(codes: Iterable[str]) -> PlaceChoice:
    """The lists after somebody chose these areas; a choice that does not lie in the one before it is forgotten."""
    return PlaceChoice(tuple([code for code in codes if code][:8]))


def from_area(area: Area) -> PlaceChoice:
    """The lists with this area and all that it lies in chosen."""
    return from_lists(area.path.split("."))


def from_pin(point: Point, accuracy_m: float | None) -> PlaceChoice:
    """The lists with the area of the pin chosen, and the neighbours that it may as well be in."""
    found = locate(point, accuracy_m)
    choice = from_area(found.area) if found.area else from_lists(())
    choice.found, choice.by_pin = found, True
    choice.point, choice.accuracy_m = point, accuracy_m
    choice.outside = found.area is None
    choice.ambiguous = found.ambiguous
    choice.candidates = found.candidates[:4] if len(found.candidates) > 1 else []
    return _with_dispute(choice)


def with_pin(codes: list[str], point: Point, accuracy_m: float | None) -> PlaceChoice:
    """What somebody chose from the lists while there is a pin, which goes if it lies in quite another place."""
    choice = from_lists(codes)
    chosen = choice.area
    if chosen is None:
        return from_pin(point, accuracy_m)
    found = locate(point, accuracy_m)
    if found.area and found.area.path == chosen.path:
        return from_pin(point, accuracy_m)
    near = [found.area, *found.candidates] if found.area else []
    if any(lies_in(area, chosen) or lies_in(chosen, area) for area in near):
        choice.point, choice.accuracy_m, choice.found = point, accuracy_m, found
        return _with_dispute(choice)
    choice.note = _("The pin was taken off the map: it lies elsewhere.")
    return choice


def _with_dispute(choice: PlaceChoice) -> PlaceChoice:
    """The choice with the disputed ground that its pin lies in; then nobody is asked which village it is."""
    if choice.found and choice.found.dispute is not None:
        choice.dispute = Dispute.objects.with_claims().with_keys([choice.found.dispute]).first()
        choice.candidates = []
    return choice


def _parts(area: Area) -> list[Area]:
    return list(Area.objects.parts_of(area).without_boundary())


def _step(only: Area | None, chain: list[Area], options: list[Area], picked: Area | None, *, is_first: bool) -> Step:
    root = only or (chain[0] if chain else None)
    territory: Territory | None = getattr(root, "territory", None)
    level = options[0].level
    label = territory.level_name(level) if territory else str(Level(level).label)
    left_open = _("Please choose") if is_first else _("Not sure, or all of %(area)s") % {"area": chain[-1].name}
    return Step(label, options, picked.code if picked else "", left_open, is_first)
