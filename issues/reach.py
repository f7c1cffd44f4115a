"""Which issues a person can reach: what they may open, what is counted for them, and what waits for them.

Conditions only (`Q`), read from the tables of roles and of moves; `issues/querysets/` gives them their names.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q

from grids.levels import LADDER_LEVELS, Level
from grids.models import paths_above
from grids.querysets import within_paths
from issues.moves.asking import GRANTS
from issues.terms import ClockState, Status, Verb
from issues.workflow import MOVE
from representatives.roles import IN_PART, POSTS, SPEAKS_FOR_UNIT, Role, Sees
from representatives.scopes import Scope

if TYPE_CHECKING:
    from issues.models import Issue

SOON = timedelta(hours=4)  # what is asked within this time is due soon
NONE = Q(pk__in=())
OPEN = Q(closed_at=None)
PAUSED = Q(status__in=(Status.SUSPENDED, Status.DEFERRED))
WAITING = Q(status__in=(Status.ACCEPTED, Status.ASSIGNED))
WORKING = Q(status=Status.IN_PROGRESS)
DECIDERS = frozenset(role for verb in GRANTS for level in LADDER_LEVELS for role in MOVE[verb].who(level) if isinstance(role, Role))


def overdue(at: datetime) -> Q:
    """Not solved when its level's time, or its time in all, was up. Whether it has ended meanwhile is not asked."""
    unsolved_late = Q(resolved_at=None, closed_at=None) & (Q(level_due_at__lt=at) | Q(total_due_at__lt=at))
    solved_late = Q(resolved_at__gt=F("level_due_at")) | Q(resolved_at__gt=F("total_due_at"))
    return ~PAUSED & (unsolved_late | solved_late)


def wait_state(issue: Issue, waits_until: datetime | None, at: datetime) -> ClockState:
    """How what is asked of somebody stands in time, not the whole level; the same as `in_wait_state` asks in a query."""
    if issue.status in (Status.SUSPENDED, Status.DEFERRED):
        return ClockState.PAUSED
    if waits_until and waits_until < at:
        return ClockState.OVERDUE
    level_soon = issue.resolved_at is None and issue.due_soon_at is not None and issue.due_soon_at <= at
    return ClockState.DUE_SOON if level_soon or (waits_until and waits_until < at + SOON) else ClockState.ON_TRACK


def may_open(scope: Scope, at: datetime) -> Q:
    """Issues that exist for the holder of that scope; a sealed one only for whom it is sealed to."""
    raised = Q(level__gte=Level.TOWNSHIP) | (OPEN & overdue(at))
    found = within_paths(scope.paths(Sees.ALL))
    if scope.paths(Sees.ALL):
        found |= Q(disputed_by__overlap=list(scope.paths(Sees.ALL)))  # null but on disputed ground, and indexed where it is not
    found |= within_paths(scope.paths(Sees.RAISED)) & (raised | _asked_above(scope))
    found |= within_paths(scope.paths(Sees.RED)) & (Q(level=Level.COUNTY) | _asked_above(scope))
    if scope.unit_id is not None:
        asked = Q(lead_unit=scope.unit_id) | _asked_to_help(scope) | _let_know(scope) | Q(delegate_unit=scope.unit_id)
        found |= _places(scope, *SPEAKS_FOR_UNIT) & asked  # an office is asked to help as a department is
    if scope.paths(Sees.OWN):
        found |= _entered_by(scope)
    return Q(sealed=False) & found | Q(sealed=True) & within_paths(scope.paths(Sees.SEALED))


def reads_inside(scope: Scope, to_issue: str = "") -> Q:
    """Of the issues that the holder of that scope may open, those of which they read what staff write among themselves.

    Whoever was asked for a part of it alone, or entered it for somebody, does not (`services.is_helper_only` says the
    same of one issue). `to_issue`: how the issue is reached from the rows that are asked for, as “issue__”.
    """
    whole = (path for role, path in scope.held if POSTS[role].sees not in IN_PART)
    found = within_paths(whole, f"{to_issue}path")
    if scope.unit_id is not None:
        found |= Q(**{f"{to_issue}lead_unit": scope.unit_id}) | Q(**{f"{to_issue}delegate_unit": scope.unit_id})
    return found


def surely_opens(scope: Scope, issue: Issue) -> bool:
    """Whether a reason of `may_open` holds that an issue shows as it stands in memory; False says nothing."""
    if issue.sealed:
        return False
    above = set(paths_above(issue.path))
    seen = {*scope.paths(Sees.ALL)}
    seen.update(scope.paths(Sees.RAISED) if issue.level >= Level.TOWNSHIP else ())
    seen.update(scope.paths(Sees.RED) if issue.level == Level.COUNTY else ())
    if scope.unit_id is not None and scope.unit_id in (issue.lead_unit_id, issue.delegate_unit_id):
        seen.update(path for role, path in scope.held if role in SPEAKS_FOR_UNIT)
    return not above.isdisjoint(seen)


def counted(scope: Scope) -> Q:
    """Issues that are in the figures of that scope: by area, whoever may open them; sealed ones are in no figure."""
    return Q(sealed=False) & within_paths(scope.count_paths)


def asked_of(scope: Scope, at: datetime) -> dict[str, Q]:
    """What waits for the holder of that scope, by what is asked; the first that fits an issue is the one that counts."""
    return {
        "decide": _to_decide(scope) | _to_answer(scope),
        "review": Q(status=Status.DEFERRED, sealed=False, resume_at__lte=at) & _may(scope, Verb.REVIEW),
        "accept": _to_accept(scope, at),
        "acknowledge": WAITING & _held(scope, at),
        "handle": WORKING & _held(scope, at),
        "help": _owed(scope),
        "verify": Q(status=Status.PENDING_VERIFICATION, sealed=False)
        & (_may(scope, Verb.VERIFY) & _not_own(scope) | _delegated(scope)),
        "feedback": Q(status=Status.PENDING_FEEDBACK, sealed=False) & _to_call_back() & _may(scope, Verb.RATE) & _not_own(scope)
        | Q(status=Status.PENDING_FEEDBACK, sealed=True) & _places(scope, Role.TOWNSHIP_DISCIPLINE),
    }


def may_tell(scope: Scope) -> Q:
    """Issues of which the person may tell a requester by telephone what was decided."""
    return Q(sealed=False) & _may(scope, Verb.TOLD) | Q(sealed=True) & _places(scope, Role.TOWNSHIP_DISCIPLINE)


def _places(scope: Scope, *roles: Role) -> Q:
    return within_paths(path for role, path in scope.held if role in roles)


def _entered_by(scope: Scope) -> Q:
    from issues.models import Submission

    return Exists(Submission.objects.filter(issue=OuterRef("pk"), entered_by=scope.person_id))  # type: ignore[return-value]


def _to_accept(scope: Scope, at: datetime) -> Q:
    """New reports: each level's own people, the township for all that lies too long, the county for what has no place."""
    found = Q(level=Level.GRID) & _places(scope, Role.GRID_MEMBER, Role.GRID_LEADER, Role.VILLAGE_SECRETARY)
    found |= Q(level=Level.VILLAGE) & _places(scope, Role.VILLAGE_SECRETARY)
    found |= (Q(level=Level.TOWNSHIP) | Q(triage_due_at__lt=at)) & _places(scope, Role.TOWNSHIP_COMMITTEE)
    found |= Q(path__in=[path for role, path in scope.held if role == Role.SUPERVISION_OFFICE])
    sealed = Q(sealed=True) & _places(scope, Role.TOWNSHIP_DISCIPLINE)
    return Q(status=Status.SUBMITTED) & ~_asked_of_somebody() & (Q(sealed=False) & found | sealed)


def _held(scope: Scope, at: datetime) -> Q:
    """Issues in hand: the handler's, the level's desk's, the lead unit's. A desk has one back when the unit is late."""
    desk = Q(handler=scope.person_id)
    desk |= Q(level=Level.VILLAGE) & _places(scope, Role.VILLAGE_SECRETARY)
    desk |= Q(level=Level.TOWNSHIP) & _places(scope, Role.TOWNSHIP_COMMITTEE)
    desk |= Q(level=Level.COUNTY) & _places(scope, Role.SUPERVISION_OFFICE)
    held = desk & (Q(lead_unit=None) | OPEN & overdue(at))
    if scope.unit_id is not None and Role.DEPARTMENT in scope.roles:
        held |= Q(lead_unit=scope.unit_id)
    return Q(sealed=False) & held | Q(sealed=True) & _places(scope, Role.TOWNSHIP_DISCIPLINE)


def _asked_to_help(scope: Scope) -> Q:
    """Issues of which the unit was asked a part, answered or not."""
    from issues.models import SubTask

    return Q(pk__in=SubTask.objects.of_unit(scope.unit_id).values("issue")) if scope.unit_id else NONE


def _let_know(scope: Scope) -> Q:
    """Issues of which the unit was let know."""
    from issues.models import NotifiedUnit

    return Q(pk__in=NotifiedUnit.objects.of_unit(scope.unit_id).values("issue")) if scope.unit_id else NONE


def _owed(scope: Scope) -> Q:
    """Issues of which the unit still owes a part."""
    from issues.models import SubTask

    if scope.unit_id is None or not scope.roles & SPEAKS_FOR_UNIT:
        return NONE
    open_ones = SubTask.objects.unfinished().of_unit(scope.unit_id)
    return Q(sealed=False, status__in=MOVE[Verb.ANSWER].sources) & Q(pk__in=open_ones.values("issue"))


def _delegated(scope: Scope) -> Q:
    """Red issues that the unit checks on behalf of the supervision office."""
    if scope.unit_id is None or not scope.roles & SPEAKS_FOR_UNIT:
        return NONE
    return Q(delegate_unit=scope.unit_id) & ~Q(lead_unit=scope.unit_id)


def _may(scope: Scope, verb: Verb) -> Q:
    """Issues at whose level the table of moves lets a role held there do that."""
    found = NONE
    for level in (Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY):
        roles = [role for role in MOVE[verb].who(level) if isinstance(role, Role)]
        found |= Q(level=level) & _places(scope, *roles)
    return found


def _not_own(scope: Scope) -> Q:
    return (_other("handler", scope) | Q(lead_unit__isnull=False)) & _other("resolved_by", scope)


def _other(field: str, scope: Scope) -> Q:
    return Q(**{field: None}) | ~Q(**{field: scope.person_id})


def _to_decide(scope: Scope) -> Q:
    """Red-list proposals and drafts, exits, listings for a leader to sign, and what the rules propose to raise."""
    from issues.models import EscalationRequest, KeySupervisionEntry

    pending = Exists(EscalationRequest.objects.filter(issue=OuterRef("pk"), decision="pending"))
    proposals = Q(level=Level.TOWNSHIP, closed_at=None) & (Q(red_drafted_at__isnull=False) | pending)
    undecided = KeySupervisionEntry.objects.filter(issue=OuterRef("pk"), exited_at=None, exit_approved_by=None)
    exits = Q(level=Level.COUNTY, status=Status.PENDING_FEEDBACK) & Exists(undecided)
    unsigned = Q(Exists(KeySupervisionEntry.objects.filter(issue=OuterRef("pk"), exited_at=None, listing_asked_at__isnull=False)))
    listings = Q(level=Level.COUNTY) & _places(scope, Role.COUNTY_LEADER) & unsigned
    raises = Q(raise_drafted_at__isnull=False, status__in=MOVE[Verb.TAKE_UP].sources) & _may(scope, Verb.TAKE_UP)
    return Q(sealed=False) & (_places(scope, Role.SUPERVISION_OFFICE) & (proposals | exits) | listings | raises)


def _asked_above(scope: Scope) -> Q:
    """Issues about which something was asked of a role held: few, whatever the county's size."""
    from issues.models import HolderRequest

    return Q(pk__in=HolderRequest.objects.for_deciders(sorted(scope.roles & DECIDERS)).values("issue"))


def _asked_of_somebody() -> Q:
    """Issues about which a question waits: until it is answered nobody else is asked."""
    from issues.models import HolderRequest

    return Q(pk__in=HolderRequest.objects.pending().values("issue"))


def _to_answer(scope: Scope) -> Q:
    """Questions that wait for a role held at the place."""
    from issues.models import HolderRequest

    found = NONE
    for role in sorted(scope.roles & DECIDERS):
        found |= Q(pk__in=HolderRequest.objects.for_deciders([role]).values("issue")) & _places(scope, role)
    return Q(sealed=False) & found


def _to_call_back() -> Q:
    """A person has to call, by the rules of `issues/moves/calling.py`: somebody has not rated this round, or was not content.

    Of several households too few may have reported it to speak for all: then a poll is to be taken.
    """
    from issues.models import Poll, Rating, Submission

    # Asked of the issue's own row: through the report it would be joined once more.
    this_round = OuterRef(OuterRef("rectify_rounds")) + OuterRef(OuterRef("reopened"))
    rated = Rating.objects.filter(submission=OuterRef("pk"), round=this_round).exclude(value=Rating.Value.DISSATISFIED)
    owed = Submission.objects.filter(~Exists(rated), issue=OuterRef("pk"))
    polled = Poll.objects.filter(issue=OuterRef("pk"), round=OuterRef("rectify_rounds") + OuterRef("reopened"))
    to_poll = Q(households__gt=1) & Q(~Exists(polled))
    return Q(to_call=True) & (Q(Exists(owed)) | to_poll) | Q(Exists(owed.only_by_phone()))
