"""What the tests of following a report need: its addresses by the receipt code, and what its page says."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from issues.intake import receipts
from issues.models import Issue, Submission
from issues.terms import Verb
from tests.mapui.scene import submission_of


def page_of(submission: Submission) -> str:
    return reverse("track", args=[receipts.grouped(submission.receipt_code)])


def move_of(submission: Submission, verb: Verb) -> str:
    return reverse("track-move", args=[receipts.grouped(submission.receipt_code), verb])


def seen(client: Client, issue: Issue) -> str:
    response = client.get(page_of(submission_of(issue)))
    assert response.status_code == 200
    return response.content.decode()
