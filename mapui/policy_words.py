"""What a policy says, in words and tables made from it alone: every value has a place, none is typed twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from issues.policy import Policy
from issues.policy.sections import Extension, LevelRules, Up
from issues.terms import Light, RequestType, Urgency
from issues.timing.spans import Span
from issues.workflow import LADDER
from representatives.roles import Role

# The words of the file's keys; a key of a newer file without one is shown as it is written.
WORDS: Mapping[str, str | Promise] = {
    "id": _("Identifier"), "calendar": _("Calendar"), "time_zone": _("Time zone"), "working_hours": _("Working hours"),
    "quiet_hours": _("Quiet hours"), "digest_at": _("Daily digest"), "start_mode": _("Where an issue begins"),
    "total": _("In all"), "limits": _("Time limits"), "project": _("Projects"), "levels": _("Levels"), "warn": _("Warnings"),
    "supervision": _("Supervision"), "progress_every": _("Progress reported every"), "remind_decider": _("Deciders reminded before"),
    "letter_reply": _("Supervision letter answered within"), "notice_reply": _("Reminder letter answered within"),
    "returns": _("Returns"), "suggest": _("Suggested light"), "suspension": _("Suspension"), "deferral": _("Deferred list"),
    "merging": _("Merging"), "closure": _("Closing"), "retention": _("How long data are kept"),
    "critical": Urgency.CRITICAL.label, "urgent": Urgency.URGENT.label, "normal": Urgency.NORMAL.label,
    "consult": RequestType.CONSULT.label, "green": Light.GREEN.label, "blue": Light.BLUE.label,
    "yellow": Light.YELLOW.label, "red": Light.RED.label,
    "triage": _("Acceptance"), "sign": _("Acknowledgement"), "contact": _("First contact"), "make_safe": _("Made safe"),
    "then": _("Then as"), "pauses_at_night": _("Pauses during quiet hours"), "plan": _("Plan"), "longest": _("At most"),
    "report_every": _("Progress line every"), "owner": _("Whose it is"), "up": _("Upwards"), "by": _("By"),
    "after": _("After it was due"), "urgent_after": _("After it was due, if urgent"), "decider": _("Decided by"),
    "decide_by": _("Decided within"), "extension": _("Extension"), "times": _("Times"), "max": _("At most"),
    "enabled": _("In use"), "at": _("At"), "or_before": _("Or before it is due"), "to": _("To"), "via": _("As"),
    "down_per_hop": _("Returned down per level"), "down_within": _("Returned down within"), "keep_at_least": _("Time that is left at least"),
    "bounce_within": _("Order returned within"), "bounce_total": _("Orders returned in all"), "households": _("Households"),
    "common": _("Common concern"), "legacy": _("Legacy problem"), "cluster": _("Cluster"), "open": _("Open issues"),
    "within_m": _("Within metres"), "within": _("Within"), "areas": _("Areas"), "hot": _("Hot spots"), "periods": _("Periods of four weeks"),
    "issues": _("Fewest issues"), "chance": _("Share of findings that may be chance"), "came_back": _("Issues that came back"), "reasons": _("Reasons"),
    "requester": _("Waiting for the requester"), "legal": _("In court, arbitration or petition"), "season": _("Frozen ground or floods"),
    "funds": _("Waiting for funds or approval"), "force_majeure": _("Force majeure"),
    "needs_interim_measure": _("Interim measure needed"), "review_every": _("Reviewed every"), "objections": _("Objections"),
    "verify_within": _("Verified within"), "poll_min": _("Content share needed"), "inclusive": _("The bound itself passes"),
    "poll_floor": _("Fewest ratings"), "poll_share": _("Share of households"), "attempts": _("Attempts to get a rating"),
    "silent_close": _("Closed unrated after"), "rectify_rounds": _("Rounds of rectification"),
    "rectify_share": _("Time for rectification, share of the level's"), "reopen": _("Reopened by the requester within"),
    "reopen_by_staff": _("Reopened by supervisors within"), "recurrence": _("Recurrence"),
    "evidence_for_physical": _("Photo needed for works on site"), "call_back": _("Call back by telephone"),
    "nudges_per_day": _("Reminders a day"), "on_site": _("On site"), "reopened": _("Times reopened"),
    "needs_resume_date": _("Date of resuming needed"), "whistle": _("Call to the spot"), "reply": _("Reply"),
    "required": _("Required"), "contacts": _("Contacts"), "attachments": _("Photos"), "voice": _("Voice"), "declined_text": _("Text of declined reports"), "asked": _("What requesters ask to have erased"), "contact_list": _("List with contacts, once approved"),
}  # fmt: skip
VALUES: Mapping[str, str | Promise] = {
    "cn_workdays": _("China's working days, adjusted weekends included"),
    "weekdays": _("Monday to Friday"),
    "direct": _("at the level that its category suggests"),
    "ladder": _("always at green"),
    "clock": _("by itself"),
    "decision": _("by a person's decision"),
    "never": _("never"),
    "handler": pgettext_lazy("warned", "handler"),
    "leader": pgettext_lazy("warned", "own leader"),
    "next_level": pgettext_lazy("warned", "next level"),
    "message": _("a message"),
    "digest": _("a line of the daily digest"),
    "urgent": Urgency.URGENT.label,
    "normal": Urgency.NORMAL.label,
}
_SHARES = frozenset({"at", "chance", "poll_min", "poll_share", "rectify_share", "call_back"})
LIGHTS = tuple(rung.light for rung in LADDER)


@dataclass(frozen=True)
class Statement:
    """One value of a policy: where it stands, in words, and what it is."""

    key: str  # as in the file, “limits.urgent.green”
    section: str
    label: str
    value: str


def statements(terms: Policy) -> list[Statement]:
    """Everything the policy says, in the order of the file."""
    found = []
    for keys, value in _leaves(terms, ()):
        section = _word(keys[0])
        label = " · ".join(_word(key) for key in keys[1:]) or section
        found.append(Statement(".".join(keys), section, label, _value(keys, value)))
    return found


def sections(terms: Policy, *wanted: str) -> list[tuple[str, list[Statement]]]:
    """The statements under these keys of the file, grouped."""
    grouped: dict[str, list[Statement]] = {}
    for statement in statements(terms):
        if statement.key.split(".")[0] in wanted:
            grouped.setdefault(statement.section, []).append(statement)
    return list(grouped.items())


def _leaves(value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), (*keys, name))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, (*keys, str(getattr(name, "value", name))))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for number, each in enumerate(value, 1):
            yield from _leaves(each, (*keys, str(number)))
    elif value is not None:
        yield keys, value


def _word(key: str) -> str:
    return str(WORDS.get(key, key))


def _value(keys: tuple[str, ...], value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Span):
        return value.label
    if isinstance(value, float):
        share = _SHARES & set(keys)
        return f"{value * 100:g} %" if share else f"{value:g}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return _joined(keys, value)
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    return str(VALUES.get(str(value), value)) if isinstance(value, str) else str(value)


def _joined(keys: tuple[str, ...], values: tuple[object, ...]) -> str:
    if len(values) == 2 and all(isinstance(each, time) for each in values):
        return "–".join(_value(keys, each) for each in values)
    return gettext(", ").join(_value(keys, each) for each in values)


# --- tables ---


@dataclass(frozen=True)
class LimitRow:
    """One urgency: its three windows, what comes first in danger, and the length of each light's clock."""

    label: str
    windows: tuple[str, str, str]
    lights: tuple[tuple[Light, str], ...]
    note: str = ""


def limit_rows(terms: Policy) -> list[LimitRow]:
    """The table of limits, the most pressing row first."""
    limits, critical = terms.limits, terms.limits.critical
    then = getattr(limits, critical.then)
    first = gettext("made safe within %(time)s in every colour, then:") % {"time": critical.make_safe.label}
    rows = [_limit_row("critical", critical, then, first)]
    for name in ("urgent", "normal", "consult"):
        row = getattr(limits, name)
        rows.append(_limit_row(name, row, row, gettext("windows pause during quiet hours") if row.pauses_at_night else ""))
    return [*rows, _project_row(terms)]


def _limit_row(name: str, windows: object, limits: object, note: str) -> LimitRow:
    spans = tuple(getattr(windows, window).label for window in ("triage", "sign", "contact"))
    return LimitRow(_word(name), spans, tuple((light, getattr(limits, light.value).label) for light in LIGHTS), note)


def _project_row(terms: Policy) -> LimitRow:
    project = terms.project
    plans = tuple(
        (light, gettext("plan in %(time)s") % {"time": getattr(project.plan, light.value).label} if light != Light.GREEN else "–")
        for light in LIGHTS
    )
    words = {"longest": project.longest.label, "every": project.report_every.label}
    note = gettext("plan and milestones; at most %(longest)s, a line of progress every %(every)s") % words
    spans = (project.triage.label, project.sign.label, project.contact.label)
    return LimitRow(_word("project"), spans, plans, note)


@dataclass(frozen=True)
class Rung:
    """One light: whose it is, how it goes up, how long it may be extended, and how soon it may be sent back down."""

    light: Light
    owner: str
    up: str
    extension: str
    down: str
    enabled: bool


def rungs(terms: Policy) -> list[Rung]:
    found = []
    for rung in LADDER:
        rules = terms.level(rung.level)
        down = "–" if rung.light == Light.GREEN else terms.down_within(rung.level).label
        found.append(Rung(rung.light, str(Role(rules.owner).label), _up(rules), _extension(rules.extension), down, rules.enabled))
    return found


def _up(rules: LevelRules) -> str:
    up: Up = rules.up
    if up.by == "never" or up.after is None:
        return gettext("not at all: there is no level above; a county leader signs for it")
    words = {"after": up.after.label, "urgent": (up.urgent_after or up.after).label}
    if up.by == "clock":
        return gettext("by itself, %(after)s after it was due (urgent: %(urgent)s)") % words
    decided = {"who": Role(up.decider).label if up.decider else "", "within": up.decide_by.label if up.decide_by else ""}
    return gettext("only by decision: %(after)s after it was due a proposal is drafted; the %(who)s decides within %(within)s") % (
        words | decided
    )


def _extension(extension: Extension) -> str:
    if not extension.times:
        return gettext("none")
    words = {"times": extension.times, "max": extension.max.label, "by": Role(extension.by).label}
    return gettext("%(times)d × at most %(max)s, granted by the %(by)s") % words


def gate(terms: Policy) -> list[str]:
    """What must be true before an issue closes, and how long one waits for it, as sentences."""
    closure = terms.closure
    words = {
        "share": f"{closure.poll_min * 100:g} %",
        "floor": closure.poll_floor,
        "part": f"{closure.poll_share * 100:g} %",
        "attempts": closure.attempts,
        "silent": closure.silent_close.label,
        "rounds": closure.rectify_rounds,
        "rest": f"{closure.rectify_share * 100:g} %",
        "reopen": closure.reopen.label,
        "staff": closure.reopen_by_staff.label,
        "verify": closure.verify_within.label,
    }
    bound = gettext("%(share)s or more") if closure.inclusive else gettext("more than %(share)s")
    return [
        gettext("It is written down what was done.")
        + (" " + gettext("Works on site need a photo.") if closure.evidence_for_physical else ""),
        gettext("Somebody other than the handler has seen it on site, where there is something to see, within %(verify)s.") % words,
        gettext("The requester has been answered by the channel of their choice."),
        gettext("One requester: “satisfied” or “mostly satisfied”. Several: %(bound)s of those who rated, and at least %(floor)d households or %(part)s of them.")
        % (words | {"bound": bound % words}),
        gettext("Nobody answers: asked %(attempts)d times on different days, it closes unrated %(silent)s later and counts in no satisfaction rate.") % words,
        gettext("Not satisfied: another round with %(rest)s of the level's time, %(rounds)d at most.") % words,
        gettext("A line for the public stands there, or the reason why none does."),
        gettext("Red: the supervision office has approved that it leaves the list."),
        gettext("Afterwards the requester may reopen it within %(reopen)s, supervisors within %(staff)s.") % words,
    ]  # fmt: skip
