"""Units, people and assignments of a demo territory: invented, complete but for a few vacancies to be found."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from demo.names import chinese_name, english_name
from grids.levels import Level
from grids.models import Area
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role

PASSWORD = "gridgov-demo-2026"  # noqa: S105 - published in the README; only demo territories have these accounts
LOG_INS: dict[str, Role] = {
    "leader": Role.COUNTY_LEADER,
    "supervision": Role.SUPERVISION_OFFICE,
    "organisation": Role.ORGANISATION_OFFICE,
    "township": Role.TOWNSHIP_COMMITTEE,
    "secretary": Role.VILLAGE_SECRETARY,
    "representative": Role.PARTY_REPRESENTATIVE,
    "member": Role.GRID_MEMBER,
    "department": Role.DEPARTMENT,
    "hotline": Role.HOTLINE_OPERATOR,
    "admin": Role.SYSTEM_ADMIN,
    "auditor": Role.AUDITOR,
}
REPRESENTATIVE_LEVELS = (
    [Person.RepLevel.COUNTY] * 8 + [Person.RepLevel.PREFECTURE] * 3 + [Person.RepLevel.REGION]  # rough shares
)


class Staffing:
    """Makes the accounts of one county, with the same result for the same seed.

    `county`: the area; `since`: from when everybody is posted; `numbers`: of the accounts, where several counties share them.
    """

    def __init__(
        self, county: Area, *, seed: int, since: datetime, language: str, numbers: Iterator[int] | None = None
    ) -> None:  # fmt: skip
        self.county = county
        self.rng = Random(seed)  # noqa: S311
        self.since = since
        self.name: Callable[[Random], str] = chinese_name if language == "zh-hans" else english_name
        self.numbers = numbers or count(1)
        self.people: list[Person] = []
        self.posts: list[Assignment] = []
        areas = list(Area.objects.current().under(county.path).without_boundary().order_by("path"))
        self.by_level: dict[int, list[Area]] = {}
        for area in areas:
            self.by_level.setdefault(area.level, []).append(area)
        self.below: dict[int | None, list[Area]] = {}
        for area in areas:
            self.below.setdefault(area.parent_id, []).append(area)

    def hire(
        self, role: Role, *areas: Area, unit: Unit | None = None, rep_level: str = "", until: datetime | None = None
    ) -> Person:
        """A person with an invented name and an office phone that cannot exist, posted to the areas."""
        number = next(self.numbers)
        person = Person(
            username=f"p{number:05d}",
            name=self.name(self.rng),
            office_phone=f"0000-{self.rng.randrange(10**7):07d}",
            unit=unit,
            rep_level=rep_level,
            is_staff=role == Role.SYSTEM_ADMIN,
        )
        person.set_unusable_password()
        self.people.append(person)
        term = DateTimeTZRange(self.since, until, "[)")
        self.posts += [Assignment(person=person, area=area, role=role, term=term) for area in areas]
        return person

    def _where_life_is(self, role: Role) -> Assignment:
        """A lasting post of the role on the path of the largest village, or else any; the larger its area, the better."""
        village = max(self.by_level[Level.VILLAGE], key=_households)
        lasting = [post for post in self.posts if post.role == role and post.term.upper is None]
        there = [post for post in lasting if post.area.path.startswith(village.path) or village.path.startswith(post.area.path)]
        return max(there or lasting, key=lambda post: _households(post.area))

    def save(self, *, with_log_ins: bool = True) -> None:
        """Write the accounts and their posts; one of each role, in the same lively place, gets a log-in name."""
        for username, role in LOG_INS.items() if with_log_ins else ():
            post = self._where_life_is(role)
            post.person.username = username
            post.person.set_password(PASSWORD)
        Person.objects.bulk_create(self.people, batch_size=1000)
        for post in self.posts:
            post.person_id = post.person.pk
        Assignment.objects.bulk_create(self.posts, batch_size=1000)


def _households(area: Area) -> int:
    return area.households or 0


def units_from(path: Path, county: Area, *, prefix: str = "") -> dict[str, Unit]:
    """Units of the file, saved, by each name under which categories know them (主办). `prefix`: put before each code."""
    found: dict[str, Unit] = {}
    for row in tomllib.loads(path.read_text())["units"]:
        code = f"{prefix}{row['code']}"
        unit = Unit.objects.create(code=code, name=row["name"], kind=row["kind"], area=county, phone="0000-0000000")
        found |= dict.fromkeys(row["leads"], unit)
    return found


def leads_of(path: Path) -> dict[str, Unit]:
    """The units of the file as they are stored, by the names under which categories know them."""
    stored = {unit.code: unit for unit in Unit.objects.all()}
    return {lead: stored[row["code"]] for row in tomllib.loads(path.read_text())["units"] for lead in row["leads"]}


def committee_units(areas: Iterable[Area], kind: Unit.Kind, suffix: str) -> dict[int, Unit]:
    """A committee for each area, saved, by the area's id."""
    units = [
        Unit(code=f"{kind}-{area.code}"[:40], name=f"{area.name}{suffix}", kind=kind, area=area, phone="0000-0000000")
        for area in areas
    ]
    return {unit.area_id: unit for unit in Unit.objects.bulk_create(units)}


def in_groups(rng: Random, areas: list[Area], sizes: tuple[int, ...]) -> Iterator[list[Area]]:
    """Neighbouring areas in groups of one of the sizes."""
    start = 0
    while start < len(areas):
        size = rng.choice(sizes)
        yield areas[start : start + size]
        start += size


def staff_county(
    staffing: Staffing, *, departments: Iterable[Unit], representatives: int, words: dict[str, str], prefix: str = ""
) -> None:
    """Fill every post of the county's table of roles; a few stay vacant, so the cover report has something to say.

    `words`: names of the offices (`supervision`, `township`, `village` suffixes). `representatives`: how many party
    representatives, spread over the villages by household. `prefix`: put before the code of the supervision office.
    """
    county = staffing.county
    _staff_offices(staffing, f"{prefix}supervision", words["supervision"])
    for unit in departments:
        staffing.hire(Role.DEPARTMENT, county, unit=unit)
    townships = staffing.by_level[Level.TOWNSHIP]
    committees = committee_units(townships, Unit.Kind.TOWNSHIP_COMMITTEE, words["township"])
    for township in townships:
        staffing.hire(Role.TOWNSHIP_COMMITTEE, township, unit=committees[township.pk])
        staffing.hire(Role.TOWNSHIP_DISCIPLINE, township, unit=committees[township.pk])
    villages = staffing.by_level[Level.VILLAGE]
    secretaries = committee_units(villages, Unit.Kind.VILLAGE_COMMITTEE, words["village"])
    for village in villages:
        staffing.hire(Role.VILLAGE_SECRETARY, village, unit=secretaries[village.pk])
        staff_cells(staffing, village)
    staff_representatives(staffing, villages, representatives)
    staffing.rng.shuffle(villages)


def _staff_offices(staffing: Staffing, code: str, name: str) -> None:
    """One person in each office of the county, and two in the supervision office, whose unit is made with that code and name."""
    county, kind = staffing.county, Unit.Kind.SUPERVISION_OFFICE
    office = Unit.objects.create(code=code, name=name, kind=kind, area=county, phone="0000-0000000")
    offices = (Role.COUNTY_LEADER, Role.ORGANISATION_OFFICE, Role.HOTLINE_OPERATOR)
    for role in (*offices, Role.SYSTEM_ADMIN, Role.AUDITOR, Role.MONITOR):
        staffing.hire(role, county)
    for _ in range(2):
        staffing.hire(Role.SUPERVISION_OFFICE, county, unit=office)


def staff_cells(staffing: Staffing, village: Area) -> None:
    """Grid members for two or three cells each, a leader for the village; about one cell in sixty stands empty."""
    rng = staffing.rng
    staffing.hire(Role.GRID_LEADER, village)
    if rng.random() < 0.4:
        staffing.hire(Role.LINKED_CADRE, village)
    for cells in in_groups(rng, staffing.below.get(village.pk, []), (2, 2, 3)):
        until = staffing.since + timedelta(days=rng.randrange(200, 340)) if rng.random() < 1 / 60 else None
        staffing.hire(Role.GRID_MEMBER, *cells, until=until)


def staff_representatives(staffing: Staffing, villages: list[Area], wanted: int) -> None:
    """One representative per village, then one more for the largest until `wanted` are posted; two terms have ended."""
    rng = staffing.rng
    by_size = sorted(villages, key=lambda village: -(village.households or 0))
    posts = (villages + by_size * (wanted // max(len(villages), 1)))[:wanted]
    vacated = set(rng.sample(range(len(villages)), k=min(2, len(villages) - 1)))
    for place, village in enumerate(posts):
        ended = place in vacated and village not in by_size[: wanted - len(villages)]
        until = staffing.since + timedelta(days=300) if ended else None
        staffing.hire(Role.PARTY_REPRESENTATIVE, village, rep_level=rng.choice(REPRESENTATIVE_LEVELS), until=until)
