"""Handling together: units asked to help or called to the spot, their answers, waivers, and how each found the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from django.utils.translation import gettext

from grids.together import forget
from issues.errors import Refusal
from issues.models import Event, Issue, Mark, SubTask
from issues.services.acting import Act, actors_at, at_end, does, owner_of, unless, whenever_written
from issues.terms import Actor, Field, Urgency, Verb
from issues.timing import task_clock
from representatives.models import Assignment, Person, Unit
from representatives.roles import IN_PART, POSTS, Sees
from representatives.scopes import scope_of


@does(Verb.ASK_HELP)
def ask_help(act: Act) -> Event:
    """The lead (主办) names units that help (协办), each with the same task and a date not after the issue's own."""
    due = _due_named(act) if act.has(Field.DUE) else _own_due(act)
    return _ask(act, SubTask.Kind.HELPER, due=due or act.clocks.answer_to_call(act.at))


@does(Verb.WHISTLE)
def whistle(act: Act) -> Event:
    """吹哨: units are called to the spot; how soon stands in the policy, but never later than the issue's own time."""
    due = act.clocks.answer_to_call(act.at)
    own = _own_due(act)
    critical = act.issue.urgency == Urgency.CRITICAL
    return _ask(
        act,
        SubTask.Kind.WHISTLE,
        due=min(due, own) if own else due,
        on_site_by=act.clocks.on_the_spot(act.at) if critical else None,
    )


def _ask(act: Act, kind: SubTask.Kind, *, due: datetime, on_site_by: datetime | None = None) -> Event:
    units = _chosen_units(act, kind)
    tasks = _made(act, units, kind, act.text(Field.TASK), due, on_site_by)
    record = {"tasks": [task.number for task in tasks], "units": [unit.code for unit in units], "due": due.isoformat()}
    return act.write(record, texts=act.texts(Field.TASK), is_public=kind == SubTask.Kind.WHISTLE)


def _made(
    act: Act, units: Iterable[Unit], kind: SubTask.Kind, task: str, due: datetime, on_site_by: datetime | None = None
) -> list[SubTask]:
    """A sub-task for each unit, saved, its first reminder planned."""
    assert act.by is not None  # noqa: S101 - the table lets only people ask
    known = act.issue.sub_tasks.count()
    tasks = [
        SubTask(
            issue=act.issue, number=number, unit=unit, kind=kind, task=task, due_at=due, on_site_by=on_site_by,
            asked_by=act.by, asked_at=act.at,
        )
        for number, unit in enumerate(units, start=known + 1)
    ]  # fmt: skip
    for made in tasks:
        made.warn_at = task_clock.next_reminder(made, act.terms, act.calendar, after=act.at)
    forget(act.issue, "sub_tasks")
    return SubTask.objects.bulk_create(tasks)


def _chosen_units(act: Act, kind: SubTask.Kind) -> list[Unit]:
    """The units that were named, if each serves the place, is not the one that leads, and was not asked already."""
    given = act.facts.get(Field.UNITS)
    wanted = given if isinstance(given, list | tuple | set) else str(given or "").split(",")
    found = {str(unit.pk): unit for unit in act.units}
    units = []
    for pk in dict.fromkeys(str(one).strip() for one in wanted):
        if pk not in found:
            raise Refusal(gettext("That unit does not serve this place."), field=Field.UNITS.value)
        units.append(found[pk])
    asked = {task.unit_id for task in act.issue.open_sub_tasks if task.kind == kind}
    for unit in units:
        if unit.pk == act.issue.lead_unit_id:
            raise Refusal(gettext("“%(unit)s” leads; it cannot help itself.") % {"unit": unit.name}, field=Field.UNITS.value)
        if unit.pk in asked:
            raise Refusal(
                gettext("“%(unit)s” has been asked already and has not answered yet.") % {"unit": unit.name},
                field=Field.UNITS.value,
            )
    return units


def _due_named(act: Act) -> datetime:
    """The end of work on the day that was named: not past, not after the issue's own time."""
    given = act.facts[Field.DUE]
    try:
        day = given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        raise Refusal(
            gettext("“%(text)s” is not a date; write for example 2026-03-31.") % {"text": given}, field=Field.DUE.value
        ) from None
    due, own = act.calendar.at_closing(day), _own_due(act)
    if day < act.calendar.local(act.at).date():
        raise Refusal(gettext("That day is over."), field=Field.DUE.value)
    if own and day > act.calendar.local(own).date():
        words = {"day": f"{act.calendar.local(own):%Y-%m-%d}"}
        raise Refusal(
            gettext("The helpers' date may not lie after the issue's own, which is %(day)s.") % words, field=Field.DUE.value
        )
    return min(due, own) if own else due


def _own_due(act: Act) -> datetime | None:
    """Until when the issue itself is due: at its level, or, once that is over, in all; None when both are."""
    dues = (act.issue.level_due_at, act.issue.total_due_at)
    return next((due for due in dues if due and due > act.at), None)


# --- what a unit does ---


@unless(Verb.TAKE_TASK)
def _nothing_to_take(act: Act) -> str:
    if _untaken(act):
        return ""
    return gettext("Nothing that your unit was asked here is still to be taken on.")


@does(Verb.TAKE_TASK)
def take_task(act: Act) -> Event:
    """“We have it”; of a call where somebody is in danger: “we are on the spot”."""
    task = _the_one(act, _untaken(act))
    task.acknowledged_at = act.at
    task.warn_at = task_clock.next_reminder(task, act.terms, act.calendar, after=act.at)
    task.save(update_fields=["acknowledged_at", "warn_at"])
    return act.write(_named(task), is_public=task.is_whistle)


@unless(Verb.ANSWER)
def _nothing_to_answer(act: Act) -> str:
    return "" if _own_open(act) else gettext("Nothing that your unit was asked here is still open.")


@does(Verb.ANSWER)
def answer(act: Act) -> Event:
    """The unit's part is done, or cannot be: in either case it says so; who leads and who dispatched read it."""
    task = _the_one(act, _own_open(act))
    task.acknowledged_at = task.acknowledged_at or act.at
    task.answered_at, task.answered_by, task.answer = act.at, act.by, act.text(Field.TEXT)
    _end(task, act.at, "acknowledged_at", "answered_at", "answered_by", "answer")
    return act.write(_named(task), texts=act.texts(Field.TEXT))


# --- what the lead does ---


@unless(Verb.WAIVE)
def _nothing_to_waive(act: Act) -> str:
    return "" if act.issue.open_sub_tasks else gettext("No sub-task is open.")


@does(Verb.WAIVE)
def waive(act: Act) -> Event:
    """Who leads does without one answer, and says why."""
    task = _the_one(act, act.issue.open_sub_tasks)
    task.waived_at, task.waived_by, task.waive_reason = act.at, act.by, act.text(Field.REASON)
    _end(task, act.at, "waived_at", "waived_by", "waive_reason")
    return act.write(_named(task), texts=act.texts(Field.REASON))


@unless(Verb.RESOLVE)
def _tasks_are_open(act: Act) -> str:
    names = [task.unit.name for task in act.issue.open_sub_tasks]
    if not names:
        return ""
    words = {"units": gettext(", ").join(names)}
    return gettext("These units have not answered yet: %(units)s. Wait for them, or waive their part with a reason.") % words


@at_end
def drop_tasks(act: Act) -> None:
    """The issue ends: what is still open is void, and the event that ends it says which."""
    dropped = act.issue.open_sub_tasks
    for task in dropped:
        task.dropped_at = act.at
        _end(task, act.at, "dropped_at")
    if dropped:
        act.also["dropped_tasks"] = [task.number for task in dropped]


@whenever_written
def keep_within(act: Act) -> None:
    """No part is due after the issue itself: where its own date has moved before theirs, they come along, and the units are told."""
    own, was = act.issue.level_due_at, act.was_due_at
    if own is None or was is None or own == was or own <= act.at:
        return
    beyond = [task for task in act.issue.open_sub_tasks if task.due_at > own]
    for task in beyond:
        task.due_at = own
        task.warn_at = task_clock.next_reminder(task, act.terms, act.calendar, after=act.at)
    if beyond:
        SubTask.objects.bulk_update(beyond, ["due_at", "warn_at"])
        act.also["brought_forward"] = [task.number for task in beyond]


# --- how each found the other ---


@unless(Verb.MARK_TASK)
def _nothing_to_mark(act: Act) -> str:
    return "" if _unmarked(act) else gettext("No answered call to the spot waits for your rating.")


@does(Verb.MARK_TASK)
def mark_task(act: Act) -> Event:
    """双考核: who called rates the unit's answer, the unit rates the call. Of units, never of persons."""
    task = _the_one(act, _unmarked(act))
    mark = act.text(Field.MARK)
    if mark not in Mark.values:
        raise Refusal(gettext("There is no such rating."), field=Field.MARK.value)
    side = "mark_of_unit" if _is_own(act, task) else "mark_of_asker"
    setattr(task, side, mark)
    task.save(update_fields=[side])
    return act.write({**_named(task), "side": side, "mark": mark})


def _unmarked(act: Act) -> list[SubTask]:
    """Answered calls that this person's side has not rated yet."""
    asks = bool(act.actors & (act.move.who(act.issue.level) - {Actor.HELPER}))
    answered = [task for task in act.issue.sub_tasks.all() if task.is_whistle and task.answered_at]
    return [
        task
        for task in answered
        if (_is_own(act, task) and not task.mark_of_unit) or (asks and not _is_own(act, task) and not task.mark_of_asker)
    ]


def _is_own(act: Act, task: SubTask) -> bool:
    return act.by is not None and task.unit_id == act.by.unit_id and Actor.HELPER in act.actors


def _own_open(act: Act) -> list[SubTask]:
    return [task for task in act.issue.open_sub_tasks if _is_own(act, task)]


def _untaken(act: Act) -> list[SubTask]:
    return [task for task in _own_open(act) if task.acknowledged_at is None]


# Which sub-tasks a verb may be about, for whoever does it.
TASKS_OF: Mapping[Verb, Callable[[Act], list[SubTask]]] = {
    Verb.TAKE_TASK: _untaken,
    Verb.ANSWER: _own_open,
    Verb.WAIVE: lambda act: act.issue.open_sub_tasks,
    Verb.MARK_TASK: _unmarked,
}


def _the_one(act: Act, tasks: Iterable[SubTask]) -> SubTask:
    """The task that was named by its number, or the only one there is."""
    found = list(tasks)
    if act.has(Field.SUB_TASK):
        named = [task for task in found if str(task.number) == str(act.facts[Field.SUB_TASK])]
        if not named:
            raise Refusal(gettext("That sub-task is not open for this."), field=Field.SUB_TASK.value)
        return named[0]
    if len(found) != 1:
        raise Refusal(gettext("Say which of the sub-tasks is meant."), field=Field.SUB_TASK.value)
    return found[0]


def _named(task: SubTask) -> dict[str, object]:
    return {"tasks": [task.number], "units": [task.unit.code]}


def _end(task: SubTask, at: datetime, *fields: str) -> None:
    task.ended_at, task.warn_at = at, None
    task.save(update_fields=[*fields, "ended_at", "warn_at"])


# --- who reads what ---


def reads_answers(issue: Issue, person: Person, at: datetime, posts: Iterable[Assignment] | None = None) -> bool:
    """Whether the person reads what the units answered: who leads or handles, and who dispatched (the level's own)."""
    if person.pk == issue.handler_id or (issue.lead_unit_id is not None and person.unit_id == issue.lead_unit_id):
        return True
    actors, _held = actors_at(issue, person, at, posts)
    return owner_of(issue.level) in actors


def sees_in_part(issue: Issue, person: Person, at: datetime) -> bool:
    """Whether the person sees the issue only because their unit was handed (part of) it, or because they entered it."""
    return all(POSTS[role].sees in IN_PART for role in scope_of(person, at).roles_at(issue.path))


def entered_only(issue: Issue, person: Person, at: datetime) -> bool:
    """Whether the person sees the issue only because they entered a report of it for somebody."""
    held = scope_of(person, at).roles_at(issue.path)
    return bool(held) and all(POSTS[role].sees in (Sees.OWN, Sees.NOTHING) for role in held)


def is_helper_only(issue: Issue, person: Person, at: datetime) -> bool:
    """Whether nothing but a sub-task of their unit, or that they entered it for somebody, lets the person see the issue."""
    has_it = person.unit_id is not None and person.unit_id in (issue.lead_unit_id, issue.delegate_unit_id)
    return sees_in_part(issue, person, at) and not has_it


def ask_named(act: Act, units: Iterable[Unit], task: str) -> None:
    """Within another act that names helpers: each gets its part, due with the issue; who has one already keeps it."""
    assert act.by is not None  # noqa: S101 - only people name helpers
    asked = {one.unit_id for one in act.issue.open_sub_tasks if one.kind == SubTask.Kind.HELPER} | {act.issue.lead_unit_id}
    due = _own_due(act) or act.clocks.answer_to_call(act.at)
    tasks = _made(act, [unit for unit in units if unit.pk not in asked], SubTask.Kind.HELPER, task, due)
    if tasks:
        act.also["tasks"] = [one.number for one in tasks]
