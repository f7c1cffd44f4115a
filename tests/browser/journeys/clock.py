"""The time of a story. The pages read the clock; here it stands still where the story has set it.

Everything that runs in this process and asks `django.utils.timezone` (the live server, the tests) is told the same time.
The browser keeps its own clock: nothing that is decided depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from itertools import count
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def told(at: datetime | None) -> str:
    """That time as the clock on the wall has it: “2024-09-23 09:00”."""
    assert at is not None
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


class Clock:
    """Stands still at `at` until it is set or time passes; who reads it twice never reads quite the same."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._ticks = count()

    def read(self) -> datetime:
        return self.at + timedelta(microseconds=next(self._ticks) % 1_000_000)

    def set(self, when: str | datetime) -> datetime:
        """“2024-09-23 09:00” as a time in China, or a time as it is."""
        self.at = datetime.fromisoformat(when).replace(tzinfo=CHINA) if isinstance(when, str) else when
        return self.at

    def passes(self, **time: float) -> datetime:
        """Some `minutes`, `hours`, `days` later."""
        self.at += timedelta(**time)
        return self.at


@contextmanager
def stopped(clock: Clock) -> Iterator[Clock]:
    """Within, `django.utils.timezone.now()` is what the clock says, wherever it was imported to."""

    class Kind(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, datetime)

        def __getattr__(cls, name: str) -> Any:
            return getattr(datetime, name)

        def now(cls, tz: tzinfo | None = None) -> datetime:
            return clock.read().astimezone(tz)

    class Stopped(metaclass=Kind):
        """In place of `datetime` where Django asks for the time."""

    with patch("django.utils.timezone.datetime", Stopped):
        yield clock
