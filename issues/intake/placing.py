"""Which area a report belongs to: what the person chose and where the point lies, weighed (domain notes §3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from grids.locate import Location, locate
from grids.models import Area, Dispute
from issues.errors import Refusal


@dataclass(frozen=True)
class Placed:
    """The area that a report is filed under, and whether somebody should look at that again; `dispute`: who claims it."""

    area: Area
    ambiguous: bool
    dispute: Dispute | None = None


def place(point: Point | None, accuracy_m: float | None, chosen: Area | None, *, found: Location | None = None) -> Placed:
    """The area for a point (EPSG:4326), an area somebody chose, or both. Raises Refusal if there is neither.

    The chosen area stands if the point may lie in it; a point in quite another place of the territory outweighs it. A
    point outside goes to the chosen area, else to the manual desk: the root area. Whatever does not fit is marked.
    On disputed ground no village is in the right yet, whatever was chosen: it belongs to the township above them.
    `found`: what `locate` said of that very point and circle, if the caller has asked already.
    """
    if point is None:
        if chosen is None:
            raise Refusal(_("Please say where it is."), field="place")
        return Placed(chosen, ambiguous=chosen.parent_id is None)
    found = found or locate(point, accuracy_m)
    if found.dispute is not None and (above := _above_dispute(found.dispute)):
        return above
    if found.area is None:
        return Placed(chosen or _manual_desk(point), ambiguous=True)
    if chosen is None:
        return Placed(found.area, ambiguous=found.ambiguous)
    return _weighed(found.area, found, chosen)


def _above_dispute(key: int) -> Placed | None:
    """The narrowest area that holds every village of the dispute; None if that area is no more."""
    dispute = Dispute.objects.with_claims().with_keys([key]).first()
    area = Area.objects.current().at_paths([dispute.path]).without_boundary().first() if dispute else None
    return Placed(area, ambiguous=False, dispute=dispute) if area else None


def _weighed(located: Area, found: Location, chosen: Area) -> Placed:
    if lies_in(located, chosen):
        return Placed(located, ambiguous=found.ambiguous)  # the point is the finer answer of the two
    if any(lies_in(candidate, chosen) for candidate in found.candidates):
        return Placed(chosen, ambiguous=False)  # the circle touches it, and a person has said which
    if lies_in(chosen, located) and chosen.boundary is None:
        return Placed(chosen, ambiguous=False)  # a cell without a drawn boundary, in the village of the point
    return Placed(located, ambiguous=True)


def lies_in(inner: Area, outer: Area) -> bool:
    """Whether the one area is the other or a part of it."""
    return inner.path == outer.path or inner.path.startswith(f"{outer.path}.")


def _manual_desk(point: Point) -> Area:
    """The root area whose people look at reports that no area holds: the nearest one."""
    roots = list(Area.objects.roots())
    if not roots:
        raise Refusal(_("No territory is set up here yet, so no report can be taken. Please telephone your village office."))
    return min(roots, key=lambda root: root.boundary.distance(point) if root.boundary else float("inf"))
