"""What one person may see, where: their assignments read once, then asked without the database."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils.timezone import now
from psycopg.types.range import Range

from grids.masks import Masks, StandIn, stand_in_for
from grids.models import paths_above
from representatives.models import Assignment, Person
from representatives.roles import POSTS, Page, Role, Sees


@dataclass(frozen=True)
class Scope:
    """The roles a person holds at one moment, each with the path of the area it is held for. Empty: nobody's."""

    person_id: int | None = None
    unit_id: int | None = None
    held: tuple[tuple[Role, str], ...] = ()
    is_root: bool = False  # the account of “createsuperuser”, which sets the program up before anybody is posted

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(role for role, _path in self.held)

    def roles_at(self, path: str) -> frozenset[Role]:
        """The roles held for the area with that path, or for any that it lies in."""
        above = set(paths_above(path))
        return frozenset(role for role, held_at in self.held if held_at in above)

    def paths(self, sees: Sees) -> tuple[str, ...]:
        """Paths of the areas where the person sees that much; an area within another of them is left out."""
        return _widest(path for role, path in self.held if POSTS[role].sees == sees)

    @property
    def count_paths(self) -> tuple[str, ...]:
        """Paths of the areas whose figures the person may see."""
        return _widest(path for role, path in self.held if POSTS[role].counts)

    def page_paths(self, page: Page) -> tuple[str, ...]:
        """Paths of the areas for which a role opens that page; none: the page is not theirs."""
        return _widest(path for role, path in self.held if page in POSTS[role].pages)

    def may_open(self, page: Page) -> bool:
        """Whether any role held opens that page."""
        return (self.is_root and page == Page.ADMIN) or any(page in POSTS[role].pages for role in self.roles)

    @property
    def reads_issues(self) -> bool:
        """Whether any role held reads issues at all, whichever."""
        return any(POSTS[role].sees != Sees.NOTHING for role in self.roles)

    def may_arrange(self, path: str) -> bool:
        """Whether the person may redraw the cells of the area with that path."""
        return self.is_root or any(POSTS[role].arranges for role in self.roles_at(path))

    @property
    def arranges(self) -> bool:
        """Whether they may anywhere."""
        return self.is_root or any(POSTS[role].arranges for role in self.roles)


NOBODY = Scope()


def scope_of(person: Person | AnonymousUser, at: datetime) -> Scope:
    """What the person holds at that moment. One query, the first time; the person object remembers its assignments."""
    if not isinstance(person, Person) or not person.is_active:
        return NOBODY
    if person.postings is None:
        person.postings = tuple(Assignment.objects.postings_of(person))
    held = tuple((Role(role), path) for role, path, term in person.postings if _holds(term, at))
    return Scope(person.pk, person.unit_id, held, is_root=person.is_superuser)


def _holds(term: Range[datetime], at: datetime) -> bool:
    """Whether the half-open term [lower, upper) holds that moment, just as `AssignmentQuerySet.active` asks it."""
    return bool(term.bounds and at in term)


def _widest(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths without those that lie in another of them, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(above in kept for above in paths_above(path)):
            kept.append(path)
    return tuple(kept)


def _masked(person: Person, masks: Masks) -> tuple[Hashable, Person | None]:
    """Somebody else with the same roles, of which nothing is asked but what follows from these (`grids.prepared`)."""
    scope = scope_of(person, masks.at or now())
    held = [(role, *masks.text(path)) for role, path in scope.held]
    shape = (
        Person,
        tuple((role, places) for role, places, _path in held),
        scope.unit_id is None,
        scope.person_id is None,
        scope.is_root,
    )
    key, unit = masks.key(person.pk), None if scope.unit_id is None else masks.key(scope.unit_id)
    if masks.writing is None:
        return shape, None
    other = Person(pk=key, unit_id=unit, is_active=scope.person_id is not None, is_superuser=scope.is_root)
    other.postings = tuple((role.value, path, Range()) for role, _places, path in held)
    return shape, other


stand_in_for(Person, StandIn(lambda person, at: [path for _role, path in scope_of(person, at or now()).held], _masked))
