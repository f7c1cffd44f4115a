"""What a scope may see and has to do, written out once: the same rows as the condition itself finds, wherever it is put."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils.timezone import now

from issues import reach
from issues.models import Issue, Submission
from issues.querysets import written
from issues.terms import Light, Verb
from representatives.roles import Role
from representatives.scopes import scope_of
from tests.mapui.scene import Scene, scene

ROLES = (
    Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.DEPARTMENT,
    Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER, Role.TOWNSHIP_DISCIPLINE, Role.ORGANISATION_OFFICE,
)  # fmt: skip


@pytest.fixture
def busy(db: None) -> Scene:
    made = scene()
    for make in (made.report, made.in_progress, made.on_red_list, made.proposed, made.red_awaiting_exit, made.awaiting_rating):
        make()
    made.accepted(Light.YELLOW)
    late = made.late(made.in_progress(Light.BLUE))
    made.move(late, Verb.NOTE, Role.VILLAGE_SECRETARY, text="在办")
    return made


@pytest.mark.parametrize("role", ROLES)
def test_condition_when_written_finds_what_it_finds_unwritten(busy: Scene, role: Role) -> None:
    for at in (now(), now() + timedelta(days=400)):
        scope = scope_of(busy[role], at)

        assert keys(Issue.objects.filter(written.may_open(scope, at))) == keys(Issue.objects.filter(reach.may_open(scope, at)))
        for name, condition in reach.asked_of(scope, at).items():
            found = Issue.objects.filter(written.asked_of(scope, at)[name])
            assert keys(found) == keys(Issue.objects.filter(condition)), name


@pytest.mark.parametrize("role", ROLES)
def test_condition_when_put_into_a_subquery_asks_that_query_s_own_rows(busy: Scene, role: Role) -> None:
    at = now()
    scope = scope_of(busy[role], at)
    asked = [Issue.objects.filter(condition).values("pk") for condition in written.asked_of(scope, at).values()]

    reports = Submission.objects.filter(issue__in=Issue.objects.filter(written.may_open(scope, at)))
    within = [keys(Issue.objects.filter(pk__in=Issue.objects.filter(pk__in=rows))) for rows in asked]

    assert set(reports.values_list("issue", flat=True)) == keys(Issue.objects.filter(reach.may_open(scope, at)))
    assert within == [{row["pk"] for row in rows} for rows in asked]


def test_condition_that_joins_another_table_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="joins"):
        written._sql_of(Q(category__code="road"))


def keys(issues: object) -> set[int]:
    return set(issues.values_list("pk", flat=True))  # type: ignore[attr-defined]
