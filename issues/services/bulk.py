"""One verb for many issues: each in its own transaction with its own Event, and each with its own answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues import throttle
from issues.errors import Conflict, OutOfScope, Refusal
from issues.models import Issue
from issues.services.acting import Facts
from issues.services.moving import move
from issues.terms import Verb
from representatives.models import Person

logger = logging.getLogger(__name__)

ROWS_AT_MOST = 50
# What can be said once for many: moves that need no word, and handing over to one unit.
IN_BULK = (Verb.ACCEPT, Verb.ACKNOWLEDGE, Verb.DISPATCH)


class Result(TextChoices):
    DONE = "done", gettext_lazy("done")
    REFUSED = "refused", gettext_lazy("not possible now")
    QUICKER = "quicker", gettext_lazy("somebody was quicker")
    GONE = "gone", gettext_lazy("no longer in sight")
    FAILED = "failed", gettext_lazy("not done")


@dataclass(frozen=True)
class Picked:
    """A row that was ticked: the issue's number, and how many events it had when the person looked (None: unknown)."""

    number: str
    seen: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one row; `issue` as it was found before, None if it is not in sight."""

    number: str
    issue: Issue | None
    result: Result
    sentence: str = ""


def move_each(rows: Sequence[Picked], verb: Verb, *, by: Person, at: datetime, facts: Facts | None = None) -> list[Outcome]:
    """Do the verb to each of the issues, in their order; a row named twice counts once.

    Raises Refusal if there are none, too many, or the verb is none of `IN_BULK`; Throttled if it is done too often.
    """
    picked = list({row.number: row for row in rows}.values())
    if verb not in IN_BULK:
        raise Refusal(_("“%(verb)s” cannot be done for several issues at once.") % {"verb": Verb(verb).label})
    if not picked:
        raise Refusal(_("Tick at least one issue."))
    if len(picked) > ROWS_AT_MOST:
        raise Refusal(_("At most %(n)d issues at once; %(picked)d are ticked.") % {"n": ROWS_AT_MOST, "picked": len(picked)})
    throttle.spend(throttle.BULK, f"person {by.pk}")
    numbers = [row.number for row in picked]
    found = {issue.number: issue for issue in Issue.objects.visible_to(by, at).with_numbers(numbers).for_rows()}
    return [_one(row, found.get(row.number), verb, by, at, facts) for row in picked]


def _one(row: Picked, issue: Issue | None, verb: Verb, by: Person, at: datetime, facts: Facts | None) -> Outcome:
    gone = Outcome(row.number, None, Result.GONE, _("There is no such issue, or it is no longer in your sight."))
    if issue is None:
        return gone
    try:
        move(issue.pk, verb, by=by, at=at, facts=facts, seen=row.seen)
    except OutOfScope:
        return gone
    except Conflict as conflict:
        return Outcome(row.number, issue, Result.QUICKER, conflict.sentence)
    except Refusal as refusal:
        return Outcome(row.number, issue, Result.REFUSED, refusal.sentence)
    except DatabaseError:
        # The others are not to suffer for it; what is wrong stands in the log.
        logger.exception("%s of issue %s failed", verb, row.number)
        return Outcome(row.number, issue, Result.FAILED, _("The server could not do it just now. Try this one again."))
    return Outcome(row.number, issue, Result.DONE)
