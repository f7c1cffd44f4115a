"""The heat counted by hand, and its wire read back the plain way."""

from __future__ import annotations

import math

from issues.models import Issue

UNCOUNTED = {"declined", "withdrawn", "merged"}


def counted() -> list[Issue]:
    return [each for each in Issue.objects.select_related("area") if each.status not in UNCOUNTED and not each.sealed]


def tile_of(x: float, y: float, z: int) -> tuple[int, int]:
    """Column and row of the tile that holds the point (degrees), from the north west of the world."""
    edge = 2**z
    return math.floor((x + 180) / 360 * edge), math.floor((1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2 * edge)


def bin_of(each: Issue, zoom: int) -> tuple[int, int]:
    assert each.point is not None
    return tile_of(each.point.x, each.point.y, zoom)


def decoded(payload: bytes) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Header and rows, read back the plain way."""
    numbers, value, shift = [], 0, 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    header, rest = numbers[:7], iter(numbers[7:])
    rows, index = [], 0
    for _ in range(header[6]):
        index += next(rest)
        n, bucket = next(rest), header[4]
        buckets = [bucket := bucket + next(rest) for _ in range(n)]
        rows += [(index, when, next(rest)) for when in buckets]
    assert next(rest, None) is None
    return header, rows
