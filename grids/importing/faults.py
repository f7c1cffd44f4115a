"""What can be wrong with a file of areas, each in one sentence to act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry.base import BaseGeometry

# So many faults of a kind are kept with their places; the rest is only counted, for memory's sake.
KEPT_PER_KIND = 500


class Kind(TextChoices):
    """Kinds of faults; the label is the sentence, its parameters named."""

    NOT_GIS = "not_gis", gettext_lazy("“%(file)s” is not a file of areas that can be read: %(reason)s")
    EMPTY_FILE = "empty_file", gettext_lazy("“%(file)s” has no rows.")
    MANY_LAYERS = "many_layers", gettext_lazy("“%(file)s” has several layers (%(layers)s): choose one.")
    MISSING_COLUMN = "missing_column", gettext_lazy("There is no column “%(column)s”; the file has: %(columns)s.")
    ENCODING = "encoding", gettext_lazy("The text is not in the encoding %(encoding)s: try “%(other)s”.")
    NO_CRS = "no_crs", gettext_lazy("The file does not say its coordinate system: name it, e.g. EPSG:4490.")
    UNKNOWN_CRS = "unknown_crs", gettext_lazy("“%(crs)s” is no coordinate system: name one, e.g. EPSG:4490 or gcj02.")
    NOT_DEGREES = "not_degrees", gettext_lazy("%(x)s, %(y)s are not degrees: name the coordinate system that they are in.")
    SWAPPED = "swapped", gettext_lazy("longitude and latitude are swapped: %(x)s, %(y)s should be %(y)s, %(x)s.")
    GCJ02 = "gcj02", gettext_lazy("The areas fit into their parents if they are read as GCJ-02: choose “gcj02”.")
    NO_CODE = "no_code", gettext_lazy("the code is missing.")
    LONG_CODE = "long_code", gettext_lazy("the code has more than %(length)d characters, or a full stop in it.")
    DUPLICATE_CODE = "duplicate_code", gettext_lazy("the code stands in row %(other)d too.")
    OTHER_LEVEL = "other_level", gettext_lazy("the code is that of “%(name)s” already, which is of another level.")
    RETIRED_CODE = "retired_code", gettext_lazy("the code was that of “%(name)s”, which is retired: codes are never used again.")
    NO_PARENT = "no_parent", gettext_lazy("it does not say what it is part of.")
    UNKNOWN_PARENT = "unknown_parent", gettext_lazy("there is no area “%(parent)s” for it to be part of.")
    LOW_PARENT = "low_parent", gettext_lazy("“%(parent)s” is no wider level, so nothing of this level can be part of it.")
    BAD_NUMBER = "bad_number", gettext_lazy("“%(text)s” is no number of households.")
    BAD_KIND = "bad_kind", gettext_lazy("“%(text)s” is no kind of cell; there are “base” and “dedicated”.")
    EMPTY_GEOMETRY = "empty_geometry", gettext_lazy("it has no boundary.")
    WRONG_TYPE = "wrong_type", gettext_lazy("its boundary is no polygon but %(type)s.")
    POINT_ONLY = "point_only", gettext_lazy("it is a point: its name is put there, and it has no boundary.")
    INVALID = "invalid", gettext_lazy("the boundary is invalid at %(x)s, %(y)s: %(why)s.")
    REPAIRED = "repaired", gettext_lazy("the boundary was invalid (%(why)s); repairing it changed its area by %(area)s m².")
    OVERLAP = "overlap", gettext_lazy("it overlaps %(other)s by %(area)s m².")
    GAP = "gap", gettext_lazy("%(area)s m² of it near %(x)s, %(y)s are in none of its parts; around are %(around)s.")
    OUTSIDE = "outside", gettext_lazy("%(share)s %% of it (%(area)s m²) lie outside %(parent)s.")
    STILL_HOLDS = "still_holds", gettext_lazy("it would be retired, but “%(child)s” and others are part of it.")
    NO_CHILDREN = "no_children", gettext_lazy("“%(name)s” has nothing of the level below in it, %(households)s households.")


# What a county may know of and want all the same.
ALLOWABLE = (Kind.OVERLAP, Kind.GAP, Kind.OUTSIDE, Kind.EMPTY_GEOMETRY)
# Said, but no reason to refuse the file.
NOTES = (Kind.POINT_ONLY, Kind.REPAIRED, Kind.GCJ02)
# About the file, so said first.
OF_THE_FILE = (Kind.GCJ02,)
LAST = 10**9


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `row` counts from 1 below the heading, None for the file or for what stands already;
    `shape` (EPSG:4326) is where."""

    kind: Kind
    row: int | None = None
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    shape: BaseGeometry | None = None
    blocks: bool = True

    @property
    def sentence(self) -> str:
        """The fault in the active language, with its row and code."""
        what = str(self.kind.label) % self.values
        if self.row is not None and self.code:
            return _("Row %(row)d (%(code)s): %(what)s") % {"row": self.row, "code": self.code, "what": what}
        if self.row is not None:
            return _("Row %(row)d: %(what)s") % {"row": self.row, "what": what}
        return _("%(code)s: %(what)s") % {"code": self.code, "what": what} if self.code else what

    def as_feature(self) -> dict[str, Any]:
        """The fault as a GeoJSON feature; its geometry is null if it has no place."""
        import json

        return {
            "type": "Feature",
            "geometry": None if self.shape is None else json.loads(shapely.to_geojson(self.shape)),
            "properties": {
                "kind": self.kind.value,
                "row": self.row,
                "code": self.code,
                "sentence": self.sentence,
                "blocks": self.blocks,
            },
        }


class Faults:
    """The faults found so far: the first 500 of each kind, and how many there are."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self.allowed = frozenset(allowed) & frozenset(ALLOWABLE)
        self.counts: Counter[Kind] = Counter()
        self.kept: list[Fault] = []

    def add(self, kind: Kind, row: int | None = None, code: str = "", shape: BaseGeometry | None = None, **values: Any) -> None:
        """Note a fault; whether it blocks depends on its kind and on what is allowed."""
        self.counts[kind] += 1
        if self.counts[kind] <= KEPT_PER_KIND:
            self.kept.append(Fault(kind, row, code, values, shape, blocks=self._blocks(kind)))

    def _blocks(self, kind: Kind) -> bool:
        return kind not in NOTES and kind not in self.allowed

    @property
    def block(self) -> bool:
        """Whether any of them forbids the import."""
        return any(self._blocks(kind) for kind in self.counts)

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self.kept, key=lambda fault: (not fault.blocks, fault.kind not in OF_THE_FILE, fault.row or LAST)))

    def __len__(self) -> int:
        return sum(self.counts.values())
