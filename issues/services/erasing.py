"""What a requester left is erased because they ask for it: now, or once the issue has ended (domain notes §5.3, PIPL art. 47).

Gone are contact, words, place in words, coordinates as sent, photos and voice notes of that report, and what its requester
wrote later. What stays names nobody: that there was a report, of what kind, in which cell, when, how it was rated, what
was done; and the ledger, which holds digests of the words and no word.
"""

from __future__ import annotations

from django.utils.translation import gettext

from issues.models import Event, Submission
from issues.privacy import erasing
from issues.services.acting import Act, does, unless
from issues.terms import Verb


def _report(act: Act) -> Submission:
    assert act.submission is not None  # noqa: S101 - the table names the requester alone
    return act.submission


@unless(Verb.ASK_ERASURE)
def _nothing_more_to_ask(act: Act) -> str:
    if act.submission and act.submission.erase_asked_at:
        return gettext("You have asked for this already.")
    return _nothing_left(act)


@unless(Verb.ERASE)
def _nothing_left(act: Act) -> str:
    if act.submission and not erasing.is_anything_left(act.submission):
        return gettext("Nothing is left to be erased.")
    return ""


@does(Verb.ASK_ERASURE)
def ask_erasure(act: Act) -> Event:
    """It is still needed for the answer: it goes as soon as the issue has ended and the answer has been sent."""
    report = _report(act)
    report.erase_asked_at = act.at
    report.save(update_fields=["erase_asked_at"])
    return act.write(is_public=True)


@does(Verb.ERASE)
def erase(act: Act) -> Event:
    """Now, whatever still goes on; nobody can be answered then but by this page."""
    return act.write(erasing.erase(_report(act), act.issue, act.at), is_public=True)
