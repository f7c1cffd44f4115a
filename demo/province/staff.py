"""Who works in the province: every county's posts as in the demo county, and an office that sees the figures of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.conf import settings
from django.db import transaction

from demo import common
from demo.bairin import WORDS
from demo.crowd import OWNER
from demo.people import PASSWORD, Staffing, staff_county, units_from
from grids.levels import Level
from grids.models import Area, paths_above
from representatives.models import Assignment, Unit
from representatives.roles import Role

LIVELY = "150422"  # the county whose people have log-in names, where it is there; else the first
PROVINCE_LOG_IN = "province"
REPRESENTATIVES_PER_VILLAGE = 1.28


@transaction.atomic
def post_everybody(root: Area, *, seed: int, since: datetime, more: Callable[[int], object]) -> None:
    """Units, accounts and assignments of every county. `more` is told of every county that is done."""
    counties = list(Area.objects.current().of_level(Level.COUNTY).under(root.path).without_boundary().order_by("path"))
    lively = next((county for county in counties if county.code == LIVELY), counties[0])
    numbers = count(1)
    for n, county in enumerate(counties):
        staffing = _staffed(county, seed=seed + n, since=since, numbers=numbers)
        if county == lively:
            office = staffing.hire(Role.UPPER_OFFICE, root)
            office.username = PROVINCE_LOG_IN
            office.set_password(PASSWORD)
        staffing.save(with_log_ins=county == lively)
        more(1)


def _staffed(county: Area, *, seed: int, since: datetime, numbers: Iterator[int]) -> Staffing:
    """The county's posts, filled but not saved."""
    staffing = Staffing(county, seed=seed, since=since, language=settings.LANGUAGE_CODE, numbers=numbers)
    units = units_from(common.FIXTURES / "bairin" / "units.toml", county, prefix=f"{county.code}-")
    for unit in units.values():
        unit.name = unit.name.replace("巴林左旗", county.name)
    Unit.objects.bulk_update(set(units.values()), ["name"])
    wanted = max(len(staffing.by_level[Level.VILLAGE]), round(REPRESENTATIVES_PER_VILLAGE * len(staffing.by_level[Level.VILLAGE])))
    staff_county(staffing, departments=dict.fromkeys(units.values()), representatives=wanted, words=WORDS, prefix=f"{county.code}-")
    return staffing


@dataclass(frozen=True)
class Posts:
    """Who holds which post, and the departments of each county, as keys; read once."""

    holders: dict[tuple[Role, str], int]
    units: dict[str, list[int]]

    @classmethod
    def read(cls, at: datetime) -> Posts:
        """Everybody who is posted at that moment."""
        posted = Assignment.objects.active(at).in_role(*OWNER.values(), Role.GRID_MEMBER).order_by("-pk")
        holders = {(Role(role), path): person for role, path, person in posted.values_list("role", "area__path", "person")}
        units: dict[str, list[int]] = {}
        for path, key in Unit.objects.filter(kind=Unit.Kind.DEPARTMENT).order_by("code").values_list("area__path", "pk"):
            units.setdefault(path, []).append(key)
        return cls(holders, units)

    def of(self, role: Role, path: str) -> int | None:
        """Whoever is posted nearest to the place; None if there is nobody."""
        return next((self.holders[role, above] for above in reversed(paths_above(path)) if (role, above) in self.holders), None)
