"""New rows by statements of our own: the same rows as Django would have stored."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from pytest_django import DjangoAssertNumQueries

from issues.models import Notice, Submission
from issues.writing.inserting import insert, insert_unless_there
from tests.issues import factories as make
from tests.issues.factories import MONDAY, County

pytestmark = pytest.mark.django_db


def of(row: Submission) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in Submission._meta.concrete_fields if not field.primary_key}


@pytest.mark.parametrize("point", [None, Point(119.25, 43.5, srid=4326)])
def test_row_when_inserted_has_its_key_and_every_value(county: County, point: Point | None, django_assert_num_queries):
    issue = make.reported(county, MONDAY)
    row = Submission(
        uuid=uuid4(), issue=issue, category=issue.category, area=issue.area, text="风从门缝进来", point=point, source_xy=[119.25, 43.5],
        accuracy_m=12.5, danger=True, receipt_code="R" * 16, received_at=MONDAY, channel=Submission.Channel.CARD,
    )  # fmt: skip

    with django_assert_num_queries(1):
        insert(row)

    assert not row._state.adding
    assert of(Submission.objects.get(pk=row.pk)) == of(row)
    row.text = "anders"
    row.save()
    assert Submission.objects.get(pk=row.pk).text == "anders"


def test_rows_that_are_there_already_stay_as_they_are(county: County, django_assert_num_queries: DjangoAssertNumQueries):
    issue = make.reported(county, MONDAY)
    told = list(Notice.objects.filter(event__issue=issue).order_by("pk"))
    again = [Notice(event_id=one.event_id, person_id=one.person_id, channel=one.channel, not_before=MONDAY) for one in told]
    new = Notice(event_id=told[0].event_id, person=county["tc1"], channel=Notice.Channel.IN_APP, not_before=MONDAY)

    with django_assert_num_queries(1):
        insert_unless_there([*again, new])

    stored = list(Notice.objects.filter(event__issue=issue).order_by("pk"))
    assert [(one.pk, one.announced_at, one.state) for one in stored[:-1]] == [(one.pk, one.announced_at, one.state) for one in told]
    assert stored[-1].person == county["tc1"]


def test_nothing_to_insert_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        insert_unless_there([])
