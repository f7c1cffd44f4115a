"""A small province for a module of tests, made once in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import pytest_django.plugin
from django.db import connection, transaction

from demo.province import making


@contextmanager
def small_province(order: making.Order, blocker: pytest_django.plugin.DjangoDbBlocker) -> Iterator[making.Order]:
    """The order, carried out in slices of 300 issues. Its tests are marked `django_db`: each runs in a savepoint of this."""
    with pytest.MonkeyPatch.context() as patch, blocker.unblock(), transaction.atomic():
        patch.setattr(making, "SLICE", 300)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else no index may go while rows wait to be checked
        making.make(order, jobs=1)
        yield order
        transaction.set_rollback(True)
