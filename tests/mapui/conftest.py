"""What the tests of the pages start from."""

from __future__ import annotations

from uuid import uuid4

import pytest

from issues import throttle
from issues.throttle import Limit
from tests.drawing import Town
from tests.issues.reports import territory
from tests.mapui.scene import Scene, scene


@pytest.fixture
def county(db: None) -> Scene:
    """A small county at work, somebody in every role, nothing reported yet."""
    return scene()


@pytest.fixture
def story(db: None, settings, tmp_path) -> Scene:
    """The same, with photos kept where the test ends."""
    settings.MEDIA_ROOT = tmp_path
    return scene()


@pytest.fixture
def town(db: None, settings, tmp_path) -> Town:
    """Four cells in two villages, and nobody who works there."""
    settings.MEDIA_ROOT = tmp_path
    return territory("A B\n C D", villages={"north": "AB", "south": "CD"}, townships={"town": ["north", "south"]})


@pytest.fixture
def own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits are counted in Redis, beyond the test: each test gets its own."""
    for name, limit in list(vars(throttle).items()):
        if isinstance(limit, Limit):
            monkeypatch.setattr(throttle, name, Limit(f"{limit.name}-{uuid4()}", limit.rate))
