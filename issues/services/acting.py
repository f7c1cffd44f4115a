"""One verb being done to one issue: who may, what must be said, and the pen that writes it down.

Every verb is a function of an `Act`, registered in `VERBS`; `perform` asks the tables of `workflow.py` first, so that a
function is only ever called when its row is locked, its actor is allowed and all that it needs is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from grids.levels import Level
from grids.together import read_together
from issues import ledger, policy, telling, workflow
from issues.errors import Forbidden, Refusal
from issues.models import Event, HolderRequest, Issue, Minute, Submission
from issues.moves import asking
from issues.parts import days_there, parts_for_act, reports_of
from issues.privacy.masking import without_cards, without_numbers
from issues.services.posted import posts_at, posts_there
from issues.terms import Actor, Field, Status, Verb
from issues.timing import calendars
from issues.timing.deadlines import Clocks
from issues.workflow import MOVE, RUNGS, Move
from issues.writing.pens import AT_ONCE, Pen
from representatives.chain import Answer, chain_from
from representatives.models import Assignment, Person, Unit
from representatives.roles import SPEAKS_FOR_UNIT, SUCCESSION, Role
from representatives.scopes import scope_of

Facts = Mapping[str, object]
Doing = Callable[["Act"], Event]
Guard = Callable[["Act"], str]
Ending = Callable[["Act"], None]

VERBS: dict[Verb, Doing] = {}
GUARDS: dict[Verb, list[Guard]] = {}  # each is asked; the first sentence is the answer
ENDINGS: list[Ending] = []
FOLLOWING: list[Ending] = []  # asked before whatever was done is written down

_LONGEST = {Field.PUBLIC_LINE: 200, Field.NON_PUBLIC_REASON: 200}
_LONG = 4000
_CODES = frozenset({Field.AREA, Field.CATEGORY})  # a cell's code has as many digits as an identity number
_STAND_IN = frozenset(role for roles in SUCCESSION.values() for role in roles[1:])


def does(verb: Verb) -> Callable[[Doing], Doing]:
    """Registers the function that does a verb: from then on it is offered."""

    def register(doing: Doing) -> Doing:
        VERBS[verb] = doing
        return doing

    return register


def unless(*verbs: Verb) -> Callable[[Guard], Guard]:
    """Registers what is asked beyond the tables: a sentence why the verb is not possible now, or nothing.

    A verb may have several guards; the first to object is heard.
    """

    def register(guard: Guard) -> Guard:
        for verb in verbs:
            GUARDS.setdefault(verb, []).append(guard)
        return guard

    return register


def at_end(ending: Ending) -> Ending:
    """Registers what becomes void when an issue ends, whichever verb ends it."""
    ENDINGS.append(ending)
    return ending


def whenever_written(following: Ending) -> Ending:
    """Registers what has to follow from how a verb has left the issue, whichever verb it was."""
    FOLLOWING.append(following)
    return following


@dataclass
class Act:
    """One verb, one issue (locked), one moment. `acting_as` is what the ledger writes down as the actor."""

    issue: Issue
    verb: Verb
    at: datetime
    by: Person | None = None
    actors: workflow.Actors = frozenset({Actor.SYSTEM})
    acting_as: str = Actor.SYSTEM
    facts: Facts = field(default_factory=dict)
    submission: Submission | None = None
    also: dict[str, object] = field(default_factory=dict)  # what else the event says: of what became void with it
    pen: Pen = AT_ONCE
    around: telling.Around | None = None  # what was read of units and addresses for many acts at once

    def __post_init__(self) -> None:
        self.from_status: str = self.issue.status
        self.from_level: int | None = self.issue.level
        self.was_due_at = self.issue.level_due_at

    # --- what the act stands on ---

    @property
    def move(self) -> Move:
        return MOVE[self.verb]

    @cached_property
    def terms(self) -> policy.Policy:
        return policy.terms(self.issue.policy_id)

    @cached_property
    def calendar(self) -> calendars.Calendar:
        return policy.calendar_of(self.terms, self.issue.path, self.issue.days_there)

    @cached_property
    def clocks(self) -> Clocks:
        return Clocks(self.issue, self.terms, self.calendar)

    @cached_property
    def pending(self) -> HolderRequest | None:
        """What was asked of those above and waits for an answer."""
        return self.issue.pending_request

    @cached_property
    def posts(self) -> list[Assignment]:
        """Who is posted to the issue's place or above it, departments left out; narrowest area first."""
        return list(posts_there(self.issue.path, self.at))

    @cached_property
    def reports(self) -> list[Submission]:
        """The issue's reports, oldest first, each with its requester."""
        return list(reports_of(self.issue.pk))

    @property
    def report_count(self) -> int:
        """How many they are; asked of the database only where neither the act nor the issue has them yet."""
        return len(self.reports) if "reports" in self.__dict__ else self.issue.submissions.count()

    def read(self) -> None:
        """What nearly every verb asks of the issue and its place, in one statement; what is known already stays."""
        posts, reports, told = posts_there(self.issue.path, self.at), reports_of(self.issue.pk), days_there(self.issue.path)
        read_together(*parts_for_act(self.issue), posts, told, *([] if "reports" in self.__dict__ else [reports]))
        self.posts, self.issue.days_there = list(posts), [dict(day) for day in told]
        if "reports" not in self.__dict__:
            self.reports = list(reports)

    @cached_property
    def events(self) -> list[Event]:
        """What was done to the issue before this act; for the questions of guards."""
        return list(self.issue.events.all())

    @cached_property
    def units(self) -> list[Unit]:
        """The units that the issue may be handed to where it lies."""
        return list(Unit.objects.for_place(self.issue.path))

    def forget_place(self) -> None:
        """The issue lies elsewhere now: what was read of the place is read anew."""
        self.issue.days_there = None
        for read in ("posts", "calendar", "clocks", "units"):
            self.__dict__.pop(read, None)

    def answer(self, level: int) -> Answer:
        """Who answers for the issue's place at that level."""
        return next(answer for answer in chain_from(self.posts) if answer.level == level)

    # --- what was handed in ---

    def text(self, name: Field) -> str:
        """What was written there, trimmed; numbers of cards never stay, telephones not on the public page."""
        text = str(self.facts.get(name) or "").strip()
        longest = _LONGEST.get(name, _LONG)
        if len(text) > longest:
            words = {"field": name.label, "longest": longest}
            raise Refusal(gettext("“%(field)s” may have %(longest)d characters at most.") % words, field=name.value)
        if name in _CODES:
            return text
        return without_numbers(text) if name == Field.PUBLIC_LINE else without_cards(text)

    def texts(self, *names: Field) -> dict[str, str]:
        return {name.value: self.text(name) for name in names}

    def has(self, name: Field) -> bool:
        """Whether something was handed in for it."""
        value = self.facts.get(name)
        if name == Field.MINUTE:
            return isinstance(value, Mapping) and all(
                str(value.get(part) or "").strip() for part in ("held_on", "participants", "outcome")
            )
        return value is not None and str(value).strip() != ""

    def minute(self, kind: Minute.Kind) -> Minute | None:
        """The minute that was handed in, saved; None if there is none."""
        given = self.facts.get(Field.MINUTE)
        if not self.has(Field.MINUTE) or not isinstance(given, Mapping) or self.by is None:
            return None
        return Minute.objects.create(
            issue=self.issue,
            kind=kind,
            held_on=self._held_on(given["held_on"]),
            participants=without_cards(str(given["participants"]).strip())[:200],
            outcome=without_cards(str(given["outcome"]).strip()),
            written_by=self.by,
            written_at=self.at,
        )

    def _held_on(self, value: object) -> date:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            raise Refusal(
                gettext("“%(text)s” is not a date; write for example 2026-03-31.") % {"text": value}, field="minute"
            ) from None
        if day > self.calendar.local(self.at).date():
            raise Refusal(gettext("A meeting that has not taken place yet cannot have a minute."), field="minute")
        return day

    # --- doing and writing ---

    def dues(self) -> dict[str, str]:
        """The deadlines with which the issue is handed on, for the ledger: papers say them even when they have moved since."""
        issue = self.issue
        due = {"sign_due_at": issue.sign_due_at, "level_due_at": issue.level_due_at, "total_due_at": issue.total_due_at}
        return {name: moment.isoformat() for name, moment in due.items() if moment}

    def refusal(self) -> workflow.Refused | None:
        """Why it may not be done now: by the tables, else by what is asked beyond them."""
        issue = self.issue
        move, level = _ruling(self.move, self.pending if self.verb in asking.ANSWERS else None, issue.level)
        refused = workflow.refusal(
            move,
            status=issue.status,
            level=level,
            actors=self.actors,
            is_handler=self.by is not None and issue.was_handled_by(self.by),
            handled_above=issue.handler_fallback,
        )
        if refused is None:
            sentences = (guard(self) for guard in GUARDS.get(self.verb, ()))
            return next((workflow.Refused(sentence) for sentence in sentences if sentence), None)
        return refused

    def perform(self) -> Event:
        """Do it, or raise: `Forbidden` if others might, `Refusal` if nobody may or something is missing."""
        if self.verb not in VERBS:
            raise Refusal(gettext("“%(verb)s” cannot be done here.") % {"verb": self.verb.label})
        if refused := self.refusal():
            raise Forbidden(refused.sentence) if refused.by_role else Refusal(refused.sentence)
        if self.acting_as != Actor.SYSTEM:
            self._require(workflow.needs(self.move, self.issue.level))
        return VERBS[self.verb](self)

    def _require(self, names: tuple[Field, ...]) -> None:
        for name in names:
            if not self.has(name):
                raise Refusal(gettext("“%(field)s” is missing.") % {"field": name.label}, field=name.value)

    def then(self, verb: Verb, **facts: object) -> Event:
        """What the program does next by itself, in the same transaction."""
        return self.next(verb, facts).perform()

    def next(self, verb: Verb, facts: Facts | None = None) -> Act:
        """The program's next act on the issue, in the same transaction; what this one has read holds for it too."""
        following = Act(issue=self.issue, verb=verb, at=self.at, facts=facts or {}, pen=self.pen, around=self.around)
        for read in ("terms", "calendar", "posts", "reports"):
            if read in self.__dict__:
                setattr(following, read, self.__dict__[read])
        return following

    def set_status(self, status: Status | None = None) -> None:
        """The status that the table names for the verb, or another."""
        self.issue.status = status or self.move.target or self.issue.status

    def end(self, status: Status | None = None) -> None:
        """The issue has ended, and with it whatever was still asked of anybody."""
        for ending in ENDINGS:
            ending(self)
        self.set_status(status)
        self.issue.closed_at = self.at
        self.issue.purge_at = self.terms.retention.first_at(self.at, declined=self.issue.status == Status.DECLINED)
        self.clocks.stop()

    def write(
        self,
        record: Mapping[str, Any] | None = None,
        *,
        texts: Mapping[str, str] | None = None,
        is_public: bool = False,
        former_path: str = "",
    ) -> Event:
        """Save the issue, append the event, tell whom the table of notices names."""
        self._drop_request()
        for follow in FOLLOWING:
            follow(self)
        event = ledger.append(
            self.issue,
            self.verb,
            at=self.at,
            actor=self.acting_as,
            by=self.by,
            from_status=self.from_status,
            from_level=self.from_level,
            facts={**self._whose, **self.also, **(record or {})},
            texts=texts,
            is_public=is_public,
            former_paths=(former_path,) if former_path else (),
            pen=self.pen,
        )
        telling.tell(
            event, posts=self.posts, calendar=self.calendar, reports=lambda: self.reports, pen=self.pen, around=self.around
        )
        return event

    @property
    def _whose(self) -> dict[str, int]:
        """Whose act it was: another requester of the same issue is not shown what this one wrote."""
        return {"report": self.submission.pk} if self.submission else {}

    def _drop_request(self) -> None:
        """What was asked has no object any more once the issue has left the level, or goes another way."""
        if not self.from_status or (self.issue.status, self.issue.level) == (self.from_status, self.from_level):
            return
        request = self.issue.pending_request
        if request is None:
            return
        if self.issue.level != request.level or self.issue.status not in asking.QUESTION[asking.Kind(request.kind)].stands_in:
            request.decision, request.decided_at = HolderRequest.Decision.DROPPED, self.at
            request.save(update_fields=["decision", "decided_at"])


def _ruling(move: Move, request: HolderRequest | None, level: int) -> tuple[Move, int]:
    """The row of the table, and the level whose column says who may: of a question, those of the desk it lies on."""
    if request is None:
        return move, level
    return asking.as_asked(move, request.kind, on_its_way=request.is_on_its_way), request.desk


def act_of_person(issue: Issue, verb: Verb, person: Person, at: datetime, facts: Facts | None = None) -> Act:
    """The person's act, with every role that counts for the issue's place."""
    act = Act(issue=issue, verb=verb, at=at, by=person, facts=facts or {})
    act.read()
    act.actors, roles = actors_at(issue, person, at, act.posts)
    act.acting_as = _role_used(issue, MOVE[verb], act.actors, roles)
    return act


def actors_at(
    issue: Issue, person: Person, at: datetime, posts: Iterable[Assignment] | None = None
) -> tuple[workflow.Actors, frozenset[Role]]:
    """The roles with which the person may act on the issue, vacant ones they stand in for included; and those they hold.

    `posts`: who is posted to the place or above it, in the roles of the succession at least, if the caller has read it.
    """
    held = scope_of(person, at).roles_at(issue.path)
    if issue.sealed:
        sealed = held & {Role.TOWNSHIP_DISCIPLINE}
        return (frozenset({Role.TOWNSHIP_COMMITTEE}) if sealed else frozenset()), sealed
    by_unit = _by_unit(issue, person, held)
    actors = held if issue.lead_unit_id is not None and person.unit_id == issue.lead_unit_id else held - {Role.DEPARTMENT}
    if held & _STAND_IN:
        actors |= _stands_in_for(held, posts_at(issue.path, at) if posts is None else posts)
    return actors | by_unit, held if by_unit else held & actors


def _by_unit(issue: Issue, person: Person, held: frozenset[Role]) -> workflow.Actors:
    """What the person is to the issue through their unit: asked to help, or to check on behalf of the supervision office."""
    if person.unit_id is None or not held & SPEAKS_FOR_UNIT:
        return frozenset()
    found: set[Actor] = set()
    if any(task.unit_id == person.unit_id for task in issue.sub_tasks.all()):
        found.add(Actor.HELPER)
    if issue.delegate_unit_id == person.unit_id and person.unit_id != issue.lead_unit_id:
        found.add(Actor.DELEGATE)
    return frozenset(found)


def _stands_in_for(held: frozenset[Role], posts: Iterable[Assignment]) -> frozenset[Role]:
    """Vacant roles that fall to one of those held, by the order of succession."""
    chain = chain_from(posts)
    return frozenset(answer.owner for answer in chain if answer.by_succession and answer.role in held)


def _role_used(issue: Issue, move: Move, actors: workflow.Actors, held: frozenset[Role]) -> str:
    """The role that the ledger writes down: one held that the table names, else the one that stands in."""
    named = move.who(Level.GRID if move.verb == Verb.ACCEPT else issue.level)
    order = list(Role)
    fitting = sorted(held & named, key=order.index) or sorted(held & _STAND_IN, key=order.index) or sorted(held, key=order.index)
    return fitting[0].value if fitting else ""


def owner_of(level: int) -> Role:
    return RUNGS[Level(level)].owner
