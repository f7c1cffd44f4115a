"""What tests of issues start from, unless a module or a folder says otherwise by the same name."""

from __future__ import annotations

import pytest
import redis
from django.conf import settings

from issues import tally
from tests.drawing import Town, draw_cells
from tests.issues import factories as make
from tests.mapui.scene import Scene, scene


@pytest.fixture
def county(db) -> make.County:
    """Somebody in every post, nothing reported yet."""
    return make.county()


@pytest.fixture
def made(db: None) -> Scene:
    """A small county drawn on a map, somebody in every role, nothing reported yet."""
    return scene()


@pytest.fixture
def fresh_redis() -> None:
    """No sequence of another test; indexes are remembered by version, which a rolled back test may give again."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("gridgov:state:*"):
        client.delete(key)
    tally.index_of.cache_clear()


@pytest.fixture
def town(db) -> Town:
    """Nine cells in two villages, some of them wider than others."""
    return draw_cells(
        """
        A A B C C D
        A A B E F D
        G G H E F I
        """,
        villages={"north": "ABCD", "south": "EFGHI"},
    )
