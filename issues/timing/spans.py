"""Lengths of time as a policy writes them: `3wd`, `4wh`, `24h`, `30min`, `7d`. The unit decides the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.translation import gettext, ngettext


class Unit(StrEnum):
    """What a length counts in: natural time (h, min), days of the calendar (d), or working time (wd, wh)."""

    WORKING_DAY = "wd"
    WORKING_HOUR = "wh"
    HOUR = "h"
    MINUTE = "min"
    DAY = "d"


NATURAL = frozenset({Unit.HOUR, Unit.MINUTE})
_WRITTEN = re.compile(r"\s*(\d{1,4})\s*(wd|wh|h|min|d)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """So many of a unit, for example three working days."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: object) -> Span:
        """Reads `3wd`; raises ValueError with a sentence that shows how it should look."""
        match = _WRITTEN.fullmatch(str(text))
        if match is None:
            raise ValueError(
                gettext("“%(text)s” is not a length of time; write for example 3wd, 4wh, 24h, 30min or 7d.") % {"text": text}
            )
        return cls(int(match[1]), Unit(match[2].lower()))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def is_natural(self) -> bool:
        """Whether it runs day and night, on rest days too."""
        return self.unit in NATURAL

    @property
    def is_worked(self) -> bool:
        """Whether it runs in working time only."""
        return self.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR)

    @property
    def period(self) -> timedelta:
        """The length as a stretch of time; not of working time, which depends on the calendar."""
        return timedelta(days=self.amount) if self.unit == Unit.DAY else self.natural

    @property
    def natural(self) -> timedelta:
        """The length on a clock that never stops; only of `h` and `min`."""
        return timedelta(hours=self.amount) if self.unit == Unit.HOUR else timedelta(minutes=self.amount)

    @property
    def on_calendar(self) -> timedelta:
        """The length on a clock that never stops, days included; only of `d`, `h` and `min`."""
        return timedelta(days=self.amount) if self.unit == Unit.DAY else self.natural

    def share(self, part: float) -> Span:
        """That part of it, rounded up to the whole unit and never nothing."""
        return Span(max(1, -int(-self.amount * part // 1)), self.unit)

    @property
    def label(self) -> str:
        """The length in words, in the active language."""
        words = {
            Unit.WORKING_DAY: ngettext("%(n)d working day", "%(n)d working days", self.amount),
            Unit.WORKING_HOUR: ngettext("%(n)d working hour", "%(n)d working hours", self.amount),
            Unit.HOUR: ngettext("%(n)d hour", "%(n)d hours", self.amount),
            Unit.MINUTE: ngettext("%(n)d minute", "%(n)d minutes", self.amount),
            Unit.DAY: ngettext("%(n)d day", "%(n)d days", self.amount),
        }
        return words[self.unit] % {"n": self.amount}
