"""What was imported is found by all that is said of it, and goes on being kept by the triggers."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from issues.importing.search_later import search_later
from issues.models import Issue, IssueWords, Submission
from tests.issues.importing.desk import Desk


def differing() -> list[int]:
    """Issues whose document is not the one that the search would make of them now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT made.issue_id FROM issues_search_documents(ARRAY(SELECT id FROM issues_issue)) AS made "
            "LEFT JOIN issues_issuewords AS kept USING (issue_id) WHERE kept.words IS DISTINCT FROM made.words"
        )
        return [int(row[0]) for row in cursor.fetchall()]


def test_every_imported_issue_has_the_document_that_triggers_would_have_made(desk: Desk) -> None:
    desk.take(desk.csv([desk.row(what="路灯不亮"), desk.row(what="桥面塌陷", state="在办", end="")]))

    assert IssueWords.objects.count() == Issue.objects.count() == 2
    assert differing() == []


def test_trigger_keeps_what_was_imported_when_it_changes_in_the_same_transaction(desk: Desk) -> None:
    desk.take(desk.csv([desk.row(what="路灯不亮")]))
    before = IssueWords.objects.get().words

    Submission.objects.erase_text(Submission.objects.get().received_at)

    assert IssueWords.objects.get().words != before
    assert differing() == []


def test_import_that_fails_leaves_the_triggers_at_work(desk: Desk) -> None:
    with pytest.raises(OSError, match="disk full"), transaction.atomic(), search_later([]):
        raise OSError("disk full")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('gridgov.search_waits', true)")

        assert cursor.fetchone()[0] in (None, "", "off")
