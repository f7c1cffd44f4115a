"""Pages of what is open read what is open: their statements take no more rows from the tables when the history grows.

Rows are those that PostgreSQL itself counts (EXPLAIN ANALYZE). Whole tables are forbidden to it, for in a table as small as a
test's it would read all of it anyhow; so where there is no index for a question, it shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import pytest_django.plugin
from django.db import connection
from django.db.models import Count, Max
from django.test import Client
from django.utils.timezone import now

from bench.measure import reads_of
from demo.province.making import Order
from grids.levels import Level
from grids.models import Area, Layer
from issues import state as moments
from issues.api import SLOT_S
from issues.models import Issue
from issues.search import Asked, is_exact
from representatives.models import Person
from representatives.scopes import scope_of
from tests.demo.provinces import small_province
from tests.plans import rows_of, rows_read

pytestmark = pytest.mark.django_db
# A fixed day: another would draw another past, and perhaps nothing open in the county whose people log in.
ORDER = Order(cells=400, issues=1500, open_share=0.03, seed=5, at=datetime(2026, 11, 20, 4, tzinfo=UTC))
OPEN = 45


@pytest.fixture(scope="module")
def province(django_db_setup: None, django_db_blocker: pytest_django.plugin.DjangoDbBlocker) -> Iterator[Order]:
    with small_province(ORDER, django_db_blocker) as made:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield made


def read(path: str, username: str) -> int:
    """How many rows the statements of a page take from the tables that grow with the history."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    client.get(path)
    found = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in reads_of(client, path):
            found += rows_read(statement)
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def test_rows_of_a_plan_are_those_of_its_scans_with_what_they_threw_away():
    scan = {"Relation Name": "issues_issue", "Actual Loops": 3, "Actual Rows": 2, "Rows Removed by Filter": 5}
    other = {"Relation Name": "grids_area", "Actual Loops": 1, "Actual Rows": 100}

    assert rows_of({"Node Type": "Sort", "Plans": [scan, other]}) == 21


def state(level: str) -> str:
    county = Person.objects.get(username="supervision").assignments.all()[0].area
    version = Layer.objects.get(level=Level.GRID if level == "cell" else Level.TOWNSHIP).version
    return f"/map/state/{level}/?county={county.path}&v={version}"


@pytest.mark.parametrize("level", ["cell", "township"])
def test_state_of_the_map_reads_each_open_issue_once_and_no_other(province, level):
    assert read(state(level), "supervision") <= OPEN


def test_state_of_the_whole_province_reads_each_open_issue_once_and_no_other(province):
    root, version = Area.objects.roots()[0], Layer.objects.get(level=Level.COUNTY).version

    assert read(f"/map/state/county/?county={root.path}&v={version}", "province") <= OPEN


def test_changes_of_one_cell_read_its_open_issues_alone(province):
    cell = Issue.objects.unfinished()[0].path
    county = Person.objects.get(username="supervision").assignments.all()[0].area
    stamp = moments.stamp(county.path, now(), slot_s=SLOT_S)
    moments.announce([cell])

    taken = read(f"{state('cell').replace('/state/', '/delta/')}&since={stamp}", "supervision")

    assert taken <= Issue.objects.open_in(cell).count()


@pytest.mark.parametrize(
    ("page", "username"), [("/queue/", "township"), ("/queue/", "member"), ("/red/", "supervision"), ("/", "supervision")]
)
def test_pages_of_what_is_open_read_a_few_times_what_is_open(province, page, username):
    # Counted, listed, named and hinted at: each open issue is met a few times, the twenty times larger history never.
    assert read(page, username) <= 6 * OPEN


def test_page_of_an_issue_reads_what_belongs_to_it(province):
    issue = Issue.objects.open_in(Person.objects.get(username="township").assignments.all()[0].area.path).newest_first()[0]

    assert read(f"/issues/{issue.number}/", "township") <= 6 * OPEN


def test_search_reads_what_holds_the_words_and_not_all_that_ever_was_in_the_place(province):
    office = Person.objects.get(username="supervision")
    there = Issue.objects.under(office.assignments.all()[0].area.path)
    words = next(word for word in (issue.title[:2] for issue in there.newest_first()) if is_exact(word))
    holding = there.filter(words__words__fits=Asked(words, None)).count()

    with connection.cursor() as cursor:  # as PostgreSQL does with years of issues: all of the place's would be joined at once
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off")
        found = there.saying(words, scope_of(office, now()), by_key=is_exact(words))
        plan = json.loads(found.explain(analyze=True, format="json"))[0]["Plan"]
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_nestloop = on")

    assert 0 < holding < there.count() / 3
    assert holding <= rows_of(plan) <= 2 * holding  # in the index of words, and by key


def test_parts_of_an_area_are_read_without_the_rest_of_the_territory(province):
    village = Area.objects.current().of_level(Level.VILLAGE).without_boundary()[0]
    cell = Area.objects.cells().without_boundary()[0]
    parts = Area.objects.parts_of_paths([village.path, cell.path]).values_list("path", flat=True)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = json.loads(parts.explain(analyze=True, format="json"))[0]["Plan"]
        cursor.execute("SET LOCAL enable_seqscan = on")

    assert list(parts) == sorted({cell.path, *Area.objects.parts_of(village).values_list("path", flat=True)})
    assert rows_of(plan, ("grids_area",)) <= 4 * len(parts) + 4  # of some 500 areas


def test_state_of_a_county_is_counted_in_the_index_without_visiting_the_rows(province):
    issues = Issue.objects.counted_for(Person.objects.get(username="supervision"), now()).unfinished()
    counted = issues.order_by().values_list("path").annotate(worst=Max("level"), n=Count("*"))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = counted.explain()
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = on")

    assert "Index Only Scan using issue_open_by_place" in plan
    assert sum(n for _path, _worst, n in counted) == issues.count() > 0
