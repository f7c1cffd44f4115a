"""What can be wrong in a family: the areas of one level within one parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from grids import coverage
from grids.datums import Crs
from grids.importing.faults import Faults, Kind
from grids.importing.source import to_wgs84

# So many areas that stick out are tried as GCJ-02.
TRIED = 30
# Read as GCJ-02, less than this part of what sticks out may still do so.
CURED = 0.3


@dataclass(frozen=True)
class Family:
    """The areas of one level within one parent, by code; `rows` are the rows of those that come from the file."""

    parent: str
    outline: BaseGeometry | None
    shapes: Mapping[str, BaseGeometry]
    rows: Mapping[str, int] = field(default_factory=dict)
    # A family that is not whole yet (areas without a boundary) has gaps by nature.
    is_whole: bool = True


@dataclass
class Suspicion:
    """Areas that stick out of their parents, to be tried in another coordinate system."""

    pairs: list[tuple[BaseGeometry, BaseGeometry]] = field(default_factory=list)

    def settle(self, faults: Faults) -> None:
        """Say so if what sticks out would not, were the file in GCJ-02."""
        if not self.pairs:
            return
        shifted = to_wgs84(shapely.from_wkb([shape.wkb for shape, _parent in self.pairs]), Crs.GCJ02)
        before = sum(shape.difference(parent).area for shape, parent in self.pairs)
        after = sum(shape.difference(parent).area for shape, (_old, parent) in zip(shifted, self.pairs, strict=True))
        if after < CURED * before:
            faults.add(Kind.GCJ02)


def check_family(family: Family, faults: Faults, suspicion: Suspicion | None = None) -> None:
    """Overlaps, gaps and what sticks out; of areas that are not in `rows` only where they meet one that is, if any is."""
    subjects = set(family.rows) or set(family.shapes)
    if not family.shapes:
        return
    for piece in coverage.overlaps(family.shapes):
        if subjects & set(piece.codes):
            _add_overlap(piece, family, faults)
    if family.outline is None:
        return
    outside = coverage.outside(family.outline, {code: family.shapes[code] for code in family.shapes if code in subjects})
    for piece in outside:
        _add_outside(piece, family, faults, suspicion)
    if family.is_whole:
        for piece in coverage.gaps(family.outline, family.shapes):
            _add_gap(piece, family, faults)


def _add_overlap(piece: coverage.Piece, family: Family, faults: Faults) -> None:
    first, second = sorted(piece.codes, key=lambda code: (code not in family.rows, code))
    faults.add(Kind.OVERLAP, family.rows.get(first), first, piece.shape, other=second, area=f"{piece.area_m2:.0f}")


def _add_gap(piece: coverage.Piece, family: Family, faults: Faults) -> None:
    middle = piece.shape.representative_point()
    faults.add(
        Kind.GAP,
        None,
        family.parent,
        piece.shape,
        area=f"{piece.area_m2:.0f}",
        x=f"{middle.x:.5f}",
        y=f"{middle.y:.5f}",
        around=", ".join(piece.codes) or "–",
    )


def _add_outside(piece: coverage.Piece, family: Family, faults: Faults, suspicion: Suspicion | None) -> None:
    (code,) = piece.codes
    shape, outline, row = family.shapes[code], family.outline, family.rows.get(code)
    assert outline is not None  # noqa: S101 - only what has an outline can be outside of it
    if _is_swapped(shape, outline):
        x, y = shape.representative_point().coords[0]
        faults.add(Kind.SWAPPED, row, code, x=f"{x:.6f}", y=f"{y:.6f}")
        return
    if suspicion is not None and len(suspicion.pairs) < TRIED:
        suspicion.pairs.append((shape, outline))
    values = {"share": _percent(piece.share), "area": f"{piece.area_m2:.0f}", "parent": family.parent}
    faults.add(Kind.OUTSIDE, row, code, piece.shape, **values)


def _is_swapped(shape: BaseGeometry, outline: BaseGeometry) -> bool:
    """Whether the shape is nowhere near the outline, but would be with longitude and latitude the other way round."""
    box = shapely.box(*outline.bounds)
    if shape.intersects(box):
        return False
    return bool(shapely.transform(shape, lambda at: at[:, ::-1]).intersects(box))


def _percent(share: float) -> str:
    return f"{share * 100:.1f}" if share >= 0.001 else "<0.1"
