"""What is kept of whole counties: the same numbers as counted by hand, kept as long as is said, and cheap to count anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.models import Area
from issues import tasks
from issues.figures import county_rates
from issues.figures.dashboard import Figure, key_figures, silence
from issues.filters import Filters
from issues.models import Issue
from issues.terms import Light, Status
from representatives.models import Person
from representatives.roles import Role
from tests import provinces
from tests.issues.heat_factories import NOW, category, closed, issue, unsaved
from tests.issues.test_figures import rate
from tests.plans import rows_read
from tests.representatives.factories import person, post

DAY = timedelta(days=1)
LONG_AGO = NOW - 400 * DAY
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def province() -> dict[str, list[Area]]:
    """Two counties. In A six issues were closed and rated, in B five; one lies at the prefecture, one at the province."""
    cells = provinces.counties("AB", LONG_AGO)
    for name, n in (("A", 6), ("B", 5)):
        for day in range(1, n + 1):
            done = closed(cells[name][day % 2], category(), NOW - (day + 3) * DAY, DAY, level_due_at=NOW)
            rate(done, "dissatisfied" if day == 1 else "satisfied", NOW - DAY)
        issue(cells[name][0], category(), NOW - 2 * DAY)
    for path in ("P", "P.F"):
        issue(Area.objects.get(path=path), category(), NOW - 2 * DAY)
    post(Role.PARTY_REPRESENTATIVE, Area.objects.get(path="P.F.A.AT.AV"), since=LONG_AGO)
    return cells


@pytest.fixture
def office(province: dict[str, list[Area]]) -> Person:
    """Somebody who sees the figures of the whole province."""
    return post(Role.UPPER_OFFICE, Area.objects.get(path="P"), person(), since=LONG_AGO)


def told(who: Person | None, at: Any = NOW, **more: Any) -> dict[str, tuple[int | None, int | None]]:
    found: list[Figure] = key_figures(who, at=at, **more)
    return {figure.code: (figure.numerator, figure.denominator) for figure in found}


def forget_page() -> None:
    """Only what was kept for the page goes; what is kept of counties stays."""
    kept = {
        key: cache.get(key) for path in ("P.F.A", "P.F.B") for public in (False, True) if (key := county_rates._key(path, public))
    }
    cache.clear()
    cache.set_many({key: value for key, value in kept.items() if value}, county_rates.KEPT_S)


def test_province_when_told_adds_up_its_counties_and_what_lies_above_them(province, office):
    whole = told(office)

    assert whole["resolution"] == (11, 11)
    assert whole["satisfaction"] == (9, 11)
    assert sum(whole[f"open_{light.value}"][0] or 0 for light in Light) == 4
    counts = county_rates.rates_of(Area.objects.all().filter(path__in=["P", "P.F", "P.F.A", "P.F.B"]), NOW, is_public=False)
    assert counts["received"] == 11 + 2 + 2
    assert (counts["coverage"], counts["coverage_of"]) == (2, 4)
    for path, expected in (
        ("P.F.A", (6, 6)),
        ("P.F.B", (5, 5)),
        ("P.F", (11, 11)),
        ("P.F.A.AT.AV", (6, 6)),
        ("P.F.A.AT.AV.A1", None),
    ):
        found = told(office, path=path)["resolution"]
        assert found == (expected or (None, None)), path


def test_county_when_told_again_within_the_time_is_not_counted_again_and_afterwards_is(province, office):
    before = told(office, path="P.F.A")
    closed(province["A"][0], category(), NOW - 2 * DAY, DAY, level_due_at=NOW)
    forget_page()
    assert told(office, path="P.F.A")["resolution"] == before["resolution"] == (6, 6)

    later = NOW + timedelta(seconds=county_rates.KEPT_S + 1)

    assert told(office, at=later, path="P.F.A")["resolution"] == (7, 7)


def test_open_issues_are_of_now_whatever_is_kept(province, office):
    before = told(office, path="P.F.A")["open_green"]
    issue(province["A"][0], category(), NOW - DAY)
    forget_page()

    assert told(office, path="P.F.A")["open_green"][0] == (before[0] or 0) + 1


def test_county_is_not_told_as_silent_when_its_first_issue_came_after_it_was_counted(province, office):
    cells = provinces.counties("C", LONG_AGO)
    assert silence(office, at=NOW, path="P.F.C")
    issue(cells["C"][0], category(), NOW - DAY)
    later = NOW + timedelta(seconds=60)  # the page asks anew, the county is kept

    assert silence(office, at=later, path="P.F.C") is None
    assert told(office, at=later, path="P.F.C")["open_green"] == (1, 1)


def test_worker_when_it_comes_counts_every_county_once_for_all_workers(province, office):
    told(office)
    closed(province["B"][0], category(), NOW - 2 * DAY, DAY, level_due_at=NOW)

    assert county_rates.renew_all(NOW) == 2
    assert county_rates.renew_all(NOW) == 0  # another worker has just done so

    forget_page()
    with CaptureQueriesContext(connection) as asked:
        assert told(office)["resolution"] == (12, 12)
    assert len(asked) == 2  # the open ones with the areas, and what lies above counties
    cache.clear()
    assert tasks.renew_rates() == "2 counties"


def test_nothing_kept_costs_the_same_statements_for_two_counties_as_for_twelve(province, office):
    told(office)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        two = told(office)
    cells = provinces.counties("CDEGHIJKLM", LONG_AGO)
    for pair in cells.values():
        closed(pair[0], category(), NOW - 5 * DAY, DAY, level_due_at=NOW)
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        twelve = told(office)

    assert len(many) == len(few) <= 5
    assert (two["resolution"], twelve["resolution"]) == ((11, 11), (21, 21))
    assert twelve["coverage"] == (2, 24)


def test_visitor_is_told_what_is_public_and_staff_what_is_not_sealed(province, office):
    Issue.objects.filter(path="P.F.A.AT.AV.A1").update(non_public=True)

    assert told(None, path="P.F.A")["resolution"] == (None, None)  # three of them are public: too few
    assert told(office, path="P.F.A")["resolution"] == (6, 6)


def test_filters_are_counted_as_they_are_asked(province, office):
    told(office)
    Issue.objects.filter(path__startswith="P.F.A").update(urgency="urgent")

    assert told(office, filters=Filters(urgency="urgent"))["resolution"] == (6, 6)
    assert told(office, filters=Filters(lights=(Light.RED,)))["resolution"] == (0, 0)


def ended_long_ago(cell: Area, at: datetime) -> Issue:
    more: dict[str, Any] = {"status": Status.CLOSED, "closed_at": at + DAY, "resolved_at": at + DAY, "contact_due_at": at + DAY}
    return unsaved(cell, category(), at, **more)


def test_counting_a_county_anew_reads_what_happened_in_the_period_and_nothing_older(province):
    Issue.objects.bulk_create(ended_long_ago(province["A"][n % 2], NOW - (120 + n / 12) * DAY) for n in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE; SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as asked:
        county_rates.renew(["P.F.A"], NOW, is_public=False)

    assert 0 < sum(map(rows_read, [each["sql"] for each in asked.captured_queries])) <= 6 * 20  # seven issues with six ratings
