"""The fields of the table of moves as people meet them: what kind each is, what may be chosen, what to write, what is missing.

The forms of the pages are made from this, and what a phone keeps for offline: the two cannot ask for different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues import policy
from issues.models import Category, Issue, Mark, Poll, Rating, Submission, SubTask
from issues.moves.asking import VERDICTS, Rest
from issues.moves.wording import TAKES_TEXT
from issues.terms import Beyond, Field, Ground, Urgency, Verb
from issues.workflow import LADDER, Move

if TYPE_CHECKING:
    from representatives.models import Person, Unit

Choices = list[tuple[str, str]]
Grouped = list[tuple[str, Choices]]

TEXT_LENGTH = 4000
LINE_LENGTH = 200
TITLE_LENGTH = 120
NUMBER_LENGTH, CODE_LENGTH = 20, 40
# Asked only where there is something to choose between; then they are needed.
IF_SEVERAL = frozenset({Field.SUBMISSION, Field.SUB_TASK})

_SHORT = {
    Field.PUBLIC_LINE: LINE_LENGTH,
    Field.NON_PUBLIC_REASON: LINE_LENGTH,
    Field.TITLE: TITLE_LENGTH,
    Field.ISSUE: NUMBER_LENGTH,
    Field.AREA: CODE_LENGTH,
}
_KINDS: Mapping[Field, str] = {
    **dict.fromkeys((Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON, Field.TITLE), "line"),
    **dict.fromkeys((Field.DUE, Field.RESUME_ON), "date"),
    **dict.fromkeys((Field.UNITS, Field.NOTIFIED, Field.SUBMISSIONS, Field.CONSENT), "many"),
    **dict.fromkeys((Field.MINUTE, Field.BALLOTS), "parts"),
    Field.AREA: "area",
    Field.ISSUE: "issue",
}


@dataclass(frozen=True)
class Part:
    """One input of a field that has several: its name within, its kind as `kind_of` says (or “number”), what is missing."""

    name: str
    label: str
    kind: str
    missing: str
    longest: int | None = None
    choices: Choices = dataclass_field(default_factory=list)


def parts_of(field: Field) -> list[Part]:
    """The inputs of a minute or of ballots, in order; none of any other field."""
    if field is Field.MINUTE:
        return [
            Part("held_on", _("Held on"), "date", _("Give the date of the meeting.")),
            Part("participants", _("Who took part"), "line", _("Say who took part."), LINE_LENGTH),
            Part("outcome", _("Outcome"), "words", _("Write down the outcome."), TEXT_LENGTH),
        ]
    if field is Field.BALLOTS:
        missing = _("This is needed.")
        counted = ("satisfied", _("Satisfied")), ("mostly_satisfied", _("Mostly satisfied")), ("dissatisfied", _("Dissatisfied"))
        return [
            Part("households", _("Households affected"), "number", missing),
            Part("held_on", _("Held on"), "date", missing),
            Part("method", _("How it was taken"), "one", missing, choices=_labelled(Poll.Method.choices)),
            *(Part(name, label, "number", missing) for name, label in (*counted, ("silent", _("Without an answer")))),
        ]
    return []


def kind_of(field: Field) -> str:
    """“words” (several lines), “line”, “date”, “one” or “many” of its choices, “area” (a code), “issue” (a number), “parts”."""
    return _KINDS.get(field, "words" if field in TAKES_TEXT else "one")


def longest_of(field: Field) -> int | None:
    """How many characters may stand there; None where nothing is written."""
    return TEXT_LENGTH if kind_of(field) == "words" else _SHORT.get(field)


# What to write, said below the label; and the sentence for whoever left it empty.
HELP: Mapping[Field, Promise] = {
    Field.TRIED: gettext_lazy("One sentence: what was done at this level, and why it was not enough."),
    Field.REPLY: gettext_lazy("The requester reads this, word for word."),
    Field.PUBLIC_LINE: gettext_lazy("Shown to the requester and to the public. No names, no phone numbers."),
    Field.NON_PUBLIC_REASON: gettext_lazy("Only if there is no line for the public page."),
    Field.RESOLUTION: gettext_lazy("What was done, when and with what result. A photo is never compulsory."),
    Field.ISSUE: gettext_lazy("The issue that stays open, for example 2026-0000123."),
    Field.AREA: gettext_lazy("The code of the cell, village or township where it is; type a name to look it up."),
    Field.BEYOND: gettext_lazy("Why it is beyond the township; say more under “Reason”."),
    Field.UNITS: gettext_lazy("Each gets a part of the work; the lead unit stays answerable for the whole."),
    Field.NOTIFIED: gettext_lazy("They are told and may follow it; nothing is asked of them."),
    Field.LEADER: gettext_lazy("Named in public; follows the issue until it is done."),
    Field.PROGRESS: gettext_lazy("What has been done since the last line, and what comes next."),
    Field.TASK: gettext_lazy("One or two sentences; every unit that you tick reads the same."),
    Field.SUBMISSIONS: gettext_lazy("These leave for the new issue; their requesters keep their receipts."),
    Field.MARK: gettext_lazy("Of the unit's part, never of a person."),
    Field.RESUME_ON: gettext_lazy("Leave it empty for the longest time that the reason allows."),
    Field.INTERIM: gettext_lazy("For example a ford marked, a lamp lent. The requester reads this."),
    Field.BASIS: gettext_lazy("Which line of the duty list says whose it is."),
    Field.MILESTONES: gettext_lazy("One per line, date first: 2026-05-31 Foundations laid. The last ends the project."),
    Field.LEVEL: gettext_lazy("The light says who decides. It says neither how urgent nor how late."),
}
MISSING: Mapping[Field, Promise] = {
    Field.REASON: gettext_lazy("Give the reason."),
    Field.TRIED: gettext_lazy("Say what was tried."),
    Field.MINUTE: gettext_lazy("The minute needs its date, who took part, and the outcome."),
    Field.RESOLUTION: gettext_lazy("Say what was done."),
    Field.TEXT: gettext_lazy("Write the text."),
    Field.UNIT: gettext_lazy("Choose the lead unit."),
    Field.PERSON: gettext_lazy("Choose who handles it."),
    Field.ISSUE: gettext_lazy("Give the number of the other issue."),
    Field.RATING: gettext_lazy("Choose a rating."),
    Field.CONSENT: gettext_lazy("A rating is passed on only if whoever gave it agrees."),
    Field.SUBMISSION: gettext_lazy("Choose whose rating this is."),
    Field.DUE: gettext_lazy("Give the new date."),
    Field.AREA: gettext_lazy("Give the code of the place."),
    Field.REPLY: gettext_lazy("Write the reply to the requester."),
    Field.BEYOND: gettext_lazy("Choose what the township lacks."),
    Field.GROUND: gettext_lazy("Choose one of the two."),
    Field.LEADER: gettext_lazy("Choose the leader."),
    Field.PROGRESS: gettext_lazy("Say how it stands."),
    Field.PUBLIC_LINE: gettext_lazy("Write the line that the public reads."),
    Field.UNITS: gettext_lazy("Tick at least one unit."),
    Field.TASK: gettext_lazy("Say what is to be done."),
    Field.SUB_TASK: gettext_lazy("Choose which sub-task is meant."),
    Field.MARK: gettext_lazy("Choose a rating."),
    Field.TITLE: gettext_lazy("Say in a few words what the other problem is."),
    Field.SUBMISSIONS: gettext_lazy("Tick the reports that go with it."),
    Field.SUSPENSION: gettext_lazy("Choose why it has to rest."),
    Field.BASIS: gettext_lazy("Name the line of the duty list."),
    Field.VERDICT: gettext_lazy("Choose one of the two."),
    Field.PLAN: gettext_lazy("Say what will be done."),
    Field.MILESTONES: gettext_lazy("Give at least one milestone."),
    Field.BALLOTS: gettext_lazy("Count the ballots: how many were asked, and what they said."),
}


def help_of(field: Field, move: Move, issue: Issue) -> str:
    """What to write, or of whom to think: whoever dispatches is told which units usually lead what it is about."""
    if field is Field.UNIT and move.verb == Verb.DISPATCH and issue.category.lead:
        return _("Usually: %(lead)s") % {"lead": issue.category.lead}
    return str(HELP.get(field, ""))


class Lists(Protocol):
    """What can be chosen for one issue, by whoever makes a form for it; each is read when it is asked for."""

    issue: Issue
    levels: Sequence[int]  # those at which the person may accept it
    submissions: Sequence[Submission]
    entered: Sequence[Submission]  # those that the person entered for somebody
    handlers: Sequence[Person]  # who may be handed it within the village
    sub_tasks: Mapping[Verb, Sequence[SubTask]]  # those that a verb may be about

    @property
    def units(self) -> Grouped:
        """Units that can be handed the issue, by kind."""

    @property
    def categories(self) -> Grouped:
        """Categories in use, by group."""

    @property
    def leaders(self) -> list[Person]:
        """The county leaders of the place."""


def choices_of(field: Field, move: Move, lists: Lists) -> Choices | Grouped:
    """What may be chosen there, in its order, by group where there are groups; empty for what is written."""
    made = _CHOICES.get(field)
    return made(move, lists) if made else []


def is_asked(field: Field, move: Move, lists: Lists) -> bool:
    """Whether the field is asked for at all: which report or sub-task is meant only where there are several."""
    if field is Field.SUBMISSION:
        return len(_reports(move, lists)) > 1
    return field is not Field.SUB_TASK or len(lists.sub_tasks.get(move.verb, ())) > 1


def report_label(report: Submission, length: int = 24) -> str:
    """“31.3.2026 09:30 · the beginning of what was reported”."""
    when = date_format(localtime(report.received_at), "SHORT_DATETIME_FORMAT")
    return f"{when} · {Truncator(report.text).chars(length)}"


def _reports(move: Move, lists: Lists) -> Sequence[Submission]:
    """Of which reports one may be meant: who passes a rating on has to do with those alone that they entered."""
    return lists.entered if move.verb == Verb.PASS_ON_RATING else lists.submissions


def _urgencies(move: Move, lists: Lists) -> Choices:
    # Critical comes from the answer to “is anybody in danger?” alone, so it can be kept but not chosen.
    is_critical = lists.issue.urgency == Urgency.CRITICAL
    return [(one.value, str(one.label)) for one in Urgency if one != Urgency.CRITICAL or is_critical]


def _levels(move: Move, lists: Lists) -> Choices:
    # Red is never among them: the county decides it on a proposal.
    rungs = [rung for rung in LADDER if rung.level in (*lists.levels, lists.issue.level)]
    return [(rung.light.value, f"{rung.light.label} · {rung.owner.label}") for rung in rungs]


def _sub_tasks(move: Move, lists: Lists) -> Choices:
    tasks = lists.sub_tasks.get(move.verb, ())
    return [(str(task.number), f"{task.number} · {task.unit.name} · {Truncator(task.task).chars(24)}") for task in tasks]


def _rests(move: Move, lists: Lists) -> Choices:
    """The closed list, as far as the issue's policy lets it, each with the longest time."""
    rules = policy.terms(lists.issue.policy_id).suspension
    return [(rest.value, f"{rest.label} · ≤ {rules.longest_of(rest).label}") for rest in Rest if rest in rules.reasons]


def _people(people: Sequence[Person]) -> Choices:
    return [(str(one.pk), one.name) for one in people]


_CHOICES: Mapping[Field, Callable[[Move, Lists], Choices | Grouped]] = {
    Field.UNIT: lambda move, lists: lists.units,
    Field.UNITS: lambda move, lists: lists.units,
    Field.NOTIFIED: lambda move, lists: lists.units,
    Field.PERSON: lambda move, lists: _people(lists.handlers),
    Field.LEADER: lambda move, lists: _people(lists.leaders),
    Field.RATING: lambda move, lists: _labelled(Rating.Value.choices),
    Field.CONSENT: lambda move, lists: [("yes", _("They told me so on the telephone, and agree that I pass it on."))],
    Field.SUBMISSION: lambda move, lists: [(str(one.pk), report_label(one)) for one in _reports(move, lists)],
    Field.SUBMISSIONS: lambda move, lists: [(str(one.pk), report_label(one, 40)) for one in lists.submissions],
    Field.CATEGORY: lambda move, lists: lists.categories,
    Field.URGENCY: _urgencies,
    Field.LEVEL: _levels,
    Field.BEYOND: lambda move, lists: _labelled(Beyond.choices),
    Field.GROUND: lambda move, lists: _labelled(Ground.choices),
    Field.SHOWN: lambda move, lists: [("staff", _("staff only")), ("requester", _("the requester too, word for word"))],
    Field.SUB_TASK: _sub_tasks,
    Field.MARK: lambda move, lists: _labelled(Mark.choices),
    Field.SUSPENSION: _rests,
    Field.VERDICT: lambda move, lists: [(one.value, str(one.label)) for one in VERDICTS.get(move.verb, ())],
}


def _labelled(choices: Sequence[tuple[str, object]]) -> Choices:
    return [(value, str(label)) for value, label in choices]


def grouped(rows: Iterable[tuple[str, str, str]]) -> Grouped:
    """(group, value, label) in order → the choices of a select with groups."""
    return [(group, [(value, label) for _group, value, label in found]) for group, found in groupby(rows, key=lambda row: row[0])]


def units_by_kind(units: Iterable[Unit]) -> Grouped:
    """Units as choices, by kind."""
    return grouped((unit.get_kind_display(), str(unit.pk), unit.name) for unit in units)


def categories_by_group(categories: Iterable[Category], own: Category) -> Grouped:
    """Categories as choices, by group, with the one that an issue has already, should it have gone out of use."""
    members = [one for one in categories if one.group_id]
    if own.pk not in {one.pk for one in members}:
        members.append(own)
    return grouped((one.group.name if one.group else "", one.code, one.name) for one in members)
