"""Smooth noise that bends straight lines into ones that could follow ridges and streams."""

from __future__ import annotations

import numpy as np

OCTAVES = 5
# Each shorter wave is this much lower: 0.5 is a soft hill country, 0.7 a rocky one.
PERSISTENCE = 0.55


def bent(places: np.ndarray, wave_m: float, height_m: float, rng: np.random.Generator) -> np.ndarray:
    """The places (n, 2) moved by smooth noise: waves of `wave_m` and shorter, up to about `height_m` to each side."""
    moved = places.astype(float).copy()
    for octave in range(OCTAVES):
        length, height = wave_m / 2**octave, height_m * PERSISTENCE**octave
        for axis in (0, 1):
            moved[:, axis] += height * _smooth(places / length, rng)
    return moved


def _smooth(at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise from -1 to 1 at the places (n, 2): random values on a lattice of side 1, smoothly joined."""
    corner = np.floor(at).astype(int)
    low = corner.min(axis=0)
    lattice = rng.uniform(-1, 1, tuple(corner.max(axis=0) - low + 2))
    step = at - corner
    ease = step * step * (3 - 2 * step)
    x, y = (corner - low).T
    near = lattice[x, y] * (1 - ease[:, 0]) + lattice[x + 1, y] * ease[:, 0]
    far = lattice[x, y + 1] * (1 - ease[:, 0]) + lattice[x + 1, y + 1] * ease[:, 0]
    return np.asarray(near * (1 - ease[:, 1]) + far * ease[:, 1])
