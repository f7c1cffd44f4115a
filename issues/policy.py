"""The policy of time limits: a file that a county signs, checked line by line, kept as versions (domain notes §3.2).

`read` turns a file into a `Policy` or into sentences that say what is wrong in which line; `in_force` finds the version
of a moment; `terms` gives the policy that an issue was reported under.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self, cast
from zoneinfo import ZoneInfo, available_timezones

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from grids.levels import Level
from issues import policy_file
from issues.asking import Rest
from issues.calendars import CALENDARS, Calendar, county_days, days_told
from issues.clock import Mark
from issues.errors import Refusal
from issues.models import SlaPolicy
from issues.policy_file import PolicyFaults
from issues.spans import Span, Unit
from issues.terms import Light, RequestType, Urgency, Verb
from issues.workflow import LADDER, MOVE, Rung, light_of, rung_above, rung_below
from representatives.roles import Role

__all__ = ["Policy", "PolicyFaults", "calendar_of", "in_force", "read", "terms"]

_ROLES = {rung.light: rung.owner for rung in LADDER}
_GRANTERS = {rung.light: role for rung in LADDER for role in MOVE[Verb.EXTEND].who(rung.level) if isinstance(role, Role)}


def _span(value: object) -> Span:
    return value if isinstance(value, Span) else Span.parse(value)


def _hours(value: object) -> tuple[time, time]:
    """Reads “08:30-12:00”."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in str(value).split("-"))
    except ValueError:
        raise ValueError(
            gettext("“%(text)s” is not a stretch of the day; write for example 08:30-12:00.") % {"text": value}
        ) from None
    return start, end


def _clock_time(value: object) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(gettext("“%(text)s” is not a time of day; write for example 08:30.") % {"text": value}) from None


Length = Annotated[Span, BeforeValidator(_span), PlainSerializer(str)]
Stretch = Annotated[tuple[time, time], BeforeValidator(_hours), PlainSerializer(lambda hours: f"{hours[0]:%H:%M}-{hours[1]:%H:%M}")]
Moment = Annotated[time, BeforeValidator(_clock_time), PlainSerializer(lambda moment: f"{moment:%H:%M}")]
Part = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Windows(_Part):
    """How soon a report is accepted, acknowledged and its requester first spoken to."""

    triage: Length
    sign: Length
    contact: Length
    pauses_at_night: bool = False


class Limits(Windows):
    """The windows, and the length of each level's clock."""

    green: Length
    blue: Length
    yellow: Length
    red: Length

    def of(self, level: int) -> Span:
        limit: Span = getattr(self, light_of(level).value)
        return limit


class CriticalWindows(Windows):
    """A danger: made safe first, then handled by another row."""

    make_safe: Length
    then: Literal["urgent", "normal"]

    @model_validator(mode="after")
    def _never_pauses(self) -> Self:
        if self.pauses_at_night:
            raise ValueError(gettext("Where somebody is in danger, no clock pauses at night."))
        return self


class AllLimits(_Part):
    critical: CriticalWindows
    urgent: Limits
    normal: Limits
    consult: Limits


class Plan(_Part):
    blue: Length
    yellow: Length
    red: Length

    def of(self, level: int) -> Span | None:
        """How long the plan of a project may take at that level; None at green, where there are none."""
        span: Span | None = getattr(self, light_of(level).value, None)
        return span


class Project(Windows):
    plan: Plan
    longest: Length
    report_every: Length


class Extension(_Part):
    times: Count
    max: Length
    by: Role


class Up(_Part):
    """How an issue leaves the level when its time is up."""

    by: Literal["clock", "decision", "never"]
    after: Length | None = None
    urgent_after: Length | None = None
    decider: Role | None = None
    decide_by: Length | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.by != "never" and self.after is None:
            raise ValueError(gettext("“after” is missing: how long after its time is up does the issue move on?"))
        if self.by == "decision" and (self.decider is None or self.decide_by is None):
            raise ValueError(gettext("A decision needs “decider” and “decide_by”."))
        return self

    def grace(self, *, urgent: bool) -> Span | None:
        return (self.urgent_after or self.after) if urgent else self.after


class LevelRules(_Part):
    owner: Role
    up: Up
    extension: Extension
    enabled: bool = True


class Levels(_Part):
    green: LevelRules
    blue: LevelRules
    yellow: LevelRules
    red: LevelRules

    @model_validator(mode="after")
    def _as_promised(self) -> Self:
        if "clock" in (self.yellow.up.by, self.red.up.by):
            raise ValueError(gettext("An issue enters the red list by a person's decision, never by the clock."))
        for light, owner in _ROLES.items():
            if getattr(self, light.value).owner != owner:
                raise ValueError(
                    gettext("“%(light)s” belongs to “%(owner)s”; that is not for a policy to change.")
                    % {"light": light.value, "owner": owner.value}
                )
        for light, granter in _GRANTERS.items():
            if getattr(self, light.value).extension.by != granter:
                raise ValueError(
                    gettext("More time at “%(light)s” is granted by “%(granter)s”; that is not for a policy to change.")
                    % {"light": light.value, "granter": granter.value}
                )
        if not (self.red.enabled and self.yellow.enabled):
            raise ValueError(gettext("Yellow and red cannot be switched off."))
        return self


class Notification(_Part):
    at: Part
    or_before: Length | None = None
    to: tuple[Literal["handler", "leader", "next_level"], ...]
    via: Literal["message", "digest"] = "message"
    required: bool = False  # nobody can switch it off everywhere

    @property
    def mark(self) -> Mark:
        return Mark(self.at, self.or_before)


class DownWithin(_Part):
    blue: Length
    yellow: Length
    red: Length


class Returns(_Part):
    down_per_hop: Count
    down_within: DownWithin
    keep_at_least: Length
    bounce_within: Length
    bounce_total: Count


class Whistle(_Part):
    """How soon a unit that was called is on the spot (somebody is in danger), and how soon it answers."""

    on_site: Length
    reply: Length


class Near(_Part):
    """So near in time (before or after) and place."""

    within: Length
    within_m: Count

    @model_validator(mode="after")
    def _of_the_calendar(self) -> Self:
        if self.within.is_worked:
            raise ValueError(gettext("“within” counts days of the calendar or hours, such as 90d, not working time."))
        return self


class Cluster(Near):
    open: Count
    areas: Count


class Suggest(_Part):
    households: Count
    common: Light
    legacy: Light
    reopened: Annotated[int, Field(ge=1, le=100)]
    cluster: Cluster


class SuspensionReason(_Part):
    longest: Length | None = None
    needs_interim_measure: bool = False
    needs_resume_date: bool = False


class Suspension(_Part):
    longest: Length
    reasons: dict[Rest, SuspensionReason]  # the closed list; a county may leave some out

    def longest_of(self, reason: Rest) -> Span:
        """How long an issue may rest for that reason."""
        return self.reasons[reason].longest or self.longest


class Deferral(_Part):
    review_every: Length
    objections: Count


class Closure(_Part):
    verify_within: Length
    poll_min: Part
    inclusive: bool
    poll_floor: Count
    poll_share: Part
    attempts: Annotated[int, Field(ge=1, le=10)]
    silent_close: Length
    rectify_rounds: Count
    rectify_share: Part
    reopen: Length
    reopen_by_staff: Length
    recurrence: Near
    evidence_for_physical: bool
    call_back: dict[Light, Annotated[float, Field(ge=0, le=1)]]

    def passes(self, satisfied: int, rated: int) -> bool:
        """Whether so many satisfied of so many rated is enough."""
        share = satisfied / rated if rated else 0.0
        return share >= self.poll_min if self.inclusive else share > self.poll_min

    def quorum(self, affected: int) -> int:
        """How many must have rated when so many are affected."""
        return min(affected, max(self.poll_floor, math.ceil(round(affected * self.poll_share, 6))))


class Supervision(_Part):
    """督办: how often the lead unit reports, how soon letters are answered, when deciders are reminded."""

    progress_every: Length
    remind_decider: Length  # before a decision is due, in working hours
    letter_reply: Length
    notice_reply: Length

    @model_validator(mode="after")
    def _in_working_hours(self) -> Self:
        if self.remind_decider.unit != Unit.WORKING_HOUR:
            raise ValueError(gettext("“remind_decider” is a length of working hours, for example 4wh."))
        return self


class Retention(_Part):
    contacts: Length
    attachments: Length
    voice: Length
    declined_text: Length

    @model_validator(mode="after")
    def _by_the_calendar(self) -> Self:
        if any(span.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR) for span in self.spans.values()):
            raise ValueError(gettext("What is kept is counted in d, h or min: rest days count too."))
        return self

    @property
    def spans(self) -> dict[str, Span]:
        return {"contacts": self.contacts, "attachments": self.attachments, "voice": self.voice, "texts": self.declined_text}

    def until(self, ended_at: datetime, *, declined: bool) -> dict[str, datetime]:
        """Until when each kind of thing is kept of an issue that ended then."""
        kinds = ("contacts", "attachments", *(("texts",) if declined else ()))
        return {kind: ended_at + self.spans[kind].on_calendar for kind in kinds}

    def first_at(self, ended_at: datetime, *, declined: bool) -> datetime:
        return min(self.until(ended_at, declined=declined).values())


class Policy(_Part):
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


def read(text: str) -> Policy:
    """The policy in that YAML text; raises `PolicyFaults` with one sentence, line number first, per fault."""
    content = policy_file.load(text)
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise PolicyFaults(policy_file.sentences(error, content)) from error


def in_force(at: datetime, path: str = "") -> SlaPolicy:
    """The version in force at that moment: the last to have begun. With the county days of a place, if its path is given."""
    begun = SlaPolicy.objects.begun(at).without_text()
    version = (begun.with_what_holds_at(path) if path else begun).first()
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
