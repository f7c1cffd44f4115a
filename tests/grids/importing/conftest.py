"""What the tests of importing areas start from."""

from __future__ import annotations

import pytest

from tests.drawing import Town, draw_cells
from tests.grids.importing.quarters import SQUARE


@pytest.fixture
def town(db) -> Town:
    """A village of four squares without cells."""
    town = draw_cells(SQUARE)
    for cell in town.cells.values():
        cell.delete()
    return town
