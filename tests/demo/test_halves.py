"""A year lived by several processes: each share is there or is not, and a failure is said."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.core.management.base import CommandError

from demo import halves
from issues import categories
from issues.models import Issue
from tests.demo.test_demo import END, FOLDER, draw, staffed
from tests.issues.factories import shipped_policy

TOWNSHIPS = {"left": "150422100", "right": "150422101"}


@dataclass
class Year:
    """What `halves.live` is asked for, in a town of two townships."""

    stories: int = 4

    def live(self) -> None:
        halves.live(reports=FOLDER / "reports.toml", units=FOLDER / "units.toml", stories=self.stories, days=30, end=END, seed=11)


@pytest.fixture
def year(transactional_db: None) -> Year:
    categories.load(categories.read(categories.SHIPPED.read_text()))
    shipped_policy()
    staffed(draw())
    return Year()


def test_year_when_lived_by_two_processes_has_the_issues_of_both_and_is_not_lived_twice(year):
    year.live()
    assert {issue.path.split(".")[1] for issue in Issue.objects.all()} == set(TOWNSHIPS.values())
    assert Issue.objects.count() == 4

    year.live()
    assert Issue.objects.count() == 4


def test_share_when_its_process_fails_leaves_nothing_of_it_and_says_so(year, monkeypatch, capfd):
    def fail_in_the_second(self, stories):
        told = list(stories)
        if any(f".{TOWNSHIPS['right']}." in story.cell.path for story in told):
            raise RuntimeError("the lamp went out")
        return real(self, told)

    real = halves.Life.act
    monkeypatch.setattr(halves.Life, "act", fail_in_the_second)
    with pytest.raises(CommandError, match="it goes on"):
        year.live()

    assert {issue.path.split(".")[1] for issue in Issue.objects.all()} == {TOWNSHIPS["left"]}
    assert "the lamp went out" in capfd.readouterr().err

    monkeypatch.setattr(halves.Life, "act", real)
    year.live()
    assert Issue.objects.count() == 4
