"""Random histories: whatever happens to issues in whatever order, the increments stay equal to counting by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from issues.heat import bins
from issues.models import Category, HeatArea, Issue
from issues.terms import Status, Verb
from tests.drawing import Town
from tests.issues.heat_by_hand import areas_by_hand, bins_by_hand, counted, stored_areas, stored_bins
from tests.issues.heat_factories import NOW, category, issue, many, tell

pytestmark = pytest.mark.usefixtures("fresh_cache")


class History:
    """A county in which things happen at random; each step writes what the verb of that name writes."""

    def __init__(self, town: Town, rng: random.Random, categories: list[Category]) -> None:
        self.town, self.rng, self.categories = town, rng, categories

    def step(self) -> None:
        steps: list[Callable[[], None]] = [self.report, self.accept, self.end, self.reopen, self.place, self.close, self.seal]
        self.rng.choice(steps)()

    def report(self) -> None:
        for each in many(self.town, self.rng, 3, about=self.categories, weeks=6):
            tell(each, Verb.SUBMIT)

    def accept(self) -> None:
        """Another category, public or not as that one is."""
        each = self._one(closed_at=None)
        each.category = self.rng.choice(self.categories)
        each.sealed, each.non_public = each.category.sealed, self.rng.random() < 0.3
        self._write(each, Verb.ACCEPT)

    def end(self) -> None:
        """Merged, withdrawn or declined: no problem of its own any more."""
        each = self._one(closed_at=None)
        each.status, verb = self.rng.choice(
            [(Status.MERGED, Verb.MERGE), (Status.WITHDRAWN, Verb.WITHDRAW), (Status.DECLINED, Verb.DECLINE)]
        )
        each.closed_at = NOW
        self._write(each, verb)

    def reopen(self) -> None:
        """What was closed, or declined and objected to, counts once more."""
        each = self._one(status__in=[Status.CLOSED, Status.DECLINED])
        verb = Verb.REOPEN if each.status == Status.CLOSED else Verb.OBJECT
        each.status, each.closed_at = Status.SUBMITTED, None
        self._write(each, verb)

    def place(self) -> None:
        """Filed under another area; the point stays where it was."""
        each, was = self._one(closed_at=None), ""
        area = self.rng.choice([*self.town.cells.values(), self.town.township])
        was, each.area, each.path = each.path, area, area.path
        self._write(each, Verb.PLACE, **{"from": was, "to": area.path})

    def close(self) -> None:
        each = self._one(closed_at=None)
        each.status, each.closed_at = Status.CLOSED, NOW
        self._write(each, Verb.CLOSE)

    def seal(self) -> None:
        """A category that nobody has in their figures."""
        each = self._one(closed_at=None)
        each.category, each.sealed = category("village.conduct", sealed=True), True
        self._write(each, Verb.ACCEPT)

    def _one(self, **wanted: object) -> Issue:
        return self.rng.choice(list(Issue.objects.filter(**wanted).order_by("pk")))

    def _write(self, each: Issue, verb: Verb, **facts: str) -> None:
        each.save()
        tell(each, verb, **facts)


@pytest.mark.parametrize("seed", range(6))
def test_increments_after_a_random_history_equal_counting_by_hand_and_leave_a_rebuild_nothing_to_do(town, seed):
    rng = random.Random(seed)
    history = History(town, rng, [category("road.light"), category("env.waste"), category("land.grass")])
    for each in many(town, rng, 60, about=history.categories, weeks=30):
        tell(each, Verb.SUBMIT)

    for turn in range(6):
        for _ in range(rng.randrange(1, 9)):
            history.step()
        bins.refresh(at=NOW + timedelta(hours=turn))

        assert stored_bins() == bins_by_hand()
        assert stored_areas() == areas_by_hand()
        assert sum(row.public_count for row in HeatArea.objects.all()) == sum(not each.non_public for each in counted())
    assert bins.rebuild(at=NOW + timedelta(days=1)) == 0


def test_verbs_of_the_histories_are_those_that_the_heat_listens_to():
    heard = {Verb.SUBMIT, Verb.ACCEPT, Verb.MERGE, Verb.WITHDRAW, Verb.DECLINE, Verb.OBJECT, Verb.PLACE}

    assert heard <= bins.STIRRING


@pytest.mark.parametrize("before", [10, 200])
def test_new_issue_when_taken_in_touches_its_own_figures_alone_however_long_the_history(town, before, django_assert_num_queries):
    lamps = category()
    many(town, random.Random(before), before, about=[lamps], weeks=20)
    bins.rebuild(at=NOW)
    tell(issue(town["A"], category("env.noise"), NOW, point=town.inside("A")), Verb.SUBMIT)
    # everything together may meet figures of others in its square; a category of its own adds one row per zoom and one of the area
    at_most = 2 * len(bins.BIN_ZOOMS) + 1

    # the lock and what it takes, the newest event, the snapshot, what was stirred, two statements for the one week, the state
    with django_assert_num_queries(10):
        changed = bins.refresh(at=NOW)

    assert changed == at_most
    assert stored_bins() == bins_by_hand()
