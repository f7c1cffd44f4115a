"""The doors to the verbs: a person's, the requester's and the program's; and which verbs are open to whom now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from grids.levels import Level
from grids.prepared import Prepared
from issues import workflow
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.models import Category, Event, Issue, Rating, Submission, SubTask
from issues.parts import reports_of
from issues.services.acting import VERBS, Act, Facts, act_of_person, actors_at
from issues.services.joint import TASKS_OF
from issues.services.posted import posts_at
from issues.services.units import representatives_for
from issues.terms import Actor, Beyond, Field, Ground, Urgency, Verb
from issues.workflow import MOVE, MOVES, RUNGS, Move
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role

_lock = Prepared(lambda person, at, keys: Issue.objects.visible_to(person, at).lock(*keys))
_lock_of_report = Prepared(lambda key: Issue.objects.of_report(key).locked_for_act())
_REQUESTER: workflow.Actors = frozenset({Actor.REQUESTER})


@transaction.atomic
def move(
    issue_id: int,
    verb: Verb,
    *,
    by: Person,
    at: datetime,
    facts: Facts | None = None,
    seen: int | None = None,
    noted: Facts | None = None,
) -> Event:
    """A person does a verb. `seen`: the `event_count` they looked at; `noted`: what the ledger says besides, of how it came.

    Raises OutOfScope (404), Conflict (somebody was quicker), Forbidden (403) or Refusal (409) with its sentence.
    """
    verb, facts = Verb(verb), dict(facts or {})
    target = _other_issue(verb, facts, by, at)
    keys = (issue_id, target.pk) if target else (issue_id,)
    locked = {issue.pk: issue for issue in _lock(by, at, keys)}
    if issue_id not in locked:
        raise OutOfScope(gettext("There is no such issue."))
    issue = locked[issue_id]
    _check_seen(issue, seen)
    if target:
        facts["target"] = locked.get(target.pk, target)
    act = act_of_person(issue, verb, by, at, facts)
    act.also.update(noted or {})
    return act.perform()


@transaction.atomic
def move_as_requester(
    submission_id: int, verb: Verb, *, at: datetime, facts: Facts | None = None, signed_in: Person | None = None
) -> Event:
    """Whoever holds the receipt does a verb to the issue that their report belongs to. Raises as `move` does.

    `signed_in`: the member of staff at whose screen it happens; who handled it does not rate it by the receipt either.
    """
    reports = _locked_with(submission_id)
    report = next((report for report in reports if report.pk == submission_id), None)
    if report is None:
        raise OutOfScope(gettext("There is no such report."))
    if signed_in and not MOVE[Verb(verb)].by_handler and report.issue.was_handled_by(signed_in):
        words = {"verb": Verb(verb).label}
        raise Forbidden(gettext("“%(verb)s” must be done by somebody other than the person who handled it.") % words)
    act = _act_of_requester(report, Verb(verb), at, facts)
    act.reports = reports
    act.read()
    return act.perform()


def _locked_with(submission_id: int) -> list[Submission]:
    """All reports of the issue of that report, that one among them, each with the issue, whose row is locked; none: no such report.

    They are read under the lock: a merge may have moved the report while we waited, and then we ask again.
    """
    while issue := next(iter(_lock_of_report(submission_id)), None):
        reports = list(reports_of(issue.pk))
        if any(report.pk == submission_id for report in reports):
            for report in reports:
                report.issue = issue
            return reports
    return []


def move_by_program(issue: Issue, verb: Verb, *, at: datetime, facts: Facts | None = None) -> Event:
    """The program does a verb to an issue whose row the caller has locked."""
    return Act(issue=issue, verb=verb, at=at, facts=facts or {}).perform()


def possible_moves(issue: Issue, person: Person, at: datetime) -> list[Move]:
    """The verbs that the person may do now, in the order of the table, each with what it needs at the issue's level."""
    if not Issue.objects.visible_to(person, at).has(issue):
        return []
    return moves_in_sight(issue, person, at, posts_at(issue.path, at))


def check_may(issue: Issue, verb: Verb, person: Person, at: datetime) -> None:
    """Raises Forbidden if others might do the verb to an issue that the person sees, Refusal if nobody may; else nothing."""
    if refused := act_of_person(issue, verb, person, at).refusal():
        raise Forbidden(refused.sentence) if refused.by_role else Refusal(refused.sentence)


def moves_in_sight(
    issue: Issue, person: Person, at: datetime, posts: Iterable[Assignment], *, besides: Collection[Verb] = ()
) -> list[Move]:
    """The same for an issue that the caller found among those the person sees, with `posts_at` its place.

    Reads the issue's slips, events and red-list entries, so prefetch them and it costs nothing more. `besides`: verbs that
    are not asked about.
    """
    actors, _held = actors_at(issue, person, at, posts)
    acts = [
        Act(issue=issue, verb=move.verb, at=at, by=person, actors=actors, acting_as="")
        for move in MOVES
        if move.verb in VERBS and move.verb not in besides and _concerns(move, actors)
    ]
    return [_as_offered(act.move, issue) for act in acts if act.refusal() is None]


def possible_moves_for_requester(submission: Submission, at: datetime) -> list[Move]:
    """The verbs that whoever holds the receipt may do now."""
    issue = submission.issue
    moves = [move for move in MOVES if move.verb in VERBS and _concerns(move, _REQUESTER)]
    acts = [_act_of_requester(submission, move.verb, at) for move in moves]
    return [_as_offered(act.move, issue) for act in acts if act.verb != Verb.SUBMIT and act.refusal() is None]


def sub_tasks_in_sight(issue: Issue, person: Person, at: datetime, posts: Iterable[Assignment]) -> dict[Verb, list[SubTask]]:
    """The sub-tasks that each verb may be about, for that person; `posts` as in `moves_in_sight`."""
    actors, _held = actors_at(issue, person, at, posts)
    return {
        verb: tasks(Act(issue=issue, verb=verb, at=at, by=person, actors=actors, acting_as="")) for verb, tasks in TASKS_OF.items()
    }


def levels_to_accept(issue: Issue, person: Person, at: datetime, posts: Iterable[Assignment] | None = None) -> list[Level]:
    """The levels at which the person may accept the issue; `posts` as in `moves_in_sight`."""
    actors, _held = actors_at(issue, person, at, posts)
    levels = workflow.levels_to_accept(actors, issue.level)
    return [level for level in levels if not issue.sealed or level == Level.TOWNSHIP]


def field_choices(issue: Issue, field: Field, person: Person | None, at: datetime) -> list[tuple[str, str]]:
    """(value, label) of what may stand in a field of a move; empty for free text."""
    if field in (Field.UNIT, Field.UNITS, Field.NOTIFIED):
        return [(str(unit.pk), unit.name) for unit in Unit.objects.for_place(issue.path)]
    if field == Field.PERSON:
        act = Act(issue=issue, verb=Verb.DISPATCH, at=at)
        return [(str(found.pk), str(found)) for found in representatives_for(issue, act.posts)]
    if field == Field.LEADER:
        posts = Act(issue=issue, verb=Verb.LIST, at=at).posts
        return [(str(post.person.pk), post.person.name) for post in posts if post.role == Role.COUNTY_LEADER]
    if field == Field.BEYOND:
        return [(beyond.value, str(beyond.label)) for beyond in Beyond]
    if field == Field.GROUND:
        return [(ground.value, str(ground.label)) for ground in Ground]
    if field == Field.CATEGORY:
        return [(category.code, category.name) for category in Category.objects.in_use()]
    if field == Field.URGENCY:
        return [(urgency.value, str(urgency.label)) for urgency in Urgency]
    if field == Field.LEVEL and person:
        lights = [RUNGS[level].light for level in levels_to_accept(issue, person, at)]
        return [(light.value, str(light.label)) for light in lights]
    if field == Field.RATING:
        return [(value.value, str(value.label)) for value in Rating.Value]
    if field == Field.SUBMISSION:
        return [(str(report.pk), str(report)) for report in Submission.objects.of_issue(issue).select_related("issue")]
    return []


def _concerns(move: Move, actors: workflow.Actors) -> bool:
    """Whether the table names any of these actors for the verb at any light: spares asking the rest."""
    return bool(actors & (move.green | move.blue | move.yellow | move.red))


def _as_offered(move: Move, issue: Issue) -> Move:
    return replace(move, needs=workflow.needs(move, issue.level))


def _act_of_requester(report: Submission, verb: Verb, at: datetime, facts: Facts | None = None) -> Act:
    return Act(
        issue=report.issue, verb=verb, at=at, actors=_REQUESTER, acting_as=Actor.REQUESTER, facts=facts or {}, submission=report
    )


def _other_issue(verb: Verb, facts: Facts, by: Person, at: datetime) -> Issue | None:
    """The issue that another is merged into, so that both rows are locked in one order."""
    if verb != Verb.MERGE or not facts.get(Field.ISSUE):
        return None
    number = str(facts[Field.ISSUE]).strip()
    target = Issue.objects.visible_to(by, at).numbered(number).first()
    if target is None:
        raise Refusal(gettext("There is no issue %(number)s that you can see.") % {"number": number}, field=Field.ISSUE.value)
    return target


def _check_seen(issue: Issue, seen: int | None) -> None:
    if seen is None or seen == issue.event_count:
        return
    last = issue.events.with_words().latest("number")
    by_nobody = gettext("the program") if last.by_system else gettext("the requester")
    words = {"who": last.by or by_nobody, "verb": last.get_verb_display()}
    raise Conflict(gettext("Meanwhile %(who)s did “%(verb)s”. Please look again before you go on.") % words)
