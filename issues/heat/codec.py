"""The wire format of heat: counts per place and bucket of time, as unsigned LEB128 varints. Pure.

    version 1 · side · margin · weeks per bucket · first bucket · buckets · places
    then per place: Δindex · n · n × Δbucket · n × count

`side`: bins along a tile's edge without the `margin` bins around it, the index being row by row over all of them, margin
included; 0 if places are areas, the index being the ordinal. A bucket is `week // weeks per bucket`; its deltas start
at the first bucket. `static/mapui/js/heat/heat-codec.js` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

FORMAT = 1

Row = tuple[int, int, int]  # (index, bucket, count), ordered


@dataclass(frozen=True)
class Shape:
    """What a payload is about; see the module."""

    side: int
    margin: int
    bucket_weeks: int
    first_bucket: int
    buckets: int

    @property
    def width(self) -> int:
        """Bins along an edge with the margin on both sides."""
        return self.side + 2 * self.margin


def encode(shape: Shape, rows: Iterable[Row]) -> bytes:
    """The payload. `rows` are ordered by index, then bucket; buckets as numbered, not relative to the first."""
    places = [(index, list(entries)) for index, entries in groupby(rows, key=itemgetter(0))]
    numbers = [FORMAT, shape.side, shape.margin, shape.bucket_weeks, shape.first_bucket, shape.buckets, len(places)]
    last = 0
    for index, entries in places:
        numbers += [index - last, len(entries)]
        numbers += _deltas([bucket for _index, bucket, _count in entries], shape.first_bucket)
        numbers += [count for _index, _bucket, count in entries]
        last = index
    return _varints(numbers)


def _deltas(values: Sequence[int], start: int) -> list[int]:
    return [value - before for before, value in zip([start, *values], values, strict=False)]


def _varints(numbers: Iterable[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        if number < 0:
            raise ValueError(f"{number} is negative: rows must be ordered and none before the first bucket.")
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)
