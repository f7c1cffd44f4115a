"""The same checks for the areas that stand already: overlaps, gaps, what sticks out, and what was never drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grids import metres
from grids.importing.checks import Family, check_family
from grids.importing.faults import Faults, Kind
from grids.importing.rows import reason
from grids.levels import Level
from grids.models import Area


def check_standing(which: Iterable[Level], path: str = "") -> Faults:
    """What is wrong with the current areas of these levels below a path (everything if it is empty)."""
    faults = Faults()
    for level in which:
        for parent, children in _families(level, path):
            _check(parent, children, faults)
        _check_empty(level, path, faults)
    return faults


def _families(level: Level, path: str) -> Iterator[tuple[Area | None, list[Area]]]:
    """Each parent with its children of the level, in the order of their paths."""
    family: list[Area] = []
    areas = Area.objects.current().of_level(level).inside(path).select_related("parent").order_by("parent__path", "path")
    for area in areas.iterator(chunk_size=500):
        if family and family[0].parent_id != area.parent_id:
            yield family[0].parent, family
            family = []
        family.append(area)
    if family:
        yield family[0].parent, family


def _check(parent: Area | None, children: list[Area], faults: Faults) -> None:
    shapes = {}
    for area in children:
        if area.boundary is None:
            faults.add(Kind.EMPTY_GEOMETRY, None, area.code)
            continue
        shape = metres.to_shapely(area.boundary)
        if shape.is_valid:
            shapes[area.code] = shape
        else:
            why, x, y = reason(shape)
            faults.add(Kind.INVALID, None, area.code, x=x, y=y, why=why)
    check_family(
        Family(
            parent=parent.code if parent else "",
            outline=metres.to_shapely(parent.boundary) if parent and parent.boundary else None,
            shapes=shapes,
            is_whole=len(shapes) == len(children),
        ),
        faults,
    )


def _check_empty(level: Level, path: str, faults: Faults) -> None:
    """Areas of the next wider level that have nothing of this level in them."""
    wider = [each for each in Level if each > level]
    if not wider or level >= Level.COUNTY:
        return
    for area in Area.objects.current().of_level(min(wider)).below(path).childless():
        shape = metres.to_shapely(area.boundary) if area.boundary else None
        known = "?" if area.households is None else str(area.households)
        faults.add(Kind.NO_CHILDREN, None, area.code, shape, name=area.name, households=known)
