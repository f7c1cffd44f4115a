"""What can be done to the territory: one verb, one function, one transaction.

Rows are never redrawn in place: whoever changes a boundary retires the row and saves another that says what it replaces.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import coverage, levels, metres, sql, tasks
from grids.codes import free_codes
from grids.drawing.shares import allot
from grids.errors import Refusal
from grids.levels import Level
from grids.models import Area, Layer

# Seconds from 1970 to 2020: a version is counted from there, so that it fits its column until 2088.
VERSION_EPOCH = 1_577_836_800
# About 0.1 mm: where a line was cut, its end lies beside the neighbour's edge by a rounding.
GRID_DEGREES = 1e-9


@transaction.atomic
def refresh_layer(level: int, at: datetime) -> Layer:
    """Number the current areas of the level anew, in the order of their paths, and give its geometry a new version.

    The next finer level gets a new version too: its list of names speaks of the ordinals of this one.
    """
    layer = _bumped(level, at)
    with connection.cursor() as cursor:
        cursor.execute(sql.read("number_areas"), {"level": int(level)})
    below = levels.finer(level)
    if below is not None and Area.objects.current().of_level(below).exists():
        _bumped(below, at)
    return layer


def _bumped(level: int, at: datetime) -> Layer:
    """The level's layer under its next version, locked until the transaction ends; its tiles are warmed afterwards."""
    Layer.objects.get_or_create(level=int(level), defaults={"changed_at": at})
    layer = Layer.objects.select_for_update().get(level=int(level))
    # Not a time but a name that must never come back, even after the database was rebuilt: browsers keep tiles for good.
    layer.version = max(layer.version + 1, int(time.time()) - VERSION_EPOCH)
    layer.changed_at = at
    layer.save(update_fields=["version", "changed_at"])
    transaction.on_commit(lambda: tasks.ask_to_warm(layer.level, layer.version))
    return layer


@transaction.atomic
def replace(old: Sequence[Area], new: Sequence[Area], *, at: datetime) -> list[Area]:
    """Retire the old areas for the new (unsaved) ones; each old one names those that took over its ground.

    What lies within follows: an area whose path stays is moved under the new row, one whose path changes is replaced by
    its like. The maps of every level that changed get a new version.
    """
    for level in sorted(succeed(old, new, at=at), reverse=True):
        refresh_layer(level, at)
    return list(new)


@transaction.atomic
def succeed(old: Sequence[Area], new: Sequence[Area], *, at: datetime) -> set[int]:
    """`replace` without new versions of the maps; the levels that need one."""
    changed = {area.level for area in (*old, *new)}
    Area.objects.retire([area.pk for area in old], at)
    Area.objects.bulk_create(new, batch_size=500)
    heirs = heirs_of(old, new)
    for area in old:
        area.valid_to = at
        area.replaced_by.set(heirs[area.pk])
        changed |= _move_children(area, heirs[area.pk], at)
    return changed


def split(area: Area, line: BaseGeometry, *, at: datetime, codes: Sequence[str] = ()) -> list[Area]:
    """Cut the area along a line (EPSG:4326) into new areas, numbered on from the codes of its siblings, or by `codes`.

    Raises Refusal if the line does not cut it through, or if it has no boundary.
    """
    pieces = pieces_of(area, line)
    if len(pieces) < 2:
        raise Refusal(_("The line does not cut “%(area)s” in two: begin and end it outside.") % {"area": area}, field="line")
    pieces.sort(key=lambda piece: (-round(piece.centroid.y, 3), piece.centroid.x))
    new_codes = codes or free_codes(area.parent, len(pieces), area.kind) if area.level == Level.GRID else codes
    if len(new_codes) != len(pieces):
        raise Refusal(
            _("%(area)s falls into %(count)d parts: give as many codes.") % {"area": area, "count": len(pieces)}, field="codes"
        )
    households = _shared(area.households, [piece.area for piece in pieces])
    new = [
        _like(area, code=code, name=f"{area.name} {number}", boundary=piece, households=count, at=at)
        for number, (code, piece, count) in enumerate(zip(new_codes, pieces, households, strict=True), start=1)
    ]
    return replace([area], new, at=at)


def merge(areas: Sequence[Area], *, at: datetime, name: str = "", code: str = "") -> Area:
    """Join touching areas of one parent into a new one, numbered on from the codes of its siblings, or by `code`.

    Raises Refusal if they are not of one parent, or do not touch.
    """
    first = areas[0]
    if len(areas) < 2 or len({area.parent_id for area in areas}) > 1:
        raise Refusal(_("Only areas of the same parent can be merged, two or more of them."))
    shapes = [boundary_of(area) for area in areas]
    most = max(len(shapely.get_parts(shape)) for shape in shapes)
    joined = shapely.union_all(shapes)
    if len(shapely.get_parts(joined)) > most:
        joined = shapely.union_all(shapes, grid_size=GRID_DEGREES)
    if len(shapely.get_parts(joined)) > most:
        raise Refusal(_("%(areas)s do not touch each other.") % {"areas": ", ".join(str(area) for area in areas)})
    if not code and first.level != Level.GRID:
        raise Refusal(_("Give the code of the merged area."), field="code")
    known = [area.households for area in areas if area.households is not None]
    new = _like(
        first,
        code=code or free_codes(first.parent, 1, first.kind)[0],
        name=name or first.name,
        boundary=joined,
        households=sum(known) if known else None,
        at=at,
    )
    return replace(areas, [new], at=at)[0]


def redraw(boundaries: Mapping[Area, BaseGeometry], *, at: datetime) -> list[Area]:
    """Give areas of one parent new boundaries (EPSG:4326) under their old codes, e.g. two whose common edge has moved.

    Raises Refusal if one is invalid, sticks out of the parent, overlaps a sibling, or leaves ground behind that was covered.
    """
    for area, shape in boundaries.items():
        if shape.is_empty or not shape.is_valid or shape.geom_type not in ("Polygon", "MultiPolygon"):
            raise Refusal(_("The new boundary of “%(area)s” is not a valid polygon.") % {"area": area}, field=area.code)
    if len({area.parent_id for area in boundaries}) != 1:
        raise Refusal(_("Only areas of the same parent can be redrawn together."))
    _refuse_disorder(boundaries)
    new = [
        _like(area, code=area.code, name=area.name, boundary=shape, households=area.households, at=at)
        for area, shape in boundaries.items()
    ]
    return replace(list(boundaries), new, at=at)


def _refuse_disorder(boundaries: Mapping[Area, BaseGeometry]) -> None:
    parent = next(iter(boundaries)).parent
    shapes = {area.code: shape for area, shape in boundaries.items()}
    siblings = Area.objects.current().children_of(parent).exclude(pk__in=[area.pk for area in boundaries])
    others = {area.code: metres.to_shapely(area.boundary) for area in siblings if area.boundary}
    pieces = [piece for piece in coverage.overlaps(shapes | others) if set(piece.codes) & set(shapes)]
    if pieces:
        raise Refusal(_("“%(one)s” and “%(other)s” would overlap.") % dict(zip(("one", "other"), pieces[0].codes, strict=True)))
    if parent is not None and parent.boundary:
        for piece in coverage.outside(metres.to_shapely(parent.boundary), shapes):
            raise Refusal(_("“%(area)s” would stick out of “%(parent)s”.") % {"area": piece.codes[0], "parent": parent})
    covered = shapely.union_all([metres.to_shapely(area.boundary) for area in boundaries if area.boundary])
    for piece in coverage.gaps(covered, shapes | others) if not covered.is_empty else []:
        raise Refusal(_("%(area)d m² would be left without an area.") % {"area": round(piece.area_m2)})


def boundary_of(area: Area) -> BaseGeometry:
    """The boundary as a shapely geometry (EPSG:4326). Raises Refusal if there is none."""
    if area.boundary is None:
        raise Refusal(_("“%(area)s” has no boundary.") % {"area": area})
    return metres.to_shapely(area.boundary)


def pieces_of(area: Area, line: BaseGeometry) -> list[BaseGeometry]:
    """The polygons that a line (EPSG:4326) cuts the area into; its own if it does not cut it through."""
    return [piece for part in shapely.get_parts(boundary_of(area)) for piece in _cut(part, line)]


def _cut(polygon: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """The polygons that a line cuts a polygon into."""
    lines = shapely.union_all([polygon.boundary, line])
    return [face for face in shapely.get_parts(shapely.polygonize([lines])) if polygon.contains(face.representative_point())]


def _like(area: Area, *, code: str, name: str, boundary: BaseGeometry, households: int | None, at: datetime) -> Area:
    """An unsaved area beside this one."""
    return Area(
        level=area.level,
        code=code,
        name=name,
        parent=area.parent,
        path=path_of(area.parent, code),
        boundary=metres.to_boundary(boundary),
        label_point=metres.label_point(boundary),
        households=households,
        kind=area.kind,
        valid_from=at,
    )


def path_of(parent: Area | None, code: str) -> str:
    """The path of an area with that code within the parent."""
    return f"{parent.path}.{code}" if parent else code


def _shared(households: int | None, shares: Sequence[float]) -> list[int | None]:
    """Households dealt out by share; none known stays none known."""
    return list(allot(households, shares)) if households is not None else [None] * len(shares)


def heirs_of(old: Iterable[Area], new: Sequence[Area]) -> dict[int, list[Area]]:
    """For each old area (by pk) those of the new that take over its ground; without boundaries, those of its code."""
    drawn = [area for area in new if area.boundary is not None]
    shapes = np.array([metres.to_shapely(area.boundary) for area in drawn if area.boundary], dtype=object)
    tree = shapely.STRtree(shapes)
    found: dict[int, list[Area]] = {}
    for area in old:
        ground = metres.to_shapely(area.boundary) if area.boundary else shapely.Point()
        near = sorted(tree.query(ground, predicate="intersects").tolist())
        wanted = ground.area * coverage.OUTSIDE_SHARE
        found[area.pk] = [drawn[place] for place in near if ground.intersection(shapes[place]).area > wanted]
        found[area.pk] = found[area.pk] or [each for each in new if each.code == area.code]
    return found


def _move_children(old: Area, heirs: Sequence[Area], at: datetime) -> set[int]:
    """What lay within the old area goes to the heir that holds most of it; the levels whose paths changed."""
    changed: set[int] = set()
    for child in list(Area.objects.current().children_of(old)):
        if not heirs:
            raise Refusal(_("“%(area)s” still holds “%(child)s” and others.") % {"area": old, "child": child})
        heir = max(heirs, key=lambda area: _common(area, child))
        if heir.path == old.path:
            Area.objects.move_under(heir, [child.pk])
        else:
            changed |= _rehome(child, heir, at)
    return changed


def _common(area: Area, child: Area) -> float:
    if area.boundary is None or child.boundary is None:
        return 0.0
    return float(metres.to_shapely(area.boundary).intersection(metres.to_shapely(child.boundary)).area)


def _rehome(area: Area, parent: Area, at: datetime) -> set[int]:
    """Replace the area, and all within it, by their likes under another parent; the levels that changed."""
    children = list(Area.objects.current().children_of(area))
    Area.objects.retire([area.pk], at)
    old = Area.objects.get(pk=area.pk)
    area.pk, area.ordinal, area.parent, area.valid_from, area.valid_to = None, None, parent, at, None
    area.path = path_of(parent, area.code)
    area._state.adding = True
    area.save()
    old.replaced_by.set([area])
    return {area.level}.union(*(_rehome(child, area, at) for child in children))


def retire(areas: Collection[Area], *, at: datetime) -> None:
    """End areas for which nothing comes instead. Raises Refusal while anything current lies within."""
    replace(list(areas), [], at=at)
