"""知会: units that are to know of an issue, without being asked for anything: told once, and free to follow it."""

from __future__ import annotations

from issues.models import NotifiedUnit
from issues.services.acting import Act
from issues.services.units import chosen_to_know
from issues.terms import Field


def let_know(act: Act) -> None:
    """Within another act that names such units: each that did not know yet does from now on, and the event says which."""
    if not act.has(Field.NOTIFIED) or act.by is None:
        return
    known = set(NotifiedUnit.objects.about(act.issue).values_list("unit", flat=True))
    units = [unit for unit in chosen_to_know(act) if unit.pk not in known]
    NotifiedUnit.objects.bulk_create(NotifiedUnit(issue=act.issue, unit=unit, by=act.by, at=act.at) for unit in units)
    if units:
        act.also["notified"] = [unit.code for unit in units]
