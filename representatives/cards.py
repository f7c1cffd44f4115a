"""The contact card of an area: who answers there at which light, who else is posted there, by which office phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grids.levels import Level
from grids.models import Area
from representatives.chain import Answer, chain_from
from representatives.models import Assignment, Person
from representatives.roles import POSTS, Role

ON_CARD = tuple(role for role in Role if POSTS[role].on_card)


@dataclass(frozen=True)
class Line:
    """A role on the card and the people in it, with the narrowest area of each; nobody: the post is vacant."""

    role: Role
    people: tuple[tuple[Person, Area], ...]


@dataclass(frozen=True)
class Card:
    """What the public may know of an area's people: names, posts, units and office phones, nothing private."""

    area: Area
    answers: list[Answer]  # who answers at each light, lowest first
    others: list[Line]  # who is posted there besides: grid members, leaders, linked cadres, further representatives

    def answer_at(self, level: Level) -> Answer:
        return next(answer for answer in self.answers if answer.level == level)


def card_of(area: Area, at: datetime) -> Card:
    """The card as it stands at that moment; one query. A cell without grid member or leader has a line without people."""
    found = Assignment.objects.active(at).answering_for(area.path).in_role(*ON_CARD)
    posted = list(found.select_related("person__unit", "area"))
    answers = chain_from(posted)
    named = {(answer.person.pk, answer.role) for answer in answers if answer.person}
    lines = [_line(role, (one for one in posted if (one.person_id, role) not in named)) for role in ON_CARD]
    is_bare = area.level == Level.GRID and not any(one.role in (Role.GRID_MEMBER, Role.GRID_LEADER) for one in posted)
    return Card(area, answers, [line for line in lines if line.people or (is_bare and line.role == Role.GRID_MEMBER)])


def _line(role: Role, posted: Iterable[Assignment]) -> Line:
    """The people in that role, each once, narrowest area first."""
    people: dict[int, tuple[Person, Area]] = {}
    for assignment in posted:
        if assignment.role == role:
            people.setdefault(assignment.person_id, (assignment.person, assignment.area))
    return Line(role, tuple(people.values()))
