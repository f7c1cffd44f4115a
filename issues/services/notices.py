"""Notices in the program are read, and people choose by which ways they hear what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Notice, NoticeChoice
from issues.notices.ways import KINDS, POSTS
from representatives.models import Person


def mark_read(person: Person, at: datetime, ids: Collection[int] | None = None, number: str = "") -> int:
    """Marks the person's notices as read: those with the ids, those of one issue, or all; how many were unread."""
    unread = Notice.objects.inbox(person, at).unread()
    if ids is not None:
        unread = unread.with_ids(ids)
    if number:
        unread = unread.of_issue_numbered(number)
    return unread.order_by().update(read_at=at)


def choose_ways(person: Person, wanted: Mapping[tuple[str, str], bool], mobile: str) -> NoticeChoice:
    """Keeps what the person chose for each kind and way out; an empty number is forgotten."""
    digits = mobile.replace(" ", "").replace("-", "")
    if digits and not (digits.lstrip("+").isascii() and digits.lstrip("+").isdecimal() and 5 <= len(digits) <= 16):
        raise Refusal(gettext("This is not a telephone number."), field="mobile")
    chosen = {f"{kind}:{way}": bool(wanted.get((kind, way), False)) for kind in KINDS for way in POSTS}
    choice, _is_new = NoticeChoice.objects.update_or_create(person=person, defaults={"chosen": chosen, "mobile": digits or None})
    return choice
