"""Which papers there are: the one table that the list on the issue page, the addresses and the tests read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.models import Minute, ReminderLetter
from mapui.papers import minutes, parts, slips
from mapui.papers.dossier import Dossier
from mapui.papers.paper import Paper


@dataclass(frozen=True)
class Listed:
    """A paper that exists for an issue; it is made when it is opened."""

    kind: str
    label: Promise | str
    key: str
    number: str
    dated: datetime
    url: str
    pdf_url: str


Row = tuple[str, str, datetime]  # key, number, date


@dataclass(frozen=True)
class Kind:
    """A kind of paper: which of it an issue has, and how one is made.

    `of_part`: also for who is here for a part of the issue alone; its rows are then those of their own part.
    """

    slug: str
    label: Promise
    rows: Callable[[Dossier], Iterator[Row]]
    make: Callable[[Dossier, str], Paper | None]
    of_part: bool = False

    def is_for(self, dossier: Dossier) -> bool:
        return self.of_part or not dossier.is_in_part


def _orders(dossier: Dossier) -> Iterator[Row]:
    return ((key, slips.order_number(dossier, event), event.at) for key, event in slips.orders(dossier))


def _parts(dossier: Dossier) -> Iterator[Row]:
    return ((str(task.number), parts.part_number(dossier, task), task.asked_at) for task in dossier.tasks)


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
        Kind("part", _("Assignment slip for a part"), _parts, parts.assignment, of_part=True),
        Kind("escalation", _("Escalation slip"), _passed_up, slips.escalation),
        Kind("consultation", _("Consultation minute"), _minutes(Minute.Kind.CONSULTATION), minutes.consultation),
        Kind("deliberation", _("Deliberation minute"), _minutes(Minute.Kind.DELIBERATION), minutes.deliberation),
    )
}


def paper_of(dossier: Dossier, kind: str, key: str) -> Paper | None:
    """The paper of that kind and key, if the issue has it and it is for the reader."""
    row = KINDS.get(kind)
    return row.make(dossier, key) if row and row.is_for(dossier) else None


def papers_of(dossier: Dossier) -> list[Listed]:
    """Every paper that exists for the issue and is for the reader, letters about it too, newest first."""
    found = [_listed(dossier, kind, *row) for kind in KINDS.values() if kind.is_for(dossier) for row in kind.rows(dossier)]
    found += [_letter(letter) for letter in dossier.letters]
    return sorted(found, key=lambda one: one.dated, reverse=True)


def _listed(dossier: Dossier, kind: Kind, key: str, number: str, dated: datetime) -> Listed:
    address = (dossier.issue.number, kind.slug, key)
    return Listed(kind.slug, kind.label, key, number, dated, reverse("paper", args=address), reverse("paper-pdf", args=address))


def _letter(letter: ReminderLetter) -> Listed:
    """A letter has a page of its own, whichever of its issues it is looked up from."""
    address, label = (letter.number,), letter.get_kind_display()
    pages = (reverse("letter-paper", args=address), reverse("letter-pdf", args=address))
    return Listed("letter", label, letter.number, letter.number, letter.issued_at, *pages)
