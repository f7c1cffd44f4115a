"""Who is there in the loaded territory to do each verb, at one place where everybody's post is filled; and the issues of a bench."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib.gis.geos import Point

from grids.models import Area, paths_above
from issues.models import Issue, Submission
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role

WANTED = (
    Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE,
    Role.COUNTY_LEADER,
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """People by role over one cell, three departments of the county with somebody in each, and a household made for the bench."""

    cell: Area
    point: Point
    other_cell: Area  # of the same village, to put an issue in its right place
    people: Mapping[Role, Person]
    departments: tuple[tuple[Unit, Person], ...]
    household: Person
    category: str = "env.waste"  # green, checked on site, open to all

    def __getitem__(self, who: Role | str) -> Person:
        """By role; “lead”, “helper”, “third”: of the departments; “household”."""
        if isinstance(who, Role):
            return self.people[who]
        if who == "household":
            return self.household
        return self.departments[("lead", "helper", "third").index(who)][1]

    def unit(self, who: str) -> Unit:
        return self.departments[("lead", "helper", "third").index(who)][0]


@dataclass
class Subject:
    """An issue of the bench, and the receipt of its first report."""

    issue_id: int
    number: str
    receipt: str

    @classmethod
    def of(cls, receipt: str) -> Subject:
        report = Submission.objects.select_related("issue").get(receipt_code=receipt)
        return cls(report.issue_id, report.issue.number, receipt)

    @property
    def issue(self) -> Issue:
        return Issue.objects.get(pk=self.issue_id)

    @property
    def report(self) -> Submission:
        return Submission.objects.get(receipt_code=self.receipt)


def cast_at(at: datetime) -> Cast:
    """The first cell where every post is filled. Raises LookupError if there is none: load the demo first."""
    posts: defaultdict[str, dict[Role, Person]] = defaultdict(dict)
    held = Assignment.objects.active(at).in_role(*WANTED).select_related("person", "area").defer("area__boundary")
    for post in held:
        posts[post.area.path].setdefault(Role(post.role), post.person)
    for cell in Area.objects.cells().drawn().order_by("path")[:5000]:
        people = {role: person for path in paths_above(cell.path) for role, person in posts.get(path, {}).items()}
        if set(WANTED) <= people.keys() and len({person.pk for person in people.values()}) == len(WANTED) and cell.label_point:
            return Cast(cell, cell.label_point, _beside(cell), people, _departments(cell, at), _household(cell, at))
    raise LookupError("No cell has every post filled: load the demo county first.")


def _beside(cell: Area) -> Area:
    village = cell.path.rpartition(".")[0]
    return next(other for other in Area.objects.cells().under(village).without_boundary() if other.pk != cell.pk)


def _departments(cell: Area, at: datetime) -> tuple[tuple[Unit, Person], ...]:
    held = Assignment.objects.active(at).in_role(Role.DEPARTMENT).select_related("person__unit", "area").defer("area__boundary")
    found = {post.person.unit: post.person for post in held if post.person.unit and post.area.path in paths_above(cell.path)}
    return tuple((unit, person) for unit, person in found.items() if unit)[:3]


def _household(cell: Area, at: datetime) -> Person:
    """Somebody of a contact household of the cell; demo counties have none."""
    person = Person.objects.create_user(f"bench-{uuid4().hex[:12]}", name="bench")
    Assignment.objects.create(person=person, area=cell, role=Role.CONTACT_HOUSEHOLD, term=(at, None))
    return person
