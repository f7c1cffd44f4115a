"""Disputed ground: entered from a survey or a drawing, all of it or none; settled on one day, and never redrawn in place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import MultiPolygon
from django.db import transaction
from django.utils.translation import gettext

from grids.errors import Refusal
from grids.models import Area, Dispute, common_path


@dataclass(frozen=True)
class Claim:
    """A ground as it is to be entered: `boundary` in EPSG:4326, and the villages, two at least, that claim it."""

    code: str
    name: str
    boundary: MultiPolygon
    villages: tuple[Area, ...]
    note: str = ""

    @property
    def path(self) -> str:
        """The path of the narrowest area that holds all the villages; empty if no area does."""
        return common_path(village.path for village in self.villages)


@transaction.atomic
def enter(claims: Collection[Claim], *, at: datetime) -> list[Dispute]:
    """From now on this ground is disputed; one of the same code that stands is settled by it. Raises Refusal."""
    for claim in claims:
        check(claim)
    Dispute.objects.with_codes(claim.code for claim in claims).settle(at)
    made = [
        Dispute(code=one.code, name=one.name, boundary=one.boundary, path=one.path, note=one.note, valid_from=at) for one in claims
    ]
    Dispute.objects.bulk_create(made)
    for dispute, claim in zip(made, claims, strict=True):
        dispute.villages.set(claim.villages)
    return made


def check(claim: Claim) -> None:
    """Raises Refusal for a ground that fewer than two villages claim, or villages that lie in no common area."""
    words = {"name": claim.name or claim.code}
    if len({village.path for village in claim.villages}) < 2:
        raise Refusal(gettext("“%(name)s” is disputed only if two villages at least claim it.") % words)
    if not claim.path:
        raise Refusal(gettext("The villages that claim “%(name)s” lie in no common area.") % words)


def settle(keys: Collection[int], *, at: datetime) -> int:
    """These are disputed no longer: what is reported from now on belongs to the area it lies in. How many."""
    return Dispute.objects.with_keys(keys).settle(at)
