"""Who is told of what: one table, read when an event is written, so that the notice stands in the same transaction.

Nobody hears of a sealed issue but those it is sealed to, and whoever reported it. Quiet hours hold back everything but
what is critical; a digest waits for the morning.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from issues.models import Event, HolderRequest, Issue, Notice, Outlet, Submission, SubTask
from issues.notices.writing import Telling, is_demanded
from issues.terms import Urgency, Verb
from issues.timing import clock
from issues.timing.calendars import Calendar
from issues.workflow import MOVE, RUNGS, Level
from issues.writing.pens import AT_ONCE, Pen
from representatives.chain import Answer, chain_from
from representatives.models import Assignment, Person, Unit
from representatives.roles import SPEAKS_FOR_UNIT, Role


class Audience(StrEnum):
    SORTERS = "sorters"  # who accepts new reports there
    HANDLER = "handler"  # the handler, and the lead unit's people
    DESK = "desk"  # the handler above green; at green the dispatch that follows tells the representative
    LEADER = "leader"  # who answers one level up; for a lead unit, who dispatched to it
    NEXT_LEVEL = "next_level"
    BELOW = "below"  # who answers at the levels that the issue has left or skipped
    COPIED = "copied"  # of what a unit is to do: the village and the township, always
    NOTIFIED = "notified"  # units that the event lets know
    VERIFIERS = "verifiers"
    DECIDERS = "deciders"  # of the red list
    SIGNERS = "signers"  # of listed supervision: the county's leaders
    SUPERVISED = "supervised"  # the units that lead and help under supervision
    ADDRESSEE = "addressee"  # the unit that a letter goes to
    COVER = "cover"  # the organisation department, which minds vacancies
    HELPERS = "helpers"  # the units of the sub-tasks that the event names
    DELEGATES = "delegates"  # the unit that checks a red issue on behalf of the supervision office
    DISPATCHER = "dispatcher"  # who answers at the level
    ASKERS = "askers"  # who asked for what has just been decided
    APPROVERS = "approvers"  # those on whose desk lies what was asked
    REVIEWERS = "reviewers"  # who look at deferred issues again
    CLAIMANTS = "claimants"  # the secretaries of the villages that dispute the ground
    REQUESTERS = "requesters"


A = Audience
# fmt: off
TOLD: Mapping[Verb, tuple[Audience, ...]] = {
    Verb.SUBMIT:       (A.SORTERS, A.CLAIMANTS),
    Verb.PLACE:        (A.SORTERS,),
    Verb.JOIN:         (A.HANDLER,),
    Verb.SUPPLEMENT:   (A.HANDLER,),
    Verb.ACCEPT:       (A.REQUESTERS, A.DESK, A.BELOW, A.CLAIMANTS),
    Verb.DECLINE:      (A.REQUESTERS, A.CLAIMANTS),
    Verb.DISPATCH:     (A.HANDLER, A.COVER, A.COPIED, A.NOTIFIED),
    Verb.MAKE_SAFE:    (A.HANDLER, A.NEXT_LEVEL),
    Verb.ESCALATE:     (A.HANDLER, A.BELOW, A.REQUESTERS),
    Verb.RETURN_DOWN:  (A.HANDLER, A.REQUESTERS),
    Verb.DRAFT_RED:    (A.HANDLER, A.DECIDERS),
    Verb.PROPOSE_RED:  (A.DECIDERS,),
    Verb.ENTER_RED:    (A.HANDLER, A.SUPERVISED, A.NOTIFIED, A.BELOW, A.REQUESTERS),
    Verb.REFUSE_RED:   (A.HANDLER,),
    Verb.SUPERVISE:    (A.HANDLER, A.SUPERVISED),
    Verb.LIFT:         (A.HANDLER, A.SUPERVISED),
    Verb.PROPOSE_LISTED: (A.SIGNERS,),
    Verb.LIST:         (A.HANDLER, A.SUPERVISED, A.BELOW, A.REQUESTERS),
    Verb.REFUSE_LISTED: (A.DECIDERS,),
    Verb.APPOINT:      (A.SUPERVISED,),
    Verb.REPORT_PROGRESS: (A.DECIDERS,),
    Verb.APPROVE_EXIT: (A.SUPERVISED,),
    Verb.EXIT_DOWN:    (A.HANDLER, A.REQUESTERS),
    Verb.RESOLVE:      (A.VERIFIERS, A.REQUESTERS),
    Verb.VERIFY:       (A.HANDLER, A.REQUESTERS),
    Verb.REJECT:       (A.HANDLER,),
    Verb.CALL_BACK:    (A.REQUESTERS,),
    Verb.RATE:         (A.HANDLER,),
    Verb.PASS_ON_RATING: (A.HANDLER,),
    Verb.CLOSE:        (A.HANDLER, A.REQUESTERS, A.CLAIMANTS),
    Verb.REOPEN:       (A.HANDLER, A.LEADER),
    Verb.RESUME:       (A.HANDLER, A.REQUESTERS),
    Verb.WITHDRAW:     (A.HANDLER, A.HELPERS),
    Verb.MERGE:        (A.REQUESTERS, A.HELPERS),
    Verb.ASK_HELP:     (A.HELPERS, A.HANDLER),
    Verb.WHISTLE:      (A.HELPERS, A.HANDLER),
    Verb.TAKE_TASK:    (A.HANDLER, A.DISPATCHER),
    Verb.ANSWER:       (A.HANDLER, A.DISPATCHER),
    Verb.WAIVE:        (A.HELPERS, A.DISPATCHER),
    Verb.NUDGE:        (A.HANDLER,),
    Verb.ASK_EXTENSION:   (A.APPROVERS,),
    Verb.ASK_SUSPENSION:  (A.APPROVERS,),
    Verb.ASK_DEFERRAL:    (A.APPROVERS,),
    Verb.ASK_EXPLANATION: (A.APPROVERS,),
    Verb.FILE_PLAN:       (A.APPROVERS,),
    Verb.DISPUTE:         (A.APPROVERS, A.BELOW),
    Verb.OBJECT:          (A.APPROVERS, A.HANDLER),
    Verb.EXTEND:          (A.ASKERS, A.HANDLER, A.REQUESTERS),
    Verb.SUSPEND:         (A.ASKERS, A.HANDLER, A.REQUESTERS),
    Verb.DEFER:           (A.ASKERS, A.HANDLER, A.REQUESTERS),
    Verb.EXPLAIN:         (A.ASKERS, A.HANDLER, A.REQUESTERS, A.CLAIMANTS),
    Verb.APPROVE_PLAN:    (A.ASKERS, A.HANDLER, A.REQUESTERS),
    Verb.FORWARD:         (A.APPROVERS,),
    Verb.REFUSE_REQUEST:  (A.ASKERS, A.HANDLER),
    Verb.UPHOLD:          (A.HANDLER, A.SORTERS, A.REQUESTERS),
    Verb.OVERRULE:        (A.HANDLER, A.REQUESTERS),
    Verb.DECIDE_LEVEL:    (A.ASKERS, A.HANDLER, A.BELOW),
    Verb.REVIEW:          (A.HANDLER, A.REQUESTERS),
    Verb.RETURN_ORDER:    (A.HANDLER,),
    Verb.TAKE_AS_PROJECT: (A.LEADER, A.REQUESTERS),
    Verb.MILESTONE:       (A.LEADER, A.REQUESTERS),
    Verb.SPLIT:        (A.HANDLER,),
    Verb.HANDLE_ON_THE_SPOT: (A.REQUESTERS,),
    Verb.DELEGATE:     (A.DELEGATES,),
    Verb.DRAFT_RAISE:  (A.NEXT_LEVEL,),
    Verb.TAKE_UP:      (A.HANDLER, A.BELOW, A.REQUESTERS),
    Verb.LET_STAY:     (A.HANDLER,),
    Verb.POLL:         (A.HANDLER,),
}
# fmt: on


@dataclass(frozen=True)
class Around:
    """What was read for many issues at once: whoever holds a post in the units that lead them, and who listens from outside."""

    staff: Mapping[int, Sequence[Person]]  # by unit
    outlets: Sequence[Outlet]


@dataclass(frozen=True)
class Room:
    """What a choice of audience looks at: the event's issue, and who is posted to its place or above it."""

    event: Event
    issue: Issue
    posts: Sequence[Assignment]
    around: Around | None = None
    follows: bool = False  # whether those under supervision are told too

    def in_role(self, *roles: Role) -> list[Person]:
        return [post.person for post in self.posts if post.role in roles]

    @cached_property
    def chain(self) -> dict[int, Answer]:
        """Who answers for the place, by level."""
        return {answer.level: answer for answer in chain_from(self.posts)}

    def answer(self, level: int) -> Answer:
        return self.chain[level]

    def answering(self, levels: Iterable[int]) -> list[Person]:
        answers = (self.answer(level) for level in levels)
        return [answer.person for answer in answers if answer.person]

    def unit_people(self) -> list[Person]:
        lead = self.issue.lead_unit_id
        if lead is None:
            return []
        known = self.supervised if self.follows else ()
        if found := [post.person for post in known if post.person.unit_id == lead and post.role == Role.DEPARTMENT]:
            return found
        if self.around and lead in self.around.staff:
            return list(self.around.staff[lead])
        return staff_of([lead], self.event.at)[lead]

    @cached_property
    def supervised(self) -> list[Assignment]:
        """Everybody posted for the units that lead or help under supervision; read anew, for it may have begun with this event."""
        return list(Assignment.objects.active(self.event.at).of_units(self.issue.red_entries.ongoing().unit_keys()))

    def people_of(self, unit_ids: Iterable[int]) -> list[Person]:
        """Everybody of those units who holds a post."""
        held = Assignment.objects.active(self.event.at).of_units(unit_ids)
        return [post.person for post in held]


def staff_of(units: Collection[int], at: datetime) -> dict[int, list[Person]]:
    """Who holds a post in each of those units, with what they chose to be told by; one statement however many units."""
    found: dict[int, list[Person]] = {unit: [] for unit in units}
    for post in Assignment.objects.active(at).in_role(Role.DEPARTMENT).of_units(units).select_related("person__notice_choice"):
        assert post.person.unit_id is not None  # noqa: S101 - asked for by unit
        found[post.person.unit_id].append(post.person)
    return found


def _sorters(room: Room) -> list[Person]:
    """The grid's own people and who answers at the level; everybody up to the township if somebody is in danger."""
    near = room.in_role(Role.GRID_MEMBER, Role.GRID_LEADER) if room.issue.level == Level.GRID else []
    levels = (Level.VILLAGE, Level.TOWNSHIP) if room.issue.urgency == Urgency.CRITICAL else (max(room.issue.level, Level.VILLAGE),)
    return near + room.answering(levels)


def _handler(room: Room) -> list[Person]:
    handler = [room.issue.handler] if room.issue.handler else room.answering((room.issue.level,))
    return handler + room.unit_people()


def _desk(room: Room) -> list[Person]:
    return _handler(room) if room.issue.level > Level.GRID else []


def _leader(room: Room) -> list[Person]:
    return room.answering((room.issue.level,)) if room.issue.lead_unit_id else _next_level(room)


def _next_level(room: Room) -> list[Person]:
    """Who answers one level up; above the county's office stand its leaders, who sign what is late there."""
    above = [level for level in RUNGS if level > room.issue.level]
    return room.answering(above[:1]) if above else room.in_role(Role.COUNTY_LEADER)


def _below(room: Room) -> list[Person]:
    return room.answering(level for level in RUNGS if level < room.issue.level)


def _copied(room: Room) -> list[Person]:
    """Whoever is asked at the place knows whose it is: the village, and the township where it does not decide itself."""
    levels = [level for level in (Level.VILLAGE, Level.TOWNSHIP) if level <= room.issue.level]
    return room.answering(levels) if room.issue.lead_unit_id else []


def _notified(room: Room) -> list[Person]:
    codes = room.event.facts.get("notified", ())
    return room.people_of(Unit.objects.with_codes(codes).values_list("pk", flat=True)) if codes else []


def _verifiers(room: Room) -> list[Person]:
    if not room.issue.category.physical and room.issue.level < Level.COUNTY:
        return []
    who = MOVE[Verb.VERIFY].who(room.issue.level)
    posted = [post.person for post in room.posts if post.role in who]
    return [person for person in posted + _delegates(room) if not room.issue.was_handled_by(person)]


def _delegates(room: Room) -> list[Person]:
    return room.people_of([room.issue.delegate_unit_id]) if room.issue.delegate_unit_id else []


def _supervised(room: Room) -> list[Person]:
    """The people of the units that the event names as lead or helpers, else of those that the supervision has."""
    return [post.person for post in room.supervised] or room.unit_people()


def _addressee(room: Room) -> list[Person]:
    return room.people_of([room.event.facts["addressee"]])


def _helpers(room: Room) -> list[Person]:
    """Everybody who speaks for a unit of which the event names the sub-task, void ones included."""
    facts = room.event.facts
    numbers = {number for key in ("tasks", "dropped_tasks", "brought_forward") for number in facts.get(key, ())}
    if not numbers:
        return []
    units = [task.unit_id for task in SubTask.objects.of_issues([room.issue.pk]) if task.number in numbers]
    held = Assignment.objects.active(room.event.at).in_role(*SPEAKS_FOR_UNIT)
    return [post.person for unit in units for post in held.of_unit(unit)]


def _cover(room: Room) -> list[Person]:
    return room.in_role(Role.ORGANISATION_OFFICE) if room.issue.handler_fallback else []


def _askers(room: Room) -> list[Person]:
    """Who asked for what the event has decided."""
    decided = HolderRequest.objects.about(room.issue).decided_at(room.event.at).select_related("asked_by").first()
    return [decided.asked_by] if decided and decided.asked_by else []


def _approvers(room: Room) -> list[Person]:
    request = room.issue.pending_request
    return room.in_role(Role(request.decider)) if request else []


def _reviewers(room: Room) -> list[Person]:
    return room.in_role(*(role for role in MOVE[Verb.REVIEW].who(room.issue.level) if isinstance(role, Role)))


def _claimants(room: Room) -> list[Person]:
    """Asked only where the ground is disputed: their villages lie below the place of the issue."""
    if not room.issue.disputed_by:
        return []
    held = Assignment.objects.active(room.event.at).in_role(Role.VILLAGE_SECRETARY).posted_to(*room.issue.disputed_by)
    return [post.person for post in held]


CHOICES: Mapping[Audience, Callable[[Room], list[Person]]] = {
    A.SORTERS: _sorters,
    A.HANDLER: _handler,
    A.DESK: _desk,
    A.LEADER: _leader,
    A.NEXT_LEVEL: _next_level,
    A.BELOW: _below,
    A.COPIED: _copied,
    A.NOTIFIED: _notified,
    A.VERIFIERS: _verifiers,
    A.DECIDERS: lambda room: room.in_role(Role.SUPERVISION_OFFICE),
    A.SIGNERS: lambda room: room.in_role(Role.COUNTY_LEADER),
    A.SUPERVISED: _supervised,
    A.ADDRESSEE: _addressee,
    A.COVER: _cover,
    A.HELPERS: _helpers,
    A.DELEGATES: _delegates,
    A.DISPATCHER: lambda room: room.answering((room.issue.level,)),
    A.ASKERS: _askers,
    A.APPROVERS: _approvers,
    A.REVIEWERS: _reviewers,
    A.CLAIMANTS: _claimants,
}


def tell(
    event: Event,
    *,
    posts: Sequence[Assignment],
    calendar: Calendar,
    reports: Callable[[], Sequence[Submission]] | None = None,
    audiences: Iterable[Audience] | None = None,
    digest: bool = False,
    at_limit: bool = False,
    pen: Pen = AT_ONCE,
    around: Around | None = None,
) -> None:
    """Write the notices of an event; `audiences` in place of the table's, `digest`: not before the morning's.

    `reports` gives the issue's reports, each with its requester, if the caller can do that without asking again.
    `at_limit`: the policy demands that it arrives, whatever people have switched off.
    """
    if audiences is None and event.verb == Verb.WARN:
        return  # told right after, once it is clear whom and whether it can wait
    chosen = _chosen(event) if audiences is None else tuple(audiences)
    when, kind = _not_before(event, calendar, digest=digest), _kind(event, digest=digest)
    telling = Telling(event, when=when, kind=kind, is_demanded=is_demanded(event, at_limit=at_limit))
    room = Room(event, event.issue, posts, around, follows=A.SUPERVISED in chosen)
    notices = telling.to_people(_people(room, chosen)) if chosen else []
    if A.REQUESTERS in chosen:
        notices += telling.to_requesters(reports() if reports else _reports(event))
    pen.notices(notices + telling.to_outlets(around.outlets if around else None))


def _chosen(event: Event) -> tuple[Audience, ...]:
    """By the table; and units whose part is due earlier for what was done."""
    named = TOLD.get(Verb(event.verb), ())
    return (*named, A.HELPERS) if "brought_forward" in event.facts else named


def _kind(event: Event, *, digest: bool) -> str:
    if digest:
        return Notice.Kind.DIGEST
    return Notice.Kind.WARNING if event.verb == Verb.WARN else Notice.Kind.NOW


def _people(room: Room, chosen: Iterable[Audience]) -> list[Person]:
    """Each once, without whoever did it themselves."""
    if room.issue.sealed:
        found = room.in_role(Role.TOWNSHIP_DISCIPLINE) if set(chosen) - {A.REQUESTERS} else []
    else:
        found = [person for audience in chosen if audience in CHOICES for person in CHOICES[audience](room)]
    return list({person.pk: person for person in found if person.pk != room.event.by_id}.values())


def _not_before(event: Event, calendar: Calendar, *, digest: bool) -> datetime:
    if event.issue.urgency == Urgency.CRITICAL:
        return event.at
    return clock.next_digest(event.at, calendar) if digest else clock.next_waking(event.at, calendar)


def _reports(event: Event) -> list[Submission]:
    """The issue's reports whose requester can still be answered. Reports of the event's issue only, each with its requester."""
    return list(Submission.objects.of_issue(event.issue).with_requester())
