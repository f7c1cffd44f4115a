"""A letter: some notices for one addressee by one way out, under one key; and how sending it can end badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings

from issues.models import Notice, Outlet, Requester
from issues.terms import Verb


class SendingFailed(Exception):
    """It did not get there this time. The sentence is shown to the administrator: no address, no key, no telephone."""


class Rejected(SendingFailed):
    """It will never get there: the addressee does not exist, or not any more."""


class Busy(SendingFailed):
    """The other side asks to be left alone for a while; nobody is at fault."""

    def __init__(self, sentence: str, wait: timedelta) -> None:
        super().__init__(sentence)
        self.wait = wait


@dataclass(frozen=True)
class Letter:
    """What goes out at once; every notice in it has the same addressee."""

    key: UUID
    notices: Sequence[Notice]
    outlet: Outlet

    @property
    def first(self) -> Notice:
        return self.notices[0]

    @property
    def is_digest(self) -> bool:
        return all(notice.kind == Notice.Kind.DIGEST for notice in self.notices)

    @property
    def keys(self) -> list[int]:
        return [notice.pk for notice in self.notices]

    @property
    def to_confirm(self) -> Requester | None:
        """The requester whose address it is to confirm; None: it is sent to an address that counts."""
        asked = self.first.verb == Verb.CHOOSE_ANSWER and self.first.submission
        return self.first.submission.requester if asked and self.first.submission else None

    @property
    def language(self) -> str:
        """The addressee's."""
        notice = self.first
        if notice.person is not None:
            return notice.person.language or settings.LANGUAGE_CODE
        requester = notice.submission.requester if notice.submission else None
        return (requester.language if requester else "") or settings.LANGUAGE_CODE


class Adapter(Protocol):
    """One way out, opened for a run of letters."""

    def send(self, letter: Letter) -> None:
        """Sends it, or raises; whatever is no SendingFailed counts as one too."""

    def close(self) -> None: ...
