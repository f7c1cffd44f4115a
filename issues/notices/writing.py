"""The rows of the outbox that an event leaves behind: for staff, requesters, and addresses of other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from issues.models import Event, Issue, Notice, NoticeChoice, Occasion, Outlet, Requester, Submission
from issues.notices import ways
from issues.notices.ways import Reach
from issues.terms import Urgency, Verb
from representatives.models import Person

_ALARMS = frozenset({Verb.SUBMIT, Verb.PLACE, Verb.DISPATCH, Verb.ESCALATE, Verb.WARN})


@dataclass(frozen=True)
class Telling:
    """One event being told: from when on, as what, and whether the policy demands that it arrives."""

    event: Event
    when: datetime
    kind: str = Notice.Kind.NOW
    is_demanded: bool = False

    def to_people(self, people: Sequence[Person]) -> list[Notice]:
        """Each in the program, and by the ways they want."""
        reaches = reaches_of(people)
        found = []
        for person in people:
            found.append(self._notice(Notice.Channel.IN_APP, person=person))
            found += [self._notice(way, person=person) for way in self._ways(reaches[person.pk])]
        return found

    def to_requesters(self, reports: Iterable[Submission]) -> list[Notice]:
        """The tracking page always shows it; a message goes out if that was asked for."""
        found = []
        for report in reports:
            found.append(self._notice(Notice.Channel.IN_APP, submission=report))
            found += [self._notice(way, submission=report) for way in _asked_for(report.requester)]
        return found

    def to_outlets(self, known: Sequence[Outlet] | None = None) -> list[Notice]:
        """Webhooks and robots; of a sealed issue they never hear. `known`: those that listen there or anywhere, if they were read."""
        issue = self.event.issue
        if issue.sealed or issue.outlets_there is False:
            return []
        near = Outlet.objects.listening_at(issue.path) if known is None else known
        return [self._notice(outlet.channel, outlet=outlet) for outlet in near if outlet.hears(self.event)]

    def _ways(self, reach: Reach) -> tuple[str, ...]:
        urgency = self.event.issue.urgency
        return ways.out_of_program(reach, self.kind, urgency=urgency, demanded=self.is_demanded, rings=is_alarm(self.event))

    def _notice(self, channel: str, **to: object) -> Notice:
        when = self.event.at if channel == Notice.Channel.WEBHOOK else self.when  # programs do not sleep
        return _notice(channel, self.event.at, when, kind=self.kind, event=self.event, **to)


def of_occasion(occasion: Occasion, people: Sequence[Person], *, when: datetime) -> list[Notice]:
    """The occasion told to each in the program, and by the ways they want; from `when` on."""
    reaches = reaches_of(people)
    found = []
    for person in people:
        wanted = ways.out_of_program(reaches[person.pk], Notice.Kind.NOW, urgency=Urgency.NORMAL, demanded=False)
        found += [_notice(way, occasion.at, when, occasion=occasion, person=person) for way in (Notice.Channel.IN_APP, *wanted)]
    return found


def _notice(channel: str, at: datetime, when: datetime, **told: object) -> Notice:
    """A row of the outbox. In the program it is told as soon as it stands there, unless it is to wait."""
    at_once = channel == Notice.Channel.IN_APP and when <= at
    state = Notice.State.SENT if at_once else Notice.State.WAITING
    return Notice(channel=channel, not_before=when, announced_at=at if at_once else None, state=state, **told)


def is_demanded(event: Event, *, at_limit: bool) -> bool:
    """Whether nobody can switch it off: the limit is reached, or somebody is in danger."""
    return at_limit or event.issue.urgency == Urgency.CRITICAL


def is_alarm(event: Event) -> bool:
    """Whether somebody has to come at once: it is in nobody's safe hands yet, and came to whoever is told by this very step."""
    return event.verb in _ALARMS and is_dangerous(event.issue)


def is_dangerous(issue: Issue) -> bool:
    """Whether somebody is in danger still."""
    return issue.urgency == Urgency.CRITICAL and issue.made_safe_at is None and issue.is_open


def reaches_of(people: Sequence[Person]) -> dict[int, Reach]:
    """How each can be reached; no statement if there is nobody to ask for."""
    unread = [person for person in people if not _has_choice_read(person)]
    choices = {choice.pk: choice for choice in NoticeChoice.objects.of(unread)} if unread else {}
    return {
        person.pk: reach_of(person, getattr(person, "notice_choice", None) if _has_choice_read(person) else choices.get(person.pk))
        for person in people
    }


def _has_choice_read(person: Person) -> bool:
    """Whether the choice came along with the person, in the same statement."""
    return "notice_choice" in person._state.fields_cache


def reach_of(person: Person, choice: NoticeChoice | None) -> Reach:
    return Reach(
        email=bool(person.email),
        mobile=bool(choice and choice.mobile),
        chosen=choice.chosen if choice else {},
    )


def _asked_for(requester: Requester | None) -> tuple[str, ...]:
    if requester is None or requester.erased_at is not None:
        return ()
    if requester.channel == Requester.Channel.EMAIL and requester.email and ways.has_email():
        return (Notice.Channel.EMAIL,)
    if requester.channel == Requester.Channel.SMS and requester.phone and ways.has_sms():
        return (Notice.Channel.SMS,)
    return ()
