"""What everybody may read of issues that go on: rests, projects, and what stands under a named leader; never a private kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from issues import sweeps
from issues.models import Category, Issue
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, County, china, do

STEPS = "2024-11-30 foundations\n2025-06-30 bridge open"
ABOUT = "env.waste"


def resting(county: County, about: str = ABOUT, **facts: str) -> Issue:
    issue = make.at_yellow(county, MONDAY, about=about)
    facts = {"suspension": "season", "reason": "frozen ground", "interim": "ford marked", "resume_on": "2024-12-10", **facts}
    do(issue, Verb.ASK_SUSPENSION, county["tc1"], TUESDAY, **facts)
    do(issue, Verb.SUSPEND, county["duc"], TUESDAY)
    return issue


def project(county: County, about: str = ABOUT) -> Issue:
    issue = make.at_yellow(county, MONDAY, about=about)
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money", reply="A bridge takes a year.")
    do(issue, Verb.FILE_PLAN, county["tc1"], TUESDAY, plan="a new bridge", milestones=STEPS)
    return issue


def approved(county: County, about: str = ABOUT) -> Issue:
    issue = project(county, about)
    do(issue, Verb.APPROVE_PLAN, county["duc"], TUESDAY, reply="The bridge is planned.")
    return issue


def listed(county: County, about: str = ABOUT) -> Issue:
    issue = make.at_red(county, MONDAY, about=about)
    Issue.objects.filter(pk=issue.pk).update(level_due_at=MONDAY)
    issue.refresh_from_db()
    words = {"leader": county["leader"].pk, "due": "2024-12-20", "public_line": "年底前通车。", "reason": "late"}
    do(issue, Verb.PROPOSE_LISTED, county["duc"], TUESDAY, **words)
    do(issue, Verb.LIST, county["leader"], TUESDAY, **words)
    return issue


MADE = {"resting": resting, "projects": approved, "listed": listed}
READ = {
    "resting": lambda: list(Issue.objects.all().resting_in_public()),
    "projects": lambda: list(Issue.objects.all().projects_in_public()),
    "listed": lambda: list(Issue.objects.all().listed_in_public()),
}


def place(county: County) -> dict[str, Any]:
    """What is told of every one of them."""
    group = Category.objects.get(code="env")
    names = {"place": county.areas["K.T1.V1"].name, "within": county.areas["K.T1"].name}
    return {"group": group.names, "group_code": "env", **names}


def test_rest_is_told_with_its_reason_and_months_until_it_goes_on(county: County):
    issue = resting(county)

    assert READ["resting"]() == [
        {"pk": issue.pk, "reason": "season", "since": TUESDAY, "resume_at": issue.resume_at, "light_level": 30, **place(county)}
    ]
    sweeps.resume(at=china("2024-12-10 17:30"))
    assert READ["resting"]() == []


def test_rest_that_was_granted_twice_is_told_as_it_is_now(county: County):
    issue = resting(county)
    do(issue, Verb.RESUME, county["duc"], china("2024-10-09 09:00"))
    again = china("2024-10-09 10:00")
    do(issue, Verb.ASK_SUSPENSION, county["tc1"], again, suspension="funds", reason="no money", resume_on="2024-11-20")
    do(issue, Verb.SUSPEND, county["duc"], again)

    (row,) = READ["resting"]()

    assert (row["reason"], row["since"]) == ("funds", again)


def test_project_is_told_once_its_plan_is_approved_with_its_dates(county: County):
    issue = project(county)
    assert READ["projects"]() == []

    do(issue, Verb.APPROVE_PLAN, county["duc"], TUESDAY, reply="The bridge is planned.")
    reached = china("2024-11-20 09:00")
    do(issue, Verb.MILESTONE, county["tc1"], reached, text="stones laid")

    (row,) = READ["projects"]()
    steps = row.pop("milestones")
    assert [(step["due_on"], step["done_at"] is not None) for step in steps] == [("2024-11-30", True), ("2025-06-30", False)]
    assert row == {"pk": issue.pk, "since": TUESDAY, "ends_on": date(2025, 6, 30), "light_level": 30, **place(county)}


def test_listing_is_told_with_the_line_that_the_leader_signed_and_not_before(county: County):
    issue = listed(county)

    (row,) = READ["listed"]()

    due = china("2024-12-20 17:30")
    told = {"pk": issue.pk, "leader": county["leader"].name, "due_at": due, "line": "年底前通车。", "light_level": 40}
    assert row == {**told, **place(county)}
    issue.red_entries.update(grade="key")
    assert READ["listed"]() == []


@pytest.mark.parametrize("of", MADE)
@pytest.mark.parametrize("but", [{"sealed": True}, {"non_public": True}, {"non_public_reason": "The family does not want it."}])
def test_issue_that_may_not_be_told_is_left_out(county: County, of: str, but: dict[str, Any]):
    issue = MADE[of](county)
    assert len(READ[of]()) == 1

    Issue.objects.filter(pk=issue.pk).update(**but)

    assert READ[of]() == []


@pytest.mark.parametrize("of", MADE)
def test_group_that_holds_private_kinds_tells_nothing_open(county: County, of: str):
    MADE[of](county)

    Category.objects.filter(code="env.noise").update(non_public=True)

    assert READ[of]() == []


@pytest.mark.parametrize("of", MADE)
def test_lists_are_narrowed_by_place_group_and_light(county: County, of: str):
    issue = MADE[of](county)
    found = Issue.objects.all()
    light = issue.light

    for narrowed, count in (
        (found.under("K.T1.V1").of_category("env").of_lights(light), 1),
        (found.under("K.T2"), 0),
        (found.of_category("water"), 0),
        (found.of_lights("green"), 0),
    ):
        rows = {"resting": narrowed.resting_in_public, "projects": narrowed.projects_in_public, "listed": narrowed.listed_in_public}
        assert len(rows[of]()) == count
