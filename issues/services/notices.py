"""Notices in the program: read by whom they were for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from issues.models import Notice
from representatives.models import Person


def mark_read(person: Person, at: datetime, ids: Collection[int] | None = None) -> int:
    """Marks the person's notices as read, those with the ids or all; how many were unread."""
    unread = Notice.objects.inbox(person, at).unread()
    if ids is not None:
        unread = unread.with_ids(ids)
    return unread.order_by().update(read_at=at)
