"""Deals the faces of a mesh out to parts: balanced by weight, compact, each in one piece where the outline is.

The method is a power diagram: a face goes to the seed of the least distance² − reach, and the reaches grow and shrink until
every part holds its target. Seeds that are not fixed move to the middle of their part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grids.drawing.mesh import Mesh

MAX_ROUNDS, MIN_ROUNDS = 200, 80
# So many distances are computed before fewer rounds have to do: a large mesh needs no fine balance.
EFFORT = 1.2e8
# How much of the missing weight one round makes up for.
PACE = 0.7
# A seed stays within its own part: its border is never nearer than (1 - HOLD) / 2 of the way to the next seed.
HOLD, HOLD_FIXED = 0.9, 0.6
POLISH_ROUNDS = 12
# Shares that miss their targets by less than this are good enough.
CLOSE = 0.03
COMPACT = 0.8


@dataclass(frozen=True)
class Seeds:
    """Where parts start: `places` (k, 2) in metres; `fixed` (k) says which of them stay where they are."""

    places: np.ndarray
    fixed: np.ndarray


def partition(mesh: Mesh, weights: np.ndarray, targets: np.ndarray, seeds: Seeds, *, bend: np.ndarray | None = None) -> np.ndarray:
    """The part (0 … k-1) of each face (n). `targets` (k) are relative; `bend` (n, 2) are the centres to measure from.

    Every part gets at least one face. Raises ValueError if there are fewer faces than parts.
    """
    if len(mesh) < len(targets):
        raise ValueError(f"{len(mesh)} faces cannot be dealt out to {len(targets)} parts.")
    places = mesh.centres if bend is None else bend
    part = _power_diagram(places, weights, weights.sum() * targets / targets.sum(), seeds)
    part = _give_each_a_face(part, weights, len(targets))
    part = _in_one_piece(mesh, part, weights, len(targets))
    return _polished(mesh, part, weights, weights.sum() * targets / targets.sum())


def spread(centres: np.ndarray, weights: np.ndarray, count: int, rng: np.random.Generator, kept: np.ndarray) -> np.ndarray:
    """`count` places (count, 2) among the centres, far from each other and from those `kept`, likelier where weight is."""
    chosen = [*kept]
    nearest = np.full(len(centres), np.inf)
    for place in chosen:
        nearest = np.minimum(nearest, ((centres - place) ** 2).sum(axis=1))
    for _seed in range(count):
        chance = weights * np.where(np.isinf(nearest), 1.0, nearest)
        chance = chance if chance.sum() > 0 else np.ones(len(centres))
        place = centres[rng.choice(len(centres), p=chance / chance.sum())]
        chosen.append(place)
        nearest = np.minimum(nearest, ((centres - place) ** 2).sum(axis=1))
    return np.array(chosen[len(kept) :]).reshape(-1, 2)


def _power_diagram(places: np.ndarray, weights: np.ndarray, targets: np.ndarray, seeds: Seeds) -> np.ndarray:
    count = len(targets)
    at = seeds.places.copy()
    reach = np.zeros(count)
    best, best_miss = np.zeros(len(places), int), np.inf
    rounds = int(np.clip(EFFORT / (len(places) * count), MIN_ROUNDS, MAX_ROUNDS))
    hold = np.where(seeds.fixed, HOLD_FIXED, HOLD)
    for round_ in range(rounds):
        part = _nearest(places, at, reach)
        held = np.bincount(part, weights, minlength=count)
        miss = float(np.abs(held / targets - 1).max())
        if miss < best_miss:
            best, best_miss = part, miss
        if best_miss < CLOSE:
            break
        if round_ < rounds * 2 // 3:
            at = _centred(places, weights, part, at, seeds.fixed)
        apart = _apart(at)
        pace = PACE * (1 - round_ / rounds) + 0.03
        reach += pace * apart.min(axis=1) * np.clip(1 - held / targets, -1, 1)
        reach = _held_back(reach, hold[:, None] * apart)
    return best


def _nearest(places: np.ndarray, at: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """The seed of the least distance² − reach for each place."""
    # distance² without the place's own square, which is the same for every seed
    return np.asarray(np.argmin((at**2).sum(axis=1) - reach - 2 * places @ at.T, axis=1))


def _centred(places: np.ndarray, weights: np.ndarray, part: np.ndarray, at: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The seeds moved to the weighted middle of their parts, but for the fixed ones and those without a face."""
    total = np.bincount(part, weights, minlength=len(at))
    sums = np.column_stack([np.bincount(part, weights * places[:, axis], minlength=len(at)) for axis in (0, 1)])
    moves = (total > 0) & ~fixed
    return np.where(moves[:, None], sums / np.where(total > 0, total, 1)[:, None], at)


def _held_back(reach: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The reaches cut back so that no seed swallows another: none exceeds another's by more than the room between them."""
    for _seed in reach:
        least = np.minimum(reach, (reach[:, None] + room).min(axis=0))
        if (least == reach).all():
            break
        reach = least
    return reach


def _apart(at: np.ndarray) -> np.ndarray:
    """Squared distances (k, k) between the seeds; a seed is nowhere near itself."""
    apart = ((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, 1e18)
    return np.asarray(apart)


def _give_each_a_face(part: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """A part that went empty takes the heaviest face of the part that has most faces."""
    part = part.copy()
    for empty in np.flatnonzero(np.bincount(part, minlength=count) == 0):
        rich = np.argmax(np.bincount(part, minlength=count))
        faces = np.flatnonzero(part == rich)
        part[faces[np.argmax(weights[faces])]] = empty
    return part


def _in_one_piece(mesh: Mesh, part: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Loose pieces of a part go to the neighbour they share most edge with; an island without neighbours stays."""
    part = part.copy()
    for _round in range(len(mesh)):
        piece = _pieces(mesh, part)
        # The land breaks the tie between pieces where nobody lives.
        sizes = np.bincount(piece, weights / weights.sum()) + np.bincount(piece, mesh.areas / mesh.areas.sum()) * 1e-6
        owner = np.zeros(len(sizes), int)
        owner[piece] = part
        main = np.zeros(count, int)
        by_size = np.argsort(sizes, kind="stable")
        main[owner[by_size]] = by_size
        loose = np.flatnonzero(main[owner] != np.arange(len(sizes)))
        if not _give_away(mesh, part, piece, loose):
            break
    return part


def _give_away(mesh: Mesh, part: np.ndarray, piece: np.ndarray, loose: np.ndarray) -> bool:
    """Each loose piece goes to the part it shares most edge with; whether any did."""
    both = np.concatenate([mesh.pairs, mesh.pairs[:, ::-1]])
    length = np.concatenate([mesh.shared, mesh.shared])
    outward = np.isin(piece[both[:, 0]], loose) & (part[both[:, 0]] != part[both[:, 1]])
    both, length = both[outward], length[outward]
    takers = {}
    for number in np.unique(piece[both[:, 0]]):
        mine = piece[both[:, 0]] == number
        takers[number] = int(np.argmax(np.bincount(part[both[mine, 1]], length[mine])))
    for number, taker in takers.items():
        part[piece == number] = taker
    return bool(takers)


def _pieces(mesh: Mesh, part: np.ndarray) -> np.ndarray:
    """The connected piece (numbered from 0) of each face among faces of its own part."""
    root = np.arange(len(part))
    same = mesh.pairs[part[mesh.pairs[:, 0]] == part[mesh.pairs[:, 1]]]
    while True:  # the least index flows along the edges, and jumps along what is known already
        low = np.minimum(root[same[:, 0]], root[same[:, 1]])
        new = root.copy()
        np.minimum.at(new, same[:, 0], low)
        np.minimum.at(new, same[:, 1], low)
        new = new[new]
        if (new == root).all():
            return np.unique(root, return_inverse=True)[1].reshape(-1)
        root = new


def _polished(mesh: Mesh, part: np.ndarray, weights: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Faces on the edge of a part that holds too much go to a neighbour that holds less, if both stay compact."""
    around = _Around(mesh)
    held = np.bincount(part, weights, minlength=len(targets))
    for _round in range(POLISH_ROUNDS):
        moved = 0
        for rich in np.argsort(-held / targets, kind="stable"):
            if held[rich] <= targets[rich] * 1.02:
                break
            faces = _on_edge(mesh, part, rich)
            for face in faces[np.argsort(-weights[faces], kind="stable")]:
                moved += _hand_over(int(face), part, held, targets, weights, around)
        if not moved:
            break
    return part


def _on_edge(mesh: Mesh, part: np.ndarray, which: int) -> np.ndarray:
    """The faces of a part that touch another part."""
    one, other = part[mesh.pairs[:, 0]], part[mesh.pairs[:, 1]]
    return np.unique(mesh.pairs[(one != other)[:, None] & (np.column_stack([one, other]) == which)])


class _Around:
    """Which faces each face shares an edge with, and how long that edge is."""

    def __init__(self, mesh: Mesh) -> None:
        both = np.concatenate([mesh.pairs, mesh.pairs[:, ::-1]])
        order = np.argsort(both[:, 0], kind="stable")
        ends = np.cumsum(np.bincount(both[:, 0], minlength=len(mesh)))
        self._faces: list[int] = both[order, 1].tolist()
        self._lengths: list[float] = np.concatenate([mesh.shared, mesh.shared])[order].tolist()
        self._starts, self._ends = [0, *ends[:-1].tolist()], ends.tolist()

    def faces(self, face: int) -> list[int]:
        """The faces beside this one."""
        return self._faces[self._starts[face] : self._ends[face]]

    def sides(self, face: int, part: np.ndarray) -> dict[int, float]:
        """How much of the face's edge lies along each part."""
        found: dict[int, float] = {}
        for place in range(self._starts[face], self._ends[face]):
            other = int(part[self._faces[place]])
            found[other] = found.get(other, 0.0) + self._lengths[place]
        return found


def _hand_over(face: int, part: np.ndarray, held: np.ndarray, targets: np.ndarray, weights: np.ndarray, around: _Around) -> bool:
    """Give the face to a neighbouring part if both come nearer to their targets; whether it was given."""
    giver, weight = int(part[face]), weights[face]
    sides = around.sides(face, part)
    kept = sides.pop(giver, 0.0)
    if not sides or weight <= 0:
        return False
    taker = min(sides, key=lambda each: (held[each] / targets[each], each))
    if (held[giver] - weight) / targets[giver] < (held[taker] + weight) / targets[taker]:
        return False
    # The border between the two may not grow much longer: that is what keeps parts compact.
    if sides[taker] < COMPACT * kept or not _stays_whole(face, part, around):
        return False
    part[face] = taker
    held[giver] -= weight
    held[taker] += weight
    return True


def _stays_whole(face: int, part: np.ndarray, around: _Around) -> bool:
    """Whether the faces of the part around this one hang together, near by, without it."""
    mine = part[face]
    beside = [other for other in around.faces(face) if part[other] == mine]
    if len(beside) <= 1:
        return len(beside) == 1
    near = set(beside)
    for _step in range(2):
        near |= {far for other in near for far in around.faces(other) if part[far] == mine}
    near.discard(face)
    seen, front = {beside[0]}, [beside[0]]
    while front:
        reached = {far for each in front for far in around.faces(each)} & near - seen
        seen |= reached
        front = list(reached)
    return seen.issuperset(beside)
