"""Who can act where in a demo county, read once."""

from __future__ import annotations

from datetime import datetime

from grids.models import paths_above
from representatives.models import Assignment, Person
from representatives.roles import Role


class Staff:
    """People with posts at the time `at`, found by role and place without asking the database again."""

    def __init__(self, at: datetime) -> None:
        self.posted: dict[tuple[str, str], list[Person]] = {}
        self.units: dict[int, Person] = {}
        for post in Assignment.objects.active(at).select_related("person", "area").order_by("pk"):
            self.posted.setdefault((post.role, post.area.path), []).append(post.person)
            if post.role == Role.DEPARTMENT and post.person.unit_id is not None:
                self.units.setdefault(post.person.unit_id, post.person)

    def one(self, role: Role, path: str, *, not_id: int | None = None) -> Person | None:
        """Somebody in that role for the place, narrowest area first, other than the one with that id."""
        for above in reversed(paths_above(path)):
            for person in self.posted.get((role, above), ()):
                if person.pk != not_id:
                    return person
        return None

    def of_unit(self, unit_id: int) -> Person | None:
        """The officer of a department or utility."""
        return self.units.get(unit_id)
