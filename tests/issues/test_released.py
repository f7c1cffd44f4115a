"""What the public page may tell: lines written here and passed by the gate; never what is private, never too few of a kind."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import pytest

from issues.models import Category, Issue
from issues.querysets.released import FEWEST, LATEST_CLOSED_FIRST
from issues.terms import Status, Verb
from tests.issues.factories import CELLS, MONDAY, TUESDAY, County, ask, category, china, closed

_numbers = count(1)
SEPTEMBER, OCTOBER = china("2024-09-30 23:59"), china("2024-10-01 00:00")


def copies(issue: Issue, how_many: int, *, about: str = "", path: str = "", made: County | None = None, **more: Any) -> None:
    """So many issues like that one, but for what is given."""
    for _each in range(how_many):
        copy = Issue.objects.get(pk=issue.pk)
        copy.pk, copy.number = None, f"C-{next(_numbers)}"
        copy.source_id = copy.number if "source" in more else ""
        copy.category = category(about) if about else copy.category
        if path and made:
            copy.area, copy.path = made.areas[path], path
        for name, value in more.items():
            setattr(copy, name, value)
        copy.save(force_insert=True)


def lines() -> list[str]:
    return [row["public_line"] for row in LATEST_CLOSED_FIRST.ordered(Issue.objects.released().for_the_public())]


def patrols(county: County, how_many: int, path: str = CELLS[0], at: datetime = TUESDAY, about: str = "peace.patrol") -> None:
    """Closed issues of a group that holds private kinds too; the kind itself may be told."""
    before = Issue.objects.order_by("pk").first() or closed(county, MONDAY)
    copies(before, how_many, about=about, path=path, made=county, closed_at=at, public_line="巡逻已增加。")


def test_issue_that_passed_the_gate_when_read_by_the_public_is_line_light_group_village_and_month(county: County):
    closed(county, MONDAY)

    (row,) = Issue.objects.released().for_the_public()

    month, *_order = (row.pop(name) for name in ("month", *LATEST_CLOSED_FIRST.columns))
    assert (month.year, month.month, month.day, month.hour) == (2024, 9, 1, 0)
    names = {"place": county.areas["K.T1.V1"].name, "within": county.areas["K.T1"].name}
    group = category("house")
    assert row == {"public_line": "Door repaired", "light_level": 10, "group": group.names, "group_code": "house", **names}


@pytest.mark.parametrize(
    "but",
    [
        {"source": "12345"},
        {"sealed": True},
        {"non_public": True},
        {"non_public_reason": "The family does not want it."},
        {"public_line": ""},
        {"status": Status.CLOSED_EXPLAINED},
        {"about": "land.boundary"},
        {"about": "village.conduct"},
        {"about": "house"},
    ],
    ids=lambda but: "-".join(map(str, but)),
)
def test_issue_that_may_not_be_told_is_left_out(county: County, but: dict[str, Any]):
    copies(closed(county, MONDAY), FEWEST, **{"public_line": "not to be told", **but})

    assert lines() == ["Door repaired"]


def test_kind_that_the_county_makes_private_later_is_told_no_more(county: County):
    closed(county, MONDAY)
    assert lines() == ["Door repaired"]

    Category.objects.filter(code="house.minor").update(non_public=True)

    assert lines() == []


def test_issue_that_is_opened_again_is_told_no_more(county: County):
    issue = closed(county, MONDAY)

    ask(issue, Verb.REOPEN, TUESDAY)

    assert lines() == []


def test_group_that_holds_private_kinds_is_told_from_five_of_a_village_and_month_on(county: County):
    patrols(county, FEWEST - 1)
    assert lines() == ["Door repaired"]

    patrols(county, 1, CELLS[1])  # another cell of the same village

    assert lines().count("巡逻已增加。") == FEWEST


@pytest.mark.parametrize(
    ("path", "at", "about"),
    [
        (CELLS[2], SEPTEMBER, "peace.patrol"),  # another village
        (CELLS[0], OCTOBER, "peace.patrol"),  # another month, by the county's clock
        (CELLS[0], SEPTEMBER, "village.public"),  # another group
        (CELLS[0], SEPTEMBER, "peace.family"),  # of the same group, but itself private
    ],
    ids=["village", "month", "group", "private"],
)
def test_fifth_that_is_not_of_the_same_village_month_and_group_tells_none(county: County, path: str, at: datetime, about: str):
    patrols(county, FEWEST - 1, at=SEPTEMBER)

    patrols(county, 1, path, at, about)

    assert lines() == ["Door repaired"]


def test_latest_closed_comes_first_and_a_period_leaves_out_its_end(county: County):
    issue = closed(county, MONDAY)
    copies(issue, 1, closed_at=SEPTEMBER, public_line="September")
    copies(issue, 1, closed_at=OCTOBER, public_line="October")

    assert lines() == ["October", "September", "Door repaired"]
    found = Issue.objects.released().closed_within(SEPTEMBER, OCTOBER).for_the_public()
    assert [row["public_line"] for row in found] == ["September"]
