"""What is kept for how long, and then erased: contacts, photos, voice notes, and the words of what was declined (domain notes §5.3).

The lengths stand in the issue's policy. `Issue.purge_at` says when to look again; each erasure is one entry in the ledger
that says how much went, never what. Nothing that is counted goes: category, place, times and ratings stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from issues import policy
from issues.files import storage
from issues.models import Attachment, Event, EventText, Evidence, Issue, Requester, Submission
from issues.privacy import erasing
from issues.services.acting import Act
from issues.sweeps import Tally, sweep
from issues.terms import Status, Verb

AHEAD = timedelta(minutes=15)  # longer than between two runs of the timetable, so “within 24 h” is kept

Erase = Callable[[Issue, datetime], int]


def purge(*, at: datetime) -> Tally:
    """Erase what has been kept as long as it may be, issue by issue; what comes due before the next time, too."""
    return sweep(lambda now: Issue.objects.to_purge(now + AHEAD), _purge, at)


def purge_voice(*, at: datetime) -> Tally:
    """Erase voice notes by the time at which they came, of open issues too; and what is left of those written down."""
    storage.finish_erasing(Attachment.objects.half_erased())
    return sweep(lambda now: Issue.objects.with_voice_since(_voice_until(now)), _purge_voice, at)


def purge_asked(*, at: datetime) -> Tally:
    """Erase what requesters asked to have erased once their issue has ended, when the answer had time to reach them."""
    return sweep(lambda now: Issue.objects.to_erase_as_asked(_asked_until(now)), _purge_asked, at)


def _asked_until(at: datetime) -> datetime:
    """What ended then or before has been answered long enough, by the policy in force."""
    return at - policy.terms(policy.in_force(at).pk).retention.asked.on_calendar


def _voice_until(at: datetime) -> datetime:
    """Voice notes that came then or before have been kept long enough, by the policy in force."""
    return at - policy.terms(policy.in_force(at).pk).retention.voice.on_calendar


def _dates(issue: Issue) -> Mapping[str, datetime]:
    """Until when each kind of thing is kept, by the issue's policy."""
    assert issue.closed_at is not None  # noqa: S101 - the sweep takes what has ended
    kept = policy.terms(issue.policy_id).retention
    return kept.until(issue.closed_at, declined=issue.status == Status.DECLINED)


def _purge(issue: Issue, at: datetime) -> Event | None:
    """Erase what is due, write down how much that was, and set when to look again."""
    dates = _dates(issue)
    due = [name for name, date in dates.items() if date <= at + AHEAD]
    issue.purge_at = min((date for date in dates.values() if date > at + AHEAD), default=None)
    gone = {name: count for name in due if (count := _ERASE[name](issue, at))}
    if gone:
        return Act(issue, Verb.PURGE, at).write(gone)
    issue.save(update_fields=["purge_at"])
    return None


def _purge_voice(issue: Issue, at: datetime) -> Event | None:
    gone = storage.erase(Attachment.objects.of_issue(issue).voice_since(_voice_until(at)), at)
    return Act(issue, Verb.PURGE, at).write({"voice": gone}) if gone else None


def _purge_asked(issue: Issue, at: datetime) -> Event | None:
    """One entry in the ledger per report: only its requester is told on the page."""
    event = None
    for report in Submission.objects.of_issue(issue).to_erase().with_requester():
        gone = erasing.erase(report, issue, at)
        event = Act(issue, Verb.PURGE, at, submission=report).write(gone, is_public=True)
    return event


def _erase_contacts(issue: Issue, at: datetime) -> int:
    return Requester.objects.of_issue(issue).erase(at)


def _erase_attachments(issue: Issue, at: datetime) -> int:
    return storage.erase(Attachment.objects.of_issue(issue), at) + storage.remove(Evidence.objects.of_issue(issue))


def _erase_texts(issue: Issue, at: datetime) -> int:
    """Of a declined report only stays that it was declined, and what the requester was answered."""
    issue.title, issue.place_text = issue.category.name[:120], ""
    words = EventText.objects.written_for(issue).besides(Verb.DECLINE).erase(at)
    return Submission.objects.of_issue(issue).erase_text(at) + words + _erase_attachments(issue, at)


_ERASE: Mapping[str, Erase] = {"contacts": _erase_contacts, "attachments": _erase_attachments, "texts": _erase_texts}
