"""The slip by which a unit is handed its part of an issue: asked to help (协办) or called to the spot (吹哨)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from issues.models import SubTask
from mapui.papers.dossier import Dossier, day_of, moment_of
from mapui.papers.paper import Box, Fact, Paper, known, told, words


def part_number(dossier: Dossier, task: SubTask) -> str:
    """Of the issue and the sub-task, so that it never stands twice: 2026-0000123-X1."""
    return f"{dossier.issue.number}-X{task.number}"


def assignment(dossier: Dossier, key: str) -> Paper | None:
    """The slip of the sub-task with that number; None if the issue has none that the reader may read of."""
    task = next((one for one in dossier.tasks if str(one.number) == key), None)
    if task is None:
        return None
    giver = task.asked_by.unit.name if task.asked_by.unit else task.asked_by.name
    return Paper(
        title=_("Assignment slip for a part"),
        number=part_number(dossier, task),
        dated=task.asked_at,
        facts=known((*_parties(task, giver), *dossier.heading(), words(_("What is asked"), task.task), *_deadlines(task))),
        boxes=(
            Box(_("Issuing office"), giver, (f"{task.asked_by.name} {day_of(task.asked_at)}",), has_seal=True),
            Box(_("Acknowledged"), task.unit.name, _taken(task), has_seal=True),
            Box(_("Answer"), task.unit.name, tuple(_answer(dossier, task))),
        ),
        notes=(_("The answer goes to who asked; the lead unit answers for the whole."),),
    )


def _parties(task: SubTask, giver: str) -> Iterator[Fact]:
    yield told(_("Handed over by"), giver)
    yield told(_("Handed to"), f"{task.unit.name} · {task.get_kind_display()}")


def _deadlines(task: SubTask) -> Iterator[Fact]:
    yield told(_("On the spot by"), moment_of(task.on_site_by))
    yield told(_("Answer due"), moment_of(task.due_at))


def _taken(task: SubTask) -> tuple[str, ...]:
    return (moment_of(task.acknowledged_at),) if task.acknowledged_at else ()


def _answer(dossier: Dossier, task: SubTask) -> Iterator[str]:
    """What came of it so far; the words only for who may read them."""
    if task.waived_at and task.waived_by:
        yield _("Waived")
        yield from words("", task.waive_reason).text.splitlines()
        yield f"{task.waived_by.name} {day_of(task.waived_at)}"
    if task.answered_at and task.answered_by:
        if dossier.reads_answers or task.unit_id == dossier.person.unit_id:
            yield from words("", task.answer).text.splitlines()
        yield f"{task.answered_by.name} {day_of(task.answered_at)}"
