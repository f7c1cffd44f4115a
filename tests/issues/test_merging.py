"""Two become one, one becomes two; recurrences by the signed policy; proposals to raise that people decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from grids.levels import Level
from issues import ledger, policy, services
from issues.errors import Refusal
from issues.models import EscalationRequest, Issue, Requester, SubTask
from issues.recurring import links
from issues.recurring.links import Hint
from issues.terms import Cause, Nature, Status, Verb
from mapui.parcel import Parcel
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, TUESDAY, ask, do

pytestmark = pytest.mark.django_db


def alike(county: make.County, **more: Any) -> bool:
    """Whether an issue reported by those facts is suggested as the same as one reported on Monday in the first cell."""
    first = make.reported(county, MONDAY, about="env.waste")
    at = more.pop("at", MONDAY)
    other = make.reported(county, at, **{"about": "env.waste", **more})
    near = policy.terms(other.policy_id).merging
    return list(Issue.objects.like(other, near)) == [first]


def east(metres: float) -> Point:
    return Point(119.1 + metres / (111_320 * 0.7203), 43.9, srid=4326)


@pytest.mark.parametrize(
    ("more", "suggested"),
    [
        ({"point": east(98)}, True),
        ({"point": east(103)}, False),
        ({"path": CELLS[1], "point": east(50)}, True),
        ({"at": MONDAY + timedelta(days=30)}, True),
        ({"at": MONDAY + timedelta(days=30, seconds=1)}, False),
        ({"about": "agri.tech"}, False),
        ({"point": None}, True),  # the same cell stands for near
        ({"point": None, "path": CELLS[1]}, False),
    ],
)
def test_merge_is_suggested_by_the_policys_distance_and_time(county, more, suggested):
    assert alike(county, **more) is suggested


def test_merged_issue_takes_reports_along_and_its_open_tasks_are_void(county):
    kept = make.at_yellow(county, MONDAY, about="env.waste")
    gone = make.at_yellow(county, MONDAY, about="env.waste")
    Issue.objects.filter(pk=kept.pk).update(households=5)
    Issue.objects.filter(pk=gone.pk).update(households=12)
    do(gone, Verb.ASK_HELP, county["tc1"], MONDAY, units=[county.units["power"].pk], task="x")
    receipt = gone.submissions.get().receipt_code

    event = do(gone, Verb.MERGE, county["tc1"], TUESDAY, issue=kept.number)

    kept.refresh_from_db()
    assert (gone.status, gone.merged_into, kept.households) == (Status.MERGED, kept, 12)
    assert event.facts["dropped_tasks"] == [1]
    assert SubTask.objects.get().dropped_at == TUESDAY
    assert kept.submissions.filter(receipt_code=receipt).exists()
    assert [event.facts["reports"] for event in kept.events.filter(verb=Verb.MERGE)] == [1]


def test_chain_of_merges_keeps_every_receipt_and_rating_apart(county):
    first, second, third = (make.in_hand(county, MONDAY, about="env.waste") for _ in range(3))
    report = first.submissions.get()
    do(first, Verb.MERGE, county["vs1"], MONDAY, issue=second.number)
    do(second, Verb.MERGE, county["vs1"], MONDAY, issue=third.number)

    report.refresh_from_db()
    assert (report.issue, report.filed_as) == (third, first)
    assert sum("dealt with together" in line.sentence for line in Parcel(report, TUESDAY).lines) == 1  # told once
    do(third, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(third, Verb.VERIFY, county["gm1"], TUESDAY)
    for one in third.submissions.all():
        services.move_as_requester(one.pk, Verb.RATE, at=TUESDAY, facts={"rating": "satisfied"})
    third.refresh_from_db()
    assert third.status == Status.CLOSED


# --- split ---
def several(county: make.County) -> Issue:
    issue = make.in_hand(county, MONDAY, about="env.waste")
    make.report(issue, MONDAY)
    make.report(issue, MONDAY, channel=Requester.Channel.PHONE)
    return issue


def test_split_off_reports_go_on_with_their_receipts_and_no_clock_begins_anew(county):
    issue = several(county)
    stays, *leave = issue.submissions.order_by("pk")
    before = (issue.level_since, issue.level_due_at, issue.total_due_at, issue.reported_at, issue.recurrence_of)

    event = do(
        issue, Verb.SPLIT, county["vs1"], TUESDAY,
        submissions=[one.pk for one in leave], title="The drain is blocked", reason="another matter", category="agri.tech",
    )  # fmt: skip

    other = Issue.objects.get(number=event.facts["into"])
    assert list(issue.submissions.all()) == [stays]
    assert list(other.submissions.order_by("pk")) == leave
    assert (other.title, other.category.code, other.status, other.handler) == (
        "The drain is blocked", "agri.tech", issue.status, issue.handler,
    )  # fmt: skip
    assert (other.level_since, other.level_due_at, other.total_due_at, other.reported_at, other.recurrence_of) == before
    assert [event.facts.get("from") for event in other.events.all()] == [issue.number]
    for number in (issue.number, other.number):
        assert list(ledger.verify_all(number)[1]) == [None]
    moved, kept = Parcel(other.submissions.order_by("pk")[0], TUESDAY), Parcel(stays, TUESDAY)
    assert any("a matter of its own" in line.sentence for line in moved.lines)
    assert not any("a matter of its own" in line.sentence for line in kept.lines)


def test_requester_of_the_split_is_told_no_more_of_the_other_half(county):
    issue = several(county)
    leaves = issue.submissions.order_by("pk")[1]
    do(issue, Verb.SPLIT, county["vs1"], TUESDAY, submissions=[leaves.pk], title="Drain", reason="x")
    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY + timedelta(hours=1))
    leaves.refresh_from_db()

    assert not any("reported as solved" in line.sentence for line in Parcel(leaves, TUESDAY + timedelta(hours=2)).lines)


@pytest.mark.parametrize("chosen", ["all", "foreign", "none"])
def test_split_takes_some_of_the_reports_and_leaves_some(county, chosen):
    issue = several(county)
    foreign = make.reported(county, MONDAY).submissions.get()
    wanted = {"all": [one.pk for one in issue.submissions.all()], "foreign": [foreign.pk], "none": ""}[chosen]

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.SPLIT, county["vs1"], TUESDAY, submissions=wanted, title="Drain", reason="x")
    assert refused.value.field == "submissions"


def test_split_of_a_red_issue_stands_in_the_list_as_the_one_it_comes_from(county):
    issue = make.at_red(county, MONDAY)
    Issue.objects.filter(pk=issue.pk).update(nature=Nature.LEGACY)  # so it may be listed before it is late
    leaves = make.report(issue, MONDAY)
    do(issue, Verb.APPOINT, county["duc"], MONDAY, unit=county.units["roads"].pk, units=[county.units["power"].pk], reason="poles")
    do(issue, Verb.PROPOSE_LISTED, county["duc"], TUESDAY, **make.listing(county))
    do(issue, Verb.LIST, county["leader"], TUESDAY, **make.listing(county))

    event = do(issue, Verb.SPLIT, county["duc"], TUESDAY, submissions=[leaves.pk], title="The other bridge", reason="two bridges")

    other, entry = Issue.objects.get(number=event.facts["into"]), issue.standing_entry
    stay = other.standing_entry
    assert stay
    assert entry
    assert (stay.grade, stay.leader, stay.due_at, list(stay.helpers.all())) == (
        entry.grade, county["leader"], entry.due_at, [county.units["power"]],
    )  # fmt: skip
    assert (other.progress_due_at, other.level_due_at) == (issue.progress_due_at, issue.level_due_at)
    assert [step.verb for step in stay.steps.all()] == [Verb.SPLIT]


def test_issue_with_one_report_is_not_split(county):
    issue = make.in_hand(county, MONDAY)

    with pytest.raises(Refusal, match="only one report"):
        do(issue, Verb.SPLIT, county["vs1"], MONDAY, submissions=[issue.submissions.get().pk], title="x", reason="x")


# --- recurrence and proposals ---
def test_recurrence_follows_the_policy_under_which_it_was_reported(county):
    make.closed(county, MONDAY, about="env.waste")
    terms = make.terms()
    short = terms.model_copy(
        update={"closure": terms.closure.model_copy(update={"recurrence": terms.merging})}  # 30 days in place of 90
    )
    again = make.unsaved(county, about="env.waste")
    again.reported_at, again.path = MONDAY + timedelta(days=31), again.area.path

    links.link_recurrence(again, terms)
    assert again.recurrence_of_id is not None
    links.link_recurrence(again, short)
    assert again.recurrence_of_id is None


def reopened_twice(county: make.County, issue: Issue) -> None:
    for _time in range(2):
        do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
        do(issue, Verb.VERIFY, county["gm1"], MONDAY)
        ask(issue, Verb.RATE, MONDAY, rating="satisfied")
        ask(issue, Verb.REOPEN, TUESDAY)


def test_second_reopening_proposes_one_level_up_and_a_person_takes_it_up(county):
    issue = make.in_hand(county, MONDAY)
    reopened_twice(county, issue)

    assert (issue.level, issue.raise_cause, issue.raise_drafted_at) == (Level.GRID, Cause.REOPEN, TUESDAY)
    assert issue.pk in set(Issue.objects.waiting_for(county["vs1"], TUESDAY).of_asked("decide").values_list("pk", flat=True))
    do(issue, Verb.TAKE_UP, county["vs1"], TUESDAY, reason="the house needs a new roof")

    assert (issue.level, issue.climb_cause, issue.raise_cause, issue.raise_drafted_at) == (Level.VILLAGE, Cause.REOPEN, "", None)
    slip = EscalationRequest.objects.get()
    assert (slip.cause, slip.asked_by, slip.reason) == (Cause.REOPEN, county["vs1"], "the house needs a new roof")


def test_first_reopening_proposes_nothing_and_a_proposal_may_be_let_be(county):
    issue = make.closed(county, MONDAY)
    ask(issue, Verb.REOPEN, TUESDAY)
    assert issue.raise_drafted_at is None
    with pytest.raises(Refusal, match="Nothing proposes"):
        do(issue, Verb.TAKE_UP, county["vs1"], TUESDAY, reason="x")

    again = make.in_hand(county, MONDAY)
    reopened_twice(county, again)
    do(again, Verb.LET_STAY, county["vs1"], TUESDAY, reason="it is a small matter")
    assert (again.level, again.raise_drafted_at) == (Level.GRID, None)


def test_hints_to_raise_say_why_and_are_gone_once_it_is_raised(county):
    issue = make.in_hand(county, MONDAY, about="env.waste")
    Issue.objects.filter(pk=issue.pk).update(households=20, nature=Nature.COMMON)
    issue.refresh_from_db()

    assert links.hints_for([issue]) == {issue.pk: [Hint.COMMON, Hint.HOUSEHOLDS]}
    issue.level = Level.TOWNSHIP
    assert links.hints_for([issue]) == {}
    issue.level, issue.nature, issue.households = Level.GRID, Nature.INDIVIDUAL, 19
    assert links.hints_for([issue]) == {}
