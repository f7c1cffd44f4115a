"""What the tests of importing history start from."""

from __future__ import annotations

import pytest

from tests.drawing import draw_cells
from tests.issues.factories import load_categories, shipped_policy
from tests.issues.importing.desk import Desk


@pytest.fixture
def desk(db, tmp_path) -> Desk:
    town = draw_cells("A B C", villages={"west": "AB", "east": "C"})
    load_categories()
    shipped_policy()
    return Desk(town, tmp_path)
