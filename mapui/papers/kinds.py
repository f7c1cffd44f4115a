"""Which papers there are: the one table that the list on the issue page, the addresses and the tests read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.models import Minute
from mapui.papers import minutes, slips
from mapui.papers.dossier import Dossier
from mapui.papers.paper import Paper


@dataclass(frozen=True)
class Listed:
    """A paper that exists for an issue; it is made when it is opened."""

    kind: str
    label: Promise
    key: str
    number: str
    dated: datetime
    issue_number: str

    @property
    def url(self) -> str:
        return reverse("paper", args=[self.issue_number, self.kind, self.key])

    @property
    def pdf_url(self) -> str:
        return reverse("paper-pdf", args=[self.issue_number, self.kind, self.key])


Row = tuple[str, str, datetime]  # key, number, date


@dataclass(frozen=True)
class Kind:
    """A kind of paper: which of it an issue has, and how one is made."""

    slug: str
    label: Promise
    rows: Callable[[Dossier], Iterator[Row]]
    make: Callable[[Dossier, str], Paper | None]


def _orders(dossier: Dossier) -> Iterator[Row]:
    return ((key, slips.order_number(dossier, event), event.at) for key, event in slips.orders(dossier))


def _passed_up(dossier: Dossier) -> Iterator[Row]:
    return ((key, slip.number, slip.asked_at) for key, slip in slips.passed_up(dossier))


def _minutes(kind: Minute.Kind) -> Callable[[Dossier], Iterator[Row]]:
    def rows(dossier: Dossier) -> Iterator[Row]:
        for key, minute in minutes.of_kind(dossier, kind):
            yield key, minutes.minute_number(dossier, key), minute.written_at

    return rows


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind("assignment", _("Assignment slip"), _orders, slips.assignment),
        Kind("escalation", _("Escalation slip"), _passed_up, slips.escalation),
        Kind("consultation", _("Consultation minute"), _minutes(Minute.Kind.CONSULTATION), minutes.consultation),
        Kind("deliberation", _("Deliberation minute"), _minutes(Minute.Kind.DELIBERATION), minutes.deliberation),
    )
}


def papers_of(dossier: Dossier) -> list[Listed]:
    """Every paper that exists for the issue, newest first."""
    found = [
        Listed(kind.slug, kind.label, key, number, dated, dossier.issue.number)
        for kind in KINDS.values()
        for key, number, dated in kind.rows(dossier)
    ]
    return sorted(found, key=lambda one: one.dated, reverse=True)
