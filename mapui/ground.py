"""What every map and table of a county stands on: its areas down to one, its name for each level, and what can be drawn."""

from __future__ import annotations

from functools import cached_property, lru_cache

from django.db.models import Count, Min

from grids import tiles
from grids.levels import LADDER_LEVELS, Level, slug
from grids.models import Area, Layer, Territory, county_among, in_language
from grids.prepared import Prepared
from grids.together import Rows, read_together

Box = list[float]  # west, south, east, north in degrees, 6 decimals

_trail = Prepared(lambda path: Area.objects.current().on_path(path).with_box())
_territories = Prepared(lambda code: Territory.objects.of_county(code))
_layers = Prepared(lambda: Layer.objects.order_by("level"))


class Ground:
    """The county of the area with that path; of what lies above counties, the whole territory.

    Read when it is first asked for: one statement, for which `with_` may name more sets.
    """

    def __init__(self, path: str, *with_: Rows) -> None:
        self.path = path
        self.root = path.partition(".")[0]
        self._beside = with_

    @cached_property
    def _read(self) -> tuple[list[Area], list[Territory], list[Layer]]:
        trail, territories, layers = _trail(self.path), _territories(self.root), _layers()
        read_together(trail, territories, layers, *self._beside)
        return list(trail), list(territories), list(layers)

    @property
    def trail(self) -> list[Area]:
        """The area and all that it lies in, widest first, each with its `box`; empty if there is none today."""
        return self._read[0]

    @property
    def county(self) -> str:
        """The path of the county, of which a map asks the state; the root's where there is none."""
        found = county_among(self.trail)
        return found.path if found else self.root

    @property
    def territory(self) -> Territory | None:
        return next(iter(self._read[1]), None)

    @property
    def versions(self) -> dict[Level, int]:
        """Of the geometry of each level."""
        return {Level(layer.level): layer.version for layer in self._read[2]}

    def name_of(self, level: int) -> str:
        """What the county calls the level."""
        return self.territory.level_name(level) if self.territory else str(Level(level).label)

    def bounds(self, code: str = "") -> Box | None:
        """The box of the area of the trail with that code, else of the county; None if it has no boundary."""
        area = next((area for area in self.trail if area.code == code), county_among(self.trail))
        return area.box if area else None  # type: ignore[attr-defined]

    @cached_property
    def levels(self) -> list[dict[str, object]]:
        """The levels of the county that a map can draw, from wide to fine."""
        return self.levels_of(self.county)

    def levels_of(self, path: str) -> list[dict[str, object]]:
        """The same within another path: slug, name, version, number of areas, the first one's ordinal, least zoom."""
        drawn = drawn_levels(path, tuple(sorted(self.versions.items())))
        return [
            {"slug": slug(level), "name": self.name_of(level), "version": self.versions[level], "size": size}
            | {"first": first, "minZoom": tiles.MIN_ZOOM[level]}
            for level, size, first in drawn
        ]

    @property
    def note(self) -> str:
        """What is to be said on the map."""
        return in_language(self.territory.map_note) if self.territory else ""

    @property
    def attribution(self) -> str:
        return self.territory.attribution if self.territory else ""


@lru_cache(maxsize=512)  # a province has some hundred counties
def drawn_levels(county: str, versions: tuple[tuple[Level, int], ...]) -> tuple[tuple[Level, int, int], ...]:
    """Levels of the county of which anything has a boundary, from wide to fine: how many areas each has, and the first ordinal.

    One statement, then remembered: whatever changes an area gives its layer another version.
    """
    areas = Area.objects.current().under(county).order_by()
    rows = areas.values_list("level").annotate(n=Count("pk"), drawn=Count("boundary"), first=Min("ordinal"))
    found = {level: (n, first or 0) for level, n, drawn, first in rows if drawn}
    known = dict(versions)
    return tuple((level, *found[level]) for level in reversed(LADDER_LEVELS) if level in known and level in found)
