"""协商记录 and 研究记录: that people sat together before an issue was passed up, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from grids.levels import Level
from issues.models import Minute
from mapui.papers.dossier import Dossier, day_of
from mapui.papers.paper import Box, Paper, known, wide

_LEVELS = {Minute.Kind.CONSULTATION: Level.VILLAGE, Minute.Kind.DELIBERATION: Level.TOWNSHIP}


def of_kind(dossier: Dossier, kind: Minute.Kind) -> Iterator[tuple[str, Minute]]:
    """The minutes of that kind: key and minute. The key is their order within the issue, which never changes."""
    for order, minute in enumerate(dossier.minutes, start=1):
        if minute.kind == kind:
            yield str(order), minute


def minute_number(dossier: Dossier, key: str) -> str:
    return f"{dossier.issue.number}-M{key}"


def consultation(dossier: Dossier, key: str) -> Paper | None:
    """The consultation minute that was the key-th minute of the issue."""
    return _paper(dossier, Minute.Kind.CONSULTATION, key)


def deliberation(dossier: Dossier, key: str) -> Paper | None:
    """The deliberation minute that was the key-th minute of the issue."""
    return _paper(dossier, Minute.Kind.DELIBERATION, key)


def _paper(dossier: Dossier, kind: Minute.Kind, key: str) -> Paper | None:
    minute = dict(of_kind(dossier, kind)).get(key)
    if minute is None:
        return None
    office = dossier.office_at(_LEVELS[kind], minute.written_by)
    slips = [slip.number for slip in dossier.slips if slip.minute_id == minute.pk]
    facts = (
        wide(_("Office"), office),
        *dossier.about(),
        *dossier.minute_facts(minute),
        wide(_("Escalation slip"), "、".join(slips)),
    )
    return Paper(
        title=_("Consultation minute") if kind == Minute.Kind.CONSULTATION else _("Deliberation minute"),
        number=minute_number(dossier, key),
        dated=minute.written_at,
        facts=known(facts),
        boxes=(
            Box(_("Those who took part sign")),
            Box(_("Written by"), office, (f"{minute.written_by.name} {day_of(minute.written_at)}",), has_seal=True),
        ),
    )
