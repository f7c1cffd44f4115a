"""`GET /api/places`: the lists from which a place is chosen without a map, widest first; names of areas are public.

A phone asks for the parts of an area, one to three levels deep, and keeps them for when there is no signal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from grids.levels import Level, slug
from grids.models import Area, Territory
from issues.wire.answers import Fault, packed, wire

MOST = 5_000  # places in one answer
DEEPEST = 3
KEPT_S = 300
_FRESH = f"public, max-age={KEPT_S}"


@wire("GET", "HEAD")
def places(request: HttpRequest) -> HttpResponse:
    """The area of `?area=` (none: the roots), what it lies in, and its parts `?depth=` levels down. 304 if it is the same."""
    depth = request.GET.get("depth", "1")
    steps = int(depth) if depth in {str(step) for step in range(1, DEEPEST + 1)} else 1
    lists = Lists(_asked(request.GET.get("area", "")), steps)
    answer = packed(request, lists.as_body())
    answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    if answer["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponseNotModified(headers={"ETag": answer["ETag"], "Vary": answer["Vary"]})
    answer["Cache-Control"] = _FRESH
    return answer


def _asked(code: str) -> Area | None:
    if not code:
        return None
    area = Area.objects.current().with_code(mended_code(code)).without_boundary().first()
    if area is None:
        raise Fault(404, "unknown", _("There is no place with that code here."))
    return area


def mended_code(code: str) -> str:
    """A code as an address brings it: bounded, without what no database takes."""
    return code[:60].replace("\0", "")


class Lists:
    """The parts of an area, so many levels deep; of no area, the roots and theirs. Three statements."""

    def __init__(self, area: Area | None, steps: int) -> None:
        self.area, self.steps = area, steps

    def as_body(self) -> dict[str, object]:
        """What is sent; `left_out`: how many places were too many for one answer."""
        return {
            "area": self._named(self.area) if self.area else None,
            "trail": [self._named(area) for area in self._trail],
            "parts": self._parts(self._first_row),
            "left_out": max(len(self._found) - MOST, 0),
        }

    @cached_property
    def _trail(self) -> list[Area]:
        """What it lies in, widest first."""
        if self.area is None or self.area.parent_id is None:
            return []
        return list(Area.objects.current().on_path(self.area.path).without_boundary())[:-1]

    @cached_property
    def _found(self) -> list[Area]:
        return list(Area.objects.within_steps(self.area, self.steps).without_boundary())

    @property
    def _first_row(self) -> Iterable[Area]:
        return self._inside.get(self.area.pk if self.area else None, ())

    @cached_property
    def _inside(self) -> dict[int | None, list[Area]]:
        """What lies right in each area; those over the most are left out, the narrowest first."""
        kept = sorted(self._found, key=lambda area: -area.level)[:MOST]
        inside: dict[int | None, list[Area]] = {}
        for area in sorted(kept, key=lambda area: area.path):
            inside.setdefault(area.parent_id, []).append(area)
        return inside

    def _parts(self, areas: Iterable[Area]) -> list[dict[str, object]]:
        return [self._part(area) for area in areas]

    def _part(self, area: Area) -> dict[str, object]:
        within = self._inside.get(area.pk)
        if within:
            return {**self._named(area), "parts": self._parts(within)}
        return {**self._named(area), "more": True} if area.has_parts else self._named(area)  # type: ignore[attr-defined]

    def _named(self, area: Area) -> dict[str, object]:
        return {"code": area.code, "name": area.name, "level": slug(area.level), "level_name": self._level_name(area)}

    def _level_name(self, area: Area) -> str:
        """What its territory calls the level."""
        territory = self._territories.get(area.path.partition(".")[0])
        return territory.level_name(area.level) if territory else str(Level(area.level).label)

    @cached_property
    def _territories(self) -> dict[str, Territory]:
        roots = Area.objects.roots().select_related("territory").without_boundary()
        return {root.code: root.territory for root in roots if hasattr(root, "territory")}
