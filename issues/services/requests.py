"""Asking those above, and their answer: what all such questions have in common. Each kind has its own module."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grids.levels import Level
from grids.together import forget
from issues.errors import Refusal
from issues.models import Event, HolderRequest
from issues.moves.asking import GRANTS, QUESTION, VIA, Kind
from issues.services.acting import Act, does, unless
from issues.terms import Field, Verb
from issues.workflow import MOVE
from representatives.roles import POSTS, Role


def already_asked(act: Act) -> str:
    """Why nothing can be asked of those above now, as a sentence; empty if it can."""
    if act.issue.sealed:
        return gettext("A sealed matter is decided by the discipline inspection alone; nobody above can be asked.")
    if act.pending:
        words = {"kind": act.pending.get_kind_display()}
        return gettext("Something was asked already and waits for a decision: %(kind)s.") % words
    return ""


def ask(act: Act, kind: Kind, *, desk: Level | None = None, **details: Any) -> HolderRequest:
    """Lays the question on the desk of whoever answers it; `desk` in place of the asker's own level."""
    asker = Role(act.acting_as) if act.acting_as in Role.values else None
    stands_at = POSTS[asker].answers_at if asker else None
    # Whoever stands in for a vacancy asks one level above where they stand themselves.
    desk = desk or Level(max(act.issue.level, stands_at or 0))
    forget(act.issue, "requests")
    return HolderRequest.objects.create(
        issue=act.issue,
        kind=kind,
        level=act.issue.level,
        desk=desk,
        decider=_decider(act, kind, desk),
        asked_by=act.by,
        asked_as=act.acting_as,
        asked_at=act.at,
        **{"reason": act.text(Field.REASON) if act.by else "", "reply": act.text(Field.REPLY), **details},
    )


def _decider(act: Act, kind: Kind, desk: Level) -> Role:
    """The role whose queue it waits in first: that of whoever passes it on, unless they ask themselves; else who grants it."""
    via = VIA.get((kind, desk))
    return via if via and act.acting_as != via else granter(act, kind, desk)


def granter(act: Act, kind: Kind, desk: Level) -> Role:
    """The role that the table names for granting it, or who stands in while its post is vacant."""
    named = [role for role in Role if role in MOVE[QUESTION[kind].granted_by].who(desk)]
    for role in named:
        level = POSTS[role].answers_at
        if level is not None:
            return act.answer(level).role
    return named[0]


@unless(Verb.EXTEND, Verb.SUSPEND, Verb.DEFER, Verb.APPROVE_PLAN, Verb.EXPLAIN, Verb.UPHOLD, Verb.DECIDE_LEVEL)
def nothing_to_grant(act: Act) -> str:
    """Why this cannot be granted: nobody asked, or the same person did."""
    kind = GRANTS[act.verb]
    if act.pending is None or act.pending.kind != kind:
        return gettext("Nobody has asked for this: %(kind)s.") % {"kind": kind.label}
    if act.pending.is_on_its_way:
        words = {"office": Role(act.pending.decider).label}
        return gettext("It lies with the %(office)s, which has not passed it on yet.") % words
    return _asked_by_oneself(act)


@unless(Verb.FORWARD)
def nothing_to_forward(act: Act) -> str:
    if act.pending is None or not act.pending.is_on_its_way:
        return gettext("Nothing was asked that waits to be passed on.")
    return _asked_by_oneself(act)


@does(Verb.FORWARD)
def forward(act: Act) -> Event:
    """On to whoever grants it, with what those who pass it on think of it."""
    request = act.pending
    assert request is not None  # noqa: S101 - asked by the guard
    request.decider = granter(act, Kind(request.kind), Level(request.desk))
    request.save(update_fields=["decider"])
    return act.write(record(request), texts=act.texts(Field.TEXT))


@unless(Verb.OVERRULE)
def nothing_to_overrule(act: Act) -> str:
    if act.pending is None or act.pending.kind != Kind.OBJECTION:
        return gettext("There is no objection to decide.")
    return ""


@unless(Verb.REFUSE_REQUEST)
def nothing_to_refuse(act: Act) -> str:
    if act.pending is None or QUESTION[Kind(act.pending.kind)].refused_by != Verb.REFUSE_REQUEST:
        return gettext("Nobody has asked for anything that could be refused.")
    return _asked_by_oneself(act)


def _asked_by_oneself(act: Act) -> str:
    if act.pending and act.by and act.pending.asked_by_id == act.by.pk:
        return gettext("Whoever asked cannot decide; that is for somebody above.")
    return ""


def decide(act: Act, decision: HolderRequest.Decision) -> HolderRequest:
    """Writes the answer down on what was asked; the caller does what follows from it."""
    request = act.pending
    if request is None:
        raise Refusal(gettext("Nobody has asked for anything that could be refused."))
    request.decision, request.decided_by, request.decided_at = decision, act.by, act.at
    request.decision_reason = act.text(Field.REASON)
    request.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    return request


def grant(act: Act) -> HolderRequest:
    return decide(act, HolderRequest.Decision.GRANTED)


def record(request: HolderRequest, **more: object) -> dict[str, object]:
    """What the ledger says of a question."""
    return {"request": request.pk, "kind": request.kind, **more}


def reply_of(act: Act, request: HolderRequest) -> str:
    """What the requester is told: the decider's words, else those that were proposed, else the reason that was given."""
    return act.text(Field.REPLY) or request.reply or request.reason


@does(Verb.REFUSE_REQUEST)
def refuse_request(act: Act) -> Event:
    """No, with a reason; everything stays as it was."""
    request = decide(act, HolderRequest.Decision.REFUSED)
    return act.write(record(request, refused=request.kind), texts=act.texts(Field.REASON))
