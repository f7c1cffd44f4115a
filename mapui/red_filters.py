"""What the red list is narrowed to: township, grade, unit, clock, and whether progress is missing. Read from an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from issues.models import KeySupervisionEntry, ReminderLetter
from issues.querysets import KeySupervisionQuerySet, LetterQuerySet
from issues.terms import ClockState

_GRADES = (KeySupervisionEntry.Grade.KEY.value, KeySupervisionEntry.Grade.LISTED.value)


@dataclass(frozen=True)
class RedFilters:
    """Empty means: everything. `area`: the code of a township; `unit`: the key of a unit; `state`: of letters."""

    area: str = ""
    grade: str = ""
    unit: int | None = None
    clock: str = ""
    quiet: bool = False  # progress is overdue
    state: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> RedFilters:
        """What is unknown is left out, so an old link still opens."""
        unit = query.get("unit", "")
        return cls(
            area=query.get("area", "")[:40],
            grade=query.get("grade", "") if query.get("grade") in _GRADES else "",
            unit=int(unit) if unit.isdecimal() and len(unit) < 10 else None,
            clock=query.get("clock", "") if query.get("clock") in ClockState.values else "",
            quiet=query.get("quiet") == "1",
            state=query.get("state", "") if query.get("state") in ReminderLetter.State.values else "",
        )

    def narrow(
        self, entries: KeySupervisionQuerySet, area_path: str, at: datetime, *, ended: bool = False
    ) -> KeySupervisionQuerySet:
        """Those of the entries that the filters let through; clocks and progress are asked only of what has not ended."""
        if self.area:
            entries = entries.under(area_path)
        if self.grade:
            entries = entries.of_grade(self.grade)
        if self.unit:
            entries = entries.of_unit(self.unit)
        if self.clock and not ended:
            entries = entries.in_clock_state(self.clock, at)
        return entries.without_progress(at) if self.quiet and not ended else entries

    def narrow_letters(self, letters: LetterQuerySet, at: datetime) -> LetterQuerySet:
        if self.unit:
            letters = letters.to_unit(self.unit)
        return letters.in_state(self.state, at) if self.state else letters
