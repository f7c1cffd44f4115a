"""A province made of nothing: as many cells and issues as were ordered, true to every rule that the program keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import pytest_django.plugin
import shapely
from django.db import connection, transaction
from django.db.models import Count

from demo.people import PASSWORD
from demo.province import bare, making, outlines, past
from demo.province.outlines import counties
from grids.drawing.territory import outline_of
from grids.levels import Level
from grids.models import Area
from issues import ledger, tally
from issues.heat import bins
from issues.models import Event, HeatArea, Issue, KeySupervisionEntry, Submission
from issues.recurring import links
from issues.terms import ENDS
from representatives.models import Person
from representatives.scopes import scope_of
from tests.demo.provinces import small_province

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db  # each test in a savepoint of the fixture's transaction
ORDER = making.Order(cells=50, issues=700, open_share=0.08, seed=7, at=AT)


def catalogue() -> set[tuple[object, ...]]:
    """Indexes, constraints and triggers of the tables that are stripped meanwhile.

    Without casts and brackets: the server spells those of a condition anew each time that it reads it.
    """
    names = [model._meta.db_table for model in bare.TABLES]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY (%s)"
            " UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text = ANY (%s)"
            " UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE tgrelid::regclass::text = ANY (%s) AND NOT tgisinternal",
            [names, names, names],
        )
        return {(table, name, re.sub(r"::[a-z ]+(\[\])?|[()]", "", said)) for table, name, said in cursor.fetchall()}


@pytest.fixture(scope="module")
def before() -> set[tuple[object, ...]]:
    return set()


@pytest.fixture(scope="module")
def province(
    django_db_setup: None, django_db_blocker: pytest_django.plugin.DjangoDbBlocker, before: set[tuple[object, ...]]
) -> Iterator[making.Order]:
    """The order, carried out once for all tests of this module."""
    with django_db_blocker.unblock():
        before |= catalogue()
    with small_province(ORDER, django_db_blocker) as made:
        yield made


def test_province_has_exactly_the_cells_and_issues_that_were_ordered(province):
    assert Area.objects.cells().count() == 50
    assert Issue.objects.count() == 700
    assert Submission.objects.count() == 700
    assert Issue.objects.unfinished().count() == round(0.08 * 700)
    assert set(Area.objects.current().values_list("level", flat=True)) == set(Level)


def test_cells_of_a_county_cover_it_and_do_not_overlap(province):
    for county in Area.objects.current().of_level(Level.COUNTY):
        outline = outline_of(county)
        cells = [outline_of(cell) for cell in Area.objects.cells().under(county.path)]

        whole = shapely.union_all(cells, grid_size=1e-9)

        assert sum(cell.area for cell in cells) == pytest.approx(outline.area, rel=1e-6)
        assert whole.symmetric_difference(outline).area < 1e-6 * outline.area


def test_every_issue_lies_in_its_cell(province):
    cells = {cell.pk: cell for cell in Area.objects.cells()}
    outlines_of = {pk: outline_of(cell) for pk, cell in cells.items()}

    for issue in Issue.objects.all():
        assert issue.point is not None
        assert shapely.contains_xy(outlines_of[issue.area_id], issue.point.x, issue.point.y)
        assert cells[issue.area_id].path == issue.path


def test_ledger_of_the_province_verifies(province):
    issues, walk = ledger.verify_all()

    assert (issues, [str(fault) for fault in walk if fault]) == (700, [])


def test_what_has_ended_has_two_entries_and_what_is_open_its_whole_way(province):
    entries = dict(Event.objects.values_list("issue").annotate(n=Count("pk")).order_by())

    assert {entries[issue.pk] for issue in Issue.objects.ended()} == {2}
    assert max(entries[issue.pk] for issue in Issue.objects.unfinished()) >= 4
    assert all(entries[issue.pk] == issue.event_count for issue in Issue.objects.all())


def test_indexes_keys_and_triggers_are_all_back_as_they_were(province, before):
    assert catalogue() == before


def test_words_of_every_issue_are_those_that_the_program_would_write(province):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM issues_issue AS issue CROSS JOIN LATERAL issues_search_documents(ARRAY[issue.id]) AS document"
            " JOIN issues_issuewords AS kept ON kept.issue_id = issue.id AND kept.words = document.words"
        )
        assert cursor.fetchone() == (700,)


def test_recurrences_are_those_that_the_rule_finds(province):
    was = dict(Issue.objects.values_list("pk", "recurrence_of"))
    assert sum(before is not None for before in was.values()) > 70

    with transaction.atomic():
        Issue.objects.update(recurrence_of=None)
        links.link_missing()
        found = dict(Issue.objects.values_list("pk", "recurrence_of"))
        transaction.set_rollback(True)

    assert found == was


def test_counts_of_the_map_are_those_of_the_rows(province):
    root = Area.objects.roots()[0]
    by_hand: dict[str, int] = {}
    for issue in Issue.objects.filter(closed_at=None):
        by_hand[issue.path] = by_hand.get(issue.path, 0) + 1

    counted = tally.count_by_path(Issue.objects.open_in(root.path))

    assert {path: n for path, (_worst, n) in counted.items()} == by_hand


def test_heat_is_built_and_has_nothing_to_mend(province):
    with transaction.atomic():
        assert HeatArea.objects.exists()
        assert bins.rebuild(at=AT) == 0
        transaction.set_rollback(True)


def test_what_is_open_has_a_clock_that_has_not_struck_and_a_holder_once_accepted(province):
    for issue in Issue.objects.unfinished():
        assert issue.level_due_at is not None
        assert issue.climb_at is None or issue.climb_at > AT
        assert issue.accepted_at is None or issue.handler_id or issue.lead_unit_id
    red = Issue.objects.filter(level=Level.COUNTY, closed_at=None)
    assert KeySupervisionEntry.objects.filter(exited_at=None).count() == red.count()


def test_nothing_happens_before_it_is_reported_or_after_now(province):
    for issue in Issue.objects.all():
        times = [issue.reported_at, issue.accepted_at, issue.acknowledged_at, issue.resolved_at, issue.closed_at]
        known = [at for at in times if at is not None]
        assert known == sorted(known)
        assert known[-1] <= AT
        assert (issue.status in ENDS) == (issue.closed_at is not None)


@pytest.mark.parametrize("name", ["province", "supervision", "township", "secretary", "member"])
def test_people_of_each_level_have_a_password_and_see_figures(province, name):
    person = Person.objects.get(username=name)

    assert person.check_password(PASSWORD)
    assert scope_of(person, AT).count_paths


def test_leader_of_the_province_sees_the_figures_of_all_of_it(province):
    leader = Person.objects.get(username="province")

    assert Issue.objects.counted_for(leader, AT).unfinished().count() == Issue.objects.unfinished().count()


def test_next_issue_gets_a_number_and_keys_of_its_own(province):
    last = Issue.objects.order_by("-pk")[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('issues_issue', 'id')), nextval('issues_issue_number')")
        assert cursor.fetchone() == (last.pk + 1, last.pk + 1)


def test_province_of_another_make_is_refused(province):
    other = making.Order(cells=50, issues=701, open_share=0.08, seed=7, at=AT)

    with pytest.raises(making.OtherProvince, match="another make"):
        making.make(other, jobs=1)


def test_counties_without_the_file_are_drawn_side_by_side(tmp_path):
    drawn = counties(tmp_path / "none.geojson")

    assert len(drawn) == outlines.DRAWN_COUNTIES
    assert len({county.code for county in drawn}) == outlines.DRAWN_COUNTIES
    assert shapely.union_all([county.outline for county in drawn]).area == pytest.approx(sum(c.outline.area for c in drawn))
    assert all(5_000 < county.km2 < 9_000 for county in drawn)


def test_past_is_the_same_for_the_same_seed_and_another_for_another(province):
    def lived(seed: int) -> past.Past:
        ground, topics = past.Ground.read(), past.Topics.read(making.REPORTS)
        return past.live(ground, topics, issues=200, open_share=0.1, until=AT, seed=seed, within_s=90 * 86_400)

    assert (lived(3).at == lived(3).at).all()
    assert (lived(3).lon == lived(3).lon).all()
    assert (lived(3).lon != lived(4).lon).any()
