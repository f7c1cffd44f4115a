"""A simulation from asking to answer: queued, run by a worker with signs of life, cancelled, or begun anew after a death."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext

from grids.models import Area, paths_above
from issues import policy
from issues.errors import Forbidden, Refusal
from issues.models import CountyDay, PolicyDraft, Simulation, Stage
from issues.policy import Policy
from issues.simulating import history, results
from issues.simulating.history import History
from issues.simulating.replay import Outcome, Replay
from issues.timing.worktime import Moments, Worktime, micros
from representatives.models import Person
from representatives.roles import Page
from representatives.scopes import scope_of

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
MOST_MONTHS = 36
FORSAKEN = timedelta(minutes=5)  # without a sign of life, its worker is dead
_READING = 70  # per cent of the way


class Cancelled(Exception):
    """Somebody does not want to know any more."""


@transaction.atomic
def ask(draft: PolicyDraft, area: Area, *, months: int, by: Person, at: datetime) -> Simulation:
    """Queue a replay of the last months under the draft. Raises Forbidden, or Refusal for a faulty draft."""
    check_may(by, area, at)
    if draft.body is None:
        raise Refusal(gettext("The draft has faults; put it right first."))
    if not 1 <= months <= MOST_MONTHS:
        raise Refusal(gettext("Choose between 1 and %(most)d months.") % {"most": MOST_MONTHS}, field="months")
    return Simulation.objects.create(
        draft=draft, name=draft.name, body=draft.body, today=policy.in_force(at), area=area, months=months, made_by=by, made_at=at
    )


def cancel(simulation: Simulation, *, by: Person, at: datetime) -> None:
    """Stop it; a worker hears of it within seconds."""
    check_may(by, simulation.area, at)
    open_stages = (Stage.WAITING, Stage.RUNNING)
    if not Simulation.objects.still(simulation.pk, stages=open_stages).update(stage=Stage.CANCELLED, finished_at=at):
        raise Refusal(gettext("It is over already."))


def check_may(by: Person, area: Area, at: datetime) -> None:
    if not set(paths_above(area.path)) & set(scope_of(by, at).page_paths(Page.POLICY)):
        raise Forbidden(gettext("Only those who read the policies of the county try them out."))


def work(*, clock: Clock) -> str:
    """Run everything that waits, one after the other."""
    Simulation.objects.forsaken(clock() - FORSAKEN).update(stage=Stage.WAITING)
    done = 0
    for pk in Simulation.objects.waiting().values_list("pk", flat=True):
        done += run(pk, clock=clock)
    return f"{done} simulations"


def run(pk: int, *, clock: Clock) -> bool:
    """Run one, unless somebody else does; whether its result is there."""
    began = clock()
    if not Simulation.objects.still(pk, stages=(Stage.WAITING,)).update(
        stage=Stage.RUNNING, started_at=began, seen_at=began, share=0
    ):
        return False
    simulation = Simulation.objects.select_related("area").defer("area__boundary").get(pk=pk)
    try:
        result = simulated(simulation, _signs_of_life(pk, clock))
    except Cancelled:
        return False
    except Exception as problem:
        logger.exception("Simulation %s failed.", pk)
        Simulation.objects.still(pk, stages=(Stage.RUNNING,)).update(
            stage=Stage.FAILED, problem=str(problem)[:2000], finished_at=clock()
        )
        return False
    finished = {"stage": Stage.DONE, "result": result, "share": 100, "finished_at": clock()}
    return bool(Simulation.objects.still(pk, stages=(Stage.RUNNING,)).update(**finished))


def _signs_of_life(pk: int, clock: Clock) -> Callable[[int], None]:
    """Notes how far it has come, once a second at most; raises Cancelled if it was cancelled meanwhile."""
    last = 0.0

    def alive(share: int) -> None:
        nonlocal last
        if time.monotonic() - last < 1:
            return
        last = time.monotonic()
        if not Simulation.objects.still(pk, stages=(Stage.RUNNING,)).update(share=share, seen_at=clock()):
            raise Cancelled

    return alive


def simulated(simulation: Simulation, alive: Callable[[int], None]) -> dict[str, Any]:
    """The result, as it is stored: plain lists and numbers."""
    until = simulation.made_at
    since = until - timedelta(days=round(simulation.months * 365.25 / 12))
    path, began = simulation.area.path, time.perf_counter()
    read = history.read(path, since, until, lambda share: alive(round(share * _READING)))
    terms = (policy.terms(simulation.today_id), Policy.model_validate(simulation.body))
    both = [replayed(read, path, each, since, until, lambda: alive(_READING + 10)) for each in terms]
    places = results.Places.of(path, read)
    today, draft = both
    worktime = Worktime(terms[0].calendar_with({}), since.date(), until.date())
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "issues": len(read),
        "seconds": round(time.perf_counter() - began, 2),
        "total": results.total(today, draft),
        "townships": results.figures(places, today, draft),
        "entered": [int(each.entered.sum()) for each in both],
        "recorded": results.recorded(path, since, until, last_step=len(terms[0].warn) - 1),
        "load": results.load(read, places, both, worktime, since, until),
    }


def replayed(read: History, path: str, terms: Policy, since: datetime, until: datetime, alive: Callable[[], None]) -> Outcome:
    """What would have come of the history under that policy; places with days of their own by their own calendar."""
    outcome = Outcome.empty(len(read))
    for group in _by_calendar(read, path):
        worktime = Worktime(terms.calendar_with(group.days), since.date(), until.date())
        Replay(read, group.rows, terms, worktime, micros(until)).run(outcome, alive)
    return outcome


@dataclass(frozen=True)
class _Group:
    """Issues whose place has the same days."""

    days: dict[date, bool]
    rows: Moments


def _by_calendar(read: History, path: str) -> list[_Group]:
    set_days: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    for area, day, works in CountyDay.objects.touching(path).values_list("area__path", "day", "works"):
        set_days[area].append((day, works))
    keys: dict[tuple[str, ...], int] = {}
    of_path: dict[str, int] = {}
    for place in set(read.paths):
        key = tuple(above for above in paths_above(place) if above in set_days)
        of_path[place] = keys.setdefault(key, len(keys))
    group = np.fromiter((of_path[place] for place in read.paths), np.int64, len(read))
    return [
        _Group({day: works for area in key for day, works in set_days[area]}, np.flatnonzero(group == index).astype(np.int64))
        for key, index in keys.items()
    ]
