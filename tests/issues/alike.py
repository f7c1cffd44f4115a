"""Many issues that stand exactly as one does, each with reports and a ledger of its own: quickly, by COPY."""

from __future__ import annotations

from copy import copy
from uuid import uuid4

from issues import ledger
from issues.importing.bulk import copy_rows, next_ids, next_keys
from issues.intake import receipts
from issues.models import Event, EventText, Issue, Submission
from issues.writing.numbers import ISSUE


def alike(issue: Issue, wanted: int) -> list[int]:
    """So many more issues like it (as the database has it), but for number, key and receipts; gives their keys."""
    issue.refresh_from_db()
    keys, numbers = next_keys(Issue, wanted), next_ids(ISSUE, wanted)
    told = list(issue.events.select_related("words").order_by("number"))
    said = list(issue.submissions.all())
    issues, events, words, reports = [], list[Event](), list[EventText](), list[Submission]()
    for key, number in zip(keys, numbers, strict=True):
        twin = copy(issue)
        twin.pk, twin.number, twin.head = key, f"{issue.reported_at.year}-{number:07d}", ""
        for event in told:
            events.append(_event(event, twin, words))
        issues.append(twin)
        reports += [_report(report, twin) for report in said]
    for event, key in zip(events, next_keys(Event, len(events)), strict=True):
        event.pk = key
    for text in words:
        text.event_id = text.event.pk
    for report, key in zip(reports, next_keys(Submission, len(reports)), strict=True):
        report.pk = key
    for model, rows in ((Issue, issues), (Submission, reports), (Event, events), (EventText, words)):
        copy_rows(model, rows)
    return keys


def _event(event: Event, issue: Issue, words: list[EventText]) -> Event:
    """The same in the chain of that issue; its words, if any, are added to `words`."""
    twin = copy(event)
    twin.issue_id, twin.previous_hash = issue.pk, issue.head
    twin.hash = issue.head = ledger.hash_of(twin)
    if event.text_digest:
        words.append(EventText(event=twin, texts=event.words.texts, salt=event.words.salt))
    return twin


def _report(report: Submission, issue: Issue) -> Submission:
    twin = copy(report)
    twin.issue_id, twin.requester_id = issue.pk, None
    twin.uuid, twin.contact_uuid, twin.receipt_code = uuid4(), uuid4(), receipts.mint()
    return twin
