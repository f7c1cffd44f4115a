"""Makes the province, step by step; run again, it goes on behind the last step that was done."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

from django.db import connection, connections
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from demo import common
from demo.province import bare, outlines, staff, steps, territory, words
from demo.province.archive import Archive
from demo.province.past import DAYS, Ground, Past, Topics, live
from demo.province.present import Present
from grids.levels import Level
from grids.models import Area
from issues import categories, policy
from issues.heat import bins
from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry, Rating, Submission
from issues.policy import versions
from issues.writing.numbers import ISSUE, SLIP

SLICE = 50_000
REPORTS = common.FIXTURES / "bairin" / "reports.toml"


class OtherProvince(Exception):
    """What is asked for does not fit what the database holds; a sentence."""


@dataclass(frozen=True)
class Order:
    """What was ordered: how much, and until when its past reaches."""

    cells: int
    issues: int
    open_share: float
    seed: int
    at: datetime

    @property
    def since(self) -> datetime:
        """From when the territory, its rules and its people stand."""
        return self.at - timedelta(days=DAYS + 30)

    def facts(self) -> dict[str, Any]:
        return {"cells": self.cells, "issues": self.issues, "open_share": self.open_share, "seed": self.seed}


def make(order: Order, *, jobs: int) -> None:
    """All that is still missing. Raises OtherProvince if the database holds something else."""
    done = steps.done()
    order = _begun(order, done)
    for name, label, run in (
        ("territory", _("Territory"), _territory),
        ("rules", _("Rules"), _rules),
        ("staff", _("Staff"), _staff),
        ("bare", _("Indexes away"), _strip),
    ):
        if name not in done:
            run(order, name, label)
    if "written" not in done:
        _write(order, jobs)
    _put_back()
    _finish(order)


def tidy() -> None:
    """VACUUM, as a database that has stood for a while has been; not within a transaction. Nothing if it was done.

    Only then indexes answer by themselves which rows are there: until then each is looked at for every count.
    """
    if "tidied" in steps.done():
        return
    with common.bar(_("Vacuum")), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    with steps.step("tidied"):
        pass


def is_made() -> bool:
    """Whether the whole province stands."""
    return {"made", "tidied"} <= steps.done().keys()


def _begun(order: Order, done: dict[str, Any]) -> Order:
    """The order as it was first given; its past ends then, however often it is taken up."""
    if "order" not in done:
        if Area.objects.exists():
            raise OtherProvince(_("This database holds another territory. A province needs an empty one."))
        with steps.step("order") as facts:
            facts |= {**order.facts(), "at": order.at.isoformat()}
        return order
    facts = done["order"]
    if {**facts, "at": None} != {**order.facts(), "at": None}:
        raise OtherProvince(
            _("This database holds a province of another make: %(facts)s. Ask for the same, or take an empty one.")
            % {"facts": facts}
        )
    return Order(facts["cells"], facts["issues"], facts["open_share"], facts["seed"], datetime.fromisoformat(facts["at"]))


def _territory(order: Order, name: str, label: str) -> None:
    with common.bar(label, total=order.cells) as more, steps.step(name):
        territory.found(outlines.counties(), cells=order.cells, seed=order.seed, since=order.since, more=more)
    _analyze()


def _rules(order: Order, name: str, label: str) -> None:
    with steps.step(name):
        common.rules(category_file=categories.SHIPPED, policy_file=versions.SHIPPED, since=order.since)


def _staff(order: Order, name: str, label: str) -> None:
    root = Area.objects.roots().without_boundary()[0]
    counties = Area.objects.current().of_level(Level.COUNTY).count()
    with common.bar(label, total=counties) as more, steps.step(name):
        staff.post_everybody(root, seed=order.seed, since=order.since, more=more)
    _analyze()


def _strip(order: Order, name: str, label: str) -> None:
    topics = Topics.read(REPORTS)
    with steps.step(name) as facts:
        facts["pieces"] = [piece.facts() for piece in bare.strip()]
        words.prepare(text for told in (topics.texts, topics.done) for texts in told for text in texts)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass(frozen=True)
class _Writers:
    """Both halves of a slice."""

    archive: Archive
    present: Present

    @classmethod
    def of(cls, order: Order) -> _Writers:
        """The whole past, computed anew."""
        in_force = policy.in_force(order.at)
        within = policy.terms(in_force.pk).closure.recurrence.within.period.total_seconds()
        ground, topics, posts = Ground.read(), Topics.read(REPORTS), staff.Posts.read(order.at)
        past: Past = live(
            ground, topics, issues=order.issues, open_share=order.open_share, until=order.at, seed=order.seed, within_s=within
        )
        ahead = localtime(order.at).utcoffset() or timedelta()
        archive = Archive(past, ground, topics, posts, policy=in_force.pk, seed=order.seed, zone_s=int(ahead.total_seconds()))
        return cls(archive, Present(past, ground, topics, posts, policy=in_force, at=order.at, seed=order.seed))

    def write(self, first: int, last: int) -> None:
        """One slice, committed as a step of its own."""
        with steps.step(f"slice {first}"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            self.archive.write(first, last)
            self.present.write(first, last)
            words.write(first, last)


_writers: _Writers | None = None  # of this process; its children inherit it by fork, past and all


def _write(order: Order, jobs: int) -> None:
    """Every slice that is missing, by so many processes."""
    global _writers
    done = steps.done()
    missing = [start for start in range(0, order.issues, SLICE) if f"slice {start}" not in done]
    _writers = _Writers.of(order)
    with common.bar(_("Issues"), total=order.issues) as more:
        more(order.issues - sum(min(SLICE, order.issues - start) for start in missing))
        with _each(missing, order.issues, jobs) as written:
            for size in written:
                more(size)
    _writers = None
    with steps.step("written"):
        pass


@contextmanager
def _each(starts: Sequence[int], issues: int, jobs: int) -> Iterator[Iterator[int]]:
    """Write the slices that begin there; how many issues each had, as they are done."""
    spans = [(start, min(start + SLICE, issues)) for start in starts]
    if jobs < 2:
        yield (_write_span(span) for span in spans)
        return
    connections.close_all()  # a child must not speak on its parent's line
    connection.close_pool()  # type: ignore[attr-defined]  # nor wait for threads that no fork takes along
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork"), initializer=_alone) as pool:
        yield iter(pool.map(_write_span, spans))


def _alone() -> None:
    """In a child: a database connection of its own, and out of the way of whoever uses the machine."""
    connections.close_all()
    os.nice(1)


def _write_span(span: tuple[int, int]) -> int:
    assert _writers is not None  # noqa: S101 - set before anything is written
    _writers.write(*span)
    return span[1] - span[0]


def _put_back() -> None:
    """Every index, key and trigger again, each a step of its own."""
    done = steps.done()
    pieces = [bare.Piece(**facts) for facts in done["bare"]["pieces"]]
    with common.bar(_("Indexes"), total=len(pieces)) as more:
        for piece in pieces:
            if f"again {piece.name}" not in done:
                with steps.step(f"again {piece.name}"):
                    bare.put_back(piece)
            more(1)


def _finish(order: Order) -> None:
    """What needs the indexes: what the planner knows, the words of what is open, the sequences, the heat."""
    # First of all what the planner knows: it believes the tables empty, and the documents of 100,000 issues would take it hours.
    for name, run in (("analyzed", _analyze), ("words", _words), ("sequences", _sequences)):
        if name not in steps.done():
            with steps.step(name):
                run()
    if "made" not in steps.done():
        _heat()  # each week is committed by itself, and one that is right already is left as it is
        with steps.step("made"):
            words.clear()


def _words() -> None:
    keys = list(Issue.objects.unfinished().order_by("pk").only_keys())
    with common.bar(_("Search"), total=len(keys)) as more:
        words.write_of(keys, more)


def _heat() -> None:
    with common.bar(_("Heat")) as more:

        def told(weeks: Sequence[int]) -> Iterator[int]:
            for week in weeks:
                yield week
                more(1)

        bins.rebuild(at=_last_moment(), progress=told, patience_s=bins.PATIENCE_S)  # type: ignore[arg-type]


def _last_moment() -> datetime:
    return datetime.fromisoformat(steps.done()["order"]["at"])


def _sequences() -> None:
    """Every sequence behind what was written under keys of our own."""
    with connection.cursor() as cursor:
        for model in (Issue, Submission, Event, Rating, EscalationRequest, KeySupervisionEntry):
            table = model._meta.db_table
            newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"  # noqa: S608
            cursor.execute(newest)
        for sequence in (ISSUE, SLIP):
            cursor.execute("SELECT setval(%s::regclass, (SELECT coalesce(max(id), 1) FROM issues_issue))", [sequence])
