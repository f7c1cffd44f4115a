"""Disputed ground from any file that GDAL reads: polygons, or stretches of a boundary with the width that is in dispute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import disputes
from grids.disputes import Claim
from grids.errors import Refusal
from grids.importing.faults import Fault
from grids.importing.rows import reason
from grids.importing.source import Batch, Source, Unreadable, in_utf8, read_batches, read_header
from grids.levels import Level
from grids.metres import Plane, to_boundary
from grids.models import Area, Dispute

MEANINGS = ("code", "name", "villages", "width", "note")
# What columns are often called, to guess by.
USUAL: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "bh", "编号", "争议编号"),
    "name": ("name", "mc", "名称", "争议名称"),
    "villages": ("villages", "涉及村", "争议双方", "村代码"),
    "width": ("width", "width_m", "宽度", "宽度米"),
    "note": ("note", "bz", "备注"),
}
WIDEST_M = 2_000.0  # a stretch of boundary that is wider in dispute is an area: draw it
_SEPARATORS = str.maketrans(dict.fromkeys("，、；;|/ ", ","))


@dataclass
class Outcome:
    """What became of a file: sentences of what is wrong, each with its row; and what was, or would be, entered."""

    faults: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    entered: list[Dispute] = field(default_factory=list)


def guess(columns: tuple[str, ...]) -> dict[str, str]:
    """Meaning → column, by what columns are often called."""
    known = {column.lower(): column for column in columns}
    found = {meaning: next((known[name] for name in names if name in known), "") for meaning, names in USUAL.items()}
    return {meaning: column for meaning, column in found.items() if column}


def import_disputes(source: Source, *, at: datetime, dry_run: bool = False) -> Outcome:
    """Enter every ground of the file, or none and say why. Columns that `source` does not name are guessed."""
    outcome = Outcome()
    try:
        with in_utf8(source) as readable:
            outcome.claims = list(_claims(readable, outcome.faults))
    except Unreadable as unreadable:
        outcome.faults.append(Fault(unreadable.kind, values=unreadable.values).sentence)
    if not outcome.faults and not dry_run:
        outcome.entered = disputes.enter(outcome.claims, at=at)
    return outcome


def _claims(source: Source, faults: list[str]) -> Iterator[Claim]:
    header = read_header(source)
    named = Source(source.file, source.columns or guess(header.columns), source.crs, source.encoding, source.layer)
    if "code" not in named.columns:
        faults.append(
            _("No column holds the code of a ground; the file has: %(columns)s.") % {"columns": ", ".join(header.columns)}
        )
        return
    rows: dict[str, int] = {}
    for batch in read_batches(named, header):
        for place in range(len(batch.texts["code"])):
            number = batch.first + place
            try:
                claim = _claim(batch, place)
                if claim.code in rows:
                    raise Refusal(_("the code stands in row %(other)d too.") % {"other": rows[claim.code]})
            except Refusal as refusal:
                faults.append(_("Row %(row)d: %(what)s") % {"row": number, "what": refusal.sentence})
                continue
            rows[claim.code] = number
            yield claim


def _claim(batch: Batch, place: int) -> Claim:
    """One row as a ground. Raises Refusal with what is wrong with it."""

    def text(meaning: str) -> str:
        return batch.texts[meaning][place] if meaning in batch.texts else ""

    if not text("code") or len(text("code")) > 40:
        raise Refusal(_("the code is missing, or has more than 40 characters."))
    shape = _ground(batch.shapes[place], text("width"))
    villages = _named(text("villages")) or _beside(shape)
    claim = Claim(text("code"), text("name") or text("code"), to_boundary(shape), villages, text("note")[:240])
    disputes.check(claim)
    return claim


def _ground(shape: BaseGeometry | None, width: str) -> BaseGeometry:
    """The polygon of a row: as drawn, or a stretch of boundary as wide (metres in all) as it is in dispute."""
    if shape is None or shape.is_empty:
        raise Refusal(_("it has no boundary."))
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise Refusal(_("its coordinates are not degrees: name the coordinate system."))
    if shape.geom_type in ("LineString", "MultiLineString"):
        plane = Plane.around(shape)
        return plane.out(shapely.buffer(plane.into(shape), _metres(width) / 2, cap_style="flat"))
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise Refusal(_("it is neither an area nor a stretch of boundary."))
    if not shape.is_valid:
        raise Refusal(_("its boundary is invalid: %(why)s.") % {"why": reason(shape)[0]})
    return shape


def _metres(text: str) -> float:
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not 0 < width <= WIDEST_M:
        words = {"text": text, "most": f"{WIDEST_M:.0f}"}
        raise Refusal(_("a stretch of boundary needs the width in dispute, in metres up to %(most)s; “%(text)s” is none.") % words)
    return width


def _named(text: str) -> tuple[Area, ...]:
    """The villages with these codes; none if none are named."""
    codes = [code for code in text.translate(_SEPARATORS).split(",") if code]
    found = {area.code: area for area in Area.objects.current().of_level(Level.VILLAGE).with_codes(codes).without_boundary()}
    if missing := [code for code in codes if code not in found]:
        raise Refusal(_("there is no village “%(code)s”.") % {"code": missing[0]})
    return tuple(found[code] for code in sorted(found))


def _beside(shape: BaseGeometry) -> tuple[Area, ...]:
    """The villages that the ground lies in or touches, where the file does not name them."""
    return tuple(Area.objects.current().of_level(Level.VILLAGE).meeting(to_boundary(shape)).without_boundary().order_by("code"))
