"""From the report to its acceptance: submit, supplement, place, accept, decline, withdraw, merge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from grids.levels import Level
from grids.models import Area
from issues import policy
from issues.errors import Forbidden, Refusal
from issues.models import Category, Event, Issue, SlaPolicy
from issues.moves.asking import Rest
from issues.recurring.links import link_recurrence
from issues.services.acting import Act, does, owner_of, unless
from issues.services.pausing import rests_for
from issues.services.red import drop_proposal, leave_red_list
from issues.terms import Actor, Cause, Field, Light, Nature, RequestType, Status, Urgency, Verb
from issues.workflow import LEVEL_OF, MOVE, RUNGS, levels_to_accept
from issues.writing import numbers
from representatives.models import Person
from representatives.roles import Role

_BY_URGENCY = {Urgency.NORMAL: 0, Urgency.URGENT: 1, Urgency.CRITICAL: 2}


def submit(
    issue: Issue,
    *,
    by: Person | None,
    actor: Role | Actor | str,
    at: datetime,
    danger: bool = False,
    noted: Mapping[str, object] | None = None,
) -> Event:
    """File an unsaved issue (title, category, area, point …): gives it number, policy, suggested level and all its clocks.

    `danger`: somebody said that a person is in danger, which alone makes it critical. `noted`: what the ledger says
    besides, of how it came. Raises Forbidden for a role that may not report, Refusal while no policy is in force.
    """
    if actor != Actor.SYSTEM and actor not in MOVE[Verb.SUBMIT].who(Level.GRID):
        raise Forbidden(gettext("With this role nothing can be reported here; use the public form."))
    issue.path = issue.area.path
    version = policy.in_force(at, issue.path)
    issue.policy, issue.reported_at, issue.status = version, at, Status.SUBMITTED
    issue.days_there, issue.outlets_there = version.days_there, version.outlets_there
    with transaction.atomic(savepoint=False):  # what refuses is above: nothing is half written that a savepoint would undo
        issue.urgency = _urgency(issue, danger=danger)
        return _file(Act(issue=issue, verb=Verb.SUBMIT, at=at, by=by, acting_as=str(actor), also=dict(noted or {})), version)


def _file(act: Act, version: SlaPolicy) -> Event:
    issue = act.issue
    issue.sealed, issue.non_public = issue.category.sealed, issue.non_public or issue.category.non_public
    issue.request_type = _request_type(issue)
    issue.level = suggested_level(issue, act.terms)
    issue.pk, issue.number = numbers.key_and_number(act.calendar.local(act.at))
    act.from_status, act.from_level = "", None
    link_recurrence(issue, act.terms)
    act.clocks.begin()
    facts = {"category": issue.category.code, "area": issue.area.code, "policy": version.identifier}
    return act.write(facts | _disputed(issue), is_public=True)


def _disputed(issue: Issue) -> dict[str, object]:
    """On disputed ground: which villages claim it, kept with the issue as it is today; and what the ledger says of it."""
    if issue.dispute is None:
        return {}
    issue.disputed_by = [village["path"] for village in issue.dispute.claims]
    return {"dispute": issue.dispute.code, "claimed_by": [village["code"] for village in issue.dispute.claims]}


def suggested_level(issue: Issue, terms: policy.Policy) -> Level:
    """Where the issue should begin: the category's level, raised by nature, households and a place wider than a cell; never red."""
    rules = terms.suggest
    level = Level(min(issue.category.level, Level.TOWNSHIP))
    if issue.sealed:
        return Level.TOWNSHIP
    floors = {Nature.COMMON: rules.common, Nature.LEGACY: rules.legacy}
    if issue.nature in floors:
        level = max(level, LEVEL_OF[floors[Nature(issue.nature)]])
    if issue.households and issue.households >= rules.households:
        level = max(level, min(above for above in RUNGS if above > issue.category.level or above == Level.TOWNSHIP))
    return terms.start_level(min(max(level, Level(issue.area.level)), Level.TOWNSHIP))


def _request_type(issue: Issue) -> str:
    """What the category says, unless the reporter said something particular."""
    said = issue.request_type if issue.request_type != RequestType.HELP else ""
    return said or issue.category.request_type or RequestType.HELP


def _urgency(issue: Issue, *, danger: bool) -> Urgency:
    if danger:
        return Urgency.CRITICAL
    usual, said = Urgency(issue.category.urgency), Urgency(issue.urgency)
    return min(max(usual, said, key=_BY_URGENCY.__getitem__), Urgency.URGENT, key=_BY_URGENCY.__getitem__)


@does(Verb.SUPPLEMENT)
def supplement(act: Act) -> Event:
    """The requester adds something."""
    event = act.write(texts=act.texts(Field.TEXT), is_public=True)
    if rests_for(act.issue) == Rest.REQUESTER:
        act.then(Verb.RESUME)
    return event


@does(Verb.PLACE)
def place(act: Act) -> Event:
    """It was filed under the wrong place, or at the manual desk: its own people are to accept it."""
    issue, was = act.issue, act.issue.path
    area = Area.objects.current().with_code(act.text(Field.AREA)).first()
    if area is None or issue.area.county_path not in area.ancestor_paths:
        raise Refusal(gettext("There is no place with that code here."), field=Field.AREA.value)
    if area.path == was:
        raise Refusal(gettext("It is filed there already."), field=Field.AREA.value)
    issue.area, issue.path, issue.grid_ambiguous = area, area.path, False
    issue.dispute = issue.disputed_by = None  # a person has said whose it is
    act.forget_place()
    link_recurrence(issue, act.terms)
    issue.level = suggested_level(issue, act.terms)
    act.clocks.begin()
    return act.write({"from": was, "to": area.path}, former_path=was)


@does(Verb.ACCEPT)
def accept(act: Act) -> Event:
    """Take it on, put right what it is about, and say who decides; green goes straight to the representative."""
    issue, suggested = act.issue, act.issue.level
    _correct_category(act)
    _correct_urgency(act)
    issue.level = _chosen_level(act, suggested)
    issue.accepted_at = act.at
    act.set_status()
    issue.climb_cause = Cause.SKIP if issue.level > Level.GRID else ""
    _hand_to_level(act)
    act.clocks.accepted(act.at)
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)
    event = act.write({"category": issue.category.code, "urgency": issue.urgency, "suggested": suggested}, is_public=True)
    if issue.level == Level.GRID:
        act.then(Verb.DISPATCH)
    return event


def _correct_category(act: Act) -> None:
    issue = act.issue
    if act.has(Field.CATEGORY):
        code = act.text(Field.CATEGORY)
        category = Category.objects.in_use().with_code(code)
        if category is None:
            raise Refusal(gettext("There is no category “%(code)s”.") % {"code": code}, field=Field.CATEGORY.value)
        # What somebody has kept from the public by hand stays so, whatever the category says.
        by_hand = issue.non_public and not issue.category.non_public
        issue.category = category
        link_recurrence(issue, act.terms)
        issue.sealed, issue.non_public = category.sealed, category.non_public or by_hand
        issue.level = suggested_level(issue, act.terms)
    if issue.category.group_id is None:
        raise Refusal(gettext("Please say exactly what it is about before accepting it."), field=Field.CATEGORY.value)


def _correct_urgency(act: Act) -> None:
    if not act.has(Field.URGENCY):
        return
    try:
        wanted = Urgency(act.text(Field.URGENCY))
    except ValueError:
        raise Refusal(gettext("There is no such urgency."), field=Field.URGENCY.value) from None
    if wanted == Urgency.CRITICAL != act.issue.urgency:
        sentence = gettext("Critical is what somebody says who is asked whether anyone is in danger, and nothing else.")
        raise Refusal(sentence, field=Field.URGENCY.value)
    act.issue.urgency = wanted


def _chosen_level(act: Act, suggested: int) -> Level:
    """The level that was asked for, if this person may accept at it; without a wish, the suggested one."""
    level = Level(act.issue.level)
    if act.has(Field.LEVEL):
        try:
            level = LEVEL_OF[Light(act.text(Field.LEVEL))]
        except ValueError:
            raise Refusal(gettext("There is no such light."), field=Field.LEVEL.value) from None
    if level not in levels_to_accept(act.actors, suggested) or (act.issue.sealed and level != Level.TOWNSHIP):
        words = {"light": RUNGS[level].light.label}
        raise Forbidden(gettext("It is not yours to accept this at %(light)s.") % words, field=Field.LEVEL.value)
    return act.terms.start_level(level)


def _hand_to_level(act: Act) -> None:
    """Whoever accepts it at their own level has it; else who answers there."""
    issue = act.issue
    if act.by and owner_of(issue.level) in act.actors:
        issue.handler, issue.handler_fallback = act.by, False
    else:
        answer = act.answer(issue.level)
        issue.handler, issue.handler_fallback = answer.person, answer.by_succession


@does(Verb.DECLINE)
def decline(act: Act) -> Event:
    """Not for this platform: the reply says why, and which door is the right one."""
    drop_proposal(act)
    act.end()
    return act.write(texts=act.texts(Field.REASON, Field.REPLY), is_public=True)


@unless(Verb.WITHDRAW)
def _others_reported_it(act: Act) -> str:
    if act.report_count > 1:
        return gettext("Others have reported the same, so it stays open. You will still hear what becomes of it.")
    return ""


@does(Verb.WITHDRAW)
def withdraw(act: Act) -> Event:
    """The requester no longer asks for it."""
    drop_proposal(act)
    leave_red_list(act)
    act.end()
    return act.write(texts=act.texts(Field.REASON), is_public=True)
