"""The words for what people may ask about their data."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db.models import Exists, OuterRef

from issues.querysets.alike import AlikeWords


class RightsWords(AlikeWords):
    def to_erase_as_asked(self, before: datetime) -> Self:
        """Ended then or earlier, with reports whose requesters asked to be erased once it has."""
        from issues.models import Submission

        asked = Submission.objects.filter(issue=OuterRef("pk")).to_erase()
        return self.filter(Exists(asked), closed_at__lte=before).order_by("closed_at", "pk")
