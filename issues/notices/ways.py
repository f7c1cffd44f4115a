"""Which ways out of the program this installation has, and which of them somebody wants. Pure, but for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from issues.terms import Urgency

EMAIL, SMS, CALL = "email", "sms", "call"
NOW, WARNING, DIGEST = "now", "warning", "digest"
KINDS = (NOW, WARNING, DIGEST)
POSTS = (EMAIL, SMS)  # what people choose between
TO_PEOPLE = (*POSTS, CALL)  # one row of outlets each: no address of its own

# As long as somebody has not chosen otherwise. An SMS interrupts, so only warnings and dangers are sent by it.
_USUAL: Mapping[tuple[str, str], bool] = {(WARNING, SMS): True, (NOW, SMS): False, (DIGEST, SMS): False}


def has_email() -> bool:
    return bool(settings.EMAIL_READY)


def has_sms() -> bool:
    return bool(settings.SMS["url"])


def has_calls() -> bool:
    return bool(settings.CALL["url"])


def by_people() -> tuple[str, ...]:
    """Channels asked for by requesters that only people can serve here: the telephone, and what is not set up."""
    return ("phone", *(() if has_email() else (EMAIL,)), *(() if has_sms() else (SMS,)))


@dataclass(frozen=True)
class Reach:
    """How a member of staff can be reached, and what they chose: {“warning:sms”: true}."""

    email: bool = False
    mobile: bool = False
    chosen: Mapping[str, bool] = field(default_factory=dict)

    @property
    def open(self) -> tuple[str, ...]:
        """The ways out that lead to this person."""
        return tuple(way for way, there in ((EMAIL, self.email and has_email()), (SMS, self.mobile and has_sms())) if there)

    def wants(self, kind: str, channel: str) -> bool:
        return bool(self.chosen.get(f"{kind}:{channel}", _USUAL.get((kind, channel), True)))


def out_of_program(reach: Reach, kind: str, *, urgency: str, demanded: bool, rings: bool = False) -> tuple[str, ...]:
    """By which ways a notice of that kind leaves the program for that person.

    Where somebody is in danger every way that there is, whatever was chosen, but for the digest. `rings`: and somebody has
    to come at once, so the duty telephone rings, day and night. `demanded`: the policy wants it to arrive (the limit is
    reached, or somebody is in danger), so whoever has switched off every way gets it by all of them.
    """
    if urgency == Urgency.CRITICAL and kind != DIGEST:
        return (*reach.open, CALL) if rings and reach.mobile and has_calls() else reach.open
    wanted = tuple(way for way in reach.open if reach.wants(kind, way) or (way == SMS and _is_pressing(reach, kind, urgency)))
    return wanted or (reach.open if demanded else ())


def _is_pressing(reach: Reach, kind: str, urgency: str) -> bool:
    """The duty roster: urgent matters by SMS as well, unless that was switched off by name."""
    return urgency == Urgency.URGENT and f"{kind}:{SMS}" not in reach.chosen
