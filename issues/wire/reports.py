"""`POST /api/reports`: a report, once, whatever the line does; the text first, its files later (`issues/wire/files.py`).

The key stands in the header. The first time it makes the report (201); again with the same body it answers with what it
made (200); with another body it is a conflict that says what was kept. Offline contract, points 4 and 6.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from grids.levels import Level
from issues import throttle
from issues.addresses import client_address
from issues.errors import Refusal
from issues.files import storage
from issues.intake import joining, receipts, reporting
from issues.intake.doors import Door, other_doors
from issues.intake.reporting import AlreadyReported, Draft, title_of
from issues.models import Issue, Submission
from issues.terms import Status, Verb
from issues.wire import drafts
from issues.wire.answers import Fault, said, wire, wrong
from issues.wire.owners import sender_of
from issues.wire.reading import body_of, key_of
from issues.workflow import MOVE, RUNGS, light_of
from representatives.models import Person
from representatives.roles import Role

_NOT_A_VALUE = "done"  # that something cannot be solved on the spot is a rule's answer, not a wrong value


@wire("POST")
def reports(request: HttpRequest) -> HttpResponse:
    """See above."""
    at = now()
    key, sender, body = key_of(request), sender_of(request), body_of(request)
    earlier = reporting.sent_under(key)
    _count(request, sender, throttle.AGAIN if earlier else throttle.REPORT)
    draft = drafts.draft_of(body, key, sender, at)
    try:
        if earlier:
            return said(told(reporting.replay(earlier, draft, at), join=draft.join))
        _check_doors(draft, drafts.shown_doors(body))
        submission, is_first = reporting.take(draft, at, sender)
    except AlreadyReported as again:
        raise Fault(409, "conflict", again.sentence, kept=told(again.submission)) from None
    except Refusal as refusal:
        raise _of_value(refusal) from None
    return said(told(submission, is_first=is_first, join=draft.join), status=201 if is_first else 200)


def told(submission: Submission, *, is_first: bool = False, join: str = "") -> dict[str, object]:
    """What the phone keeps of a report. `status`, light, `who` and `next` say how it stands now; the rest never changes.

    `is_first`: it was made just now, so no file of it can be there. `join`: the issue that it was said to be the same as;
    `note` says why it was not taken so.
    """
    issue, opened = submission.issue, submission.filed_as or submission.issue
    receipt = receipts.grouped(submission.receipt_code)
    light, next_at = light_of(issue.level), next_date(issue)
    return {
        "uuid": str(submission.uuid),
        "receipt": receipt,
        "number": opened.number,
        "track_url": reverse("track", args=[receipt]),
        "title": title_of(submission.text) if _is_joined(submission) else opened.title,  # its own words, no neighbour's
        "status": issue.status,
        "light": light.value,
        "light_word": str(light.label),
        "who": who_is_on_it(issue),
        "next": localtime(next_at).isoformat(timespec="seconds") if next_at else None,
        "received_at": localtime(submission.received_at).isoformat(timespec="seconds"),
        "erased": submission.text_erased_at is not None,
        "note": joining.missed(submission, join),
        "joined": issue.number if _is_joined(submission) else "",
        "missing": _announced(submission) if is_first else missing(submission),
    }


def _is_joined(submission: Submission) -> bool:
    """Whether it was reported as the same as an issue that was there already; one that was merged later was not."""
    return submission.filed_as_id is None and submission.issue.reported_at < submission.received_at


def missing(submission: Submission) -> list[str]:
    """Hashes of the files that were announced and have not come; none of a report whose text was erased."""
    if submission.text_erased_at is not None or not submission.declared:
        return []
    return storage.missing(submission, _announced(submission))


def _announced(submission: Submission) -> list[str]:
    return [str(one["sha256"]) for one in submission.declared]


def who_is_on_it(issue: Issue) -> str:
    """The role that acts next, in words; empty once it has ended."""
    if not issue.is_open:
        return ""
    if issue.status == Status.SUBMITTED:
        takes = MOVE[Verb.ACCEPT].who(issue.level)
        return str(next(role.label for role in Role if role in takes))
    return str(RUNGS[Level(min(issue.level, Level.COUNTY))].owner.label)


def next_date(issue: Issue) -> datetime | None:
    """When the next step is due; None if nothing is, or no date is set."""
    if not issue.is_open:
        return None
    dates = {
        Status.SUBMITTED: issue.triage_due_at,
        Status.SUSPENDED: issue.resume_at,
        Status.DEFERRED: issue.resume_at,
        Status.PENDING_FEEDBACK: issue.silent_close_at,
    }
    return dates.get(Status(issue.status), issue.level_due_at)


def _count(request: HttpRequest, sender: Person | None, limit: throttle.Limit) -> None:
    """Staff are not counted. Raises Throttled; the phone keeps the record and tries again."""
    if sender is None:
        throttle.spend(limit, client_address(request))


def _check_doors(draft: Draft, shown: frozenset[str]) -> None:
    """Before anything is kept: what belongs elsewhere is shown the door, once (domain notes §5.4.6)."""
    doors = [door for door in other_doors(draft.text) if door.code not in shown]
    if doors:
        sentence = _("Before it is sent: please read this. It may be a matter for somebody else.")
        raise Fault(422, "doors", sentence, field="text", doors=[_door(door) for door in doors])


def _door(door: Door) -> dict[str, object]:
    numbers = [{"number": one.number, "name": one.name} for one in door.numbers]
    return {"code": door.code, "title": door.title, "sentence": door.sentence, "numbers": numbers}


def _of_value(refusal: Refusal) -> Refusal:
    """What the intake says of one value is a wrong value (422), not a rule of the casework."""
    is_plain = type(refusal) is Refusal and refusal.field not in ("", _NOT_A_VALUE)
    return wrong(refusal.field, refusal.sentence) if is_plain else refusal
