"""The heat counted by hand, and its wire read back the plain way."""

from __future__ import annotations

import math
from collections import Counter

from issues.heat import bins
from issues.heat.queries import ALL
from issues.heat.weeks import week_of
from issues.models import HeatArea, HeatBin, Issue

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


def bins_by_hand() -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for each in counted():
        if each.point is None:
            continue
        for zoom in bins.BIN_ZOOMS:
            path = each.path if zoom == max(bins.BIN_ZOOMS) else each.path.split(".")[0]
            for kind in (ALL, each.category_id):
                found[zoom, kind, *bin_of(each, zoom), week_of(each.reported_at), path] += 1
    return found


def stored_bins() -> dict[tuple[object, ...], int]:
    rows = HeatBin.objects.values_list("zoom", "category", "x", "y", "week", "path", "count")
    return {tuple(row[:-1]): row[-1] for row in rows}


def areas_by_hand() -> Counter[tuple[object, ...]]:
    return Counter((each.path, each.category_id, week_of(each.reported_at)) for each in counted())


def stored_areas() -> dict[tuple[object, ...], int]:
    return {(row.path, row.category, row.week): row.count for row in HeatArea.objects.all()}


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
