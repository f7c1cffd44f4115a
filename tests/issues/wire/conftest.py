"""A small county at work, and limits of its own for each test."""

from __future__ import annotations

from uuid import uuid4

import pytest

from issues import throttle
from issues.throttle import Limit
from tests.mapui.scene import Scene, scene


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch):
    for name in ("REPORT", "AGAIN"):
        monkeypatch.setattr(throttle, name, Limit(f"{name}-{uuid4()}", getattr(throttle, name).rate))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def county(db: None) -> Scene:
    """Somebody in every role, nothing reported yet."""
    return scene()
