"""A phone in a drawn county: it writes reports, loses its signal, finds it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page

from issues import throttle
from issues.throttle import Limit
from tests.browser.conftest import PHONE, Faults
from tests.drawing import Town
from tests.issues.reports import territory
from tests.mapui.scene import Scene, scene

# What a browser says of itself when there is no line; the pages say it in words.
NO_LINE = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "Failed to load resource",
    "htmx:sendError",
    "htmx:afterRequest",
    "Failed to fetch",
)


@pytest.fixture
def town(transactional_db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Town:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", throttle.REPORT.rate))
    return territory("A B\n C D", villages={"north": "AB", "south": "CD"}, townships={"town": ["north", "south"]})


@pytest.fixture
def county(fresh_counts: None, settings: Any, tmp_path: Any) -> Scene:
    """A small county at work, somebody in every role."""
    settings.MEDIA_ROOT = tmp_path
    return scene()


@pytest.fixture
def handset(open_context: Callable[..., BrowserContext], faults: Faults) -> Callable[..., Page]:
    """`handset(**options)`: a page of a phone of its own, whose losing the line is no fault."""
    faults.forgive(*NO_LINE)

    def make(**options: Any) -> Page:
        return open_context(**{"viewport": PHONE, "has_touch": True, "is_mobile": True, **options}).new_page()

    return make
