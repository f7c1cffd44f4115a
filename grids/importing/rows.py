"""What can be wrong with one row by itself: its code, its numbers, its boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.importing.faults import Faults, Kind
from grids.importing.source import Batch
from grids.metres import area_m2
from grids.models import Area

CODE_LENGTH = 40
NAME_LENGTH = 120
KINDS = {
    "": "base",
    "base": "base",
    "dedicated": "dedicated",
    "基础网格": "base",
    "基础": "base",
    "专属网格": "dedicated",
    "专属": "dedicated",
}


@dataclass
class Row:
    """A row that may become an area: `shape` is its boundary, `point` where its name stands if it has none."""

    number: int
    code: str
    name: str
    parent: str
    households: int | None
    kind: str
    shape: BaseGeometry | None
    point: BaseGeometry | None


def read_rows(batch: Batch, faults: Faults, *, has_geometry: bool, repair: bool) -> Iterator[Row]:
    """The rows of a batch that can be staged; what is wrong with them, and with those left out, goes to `faults`."""
    for place, code in enumerate(batch.texts["code"]):
        number = batch.first + place
        texts = {meaning: values[place] for meaning, values in batch.texts.items()}
        if not _is_code(code, number, faults):
            continue
        row = Row(
            number=number,
            code=code,
            name=(texts.get("name") or code)[:NAME_LENGTH],
            parent=texts.get("parent", ""),
            households=_households(texts.get("households", ""), number, code, faults),
            kind=_kind(texts.get("kind", ""), number, code, faults),
            shape=None,
            point=None,
        )
        if has_geometry:
            _draw(row, batch.shapes[place], batch.wkb[place], faults, repair=repair)
        yield row


def _is_code(code: str, number: int, faults: Faults) -> bool:
    if not code:
        faults.add(Kind.NO_CODE, number)
    elif len(code) > CODE_LENGTH or "." in code or "/" in code:
        faults.add(Kind.LONG_CODE, number, code, length=CODE_LENGTH)
    else:
        return True
    return False


def _households(text: str, number: int, code: str, faults: Faults) -> int | None:
    if not text:
        return None
    try:
        count = int(float(text))
    except ValueError:
        count = -1
    if count < 0:
        faults.add(Kind.BAD_NUMBER, number, code, text=text)
        return None
    return count


def _kind(text: str, number: int, code: str, faults: Faults) -> str:
    kind = KINDS.get(text.lower())
    if kind is None:
        faults.add(Kind.BAD_KIND, number, code, text=text)
    return kind or Area.Kind.BASE


def _draw(row: Row, shape: BaseGeometry | None, wkb: bytes | None, faults: Faults, *, repair: bool) -> None:
    """Give the row its boundary, or its point, or note why it can have neither."""
    if shape is None and wkb is not None:
        faults.add(Kind.INVALID, row.number, row.code, x="?", y="?", why=_unreadable(wkb))
    elif shape is None or shape.is_empty:
        faults.add(Kind.EMPTY_GEOMETRY, row.number, row.code)
    elif not _in_degrees(row, shape, faults):
        return
    elif shape.geom_type in ("Point", "MultiPoint"):
        row.point = shape.centroid
        faults.add(Kind.POINT_ONLY, row.number, row.code, row.point)
    elif shape.geom_type not in ("Polygon", "MultiPolygon"):
        faults.add(Kind.WRONG_TYPE, row.number, row.code, shape, type=shape.geom_type)
    elif shape.is_valid:
        row.shape = shape
    elif repair:
        row.shape = _repaired(row, shape, faults)
    else:
        _explain(row, shape, faults)


def _in_degrees(row: Row, shape: BaseGeometry, faults: Faults) -> bool:
    west, south, east, north = shape.bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return True
    x, y = f"{west:.7g}", f"{south:.7g}"
    is_swapped = west >= -90 and east <= 90 and south >= -180 and north <= 180
    faults.add(Kind.SWAPPED if is_swapped else Kind.NOT_DEGREES, row.number, row.code, x=x, y=y)
    return False


def _repaired(row: Row, shape: BaseGeometry, faults: Faults) -> BaseGeometry | None:
    """The boundary made valid; None, with its fault, if nothing of it is left."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if mended.is_empty or mended.geom_type not in ("Polygon", "MultiPolygon"):
        _explain(row, shape, faults)
        return None
    changed = abs(area_m2(mended) - area_m2(shape))
    faults.add(Kind.REPAIRED, row.number, row.code, mended, why=reason(shape)[0], area=f"{changed:.0f}")
    return mended


def _explain(row: Row, shape: BaseGeometry, faults: Faults) -> None:
    why, x, y = reason(shape)
    place = shapely.Point(float(x), float(y)) if x else None
    faults.add(Kind.INVALID, row.number, row.code, place, x=x or "?", y=y or "?", why=why)


def reason(shape: BaseGeometry) -> tuple[str, str, str]:
    """Why a boundary is invalid, and where (degrees)."""
    told = str(shapely.is_valid_reason(shape))
    found = re.match(r"(?P<why>[^\[]*)(?:\[(?P<x>\S+) (?P<y>\S+)\])?", told)
    x, y = (found["x"], found["y"]) if found and found["x"] else ("", "")
    return (
        _why(found["why"].strip() if found else told),
        f"{float(x):.6f}" if x else "",
        f"{float(y):.6f}" if y else "",
    )


def _why(told: str) -> str:
    """The reasons that GEOS gives, in words for people."""
    words = {
        "Self-intersection": _("the line crosses itself"),
        "Ring Self-intersection": _("the line touches itself"),
        "Hole lies outside shell": _("a hole lies outside"),
        "Holes are nested": _("a hole lies within a hole"),
        "Nested shells": _("a part lies within another part"),
        "Duplicate Rings": _("a ring stands there twice"),
        "Interior is disconnected": _("holes cut it in two"),
        "Too few points in geometry component": _("a ring has too few corners"),
        "Invalid Coordinate": _("a corner has no numbers"),
        "Ring is not closed": _("a ring is not closed"),
    }
    return words.get(told, told)


def _unreadable(wkb: bytes) -> str:
    """Why GEOS cannot even read the boundary."""
    try:
        shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as error:
        if "closed" in str(error):
            return _why("Ring is not closed")
        if "number of points" in str(error).lower():
            return _why("Too few points in geometry component")
        return str(error).split(":")[-1].strip()
    return _why("Invalid Coordinate")
