"""A year lived by several processes: each share is there or is not, and a failure is said."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from demo import shares
from issues.models import Issue
from tests.demo.test_demo import END, FOLDER, draw, staffed
from tests.issues.factories import load_categories, shipped_policy
from tests.issues.test_processes import url_of_database

TOWNSHIPS = {"left": "150422100", "right": "150422101"}


@dataclass
class Year:
    """What `shares.live` is asked for, in a town of two townships."""

    reports: Path = FOLDER / "reports.toml"

    def live(self) -> None:
        shares.live(reports=self.reports, units=FOLDER / "units.toml", stories=4, days=30, end=END, seed=11)


@pytest.fixture
def year(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Year:
    monkeypatch.setenv("DATABASE_URL", url_of_database())
    load_categories()
    shipped_policy()
    staffed(draw())
    return Year()


def test_year_when_lived_by_two_processes_has_the_issues_of_both_and_is_not_lived_twice(year, capfd):
    year.live()
    assert {issue.path.split(".")[1] for issue in Issue.objects.all()} == set(TOWNSHIPS.values())
    assert Issue.objects.count() == 4
    assert "4/4" in capfd.readouterr().err  # both told the bar of each story

    year.live()
    assert Issue.objects.count() == 4


def test_share_when_its_process_fails_leaves_nothing_of_it_and_goes_on_when_run_again(year, monkeypatch, tmp_path, capfd):
    real = shares._begin

    def fail_in_the_second(share: shares.Share) -> subprocess.Popen[bytes]:
        broken = tmp_path / "reports.toml"
        broken.write_text("the lamp went out")
        return real(replace(share, reports=broken) if TOWNSHIPS["right"] in share.townships[0] else share)

    monkeypatch.setattr(shares, "_begin", fail_in_the_second)
    with pytest.raises(CommandError, match="it goes on"):
        year.live()
    assert {issue.path.split(".")[1] for issue in Issue.objects.all()} == {TOWNSHIPS["left"]}
    assert "TOMLDecodeError" in capfd.readouterr().err

    monkeypatch.setattr(shares, "_begin", real)
    year.live()
    assert Issue.objects.count() == 4
