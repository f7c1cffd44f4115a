"""The clocks of one issue to the minute: danger first, nights, reminders that are given once, levels switched off, the ladder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grids.levels import Level
from issues import services, sweeps
from issues.errors import Refusal
from issues.models import Issue, Notice
from issues.policy import versions
from issues.terms import Actor, Status, Urgency, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do

SHIPPED = versions.SHIPPED.read_text()


def in_force(county: make.County, *changes: tuple[str, str]) -> None:
    """Another policy, in force since September 2024."""
    text = versions.with_values(SHIPPED, id="other-2024")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    versions.store(text, active_from=china("2024-09-01 00:00"), signed_by="旗委", at=china("2024-09-01 00:00"))


def reasons(issue: Issue) -> list[str]:
    return [event.facts["reason"] for event in issue.events.filter(verb="warn").order_by("number")]


def test_danger_when_over_starts_the_urgent_clock_of_the_level(county):
    issue = make.accepted(county, MONDAY, danger=True)
    assert issue.level_due_at == china("2024-09-24 11:00")  # 2 h to make it safe, then 24 h

    do(issue, Verb.MAKE_SAFE, county["gm1"], china("2024-09-23 09:40"), text="fenced off")

    assert (issue.made_safe_at, issue.level_since) == (china("2024-09-23 09:40"), china("2024-09-23 09:40"))
    assert issue.level_due_at == china("2024-09-24 09:40")
    assert issue.total_due_at == china("2024-11-22 17:30")  # which has begun with the issue


@pytest.mark.parametrize("level", [Level.GRID, Level.VILLAGE, Level.TOWNSHIP])
def test_danger_in_every_colour_must_be_over_in_two_hours(county, level):
    light = {Level.GRID: "green", Level.VILLAGE: "blue", Level.TOWNSHIP: "yellow"}[level]
    issue = make.accepted(county, MONDAY, about="road.light", danger=True, by="tc1", level=light)
    assert issue.level == level

    sweeps.warn(at=MONDAY + timedelta(hours=1, minutes=59))
    assert "make_safe" not in reasons(issue)
    sweeps.warn(at=MONDAY + timedelta(hours=2))
    sweeps.warn(at=MONDAY + timedelta(hours=2, minutes=5))

    assert reasons(issue).count("make_safe") == 1


def test_danger_that_is_over_is_not_called_for_and_not_reported_twice(county):
    issue = make.accepted(county, MONDAY, danger=True)
    do(issue, Verb.MAKE_SAFE, county["gm1"], MONDAY + timedelta(hours=1), text="fenced off")

    sweeps.warn(at=MONDAY + timedelta(hours=3))

    assert "make_safe" not in reasons(issue)
    with pytest.raises(Refusal, match="made safe already"):
        do(issue, Verb.MAKE_SAFE, county["gm1"], MONDAY + timedelta(hours=3), text="again")


def test_issue_without_danger_cannot_be_made_safe(county):
    issue = make.accepted(county, MONDAY)

    assert Verb.MAKE_SAFE not in [move.verb for move in services.possible_moves(issue, county["gm1"], MONDAY)]
    with pytest.raises(Refusal, match="Nobody was said to be in danger"):
        do(issue, Verb.MAKE_SAFE, county["gm1"], MONDAY, text="nothing")


def test_danger_at_night_never_waits_and_is_told_at_once(county):
    at = china("2024-09-23 23:00")
    issue = make.reported(county, at, danger=True)

    assert issue.triage_due_at == china("2024-09-23 23:30")
    assert issue.contact_due_at == china("2024-09-24 00:30")
    sweeps.warn(at=china("2024-09-24 01:30"))
    made_safe = issue.events.get(verb="warn", facts__reason="make_safe")
    assert set(Notice.objects.filter(event=made_safe).values_list("not_before", flat=True)) == {china("2024-09-24 01:30")}


def test_urgent_windows_wait_for_the_morning_but_the_level_clock_does_not(county):
    issue = make.reported(county, china("2024-09-23 20:00"), urgency=Urgency.URGENT)

    assert issue.triage_due_at == china("2024-09-24 08:00")  # an hour before nine, an hour after seven
    assert issue.contact_due_at == china("2024-09-24 12:00")
    assert issue.level_due_at == china("2024-09-25 08:00")


def test_reminder_is_given_once_whatever_moves_afterwards(county):
    issue = make.accepted(county, MONDAY, about="env.waste")
    sweeps.warn(at=china("2024-09-24 17:30"))
    given = reasons(issue)
    assert "sign" in given
    assert "contact" in given

    do(issue, Verb.NOTE, county["pr1"], china("2024-09-24 17:40"), text="on the way")
    Issue.objects.update(warn_at=china("2024-09-23 10:00"))  # somebody planned it anew, from long before
    sweeps.warn(at=china("2024-09-24 17:45"))

    assert reasons(issue) == given


def test_handing_over_anew_lets_the_new_holder_be_reminded_of_signing(county):
    issue = make.accepted(county, MONDAY, about="env.waste")
    sweeps.warn(at=china("2024-09-24 09:00"))
    do(issue, Verb.DISPATCH, county["vs1"], china("2024-09-24 09:10"), person=county["pr1b"].pk)
    sweeps.warn(at=china("2024-09-25 08:00"))

    assert reasons(issue).count("sign") == 2


def test_level_switched_off_is_passed_over_in_both_directions(county):
    in_force(county, ("    owner: village_secretary\n", "    owner: village_secretary\n    enabled: false\n"))
    issue = make.in_hand(county, MONDAY, about="env.waste")

    sweeps.climb(at=china("2024-09-27 17:30"))

    issue.refresh_from_db()
    assert (issue.level, issue.handler) == (Level.TOWNSHIP, county["tc1"])
    assert issue.level_due_at == china("2024-10-16 17:30")  # the ten working days of yellow
    do(issue, Verb.RETURN_DOWN, county["tc1"], china("2024-09-29 10:00"))
    assert issue.level == Level.GRID


def test_report_that_would_begin_at_a_level_switched_off_begins_above(county):
    in_force(county, ("    owner: village_secretary\n", "    owner: village_secretary\n    enabled: false\n"))
    issue = make.unsaved(county, make.V1)
    services.submit(issue, by=None, actor=Actor.REQUESTER, at=MONDAY)

    assert issue.level == Level.TOWNSHIP


def test_ladder_when_chosen_begins_every_issue_green_and_climbs_from_there(county):
    in_force(county, ("start_mode: direct", "start_mode: ladder"))
    issue = make.accepted(county, MONDAY, about="road.bridge", by="tc1", level="yellow")

    assert (issue.level, issue.status) == (Level.GRID, Status.ASSIGNED)
    assert issue.climb_at
    sweeps.climb(at=issue.climb_at)
    issue.refresh_from_db()
    assert issue.level == Level.VILLAGE


def test_open_issue_keeps_the_policy_it_was_reported_under(county):
    old = make.accepted(county, china("2024-09-20 09:00"), about="env.waste")
    in_force_at = china("2024-09-21 00:00")
    text = versions.with_values(SHIPPED, id="strict-2024").replace("green: 3wd", "green: 1wd").replace("blue: 5wd", "blue: 1wd")
    versions.store(text, active_from=in_force_at, signed_by="旗委", at=in_force_at)
    new = make.accepted(county, china("2024-09-23 09:00"), about="env.waste")

    assert (old.policy.identifier, new.policy.identifier) == ("default-2026", "strict-2024")
    assert new.level_due_at == china("2024-09-24 17:30")
    sweeps.climb(at=china("2024-09-26 17:30"))  # after the new one began, the old issue climbs by its own
    old.refresh_from_db()
    assert (old.level, old.level_due_at) == (Level.VILLAGE, china("2024-10-09 17:30"))
