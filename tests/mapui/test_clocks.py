"""The clocks of an issue as bars: which of them are shown, and when."""

from __future__ import annotations

from datetime import timedelta

from issues.terms import ClockState
from mapui import clocks
from tests.mapui.scene import Scene


def test_new_report_when_its_time_for_sorting_is_not_up_has_that_clock_alone(county: Scene):
    issue = county.report(category="road.light")

    assert [bar.label for bar in clocks.bars(issue, county.at)] == ["To be accepted"]


def test_report_nobody_sorted_when_that_time_is_up_shows_the_clocks_that_run_all_the_same(county: Scene):
    issue = county.report(category="road.light")
    assert issue.triage_due_at

    bars = clocks.bars(issue, issue.triage_due_at + timedelta(hours=1))

    assert [(bar.label, bar.state) for bar in bars] == [
        ("To be accepted", ClockState.OVERDUE),
        ("At this level", ClockState.ON_TRACK),
        ("In all", ClockState.ON_TRACK),
    ]
    assert all(bar.share > 0 for bar in bars)
