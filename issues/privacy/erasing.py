"""Erasing what the requester of one report left, and nothing that is counted.

Gone are contact, words, place in words, coordinates, photos and voice notes of the report, and what its requester wrote
later; the issue keeps kind, cell, times and its own place. The ledger stays whole: it holds digests, no words.
"""

from __future__ import annotations

from datetime import datetime

from issues.files import storage
from issues.models import Attachment, Event, EventText, Issue, Rating, Requester, Submission


def is_anything_left(report: Submission) -> bool:
    """Whether there is still something to erase; asks the database only about a report that was erased before."""
    if report.text_erased_at is None or (report.requester and report.requester.erased_at is None):
        return True
    return EventText.objects.written_in(report).exists() or Attachment.objects.kept().of_report(report).exists()


def erase(report: Submission, issue: Issue, at: datetime) -> dict[str, int]:
    """How much of each kind is gone. `issue`: the one it belongs to, locked, which the caller saves."""
    _unname(report, issue)
    gone = {
        "contacts": Requester.objects.of_report(report).erase(at),
        "texts": Submission.objects.with_ids([report.pk]).erase_all(at) + EventText.objects.written_in(report).erase(at),
        "comments": Rating.objects.of_report(report).erase_comments(),
        "attachments": storage.erase(Attachment.objects.kept().of_report(report), at),
    }
    return {kind: count for kind, count in gone.items() if count}


def _unname(report: Submission, issue: Issue) -> None:
    """Title and place in words come from the report by which an issue was opened: then its kind has to do."""
    opened = report.filed_as or issue
    if Event.objects.of_report(report).has_joined():
        return  # it opened none
    opened.title, opened.place_text = opened.category.name[:120], ""
    if opened.pk != issue.pk:
        opened.save(update_fields=["title", "place_text"])
