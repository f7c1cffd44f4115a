"""What every journey starts from: the banner, the clock on a Monday morning, and the desk with its window and its phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from issues import throttle
from issues.throttle import Limit
from tests.browser.conftest import Faults
from tests.browser.journeys.banner import Banner, banner
from tests.browser.journeys.clock import CHINA, Clock, stopped
from tests.browser.journeys.desk import Desk, LogIn

MORNING = datetime(2026, 6, 1, 9, tzinfo=CHINA)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Monday, 1 June 2026, nine in the morning."""
    with stopped(Clock(MORNING)) as clock:
        yield clock


@pytest.fixture
def home(clock: Clock, fresh_counts: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Banner:
    """The banner, nothing reported yet; what other tests have spent of the limits does not count."""
    settings.MEDIA_ROOT = tmp_path
    for name in ("REPORT", "REQUESTER", "REQUESTER_ADDRESS", "RECEIPT_MISS"):
        limit = getattr(throttle, name)
        monkeypatch.setattr(throttle, name, Limit(f"{name}-{uuid4()}", limit.rate))
    return banner()


@pytest.fixture
def desk(page: Page, phone: Page, log_in: LogIn, faults: Faults, clock: Clock, home: Banner) -> Desk:
    return Desk(page, phone, log_in, faults, clock, home)
