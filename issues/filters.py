"""What a map, a list or a figure is narrowed to. Read from an address and written back into one; pure but for `narrow`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.http import QueryDict

from issues.terms import ClockState, Light, Urgency

if TYPE_CHECKING:
    from issues.querysets import IssueQuerySet

# Days back from now that “reported in the last …” offers.
PERIODS = (7, 30, 90, 365)
_NAMES = frozenset({"light", "category", "urgency", "clock", "days"})


@dataclass(frozen=True)
class Filters:
    """Empty means: everything. `category` is the code of a category or of a group; `days` looks back from now."""

    lights: tuple[Light, ...] = ()
    category: str = ""
    urgency: str = ""
    clock: str = ""
    days: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """The filters that an address names; what is unknown is left out, so an old link still opens."""
        if _NAMES.isdisjoint(query):
            return cls()
        days = query.get("days", "")
        return cls(
            lights=tuple(light for light in Light if light in query.getlist("light")),
            category=query.get("category", "")[:60],
            urgency=_known(query.get("urgency"), Urgency.values),
            clock=_known(query.get("clock"), ClockState.values),
            days=int(days) if days.isdecimal() and int(days) in PERIODS else None,
        )

    def as_query(self) -> str:
        """The same as part of an address, always spelled alike; empty if nothing is narrowed."""
        named = ((name, getattr(self, name)) for name in ("category", "urgency", "clock", "days"))
        return urlencode([*(("light", light) for light in self.lights), *((name, value) for name, value in named if value)])

    @property
    def moves_with_time(self) -> bool:
        """Whether what is found changes although nobody does anything."""
        return bool(self.clock or self.days)

    def narrow(self, issues: IssueQuerySet, at: datetime) -> IssueQuerySet:
        """Those of the issues that the filters let through."""
        if self.lights:
            issues = issues.of_lights(*self.lights)
        if self.category:
            issues = issues.of_category(self.category)
        if self.urgency:
            issues = issues.of_urgency(self.urgency)
        if self.clock:
            issues = issues.in_clock_state(ClockState(self.clock), at)
        if self.days:
            issues = issues.reported_since(at - timedelta(days=self.days))
        return issues


def _known(value: str | None, values: Iterable[str]) -> str:
    return value if value is not None and value in values else ""
