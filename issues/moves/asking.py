"""What one person asks and another, higher up, decides: which verb asks, which grants, and how long the question stands.

Pure, as `issues/workflow.py` is: `MOVES` says who may ask and who may grant at each light, this table which belong together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues.terms import Status, Verb
from issues.workflow import MOVE, Move
from representatives.roles import Role


class Kind(TextChoices):
    """What is asked for."""

    EXTENSION = "extension", _("more time")
    SUSPENSION = "suspension", _("suspension")
    DEFERRAL = "deferral", _("the deferred list")
    EXPLANATION = "explanation", _("closing with an explanation")
    OBJECTION = "objection", _("objection of the requester")
    DISPUTE = "dispute", _("disagreement about the level")
    PLAN = "plan", _("plan of a project")


class Rest(TextChoices):
    """Why an issue may rest: the closed list of the notes; the policy sets the longest time of each."""

    REQUESTER = "requester", _("waiting for the requester to add something")
    LEGAL = "legal", _("court, arbitration or petition procedure under way")
    SEASON = "season", _("frozen ground or high water stops the works")
    FUNDS = "funds", _("waiting for funds or approval from above")
    FORCE_MAJEURE = "force_majeure", _("force majeure")


class Verdict(TextChoices):
    """What a review or a disagreement comes to."""

    TAKE_UP = "take_up", _("Take it up again")
    KEEP = "keep", _("Keep it deferred")
    STAYS = "stays", _("It stays where it is")
    BELOW = "below", _("It belongs to the level below")


VERDICTS: Mapping[Verb, tuple[Verdict, ...]] = {
    Verb.REVIEW: (Verdict.TAKE_UP, Verdict.KEEP),
    Verb.DECIDE_LEVEL: (Verdict.STAYS, Verdict.BELOW),
}


@dataclass(frozen=True)
class Question:
    """A row: the verb that asks, the one that grants, the one that refuses; while it may wait, the issue keeps a status."""

    kind: Kind
    asked_by: Verb
    granted_by: Verb
    refused_by: Verb

    @property
    def stands_in(self) -> frozenset[Status]:
        """The statuses in which it can still be answered; whatever else becomes of the issue drops it."""
        return MOVE[self.granted_by].sources


# fmt: off
QUESTIONS: tuple[Question, ...] = (
    Question(Kind.EXTENSION,   Verb.ASK_EXTENSION,   Verb.EXTEND,       Verb.REFUSE_REQUEST),
    Question(Kind.SUSPENSION,  Verb.ASK_SUSPENSION,  Verb.SUSPEND,      Verb.REFUSE_REQUEST),
    Question(Kind.DEFERRAL,    Verb.ASK_DEFERRAL,    Verb.DEFER,        Verb.REFUSE_REQUEST),
    Question(Kind.EXPLANATION, Verb.ASK_EXPLANATION, Verb.EXPLAIN,      Verb.REFUSE_REQUEST),
    Question(Kind.PLAN,        Verb.FILE_PLAN,       Verb.APPROVE_PLAN, Verb.REFUSE_REQUEST),
    Question(Kind.OBJECTION,   Verb.OBJECT,          Verb.UPHOLD,       Verb.OVERRULE),
    Question(Kind.DISPUTE,     Verb.DISPUTE,         Verb.DECIDE_LEVEL, Verb.DECIDE_LEVEL),
)
# fmt: on
QUESTION: Mapping[Kind, Question] = {question.kind: question for question in QUESTIONS}
ASKS: Mapping[Verb, Kind] = {question.asked_by: question.kind for question in QUESTIONS}
GRANTS: Mapping[Verb, Kind] = {question.granted_by: question.kind for question in QUESTIONS}
ANSWERS = frozenset(GRANTS) | {question.refused_by for question in QUESTIONS} | {Verb.FORWARD}
# Through whose hands a question goes on its way to whoever grants it: 延期 at red, 旗委分管领导 via 督查室.
VIA: Mapping[tuple[Kind, Level], Role] = {(Kind.EXTENSION, Level.COUNTY): Role.SUPERVISION_OFFICE}


def as_asked(move: Move, kind: str, *, on_its_way: bool = False) -> Move:
    """The row of the table for answering a question of that kind: who may grant, or pass it on, may refuse."""
    if move.verb != Verb.REFUSE_REQUEST:
        return move
    ruling = MOVE[Verb.FORWARD if on_its_way else QUESTION[Kind(kind)].granted_by]
    return replace(move, green=ruling.green, blue=ruling.blue, yellow=ruling.yellow, red=ruling.red)
