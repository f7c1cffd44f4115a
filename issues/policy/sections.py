"""The sections of a policy file, each checked as it is read: what a county may set, and between which bounds.

A fault is a sentence; the line it stands in is found by `reading`. `issues.policy` puts the sections together.
"""

from __future__ import annotations

import math
from datetime import datetime, time
from typing import Annotated, Literal, Self

from django.utils.translation import gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from issues.moves.asking import Rest
from issues.terms import Light, Verb
from issues.timing.clock import Mark
from issues.timing.spans import Span, Unit
from issues.workflow import LADDER, MOVE, light_of
from representatives.roles import Role

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


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Windows(Section):
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


class AllLimits(Section):
    critical: CriticalWindows
    urgent: Limits
    normal: Limits
    consult: Limits


class Plan(Section):
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


class Extension(Section):
    times: Count
    max: Length
    by: Role


class Up(Section):
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


class LevelRules(Section):
    owner: Role
    up: Up
    extension: Extension
    enabled: bool = True


class Levels(Section):
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


class Notification(Section):
    at: Part
    or_before: Length | None = None
    to: tuple[Literal["handler", "leader", "next_level"], ...]
    via: Literal["message", "digest"] = "message"
    required: bool = False  # nobody can switch it off everywhere

    @property
    def mark(self) -> Mark:
        return Mark(self.at, self.or_before)


class DownWithin(Section):
    blue: Length
    yellow: Length
    red: Length


class Returns(Section):
    down_per_hop: Count
    down_within: DownWithin
    keep_at_least: Length
    bounce_within: Length
    bounce_total: Count


class Whistle(Section):
    """How soon a unit that was called is on the spot (somebody is in danger), and how soon it answers."""

    on_site: Length
    reply: Length


class Near(Section):
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


class Hot(Section):
    """Which places are told to be hot: over how many periods of four weeks, from how many issues on, and how sure it has to be.

    `chance`: the share of such findings that may be chance alone. `came_back`: so many issues of one category that came back,
    each `within_m` of another, are one place where it keeps coming back.
    """

    periods: Annotated[int, Field(ge=8, le=26)] = 13
    issues: Annotated[int, Field(ge=5, le=1000)] = 5
    chance: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    came_back: Annotated[int, Field(ge=2, le=100)] = 3
    within_m: Annotated[int, Field(ge=50, le=5000)] = 300


class Suggest(Section):
    households: Count
    common: Light
    legacy: Light
    reopened: Annotated[int, Field(ge=1, le=100)]
    cluster: Cluster
    hot: Hot = Hot()  # policies signed before there was such a rule have the shipped one


class SuspensionReason(Section):
    longest: Length | None = None
    needs_interim_measure: bool = False
    needs_resume_date: bool = False


class Suspension(Section):
    longest: Length
    reasons: dict[Rest, SuspensionReason]  # the closed list; a county may leave some out

    def longest_of(self, reason: Rest) -> Span:
        """How long an issue may rest for that reason."""
        return self.reasons[reason].longest or self.longest


class Deferral(Section):
    review_every: Length
    objections: Count


class Closure(Section):
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


class Supervision(Section):
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


class Retention(Section):
    contacts: Length
    attachments: Length
    voice: Length
    declined_text: Length
    asked: Length = Span.parse("24h")  # after the end, of what a requester asked to have erased; older files do not say
    contact_list: Length = Span.parse("24h")  # so long a list with contacts may be taken out once it is approved

    @model_validator(mode="after")
    def _by_the_calendar(self) -> Self:
        if any(span.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR) for span in self.spans.values()):
            raise ValueError(gettext("What is kept is counted in d, h or min: rest days count too."))
        return self

    @property
    def spans(self) -> dict[str, Span]:
        return {
            "contacts": self.contacts,
            "attachments": self.attachments,
            "voice": self.voice,
            "texts": self.declined_text,
            "asked": self.asked,
            "contact_list": self.contact_list,
        }

    def until(self, ended_at: datetime, *, declined: bool) -> dict[str, datetime]:
        """Until when each kind of thing is kept of an issue that ended then."""
        kinds = ("contacts", "attachments", *(("texts",) if declined else ()))
        return {kind: ended_at + self.spans[kind].on_calendar for kind in kinds}

    def first_at(self, ended_at: datetime, *, declined: bool) -> datetime:
        return min(self.until(ended_at, declined=declined).values())
