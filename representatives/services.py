"""Postings: who is assigned where, one verb per function; and who answers for a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from grids.errors import Refusal
from grids.levels import Level
from grids.models import Area, paths_above
from grids.prepared import Prepared
from representatives.chain import Answer, chain_from
from representatives.models import TWINS, Assignment, Person
from representatives.querysets import AssignmentQuerySet
from representatives.roles import POSTS, SUCCESSION, Role
from representatives.scopes import scope_of

_IN_SUCCESSION = frozenset(role for roles in SUCCESSION.values() for role in roles)


def responsible_for(path: str, at: datetime) -> list[Answer]:
    """Who answers for the place at each level of the ladder, lowest first; one query.

    A vacancy falls to the next role of `SUCCESSION`, narrowest area and longest in post first, and says so.
    """
    return chains_for([path], at)[path]


def _answering_for(at: datetime, paths: tuple[str, ...]) -> AssignmentQuerySet:
    found = Assignment.objects.active(at).answering_for(*paths).in_role(*_IN_SUCCESSION)
    return found.select_related("person__unit", "area").defer("area__boundary")


_answering = Prepared(_answering_for)


def chains_for(paths: Iterable[str], at: datetime) -> dict[str, list[Answer]]:
    """`responsible_for` of each path, in one query whatever their number."""
    wanted = list(paths)
    assignments = list(_answering(at, tuple(wanted)))
    chains = {}
    for path in wanted:
        above = set(paths_above(path))
        chains[path] = chain_from(one for one in assignments if one.area.path in above)
    return chains


@transaction.atomic
def assign(
    person: Person, area: Area, role: Role, *, since: datetime, until: datetime | None = None, by: Person | None = None
) -> Assignment:
    """Post a person to an area in a role, from `since` (inclusive) until `until` (exclusive; None: further notice).

    Raises Refusal: the role does not belong to such an area, the area or the account is closed, the term is empty, the
    person holds the very same post already, or posts themselves (`by`: who is doing it; None: the program).
    """
    check_posting(person, area, role, since=since, until=until, by=by)
    assignment = Assignment(person=person, area=area, role=role, term=TimestamptzRange(since, until))
    _save_unless_twin(assignment)
    person.postings = None
    return assignment


@transaction.atomic
def end_assignment(assignment_id: int, *, at: datetime) -> Assignment | None:
    """Let a posting end at that moment; one that has not begun by then is taken back, and the answer is None.

    Raises Refusal if it ended before.
    """
    assignment = Assignment.objects.lock(assignment_id)
    term = assignment.term
    if term.upper is not None and term.upper <= at:
        raise Refusal(_("This posting already ended on %(day)s.") % {"day": _day(term.upper)})
    if term.lower is not None and term.lower >= at:
        assignment.delete()
        return None
    assignment.term = TimestamptzRange(term.lower, at)
    assignment.save(update_fields=["term"])
    return assignment


@transaction.atomic
def change_end(assignment_id: int, *, until: datetime | None) -> Assignment:
    """Let a posting last until another moment (exclusive), or until further notice (None).

    Raises Refusal: the term would be empty, or reach into another posting of the same kind.
    """
    assignment = Assignment.objects.lock(assignment_id)
    if until is not None and until <= assignment.term.lower:
        raise Refusal(_("The term ends before it begins: choose a later end."), field="until")
    assignment.term = TimestamptzRange(assignment.term.lower, until)
    _save_unless_twin(assignment)
    return assignment


@transaction.atomic
def hand_over(giver: Person, taker: Person, *, at: datetime, by: Person | None = None) -> list[Assignment]:
    """Pass every posting that one person holds at or after that moment to another; all or nothing.

    Answers with the new postings (and those the taker held already), so that open issues can follow them. Raises
    Refusal as `assign` does, if there is nothing to pass on, or if both are the same person.
    """
    if giver.pk == taker.pk:
        raise Refusal(_("Choose somebody else to hand over to."))
    held = list(Assignment.objects.lasting_beyond(at).filter(person=giver).select_related("area").select_for_update(of=("self",)))
    if not held:
        raise Refusal(_("%(name)s holds no posting from %(day)s on.") % {"name": giver, "day": _day(at)})
    passed = [_pass_on(posting, taker, at=at, by=by) for posting in held]
    giver.postings = taker.postings = None
    return passed


def _pass_on(posting: Assignment, taker: Person, *, at: datetime, by: Person | None) -> Assignment:
    since, until = max(at, posting.term.lower or at), posting.term.upper
    twin = Assignment.objects.twins(taker, posting.area, posting.role, TimestamptzRange(since, until)).first()
    end_assignment(posting.pk, at=at)
    if twin is not None and _covers(twin, since, until):
        return twin
    return assign(taker, posting.area, Role(posting.role), since=since, until=until, by=by)


def _covers(posting: Assignment, since: datetime, until: datetime | None) -> bool:
    lower, upper = posting.term.lower, posting.term.upper
    begins = lower is None or lower <= since
    return begins and (upper is None or (until is not None and upper >= until))


def rehearse(act: Callable[[], object]) -> None:
    """Do it and take it back: raises the Refusal that doing it would raise."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def choose_language(person: Person, language: str) -> None:
    """Remember in which language the person wants to be spoken to."""
    person.language = language
    person.save(update_fields=["language"])


def may_post(by: Person, role: Role, at: datetime) -> bool:
    """Whether the person may post somebody in that role: the administrator in any, the organisation department in the grid."""
    roles = scope_of(by, at).roles
    in_the_grid = POSTS[role].levels <= {Level.GRID, Level.VILLAGE}
    return by.is_superuser or Role.SYSTEM_ADMIN in roles or (Role.ORGANISATION_OFFICE in roles and in_the_grid)


def check_posting(
    person: Person, area: Area, role: Role, *, since: datetime, until: datetime | None = None, by: Person | None = None
) -> None:
    """Raise the Refusal that `assign` would raise, but for twins, which only the database can know."""
    names = {"role": role.label, "person": person, "area": area.name}
    if area.level not in POSTS[role].levels:
        allowed = _(" or ").join(str(level.label) for level in sorted(POSTS[role].levels))
        raise Refusal(
            _("The role “%(role)s” is held for a %(allowed)s, not for a %(level)s: choose another area.")
            % {**names, "allowed": allowed, "level": Level(area.level).label},
            field="area",
        )
    if area.valid_to is not None:
        raise Refusal(_("“%(area)s” no longer exists: choose what came instead.") % names, field="area")
    if not person.is_active:
        raise Refusal(_("The account of %(person)s is closed: open it first.") % names, field="person")
    if role == Role.DEPARTMENT and person.unit_id is None:
        raise Refusal(_("%(person)s belongs to no unit: say first which department it is.") % names, field="person")
    if until is not None and until <= since:
        raise Refusal(_("The term ends before it begins: choose a later end."), field="until")
    if by is not None and by.pk == person.pk:
        raise Refusal(_("Nobody posts themselves: ask another administrator."), field="person")


def twin_refusal(assignment: Assignment) -> Refusal:
    """The sentence for a posting that the same person holds already at that time; names the one in the way."""
    twins = Assignment.objects.twins(assignment.person, assignment.area, assignment.role, assignment.term)
    return refusal_of(assignment, twins.exclude(pk=assignment.pk).first())


def overlaps(posting: Assignment, other: Assignment) -> bool:
    """Whether the terms share a moment; what the database would say of them."""
    first, second = posting.term, other.term
    return (second.upper is None or first.lower < second.upper) and (first.upper is None or second.lower < first.upper)


def refusal_of(assignment: Assignment, twin: Assignment | None) -> Refusal:
    """The sentence for a posting beside its twin; None: the twin was gone when it was looked for."""
    words = {"person": assignment.person, "role": assignment.get_role_display(), "area": assignment.area.name}
    if twin is None or twin.term.upper is None:
        begun = _day(twin.term.lower) if twin else ""
        sentence = _("%(person)s is already “%(role)s” of %(area)s since %(begun)s, until further notice: end that posting first.")
        return Refusal(sentence % {**words, "begun": begun}, field="since")
    sentence = _("%(person)s is already “%(role)s” of %(area)s from %(begun)s until %(ended)s: choose another term.")
    return Refusal(sentence % {**words, "begun": _day(twin.term.lower), "ended": _day(twin.term.upper)}, field="since")


def _save_unless_twin(assignment: Assignment) -> None:
    try:
        with transaction.atomic():
            assignment.save()
    except IntegrityError as error:
        if TWINS not in str(error):
            raise
        raise twin_refusal(assignment) from error


def _day(at: datetime | None) -> str:
    return date_format(localtime(at), "DATE_FORMAT") if at else "…"
