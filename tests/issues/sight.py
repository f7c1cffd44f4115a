"""Who of a county sees an issue, and what waits for them."""

from __future__ import annotations

from issues.models import Issue
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china

LATER = china("2024-12-01 09:00")


def who_sees(county: make.County, issue: Issue, at=MONDAY) -> set[str]:
    return {name for name, person in county.people.items() if Issue.objects.visible_to(person, at).filter(pk=issue.pk).exists()}


def waiting(county: make.County, name: str, at=MONDAY) -> list[tuple[str, str]]:
    found = Issue.objects.waiting_for(county[name], at).soonest_due_first()
    return [(issue.asked, issue.status) for issue in found]  # type: ignore[attr-defined]
