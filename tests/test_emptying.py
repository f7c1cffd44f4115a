"""What a test leaves behind is gone before the next one, and the ledger is guarded again."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from grids.models import Area
from issues.models import Event, Issue
from representatives.models import Person
from tests.emptying import empty_all
from tests.issues import factories as make
from tests.issues.factories import MONDAY


def test_tables_are_emptied_ledger_and_all_but_for_what_migrating_made(transactional_db):
    make.closed(make.county(), MONDAY)
    lasting = ContentType.objects.count(), Permission.objects.count()

    empty_all()

    assert [model.objects.count() for model in (Area, Person, Issue, Event)] == [0, 0, 0, 0]
    assert (ContentType.objects.count(), Permission.objects.count()) == lasting
    assert min(lasting) > 0


@pytest.mark.parametrize("statement", ["DELETE FROM issues_event", "TRUNCATE issues_event CASCADE"])
def test_guards_of_the_ledger_stand_again_afterwards(transactional_db, statement):
    empty_all()
    make.closed(make.county(), MONDAY)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
