"""What the tests of the pages start from."""

from __future__ import annotations

import pytest

from tests.mapui.scene import Scene, scene


@pytest.fixture
def county(db: None) -> Scene:
    """A small county at work, somebody in every role, nothing reported yet."""
    return scene()
