"""Which areas lie side by side: computed from the boundaries once, and kept until an area is redrawn, added or retired.

An area is never redrawn in place, so the keys of the current areas say whether what is kept is still true.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely

from grids.levels import Level
from grids.models import Adjacency, Area

Positions = npt.NDArray[np.int32]
# Surveyed apart, two areas that share a border may gape by so much: about a metre.
GAP_DEGREES = 1e-5


@dataclass(frozen=True)
class Neighbours:
    """The areas by path, and the pairs that lie side by side as positions in `paths`: each pair once."""

    paths: tuple[str, ...]
    left: Positions
    right: Positions


def neighbours(path: str, level: Level) -> Neighbours:
    """The current areas of a level within that path and who lies beside whom. Two queries if nothing was redrawn since."""
    keys = Area.objects.keys_within(path, level)
    fingerprint = hashlib.sha256(",".join(str(pk) for pk, _path in keys).encode()).hexdigest()
    kept = Adjacency.objects.still(path, level, fingerprint)
    if kept is None:
        paths = [path for _pk, path in keys]
        left, right = _pairs(paths, Area.objects.shapes_of(pk for pk, _path in keys))
        made = {"fingerprint": fingerprint, "paths": paths, "left": left.tolist(), "right": right.tolist()}
        kept, _new = Adjacency.objects.update_or_create(path=path, level=level, defaults=made)
    return Neighbours(tuple(kept.paths), np.array(kept.left, dtype=np.int32), np.array(kept.right, dtype=np.int32))


def _pairs(paths: Sequence[str], shapes: dict[str, bytes]) -> tuple[Positions, Positions]:
    """Areas whose boundaries meet, corners too; an area without a boundary lies beside all others of its parent."""
    pairs = {*_touching(paths, shapes), *_together(paths, shapes)}
    ordered = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]


def _touching(paths: Sequence[str], shapes: dict[str, bytes]) -> Iterator[tuple[int, int]]:
    shaped = [position for position, path in enumerate(paths) if path in shapes]
    drawn = shapely.from_wkb([shapes[paths[position]] for position in shaped])
    tree = shapely.STRtree(drawn)
    one, other = tree.query(drawn, predicate="dwithin", distance=GAP_DEGREES)
    for left, right in zip(one[one < other], other[one < other], strict=True):
        yield shaped[left], shaped[right]


def _together(paths: Sequence[str], shapes: dict[str, bytes]) -> Iterator[tuple[int, int]]:
    """Pairs within a parent of which at least one has no boundary."""
    siblings: dict[str, list[int]] = defaultdict(list)
    for position, path in enumerate(paths):
        siblings[path.rpartition(".")[0]].append(position)
    for members in siblings.values():
        if any(paths[position] not in shapes for position in members):
            yield from ((one, other) for one, other in combinations(members, 2) if {paths[one], paths[other]} - shapes.keys())
