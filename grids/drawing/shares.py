"""Dealing out a whole number by shares, and the order in which areas are numbered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def allot(total: int, shares: Sequence[float], at_least: int = 0) -> list[int]:
    """`total` in whole parts by the shares, the largest remainders rounded up; they add up to `total`.

    Raises ValueError if `total` is too small for `at_least` each.
    """
    count = len(shares)
    if total < at_least * count:
        raise ValueError(f"{total} is too little for {count} times {at_least}.")
    weights = np.asarray(shares, float)
    weights = weights if weights.sum() > 0 else np.ones(count)
    exact = at_least + (total - at_least * count) * weights / weights.sum()
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return [int(number) for number in whole]


def reading_order(shapes: Sequence[BaseGeometry]) -> list[int]:
    """The indices of the shapes in rows from north to south, each row from west to east.

    A row is as high as the shapes are on average.
    """
    middles = shapely.get_coordinates(shapely.centroid(np.array(shapes, dtype=object)))
    _west, _south, _east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    boxes = shapely.bounds(np.array(shapes, dtype=object))
    height = float(np.mean(boxes[:, 3] - boxes[:, 1])) or 1.0
    rows = np.floor((north - middles[:, 1]) / height)
    return [int(place) for place in np.lexsort((middles[:, 1], middles[:, 0], rows))]
