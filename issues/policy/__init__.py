"""The policy of time limits: a file that a county signs, checked line by line, kept as versions (domain notes §3.2).

`read` turns a file into a `Policy` or into sentences that say what is wrong in which line; `in_force` finds the version
of a moment; `terms` gives the policy that an issue was reported under.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self, cast
from zoneinfo import ZoneInfo, available_timezones

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from pydantic import Field, ValidationError, model_validator

from grids.levels import Level
from grids.prepared import Prepared
from issues.errors import Refusal
from issues.models import SlaPolicy
from issues.policy import reading
from issues.policy.reading import PolicyFaults
from issues.policy.sections import (
    AllLimits,
    Closure,
    Count,
    Deferral,
    Length,
    LevelRules,
    Levels,
    Limits,
    Moment,
    Near,
    Notification,
    Project,
    Retention,
    Returns,
    Section,
    Stretch,
    Suggest,
    Supervision,
    Suspension,
    Whistle,
    Windows,
)
from issues.terms import RequestType, Urgency
from issues.timing.calendars import CALENDARS, Calendar, county_days, days_told
from issues.timing.spans import Span
from issues.workflow import Rung, light_of, rung_above, rung_below

__all__ = ["Policy", "PolicyFaults", "calendar_of", "in_force", "read", "terms"]


class Policy(Section):
    """All of it, checked. Ask `windows` and `limit`, not the rows."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$")]
    calendar: Literal["cn_workdays", "weekdays"]
    time_zone: str
    working_hours: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    quiet_hours: Stretch
    digest_at: Moment
    start_mode: Literal["direct", "ladder"]
    total: Length
    limits: AllLimits
    project: Project
    levels: Levels
    warn: Annotated[tuple[Notification, ...], Field(min_length=1)]
    returns: Returns
    whistle: Whistle
    suggest: Suggest
    suspension: Suspension
    deferral: Deferral
    nudges_per_day: Count = 1
    merging: Near
    closure: Closure
    supervision: Supervision
    retention: Retention

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.time_zone not in available_timezones():
            raise ValueError(gettext("“%(zone)s” is not a known time zone.") % {"zone": self.time_zone})
        ends = [moment for stretch in self.working_hours for moment in stretch]
        if ends != sorted(set(ends)):
            raise ValueError(gettext("The working hours must follow each other and not overlap."))
        shares = [warning.at for warning in self.warn]
        if shares != sorted(set(shares)):
            raise ValueError(gettext("The warnings must rise from the earliest to the latest."))
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def windows(self, urgency: str, request_type: str) -> Windows:
        """The row for triage, acknowledgement and first contact."""
        if urgency == Urgency.CRITICAL:
            return self.limits.critical
        return self._limits(urgency, request_type)

    def limit(self, level: int, urgency: str, request_type: str) -> Span:
        """How long the level has."""
        row = self.limits.critical.then if urgency == Urgency.CRITICAL else urgency
        return self._limits(row, request_type).of(level)

    def _limits(self, urgency: str, request_type: str) -> Limits:
        if urgency == Urgency.URGENT:
            return self.limits.urgent
        return self.limits.consult if request_type == RequestType.CONSULT else self.limits.normal

    def level(self, level: int) -> LevelRules:
        rules: LevelRules = getattr(self.levels, light_of(level).value)
        return rules

    def down_within(self, level: int) -> Span:
        """How long the receiver at that level may hand an issue back down."""
        span: Span = getattr(self.returns.down_within, light_of(level).value)
        return span

    def start_level(self, level: int) -> Level:
        """Where an issue begins that is suggested for that level: with it, or always at the bottom; never red."""
        start = Level.GRID if self.start_mode == "ladder" else min(Level(level), Level.TOWNSHIP)
        if self.level(start).enabled:
            return start
        above = self.rung_up(start)
        return above.level if above and above.level < Level.COUNTY else Level.TOWNSHIP

    def rung_up(self, level: int) -> Rung | None:
        """The next level up that the county has not switched off; None at the top."""
        rung = rung_above(level)
        while rung and not self.level(rung.level).enabled:
            rung = rung_above(rung.level)
        return rung

    def rung_down(self, level: int) -> Rung | None:
        """The next level down that the county has not switched off; None at the bottom."""
        rung = rung_below(level)
        while rung and not self.level(rung.level).enabled:
            rung = rung_below(rung.level)
        return rung

    def calendar_with(self, days: Mapping[date, bool]) -> Calendar:
        return Calendar(
            works=CALENDARS[self.calendar],
            hours=self.working_hours,
            zone=self.zone,
            quiet=self.quiet_hours,
            digest_at=self.digest_at,
            days=days,
        )


@lru_cache(maxsize=16)  # YAML that remembers its lines is slow to read, and each page of a draft reads it again
def read(text: str) -> Policy:
    """The policy in that YAML text; raises `PolicyFaults` with one sentence, line number first, per fault."""
    content = reading.load(text)
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise PolicyFaults(reading.sentences(error, content)) from error


_in_force = Prepared(lambda at: SlaPolicy.objects.begun(at).without_text()[:1])
_in_force_there = Prepared(lambda at, path: SlaPolicy.objects.begun(at).without_text().with_what_holds_at(path)[:1])


def in_force(at: datetime, path: str = "") -> SlaPolicy:
    """The version in force at that moment: the last to have begun. With the county days of a place, if its path is given."""
    version = next(iter(_in_force_there(at, path) if path else _in_force(at)), None)
    if version is None:
        raise Refusal(gettext("No policy of time limits is in force: load one with “manage.py load_policy”."))
    return version


@lru_cache(maxsize=64)
def terms(policy_id: int) -> Policy:
    """The policy with that primary key; versions are never edited, so what was read once stays true."""
    return Policy.model_validate(SlaPolicy.objects.values_list("body", flat=True).get(pk=policy_id))


def calendar_of(policy: Policy, path: str, told: Iterable[Mapping[str, object]] | None = None) -> Calendar:
    """The working calendar of a place under that policy, its county days included.

    Unless they are `told`, they are read when first asked for, by one query: who only wants to know whether it is night
    never asks.
    """
    if told is not None:
        return policy.calendar_with(days_told(told))
    return policy.calendar_with(cast("Mapping[date, bool]", SimpleLazyObject(lambda: county_days(path))))
