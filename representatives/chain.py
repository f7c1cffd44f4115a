"""Who answers for a place at each level of the ladder: pure, from the assignments on its path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grids.levels import LADDER_LEVELS, Level
from grids.models import Area
from representatives.models import Assignment, Person
from representatives.roles import SUCCESSION, Role


@dataclass(frozen=True)
class Answer:
    """Who answers at a level. Nobody at all: `person` and `area` are None and `role` is the one that should answer."""

    level: Level
    role: Role
    person: Person | None = None
    area: Area | None = None
    by_succession: bool = False

    @property
    def owner(self) -> Role:
        """The role that should answer at this level."""
        return SUCCESSION[self.level][0]

    @property
    def is_vacant(self) -> bool:
        """Whether the role that should answer is not filled, be it that another stands in or that nobody does."""
        return self.person is None or self.by_succession


def chain_from(assignments: Iterable[Assignment]) -> list[Answer]:
    """One answer per level, lowest first, from active assignments ordered as `answering_for` gives them."""
    first: dict[Role, Assignment] = {}
    for assignment in assignments:
        first.setdefault(Role(assignment.role), assignment)
    return [_answer(level, first) for level in LADDER_LEVELS]


def _answer(level: Level, first: dict[Role, Assignment]) -> Answer:
    owner = SUCCESSION[level][0]
    for role in SUCCESSION[level]:
        if found := first.get(role):
            return Answer(level, role, found.person, found.area, by_succession=role != owner)
    return Answer(level, owner)
