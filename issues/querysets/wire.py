"""The words for what phones have sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from issues.models import SentMove
    from representatives.models import Person


class SentMoveQuerySet(models.QuerySet["SentMove"]):
    def with_key(self, person: Person, key: UUID) -> Self:
        """The move that the person's phone sent under that key, if it did."""
        return self.filter(person=person, key=key)

    def before(self, moment: datetime) -> Self:
        """Those that arrived before then."""
        return self.filter(received_at__lt=moment)
