"""The connection for reading by SQL that no queryset can say: where querysets of that model would read."""

from __future__ import annotations

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model


def reading(model: type[Model]) -> BaseDatabaseWrapper:
    """Of the database that the router names for reading the model. Never for writing."""
    found: BaseDatabaseWrapper = connections[router.db_for_read(model)]
    return found
