"""What the page of an issue shows one person, read in a handful of statements. Knows no request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

from django.http import Http404, QueryDict
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Area
from grids.prepared import Prepared
from grids.together import Rows, knowing, own_rows, read_together
from issues import ledger, services
from issues.errors import Conflict, Refusal
from issues.models import (
    EscalationRequest,
    Event,
    HolderRequest,
    Issue,
    KeySupervisionEntry,
    Project,
    ReplyTemplate,
    Submission,
)
from issues.moves.asking import ANSWERS, Kind
from issues.moves.buttons import ordered
from issues.parts import days_there, parts_of
from issues.privacy import contacts
from issues.services import bouncing
from issues.terms import Actor, ClockState, Field, Light, Status, Verb
from issues.workflow import MOVE, RUNGS, Move, light_of, needs
from mapui import clocks, timeline
from mapui.form_options import Options
from mapui.forms import MoveForm
from mapui.issue_actions import Action, Refused
from mapui.issue_joint import Joint
from mapui.issue_reports import Told
from mapui.papers.dossier import Dossier
from mapui.papers.kinds import Listed, papers_of
from mapui.template_page import Choice, choices_for
from representatives.chain import Answer, chain_from
from representatives.models import Person, Unit
from representatives.querysets import AssignmentQuerySet
from representatives.roles import Role

EVENTS_SHOWN = 20

T = TypeVar("T")


class Link(NamedTuple):
    """Another issue that this one has to do with."""

    label: str
    number: str
    title: str


class Asked(NamedTuple):
    """A question that waits, and the verbs by which the person may answer it."""

    request: HolderRequest
    answers: list[Verb]
    words: str = ""  # what the requester wrote, who objects

    @property
    def decider(self) -> str:
        return str(Role(self.request.decider).label)

    @property
    def asker(self) -> str:
        """Who asks: the person, or the requester."""
        return self.request.asked_by.name if self.request.asked_by else str(Actor.REQUESTER.label)


@dataclass
class IssuePage:
    """Everything on the page; what is not part of every issue is read when it is first asked for."""

    issue: Issue
    person: Person
    at: datetime
    all_events: bool = False
    tag: str = ""  # sets the ids of its forms apart where several issues share a page
    opened: str = ""  # the verb whose form stands open
    back: str = ""  # the list that its forms lead back to (“red”); empty: to the issue
    template: int | None = None  # key of the ready-made text to begin its form with

    def __post_init__(self) -> None:
        """What the issue has several of is read when it is first asked for, or all of it by `read`."""
        self._parts = parts_of(self.issue)

    @cached_property
    def _reports(self) -> Rows:
        return knowing(self.issue, "submissions", _reports(self.issue.pk))

    @cached_property
    def _posted(self) -> AssignmentQuerySet:
        return services.posts_at(self.issue.path, self.at)

    def read(self) -> IssuePage:
        """What the issue has several of, its reports and who is posted to its place, for the whole page: one statement.

        A page that is not shown, for its form was sent, does without: what that form asks is read when it is asked for.
        """
        days = days_there(self.issue.path)
        read_together(*self._parts, self._reports, self._posted, days)
        self.issue.days_there = [dict(day) for day in days]
        return self

    @property
    def areas(self) -> list[Area]:
        """The place, widest first, as it was when it was reported."""
        found = [self.issue.area]
        while found[0].parent is not None:
            found.insert(0, found[0].parent)
        return found

    @property
    def answers(self) -> list[tuple[Answer, Light]]:
        """Who answers at each level of the ladder, and its light."""
        return [(answer, light_of(answer.level)) for answer in chain_from(self._posted)]

    @cached_property
    def submissions(self) -> list[Submission]:
        """What was reported, oldest first; each with `files` and `rated`."""
        return list(self._reports)

    @property
    def may_publish_photos(self) -> bool:
        return self.offers(Verb.PUBLISH_PHOTO)

    @property
    def may_hide_photos(self) -> bool:
        return self.offers(Verb.HIDE_PHOTO)

    @property
    def may_listen(self) -> bool:
        """Whether the person hears voice notes and writes them down."""
        return self.offers(Verb.TRANSCRIBE)

    @property
    def is_answer_undelivered(self) -> bool:
        """Whether somebody has to call, because no message could bring the answer."""
        return self.issue.is_open and any(one.undelivered for one in self.submissions)  # type: ignore[attr-defined]

    @property
    def is_decision_undelivered(self) -> bool:
        """Whether the person may tell a requester by telephone what was decided, and nobody has."""
        return self.offers(Verb.TOLD)

    @cached_property
    def told(self) -> list[Told]:
        """The reports, each with its photos and voice notes, and what its requester said of the result.

        Whoever is here only because they entered one for somebody reads that one, and no other.
        """
        shown = self._entered if services.entered_only(self.issue, self.person, self.at) else self.submissions
        return [Told(one) for one in shown]

    @property
    def _entered(self) -> list[Submission]:
        return [one for one in self.submissions if one.entered_by_id == self.person.pk]

    @cached_property
    def events(self) -> list[Event]:
        """The whole ledger of the issue, oldest first."""
        return list(self.issue.events.all())

    @property
    def _unit_names(self) -> dict[str, str]:
        """What the units are called that returned the order or were proposed; asked only where one was."""
        codes = {str(event.facts[key]) for event in bouncing.returns_of(self.events) for key in ("from", "proposed")}
        return Unit.objects.names_of(codes) if codes else {}

    @cached_property
    def requests(self) -> list[HolderRequest]:
        """What was asked of those above, newest first."""
        return list(self.issue.requests.all())

    @property
    def asked(self) -> Asked | None:
        """What waits for an answer, and the buttons that give it to this person."""
        request = self.issue.pending_request
        if request is None or self.joint.is_helper_only:
            return None
        objections = [event for event in self.events if event.verb == Verb.OBJECT] if request.kind == Kind.OBJECTION else []
        words = objections[-1].texts.get(Field.REASON, "") if objections else ""
        return Asked(request, [move.verb for move in self.moves if move.verb in ANSWERS], words)

    @property
    def rest(self) -> HolderRequest | None:
        """Why the issue stands still, if it does: the request that was granted."""
        kind = {Status.SUSPENDED: Kind.SUSPENSION, Status.DEFERRED: Kind.DEFERRAL}.get(Status(self.issue.status))
        return next((one for one in self.requests if one.kind == kind and one.decision == "granted"), None)

    @property
    def decided(self) -> list[HolderRequest]:
        """What was asked and is decided, newest first; not for who is here for a part of it alone."""
        if self.joint.is_helper_only:
            return []
        return [one for one in self.requests if one.decision != "pending"]

    @property
    def project(self) -> Project | None:
        return self.issue.project if self.issue.is_project else None

    @cached_property
    def all_lines(self) -> list[timeline.Line]:
        names = self._unit_names | {self.issue.category.code: self.issue.category.name}
        if self.issue.lead_unit:
            names[self.issue.lead_unit.code] = self.issue.lead_unit.name
        names |= {task.unit.code: task.unit.name for task in self.issue.sub_tasks.all()}
        names |= {known.unit.code: known.unit.name for known in self.issue.notified.all()}
        shown = self.joint.shown(self.events)
        only = self.joint.requester_words_only(shown)
        return timeline.lines(shown, names, wordless=self.joint.wordless(shown), requester_words_only=only)

    @cached_property
    def joint(self) -> Joint:
        """What of it is handled together, and what still keeps it from closing."""
        return Joint(self.issue, self.person, self.at, self._posted, self.moves)

    @property
    def lines(self) -> list[timeline.Line]:
        return self.all_lines if self.all_events else self.all_lines[:EVENTS_SHOWN]

    @property
    def hidden_count(self) -> int:
        return len(self.all_lines) - len(self.lines)

    @cached_property
    def chain_holds(self) -> bool:
        """Whether every entry carries the hash of the one before, up to the head that the issue keeps."""
        row = (self.issue.pk, self.issue.number, self.issue.event_count, self.issue.head)
        return not any(ledger.verify([row], self.events))

    @cached_property
    def slips(self) -> list[EscalationRequest]:
        """The slips, newest first, each with its minute; not for who is here for a part of it alone."""
        return [] if self.joint.is_helper_only else list(self.issue.slips.all())

    @cached_property
    def entries(self) -> list[KeySupervisionEntry]:
        """The stays in the red list, newest first."""
        return list(self.issue.red_entries.all())

    @cached_property
    def papers(self) -> list[Listed]:
        """What can be printed for it, newest first."""
        return papers_of(Dossier(self.issue, self.person, self.at))

    @cached_property
    def moves(self) -> list[Move]:
        return services.moves_in_sight(self.issue, self.person, self.at, self._posted)

    @cached_property
    def options(self) -> Options:
        return Options(
            self.issue,
            levels=_lazily(lambda: services.levels_to_accept(self.issue, self.person, self.at, self._posted)),
            submissions=_lazily(lambda: self.submissions),
            entered=_lazily(lambda: self._entered),
            handlers=_lazily(lambda: [one.person for one in self._posted if one.role == Role.PARTY_REPRESENTATIVE]),
            sub_tasks=_lazily(lambda: services.sub_tasks_in_sight(self.issue, self.person, self.at, self._posted)),
        )

    def move(self, verb: Verb) -> Move:
        """The row of the table with what it needs at this level, whether or not the person may make the move."""
        return replace(MOVE[verb], needs=needs(MOVE[verb], self.issue.level))

    def offers(self, verb: Verb) -> bool:
        return any(move.verb == verb for move in self.moves)

    def form(self, move: Move, data: QueryDict | None = None, *, whole: bool = True) -> MoveForm:
        form = MoveForm(move, self.issue, options=self.options, data=data, tag=self.tag, whole=whole)
        if self.chosen_verb == move.verb:
            form.initial = {**form.initial, **self.chosen_texts}
        return form

    @property
    def chosen_verb(self) -> str:
        """The verb whose form is to begin with the ready-made text that the address names; empty: none."""
        return next((verb for verb, choices in self.ready_texts.items() for one in choices if one.pk == self.template), "")

    @property
    def chosen_texts(self) -> dict[str, str]:
        return next((one.filled for choices in self.ready_texts.values() for one in choices if one.pk == self.template), {})

    @cached_property
    def ready_texts(self) -> dict[str, list[Choice]]:
        """By verb: the ready-made texts for its form; asked only if the address names one."""
        if self.template is None:
            return {}
        return choices_for(self.issue, ReplyTemplate.objects.for_issue(self.issue, self.person))

    def actions(self, refused: Refused | None = None) -> list[Action]:
        """The buttons that the person may press now; a refused form stands open in its place, with all its words.

        Other forms are made when they are opened (`opened`): most of what a page offers is never asked for.

        After a conflict the form stands beside what others did (`Refused`), and not here once more.
        """
        found = []
        for move, style in ordered(self.moves):
            is_refused = refused is not None and refused.form.move.verb == move.verb
            if is_refused and refused and refused.is_conflict:
                continue
            is_open = is_refused or move.verb in (self.chosen_verb, self.opened)
            form = refused.form if is_refused and refused else None
            if form is None and (is_open or not move.needs):
                form = self.form(move, whole=is_open)
            found.append(Action(move, style, form, is_open))
        return found

    def refused(self, form: MoveForm, refusal: Refusal) -> Refused:
        """What the page has to say of a move that was not made."""
        seen = form.seen_count
        meanwhile = []
        if isinstance(refusal, Conflict) and seen is not None:
            meanwhile = [line for line in self.all_lines if line.event.number > seen]
        return Refused(form, refusal.sentence, meanwhile, is_stale=not self.offers(form.move.verb))

    def read_again(self) -> IssuePage:
        """The same page of the issue as it now stands."""
        issue = issue_for(self.issue.number, self.person, self.at)
        if issue is None:
            raise Http404
        return replace(self, issue=issue).read()

    def repeats(self, form: MoveForm) -> bool:
        """Whether the move stands in the ledger already, by the same person in the same words: a button pressed twice."""
        made = next((event for event in self.events if event.number == (form.seen_count or 0) + 1), None)
        if made is None or made.by_id != self.person.pk or made.verb != form.move.verb:
            return False
        written = made.words.texts.values() if hasattr(made, "words") else ()
        return set(form.words()) <= set(written)

    @cached_property
    def may_see_contact(self) -> bool:
        return contacts.may_see_contact(self.issue, self.person, self.at)

    @property
    def degrees(self) -> str:
        """Latitude, longitude as people and telephones write them; empty without a point."""
        return f"{self.issue.point.y:.5f},{self.issue.point.x:.5f}" if self.issue.point else ""

    @property
    def bars(self) -> list[clocks.Bar]:
        return clocks.bars(self.issue, self.at)

    @property
    def due_at(self) -> datetime | None:
        return clocks.due_at(self.issue)

    @property
    def clock_state(self) -> ClockState:
        return ClockState(self.issue.clock_state(self.at))

    @property
    def decides(self) -> str:
        """Who decides: the light's name and the role that owns it."""
        rung = next(rung for rung in RUNGS.values() if rung.light == self.issue.light)
        return f"{rung.light.label} · {rung.owner.label}"

    @property
    def links(self) -> list[Link]:
        """What it recurs from, and what it was merged into."""
        found = ((_("Recurrence of"), self.issue.recurrence_of), (_("Merged into"), self.issue.merged_into))
        return [Link(label, other.number, other.title) for label, other in found if other]

    @property
    def idle(self) -> Promise:
        """Why there is no button."""
        return _IDLE_ENDED if not self.issue.is_open else _IDLE


_numbered = Prepared(lambda number, person, at: Issue.objects.visible_to(person, at).for_page().numbered(number))
_reports = own_rows(Issue, "submissions", lambda: Submission.objects.for_issue_page())


def issue_for(number: str, person: Person, at: datetime) -> Issue | None:
    """The issue with what its page says of it; None if it is out of the person's scope."""
    return next(iter(_numbered(number, person, at)), None)


def _lazily(make: Callable[[], T]) -> T:
    """What the function gives, once anything asks for it: a form that is sent needs few of the lists."""
    return cast(T, SimpleLazyObject(make))


_IDLE = gettext_lazy("Nothing: it is with somebody else now. You can follow it here.")
_IDLE_ENDED = gettext_lazy("Nothing: this issue has ended.")
