"""回访: whose requesters a person has to call for the rating, so that a link alone does not decide it (domain notes §3.2).

The policy draws a share of the issues of each light, by a lot that anybody can draw again: it depends on nothing but the
issue's number, the round and the policy. Besides: everybody who was dissatisfied, and who can only be called.
"""

from __future__ import annotations

import hashlib

from issues.models import Issue, Rating, Submission
from issues.notices import ways
from issues.policy import Policy

_LOTS = 1 << 32


def lot(issue: Issue, terms: Policy) -> float:
    """The issue's lot in this round, 0 ≤ lot < 1: the same whenever and wherever it is drawn."""
    ticket = f"{terms.id}:{issue.number}:{issue.rating_round}".encode()
    return int.from_bytes(hashlib.sha256(ticket).digest()[:4]) / _LOTS


def is_drawn(issue: Issue, terms: Policy) -> bool:
    """Whether the lot falls within the share of its light; a share of 1 draws all, of 0 none."""
    return lot(issue, terms) < terms.closure.call_back.get(issue.light, 0.0)


def has_to_be_called(issue: Issue, terms: Policy) -> bool:
    """Whether a person has to call in this round."""
    return is_drawn(issue, terms) or needs_voice(issue) or was_dissatisfied(issue)


def needs_voice(issue: Issue) -> bool:
    """Whether a requester can only be called, or came through somebody else and left no way to be written to."""
    return Submission.objects.of_issue(issue).without_screen().exists()


def can_only_be_called(report: Submission) -> bool:
    """Whether who reported left a telephone, and asked for an answer by nothing that the program serves."""
    requester = report.requester
    return bool(requester and requester.phone and not requester.erased_at and requester.channel in ways.by_people())


def was_dissatisfied(issue: Issue) -> bool:
    """Whether anybody was, in this round or an earlier one."""
    return Rating.objects.dissatisfied(issue)
