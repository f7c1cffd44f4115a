"""Stand-ins for the values that a statement is asked with, so that it can be written once for all of them (`grids.prepared`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.gis.db.backends.postgis.adapter import PostGISAdapter
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon

_WGS84 = 4326
# Of the first and of the second writing: values that nothing else has.
_KEYS = (4_611_000_000_000_000_000, 7_654_300)
_MOMENTS = (datetime(2301, 1, 1, microsecond=314_159, tzinfo=UTC), datetime(2501, 1, 1, microsecond=271_828, tzinfo=UTC))
_CODES = ("aqz{:04d}zq", "bqqz{:06d}1")  # neither as long as the other, nor do they end alike
_CODE = re.compile(r"aqz(\d{4})zq")
_APART = timedelta(days=3650)  # between two moments; what is reckoned from one lies nearer to it than to the next


@cache
def _stand_in_of(kind: str, writing: int, place: int) -> Any:
    """For a value of that class: a key made elsewhere, or a geometry (EPSG:4326)."""
    if kind == UUID.__name__:
        return UUID(int=_KEYS[writing] + place)
    centre = Point(0.314159 + writing, place / 1000, srid=_WGS84)
    return centre if kind == Point.__name__ else centre.buffer(0.0005)


def _as_param(value: Any) -> Any:
    """As it stands among the parameters of a statement."""
    return PostGISAdapter(value) if isinstance(value, GEOSGeometry) else value


@cache
def _param_of(kind: str, place: int) -> Any:
    return _as_param(_stand_in_of(kind, 0, place))


@dataclass
class Masks:
    """The values of one question: keys, moments, and the codes of paths, each in its place; and the shape of all together.

    `writing`: which of the two stand-ins are given for them; None: none, only the values are wanted.
    """

    writing: int | None = None
    at: datetime | None = None  # the first moment among the arguments: when people hold what they hold
    shape: Hashable = None
    stand_ins: tuple[Any, ...] = ()
    keys: list[int] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # sorted, as their stand-ins are
    others: list[Any] = field(default_factory=list)  # of the types that are taken as they are

    @classmethod
    def of(cls, args: tuple[Any, ...], *, writing: int | None = None) -> Masks:
        at = next((value for value in args if isinstance(value, datetime)), None)
        masks = cls(writing, at)
        masks.codes = sorted({code for value in args for code in masks._codes_in(value)})
        masked = [masks.mask(value) for value in args]
        masks.shape, masks.stand_ins = tuple(shape for shape, _one in masked), tuple(one for _shape, one in masked)
        return masks

    def mask(self, value: Any) -> tuple[Hashable, Any]:
        """The value's shape, and what stands in for it."""
        if value is None or isinstance(value, bool | Enum):
            return (type(value), value), value
        if isinstance(value, int):
            return int, self.key(value)
        if isinstance(value, datetime):
            return datetime, self.moment(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple):
            parts = [self.mask(one) for one in value]
            return tuple(shape for shape, _one in parts), tuple(one for _shape, one in parts)
        if known := _STAND_INS.get(type(value)):
            return known.mask(value, self)
        if isinstance(value, UUID) or (isinstance(value, Point | Polygon) and value.srid == _WGS84):
            self.others.append(value)
            kind = type(value).__name__
            return kind, _stand_in_of(kind, self.writing or 0, len(self.others) - 1)
        return (type(value), value), value

    def key(self, value: int) -> int:
        self.keys.append(value)
        return _KEYS[self.writing or 0] + len(self.keys) - 1

    def moment(self, value: datetime) -> datetime:
        self.moments.append(value)
        return _MOMENTS[self.writing or 0] + (len(self.moments) - 1) * _APART

    def text(self, value: str) -> tuple[Hashable, str]:
        """A path or a code: equal codes stay equal, they sort as they did, and what lies in one another still does."""
        places = tuple(self.codes.index(code) for code in value.split(".")) if value else ()
        return (str, places), ".".join(_CODES[self.writing or 0].format(place) for place in places)

    def _codes_in(self, value: Any) -> Iterable[str]:
        if isinstance(value, str) and not isinstance(value, Enum):
            return value.split(".") if value else ()
        if isinstance(value, tuple):
            return [code for one in value for code in self._codes_in(one)]
        known = _STAND_INS.get(type(value))
        return [code for path in known.paths(value, self.at) for code in path.split(".")] if known else ()

    def value_of(self, param: Any) -> Any:
        """What a parameter of the first writing is to be with these values."""
        if isinstance(param, str):
            return _CODE.sub(lambda code: self.codes[int(code[1])], param)
        if isinstance(param, list | tuple):
            return type(param)(self.value_of(each) for each in param)
        if isinstance(param, datetime) and abs(param - _MOMENTS[0]) < len(self.moments) * _APART:
            place = round((param - _MOMENTS[0]) / _APART)
            return self.moments[place] + (param - _MOMENTS[0] - place * _APART)
        if isinstance(param, UUID | PostGISAdapter):
            return self._other(param)
        is_key = isinstance(param, int) and _KEYS[0] <= param < _KEYS[0] + len(self.keys)
        return self.keys[param - _KEYS[0]] if is_key else param

    def _other(self, param: Any) -> Any:
        stand_ins = [_param_of(type(value).__name__, place) for place, value in enumerate(self.others)]
        return _as_param(self.others[stand_ins.index(param)]) if param in stand_ins else param

    def as_values(self) -> Masks:
        """These stand-ins as the values of another question."""
        writing = self.writing or 0
        return Masks(
            keys=[_KEYS[writing] + place for place in range(len(self.keys))],
            moments=[_MOMENTS[writing] + place * _APART for place in range(len(self.moments))],
            codes=[_CODES[writing].format(place) for place in range(len(self.codes))],
            others=[_stand_in_of(type(value).__name__, writing, place) for place, value in enumerate(self.others)],
        )


def padded(keys: Iterable[int]) -> tuple[int, ...]:
    """The keys, the last of them repeated up to the next power of two: a few shapes serve sets of every length."""
    found = list(keys)
    return tuple(found + found[-1:] * ((1 << max(len(found) - 1, 0).bit_length()) - len(found)))


class StandIn(NamedTuple):
    """How values of one class are stood in for. `paths`: those in a value at a moment; `mask`: its shape, and its stand-in."""

    paths: Callable[[Any, datetime | None], Iterable[str]]
    mask: Callable[[Any, Masks], tuple[Hashable, Any]]


_STAND_INS: dict[type, StandIn] = {}


def stand_in_for(model: type, how: StandIn) -> None:
    """From now on values of that class are stood in for like that."""
    _STAND_INS[model] = how
