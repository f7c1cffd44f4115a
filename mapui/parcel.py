"""A report as its requester follows it: like a parcel. Public lines only; roles and units, no personal names.

What another requester of the same issue wrote or rated never shows here: of the events that requesters made, only those
of this very report are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.levels import Level
from grids.models import Area, Territory
from issues import policy, services
from issues.files import storage
from issues.models import Attachment, Event, Issue, Project, Publication, Rating, Submission
from issues.moves import closing
from issues.moves.asking import Rest
from issues.terms import ENDS, Actor, Field, Light, Status, Verb
from issues.workflow import MOVE, Move
from representatives.chain import Answer
from representatives.services import responsible_for

_LONGEST_WAY = 8  # merges and splits that one report is followed through

# What a requester is told that happened; verbs without a line are told by their own name.
_LINES = {
    Verb.SUBMIT: gettext_lazy("The report has arrived."),
    Verb.JOIN: gettext_lazy("Your report has arrived. The same is known already; it is dealt with together."),
    Verb.SUPPLEMENT: gettext_lazy("You added to the report."),
    Verb.ACCEPT: gettext_lazy("The report was accepted."),
    Verb.DECLINE: gettext_lazy("The report was not accepted."),
    Verb.DISPATCH: gettext_lazy("It was handed to those who deal with it."),
    Verb.ACKNOWLEDGE: gettext_lazy("Work on it has begun."),
    Verb.CONTACT: gettext_lazy("Somebody got in touch about it."),
    Verb.NOTE: gettext_lazy("There is progress."),
    Verb.ESCALATE: gettext_lazy("It was passed up: now the %(level)s decides."),
    Verb.RETURN_DOWN: gettext_lazy("It was returned: now the %(level)s decides."),
    Verb.ENTER_RED: gettext_lazy("It was put on the list of matters that the %(level)s follows itself."),
    Verb.APPROVE_EXIT: gettext_lazy("The %(level)s agreed that it may leave its list."),
    Verb.EXIT_DOWN: gettext_lazy("It was taken off that list: now the %(level)s decides."),
    Verb.LIST: gettext_lazy("A leader of the county has put their name to it."),
    Verb.APPOINT: gettext_lazy("The county named who leads and who helps."),
    Verb.REPORT_PROGRESS: gettext_lazy("There is progress."),
    Verb.RESOLVE: gettext_lazy("It was reported as solved; somebody will check."),
    Verb.HANDLE_ON_THE_SPOT: gettext_lazy("It was solved on the spot."),
    Verb.VERIFY: gettext_lazy("It was checked: it is solved."),
    Verb.REJECT: gettext_lazy("It was checked: it is not solved yet, work goes on."),
    Verb.RATE: gettext_lazy("You rated the result."),
    Verb.CALL_BACK: gettext_lazy("We asked for your rating and had no answer."),
    Verb.TOLD: gettext_lazy("You were told by telephone."),
    Verb.CLOSE: gettext_lazy("The report was closed."),
    Verb.REOPEN: gettext_lazy("It was opened again."),
    Verb.WITHDRAW: gettext_lazy("You withdrew the report."),
    Verb.MERGE: gettext_lazy("Others reported the same; it is dealt with together from here on."),
    Verb.SPLIT: gettext_lazy("It turned out to be a matter of its own and goes on under its own number."),
    Verb.WHISTLE: gettext_lazy("Departments were called to the spot."),
    Verb.TAKE_TASK: gettext_lazy("A department that was called has taken it on."),
    Verb.TAKE_UP: gettext_lazy("It was passed up: now the %(level)s decides."),
    Verb.EXTEND: gettext_lazy("More time was granted."),
    Verb.SUSPEND: gettext_lazy("Work on it rests for a while."),
    Verb.RESUME: gettext_lazy("Work on it goes on."),
    Verb.DEFER: gettext_lazy("It cannot be done yet and will be looked at again."),
    Verb.EXPLAIN: gettext_lazy("It was closed with an explanation."),
    Verb.OBJECT: gettext_lazy("You objected."),
    Verb.UPHOLD: gettext_lazy("Your objection was upheld."),
    Verb.OVERRULE: gettext_lazy("Your objection was looked at one level above; the decision stands."),
    Verb.CHOOSE_ANSWER: gettext_lazy("You chose how you are answered."),
    Verb.CONFIRM_ANSWER: gettext_lazy("You confirmed where messages go."),
    Verb.ASK_ERASURE: gettext_lazy("You asked to have everything you left erased once it is closed."),
    Verb.ERASE: gettext_lazy("What you left was erased, as you asked."),
    Verb.PURGE: gettext_lazy("What you left was erased, as you asked."),
    Verb.REVIEW: gettext_lazy("It was looked at again."),
    Verb.DECIDE_LEVEL: gettext_lazy("It was decided who handles it: the %(level)s."),
    Verb.TAKE_AS_PROJECT: gettext_lazy("It takes money or a season and was taken on as a project; a plan is being made."),
    Verb.APPROVE_PLAN: gettext_lazy("The plan was approved: it is listed as a project."),
    Verb.MILESTONE: gettext_lazy("A step of the project is done."),
}

_HEADLINES = {
    Status.SUBMITTED: gettext_lazy("It has arrived and will be looked at."),
    Status.ACCEPTED: gettext_lazy("It was accepted and is about to be taken up."),
    Status.ASSIGNED: gettext_lazy("It was accepted and is about to be taken up."),
    Status.SUSPENDED: gettext_lazy("Work on it rests for a while."),
    Status.DEFERRED: gettext_lazy("It cannot be done yet and will be looked at again."),
    Status.PENDING_VERIFICATION: gettext_lazy("It was reported as solved. Somebody who did not do the work checks it."),
    Status.PENDING_FEEDBACK: gettext_lazy("It is done. Are you satisfied?"),
    Status.CLOSED: gettext_lazy("It is closed."),
    Status.CLOSED_EXPLAINED: gettext_lazy("It was closed with an explanation."),
    Status.DECLINED: gettext_lazy("It was not accepted."),
    Status.WITHDRAWN: gettext_lazy("You withdrew this report."),
    Status.MERGED: gettext_lazy("It is dealt with together with another report."),
}
_IN_PROGRESS = {
    Light.GREEN: gettext_lazy("The party representative of your cell is dealing with it."),
    Light.BLUE: gettext_lazy("The village and the party representative are dealing with it together."),
    Light.YELLOW: gettext_lazy("The %(level)s is dealing with it."),
    Light.RED: gettext_lazy("The %(level)s has taken it on itself and follows it until it is done."),
}
_AT_WORK = frozenset({Status.ACCEPTED, Status.ASSIGNED, Status.IN_PROGRESS})
_STAGES = (
    (gettext_lazy("Received"), {Status.SUBMITTED}),
    (gettext_lazy("Accepted"), {Status.ACCEPTED, Status.ASSIGNED}),
    (gettext_lazy("Being handled"), {Status.IN_PROGRESS, Status.SUSPENDED, Status.DEFERRED}),
    (gettext_lazy("Checked"), {Status.PENDING_VERIFICATION}),
    (gettext_lazy("Done"), {Status.PENDING_FEEDBACK, Status.CLOSED, Status.CLOSED_EXPLAINED}),
)


@dataclass(frozen=True)
class Line:
    """Something that happened, and what those who did it say about it."""

    at: datetime
    sentence: str
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    label: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Contact:
    """Who is on it: a role and its place, or a unit; the office telephone if there is one."""

    who: str
    phone: str


class Parcel:
    """One report at one moment. `issue` is the one followed: the other one if this was merged into it."""

    def __init__(self, submission: Submission, at: datetime) -> None:
        self.submission = submission
        self.at = at
        self.own_issue = submission.filed_as or submission.issue
        self.issue = submission.issue

    @property
    def is_merged(self) -> bool:
        return self.issue.pk != self.own_issue.pk

    @property
    def is_ended(self) -> bool:
        return self.issue.status in ENDS

    @property
    def notes(self) -> list[str]:
        """What is particular about this report, before all else."""
        found = []
        if self.is_merged:
            found.append(
                _("It is dealt with together with number %(number)s. Your receipt stays the same.") % {"number": self.issue.number}
            )
        if self.submission.text_erased_at:
            day = date_format(localtime(self.submission.text_erased_at), "DATE_FORMAT")
            found.append(_("What you left was erased on %(day)s. How it stands is still shown here.") % {"day": day})
        if self.is_long_closed:
            found.append(_("It ended so long ago that it cannot be opened again. If it is still wrong, please report it anew."))
        return found

    @property
    def is_long_closed(self) -> bool:
        """Whether it was closed and may not be opened again by its requester."""
        shut = self.issue.status in MOVE[Verb.REOPEN].sources
        return shut and all(move.verb != Verb.REOPEN for move in self.moves)

    @property
    def shows_light(self) -> bool:
        """Whether the light means something to the requester: somebody has accepted it, and it goes on."""
        return not self.is_ended and self.issue.status != Status.SUBMITTED

    @property
    def headline(self) -> str:
        """Where it stands, in a sentence."""
        if self.rest:
            return _("Suspended: %(reason)s.") % {"reason": self.rest.label}
        if self.project:
            return _("Listed as a project: it goes on step by step.")
        if self.issue.status == Status.IN_PROGRESS:
            return str(_IN_PROGRESS[self.issue.light]) % {"level": self._level_name(self.issue.level)}
        return str(_HEADLINES[Status(self.issue.status)])

    @property
    def next_step(self) -> tuple[str, datetime] | None:
        """What comes next and by when, if a date is set."""
        issue = self.issue
        promised = {
            Status.SUBMITTED: (_("You hear whether it is accepted by"), issue.triage_due_at),
            Status.SUSPENDED: (_("Work goes on by"), issue.resume_at),
            Status.DEFERRED: (_("It is looked at again by"), issue.resume_at),
            Status.PENDING_FEEDBACK: (_("Without your rating it is closed on"), self._closes_unrated_at),
        }
        usual = _("The next step is due by") if self.project else _("To be done at this level by")
        label, date = promised.get(Status(issue.status), (usual, issue.level_due_at))
        return (label, date) if date and not self.is_ended else None

    @cached_property
    def rest(self) -> Rest | None:
        """Why the issue is suspended, if it is."""
        return services.rests_for(self.issue)

    @cached_property
    def project(self) -> Project | None:
        """The project with its steps, once its plan is approved and for as long as it goes on."""
        if not self.issue.is_project or self.is_ended or self.issue.status not in _AT_WORK:
            return None
        return self.issue.project if self.issue.project.approved_at else None

    @property
    def _closes_unrated_at(self) -> datetime | None:
        """None while the requester is still to be asked again: the column then says when."""
        if self.issue.status != Status.PENDING_FEEDBACK:
            return None
        enough = policy.terms(self.issue.policy_id).closure.attempts
        return self.issue.silent_close_at if closing.asked_days(self.issue, self.at) >= enough else None

    @cached_property
    def stages(self) -> list[Stage]:
        """The way of a report, with the place where this one is; empty if it left that way."""
        place = next((n for n, (_label, statuses) in enumerate(_STAGES) if self.issue.status in statuses), None)
        if place is None:
            return []
        ended = self.is_ended
        return [
            Stage(str(label), is_done=n < place or ended, is_current=n == place and not ended)
            for n, (label, _statuses) in enumerate(_STAGES)
        ]

    @cached_property
    def contacts(self) -> list[Contact]:
        """Whom to ask, for as long as somebody is on it."""
        if self.is_ended or self.issue.sealed:
            return []
        answers = {answer.level: answer for answer in responsible_for(self.issue.path, self.at)}
        found = [self.issue.lead_unit and Contact(self.issue.lead_unit.name, self.issue.lead_unit.phone)]
        levels = {Light.BLUE: (Level.VILLAGE, Level.GRID)}.get(self.issue.light, (Level(min(self.issue.level, Level.COUNTY)),))
        if self.issue.status == Status.SUBMITTED:
            levels = (Level.VILLAGE, Level.TOWNSHIP)
        found += [_contact(answers[level]) for level in levels]
        return list(dict.fromkeys(contact for contact in found if contact))

    @cached_property
    def lines(self) -> list[Line]:
        """What happened, newest first."""
        return sorted(self._told(), key=lambda line: line.at, reverse=True)

    @cached_property
    def moves(self) -> list[Move]:
        """What the requester may do now."""
        return services.possible_moves_for_requester(self.submission, self.at)

    @cached_property
    def _files(self) -> list[Attachment]:
        return storage.files_of(self.submission)

    @property
    def photos(self) -> list[Attachment]:
        return [one for one in self._files if not one.is_voice]

    @property
    def voice(self) -> Attachment | None:
        """The voice note of the report, until somebody has written it down."""
        return next((one for one in self._files if one.is_voice), None)

    @cached_property
    def public_photos(self) -> list[Publication]:
        """Copies that everybody may see, of photos of the issue that is followed."""
        return list(Publication.objects.in_the_open().of_issue(self.issue))

    @cached_property
    def rating(self) -> Rating | None:
        """What the requester said of the result last."""
        return self.submission.ratings.last()

    @property
    def place(self) -> str:
        """Names of the areas of the report, widest first, without the territory itself."""
        return " › ".join(area.name for area in self._areas if area.parent_id is not None) or self.submission.area.name

    @cached_property
    def _areas(self) -> list[Area]:
        path = self.submission.area.path
        return list(Area.objects.on_path(path).at(self.submission.received_at).without_boundary().select_related("territory"))

    def _level_name(self, level: int) -> str:
        territory: Territory | None = getattr(self._areas[0], "territory", None) if self._areas else None
        shown = min(level, Level.COUNTY)
        return territory.level_name(shown) if territory else str(Level(shown).label)

    def _told(self) -> Iterator[Line]:
        """What happened to the issue that the report opened, then to the one that it was merged into, and so on."""
        issue: Issue | None = self.own_issue
        since = self.submission.received_at
        for number in range(_LONGEST_WAY):
            if issue is None:
                return
            left = None
            for event in issue.events.public().with_words():
                if event.at >= since and self._concerns(event, is_shared=number > 0):
                    yield Line(event.at, self._sentence(event), _words(event))
                if self._leaves_by(event):
                    left = event
                    break
            since, issue = (left.at, Issue.objects.numbered(left.facts["into"]).first()) if left else (since, None)

    def _leaves_by(self, event: Event) -> bool:
        """Whether by it the report went over to another issue: all of them by a merge, the chosen ones by a split."""
        if "into" not in event.facts:
            return False
        return event.verb == Verb.MERGE or self.submission.pk in event.facts.get("moved", ())

    def _concerns(self, event: Event, *, is_shared: bool) -> bool:
        """What was done for another report is not told here; that two issues became one is told once."""
        if event.verb == Verb.SPLIT:
            return self._leaves_by(event)
        if "report" in event.facts:
            return bool(event.facts["report"] == self.submission.pk)
        if event.actor == Actor.REQUESTER or event.verb == Verb.SUBMIT:
            return event.verb == Verb.SUBMIT and not is_shared
        return not (is_shared and event.verb == Verb.MERGE)

    def _sentence(self, event: Event) -> str:
        verb = Verb(event.verb)
        if verb == Verb.PASS_ON_RATING:
            return _("Your rating was passed on by the household that reported for you, with your consent.")
        if verb == Verb.RATE and event.actor != Actor.REQUESTER:
            return _("Your rating was taken down.")
        if verb == Verb.EXTEND and (until := parse_datetime(str(event.facts.get("due", "")))):
            return _("More time was granted, until %(day)s.") % {"day": date_format(localtime(until), "DATE_FORMAT")}
        if verb == Verb.SUSPEND and event.facts.get("suspension") in Rest.values:
            return _("It was suspended: %(reason)s.") % {"reason": Rest(event.facts["suspension"]).label}
        return str(_LINES.get(verb, verb.label)) % {"level": self._level_name(event.to_level)}


def _contact(answer: Answer) -> Contact | None:
    if answer.person is None or answer.area is None:
        return None
    return Contact(f"{answer.area.name} · {answer.role.label}", answer.person.office_phone)


def _words(event: Event) -> list[str]:
    """What was written for the requester, the reply first."""
    texts = event.public_texts
    done = Field.RESOLUTION if texts.get(Field.RESOLUTION) else Field.PUBLIC_LINE  # the same, told shorter
    order = (Field.REPLY, done, Field.INTERIM, Field.TEXT, Field.REASON)
    return list(dict.fromkeys(texts[name] for name in order if texts.get(name)))
