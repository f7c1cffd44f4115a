"""Columns of many rows, written at once: each row gets its own values, others and other columns stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytest_django import DjangoAssertNumQueries

from issues.models import Issue
from issues.writing.many import save_columns
from tests.issues import factories as make
from tests.issues.factories import china

MONDAY = china("2024-09-23 09:00")
COLUMNS = ("level_due_at", "resume_at", "event_count", "head", "to_call")


def test_rows_when_saved_at_once_hold_each_its_own_values(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    county = make.county()
    issues = [make.reported(county, MONDAY) for _ in range(4)]
    left, changed = issues[0], issues[1:]
    before = Issue.objects.filter(pk=left.pk).values().get()
    titles = [issue.title for issue in changed]
    for place, issue in enumerate(changed):
        issue.level_due_at = datetime(2024, 10, 1, 9, 30, place, 17, tzinfo=UTC)
        issue.resume_at = None if place else MONDAY + timedelta(days=3)
        issue.event_count, issue.head, issue.to_call = 7 + place, f"{place}" * 64, place == 1
        issue.title = "not to be stored"

    with django_assert_num_queries(1):
        save_columns(changed, COLUMNS)

    stored = [Issue.objects.get(pk=issue.pk) for issue in changed]
    assert [[getattr(one, name) for name in COLUMNS] for one in stored] == [
        [getattr(one, name) for name in COLUMNS] for one in changed
    ]
    assert [one.title for one in stored] == titles
    assert Issue.objects.filter(pk=left.pk).values().get() == before


def test_nothing_when_saved_costs_nothing(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        save_columns([], COLUMNS)
