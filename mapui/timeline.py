"""Events as lines to read: what was done, by whom in which role, and in which words. Knows no request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from issues.models import Event, KeySupervisionEntry, Rating
from issues.moves.asking import Kind, Rest, Verdict
from issues.terms import Actor, Beyond, Cause, Field, Ground, Light, Status, Urgency, Verb
from issues.workflow import light_of
from mapui.templatetags.gridgov import when
from representatives.roles import Role

# Facts that hold until another event says otherwise: said again only when they change; and what goes without saying.
_LASTING = frozenset({"category", "urgency", "unit"})
_USUAL: Mapping[str, object] = {"urgency": Urgency.NORMAL.value}

Detail = Callable[[object, Mapping[str, str]], str]


class Words(NamedTuple):
    """One text of an event: what it is, and who reads it (“internal”, “requester”, “public”)."""

    label: str
    text: str
    audience: str


@dataclass(frozen=True)
class Line:
    """One event as it is drawn; a status or light that did not change is empty."""

    event: Event
    verb: str
    who: str
    from_status: str
    to_status: str
    from_light: Light | None
    to_light: Light
    details: list[str]
    words: list[Words]
    erased: bool
    is_latest: bool = False

    @property
    def raised(self) -> bool:
        """Whether the light changed."""
        return self.from_light is not None and self.from_light != self.to_light


def lines(
    events: Iterable[Event],
    names: Mapping[str, str] | None = None,
    *,
    wordless: Collection[int] = (),
    requester_words_only: Collection[int] = (),
) -> list[Line]:
    """The events as lines, newest first; each needs `by` and `words` loaded with it.

    `wordless`: numbers of the events of which whoever looks may not read the words; of `requester_words_only` they read
    what the requester reads.
    `names`: what codes of units and categories are called; one that is not there is shown as it is.
    """
    ordered = sorted(events, key=lambda event: event.number)
    found, said = [], dict(_USUAL)
    for event in ordered:
        news = {key: value for key, value in event.facts.items() if said.get(key) != value}
        said |= {key: value for key, value in event.facts.items() if key in _LASTING}
        line = _line(event, news, names or {}, is_latest=event is ordered[-1], is_wordless=event.number in wordless)
        if event.number in requester_words_only:
            line = replace(line, words=[words for words in line.words if words.audience != "internal"])
        found.append(line)
    return found[::-1]


def _line(
    event: Event, facts: Mapping[str, object], names: Mapping[str, str], *, is_latest: bool, is_wordless: bool = False
) -> Line:
    words = None if is_wordless else getattr(event, "words", None)
    changed = event.from_status != event.to_status
    return Line(
        event=event,
        verb=str(Verb(event.verb).label),
        who=who(event),
        from_status=str(Status(event.from_status).label) if changed and event.from_status else "",
        to_status=str(Status(event.to_status).label) if changed else "",
        from_light=None if event.from_level is None else light_of(event.from_level),
        to_light=light_of(event.to_level),
        details=_details(event, facts, names),
        words=[Words(_label(key), text, _audience(event, key)) for key, text in words.texts.items() if text] if words else [],
        erased=bool(words and words.erased_at),
        is_latest=is_latest,
    )


def who(event: Event) -> str:
    """“Name · role”, “requester” or “the program”."""
    if event.by_system:
        return _("the program")
    if event.actor == Actor.REQUESTER:
        return str(Actor.REQUESTER.label)
    role = str(Role(event.actor).label) if event.actor in Role else event.actor
    return f"{event.by.name} · {role}" if event.by else role


def _label(key: str) -> str:
    """What a text is: the field's own label, or that of a part of the minute."""
    parts = {"outcome": _("Outcome"), "participants": _("Who took part")}
    return str(Field(key).label) if key in Field else parts.get(key.rpartition("_")[2], key)


def _details(event: Event, facts: Mapping[str, object], names: Mapping[str, str]) -> list[str]:
    """What the facts say beside the words. A warning gives a date too, but sets none."""
    details = {**_DETAILS, "due": _DUE} if event.verb == Verb.WARN else _DETAILS
    return [details[key](value, names) for key, value in facts.items() if key in details and value not in (None, "", [])]


def _audience(event: Event, key: str) -> str:
    """Who reads that text of the event: what is not public stays among staff, whatever its field."""
    if key not in event.public_texts:
        return "internal"
    return "public" if key == Field.PUBLIC_LINE else "requester"


def _choice(choices: type[TextChoices]) -> Detail:
    return lambda value, names: str(choices(value).label) if value in choices.values else str(value)


def _named(sentence: str) -> Detail:
    return lambda value, names: _(sentence) % {"name": names.get(str(value), str(value))}


def _several(sentence: str) -> Detail:
    def said(value: object, names: Mapping[str, str]) -> str:
        codes = [str(one) for one in value] if isinstance(value, list) else []
        return _(sentence) % {"names": "、".join(names.get(code, code) for code in codes)}

    return said


def _moment(sentence: str) -> Detail:
    return lambda value, names: _(sentence) % {"when": when(parse_datetime(str(value)))}


def _day(sentence: str) -> Detail:
    return lambda value, names: _(sentence) % {"day": date_format(parse_date(str(value)) or localdate(), "DATE_FORMAT")}


# What the facts of an event say beside its words; those not named here are for programs.
_DETAILS: Mapping[str, Detail] = {
    "slip": _named(gettext_noop("Slip %(name)s")),
    "unit": _named(gettext_noop("Lead unit: %(name)s")),
    "category": _named(gettext_noop("Category: %(name)s")),
    "into": _named(gettext_noop("Into issue %(name)s")),
    "merged": _named(gettext_noop("From issue %(name)s")),
    "rating": _choice(Rating.Value),
    "consent": lambda value, names: _("told on the telephone, passed on with consent"),
    "grade": _choice(KeySupervisionEntry.Grade),
    "beyond": _choice(Beyond),
    "ground": _choice(Ground),
    "helpers": _several(gettext_noop("Helping units: %(names)s")),
    "letter": _named(gettext_noop("Letter %(name)s")),
    "urgency": _choice(Urgency),
    "cause": _choice(Cause),
    "suspension": _choice(Rest),
    "resume": _day(gettext_noop("Until %(day)s")),
    "until": _day(gettext_noop("Until %(day)s")),
    "review": _day(gettext_noop("Looked at again on %(day)s")),
    "verdict": _choice(Verdict),
    "refused": _choice(Kind),
    "proposed": _named(gettext_noop("Proposed: %(name)s")),
    "milestone": _named(gettext_noop("Milestone %(name)s")),
    "units": _several(gettext_noop("Units: %(names)s")),
    "notified": _several(gettext_noop("Let know: %(names)s")),
    "brought_forward": _several(gettext_noop("Earlier with the issue, sub-task: %(names)s")),
    "dispute": _named(gettext_noop("On disputed ground: %(name)s")),
    "due": _moment(gettext_noop("New date: %(when)s")),
}
_DUE = _moment(gettext_noop("Time limit: %(when)s"))
