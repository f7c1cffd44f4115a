"""Returned orders, disagreement about the level, projects, reminders from above; and what is kept from the public."""

from __future__ import annotations

from typing import Any

import pytest

from grids.levels import Level
from issues import services, sweeps
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Issue, Milestone
from issues.services.bouncing import proposed_unit
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, china, do, told

NORMAL = "env.waste"

pytestmark = pytest.mark.django_db


def verbs_of(issue: Issue, person, at) -> set[str]:
    return {move.verb for move in services.possible_moves(issue, person, at)}


# --- 退单 ---


def dispatched(county: make.County, at=MONDAY, unit: str = "roads") -> Any:
    issue = make.at_yellow(county, at, about=NORMAL)
    do(issue, Verb.DISPATCH, county["tc1"], at, unit=county.units[unit].pk)
    return issue


def back(issue: Issue, county: make.County, who: str, at, *, to: str) -> None:
    do(issue, Verb.RETURN_ORDER, county[who], at, basis="duty list, line 12", unit=county.units[to].pk)


def test_order_when_returned_in_time_is_with_the_dispatcher_and_no_clock_moves(county):
    issue = dispatched(county)
    before = (issue.level_since, issue.level_due_at, issue.total_due_at, issue.climb_at)

    back(issue, county, "roads", china("2024-09-23 15:00"), to="power")

    assert (issue.status, issue.lead_unit) == (Status.ACCEPTED, None)
    assert (issue.level_since, issue.level_due_at, issue.total_due_at, issue.climb_at) == before
    facts = issue.events.get(verb="return_order").facts
    assert facts == {"from": county.units["roads"].code, "proposed": county.units["power"].code, "returns": 1}
    assert Role.TOWNSHIP_COMMITTEE in told(issue, Verb.RETURN_ORDER)
    assert proposed_unit(Issue.objects.get(pk=issue.pk)) == county.units["power"].pk
    assert not Issue.objects.visible_to(county["roads"], TUESDAY).has(issue)


@pytest.mark.parametrize(("at", "passes"), [("2024-09-24 17:30", True), ("2024-09-24 17:31", False)])
def test_order_can_be_returned_until_one_working_day_is_over(county, at, passes):
    issue = dispatched(county)
    if passes:
        back(issue, county, "roads", china(at), to="power")
        assert issue.lead_unit is None
    else:
        with pytest.raises(Refusal, match="since then it counts as accepted"):
            back(issue, county, "roads", china(at), to="power")
        assert Verb.RETURN_ORDER not in verbs_of(issue, county["roads"], china(at))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"unit": "power"}, "“Duty list that it does not fall under” is missing"),
        ({"basis": "line 12"}, "“Lead unit” is missing"),
        ({"basis": "line 12", "unit": "roads"}, "not your own"),
    ],
)
def test_returned_order_cites_the_duty_and_names_another_unit(county, facts, sentence):
    issue = dispatched(county)
    given = {**facts, **({"unit": county.units[facts["unit"]].pk} if "unit" in facts else {})}

    with pytest.raises(Refusal, match=sentence):
        do(issue, Verb.RETURN_ORDER, county["roads"], MONDAY, **given)


def test_after_two_returns_the_first_unit_leads_and_no_third_return_is_offered(county):
    issue = dispatched(county)
    back(issue, county, "roads", MONDAY, to="power")
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)
    back(issue, county, "power", TUESDAY, to="roads")
    assert proposed_unit(Issue.objects.get(pk=issue.pk)) == county.units["roads"].pk  # 首接负责

    do(issue, Verb.DISPATCH, county["tc1"], TUESDAY, unit=county.units["roads"].pk)

    assert Verb.RETURN_ORDER not in verbs_of(issue, county["roads"], TUESDAY)
    with pytest.raises(Refusal, match="returned 2 times"):
        back(issue, county, "roads", TUESDAY, to="power")


def test_unit_returns_an_order_once(county):
    issue = dispatched(county)
    back(issue, county, "roads", MONDAY, to="power")
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)

    with pytest.raises(Refusal, match="Your unit has returned it once already"):
        back(issue, county, "roads", MONDAY, to="power")


def test_order_that_was_acknowledged_cannot_be_returned(county):
    issue = dispatched(county)
    do(issue, Verb.ACKNOWLEDGE, county["roads"], MONDAY)

    with pytest.raises(Refusal, match="is not possible while"):
        back(issue, county, "roads", MONDAY, to="power")


# --- the second disagreement ---

HOPS = [("blue", "pr1", "vs1", "tc1", Level.GRID), ("yellow", "vs1", "tc1", "duc", Level.VILLAGE)]


def came_back(county: make.County, light: str, lower: str, receiver: str) -> Any:
    """Passed up, returned, and passed up again."""
    issue = make.in_hand(county, MONDAY, about=NORMAL) if light == "blue" else make.at_blue(county, MONDAY, about=NORMAL)
    raise_ = {"tried": "all", **({} if light == "blue" else {"minute": make.MINUTE})}
    do(issue, Verb.ESCALATE, county[lower], MONDAY, **raise_)
    do(issue, Verb.RETURN_DOWN, county[receiver], MONDAY)
    do(issue, Verb.ESCALATE, county[lower], TUESDAY, **raise_)
    return issue


@pytest.mark.parametrize(("light", "lower", "receiver", "above", "below"), HOPS)
@pytest.mark.parametrize("verdict", ["stays", "below"])
def test_second_disagreement_is_decided_above_both_and_that_is_final(county, light, lower, receiver, above, below, verdict):
    issue = came_back(county, light, lower, receiver)
    level = issue.level
    do(issue, Verb.DISPUTE, county[receiver], TUESDAY, reason="they have not tried")
    assert Issue.objects.waiting_for(county[above], TUESDAY).of_asked("decide").has(issue)
    for name in (lower, receiver):
        with pytest.raises((Forbidden, Refusal)):
            do(issue, Verb.DECIDE_LEVEL, county[name], TUESDAY, verdict=verdict, reason="x")

    at = china("2024-09-25 09:00")
    do(issue, Verb.DECIDE_LEVEL, county[above], at, verdict=verdict, reason="seen both")

    if verdict == "stays":
        assert issue.level == level
        for verb in (Verb.RETURN_DOWN, Verb.DISPUTE):
            with pytest.raises(Refusal, match="stays here; that is final"):
                do(issue, verb, county[receiver], at, reason="still")
        assert {Verb.RETURN_DOWN, Verb.DISPUTE}.isdisjoint(verbs_of(issue, county[receiver], at))
    else:
        assert (issue.level, issue.status) == (below, Status.ASSIGNED)
        assert issue.level_due_at >= china("2024-09-26 17:30")  # at least one working day
        with pytest.raises(Refusal, match="belongs here; that is final"):
            do(issue, Verb.ESCALATE, county[lower], at, tried="all", minute=make.MINUTE)
        assert sweeps.climb(at=issue.climb_at).done == 1  # the clock may still take it up


def test_dispute_before_a_return_or_too_late_is_refused(county):
    issue = make.in_hand(county, MONDAY, about=NORMAL)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="all")
    with pytest.raises(Refusal, match="return it first"):
        do(issue, Verb.DISPUTE, county["vs1"], MONDAY, reason="no")

    issue = came_back(county, "blue", "pr1", "vs1")
    do(issue, Verb.DISPUTE, county["vs1"], china("2024-09-25 17:30"), reason="no")
    late = came_back(county, "blue", "pr1", "vs1")
    with pytest.raises(Refusal, match="that time is over, so it is yours"):
        do(late, Verb.DISPUTE, county["vs1"], china("2024-09-25 17:31"), reason="no")


# --- projects ---

STEPS = "2024-11-30 foundations\n2025-06-30 bridge open"


def project(county: make.County) -> Any:
    issue = make.at_yellow(county, MONDAY, about=NORMAL)
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money and a summer", reply="A bridge takes a year.")
    return issue


def approved(county: make.County) -> Any:
    issue = project(county)
    do(issue, Verb.FILE_PLAN, county["tc1"], TUESDAY, plan="a new bridge", milestones=STEPS)
    do(issue, Verb.APPROVE_PLAN, county["duc"], TUESDAY, reply="The bridge is planned.")
    return issue


@pytest.mark.parametrize(
    ("brought", "who", "due"),
    [
        (make.at_blue, "vs1", "2024-09-29 17:30"),
        (make.at_yellow, "tc1", "2024-10-11 17:30"),
        (make.at_red, "roads", "2024-10-24 17:30"),
    ],
)
def test_project_has_the_policys_time_for_its_plan(county, brought, who, due):
    issue = brought(county, MONDAY)  # urgent: else it would have 48 h, 3 or 5 working days
    do(issue, Verb.TAKE_AS_PROJECT, county[who], MONDAY, reason="needs money")

    assert issue.is_project
    assert issue.level_due_at == china(due)


def test_project_has_its_own_windows_from_the_moment_it_is_one(county):
    issue = make.accepted(county, MONDAY, by="tc1", about="road.bridge")  # urgent: first contact within four hours
    assert issue.contact_due_at == china("2024-09-23 13:00")
    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], MONDAY, reason="needs money")

    assert issue.contact_due_at == china("2024-09-25 17:30")  # two working days
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)
    assert issue.sign_due_at == china("2024-09-24 17:30")  # one
    assert sweeps.warn(at=china("2024-09-24 17:00")).done == 0
    assert sweeps.warn(at=china("2024-09-24 17:30")).done == 1


def test_first_contact_that_was_missed_stays_missed_in_a_project(county):
    issue = make.accepted(county, MONDAY, by="tc1", about="road.bridge")

    do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], china("2024-09-23 13:01"), reason="needs money")

    assert issue.contact_due_at == china("2024-09-23 13:00")


def test_green_issue_is_no_project(county):
    issue = make.in_hand(county, MONDAY)

    with pytest.raises(Forbidden):
        do(issue, Verb.TAKE_AS_PROJECT, county["pr1"], MONDAY, reason="needs money")


def test_late_issue_does_not_become_a_project_to_look_punctual(county):
    issue = make.at_yellow(county, MONDAY, about=NORMAL)

    with pytest.raises(Refusal, match="could be taken on as a project until"):
        do(issue, Verb.TAKE_AS_PROJECT, county["tc1"], china("2024-10-11 17:31"), reason="needs money")


def test_milestones_take_the_place_of_the_level_clock(county):
    issue = approved(county)

    assert issue.level_due_at == china("2024-11-30 17:30")
    assert issue.total_due_at == china("2025-06-30 17:30")
    assert issue.clock_state(china("2024-10-20 09:00")) == "on_track"  # its level alone would have been late on 11 October
    assert sweeps.draft(at=china("2024-11-30 17:30")).done == 0
    assert issue.events.get(verb="approve_plan").public_texts == {"reply": "The bridge is planned."}

    do(issue, Verb.MILESTONE, county["tc1"], china("2024-11-20 09:00"), text="concrete is in")
    assert issue.level_due_at == china("2025-06-30 17:30")
    do(issue, Verb.MILESTONE, county["tc1"], china("2025-06-01 09:00"), text="open")
    assert Milestone.objects.filter(done_at=None).count() == 0
    with pytest.raises(Refusal, match="no milestone left"):
        do(issue, Verb.MILESTONE, county["tc1"], china("2025-06-01 09:00"), text="open")


def test_project_whose_milestone_is_missed_is_late_and_proposed_upwards(county):
    issue = approved(county)
    assert issue.clock_state(china("2024-11-30 17:31")) == "overdue"

    assert sweeps.draft(at=issue.climb_at).done == 1


def test_project_owes_a_line_every_month(county):
    issue = approved(county)
    assert issue.project.report_due_at == china("2024-10-24 17:30")
    sweeps.warn(at=china("2024-10-24 17:30"))
    assert "report" in {event.facts["reason"] for event in issue.events.filter(verb="warn")}
    assert Role.TOWNSHIP_COMMITTEE in told(issue, Verb.WARN)

    do(issue, Verb.NOTE, county["tc1"], china("2024-10-25 09:00"), text="bids are in")
    issue = Issue.objects.get(pk=issue.pk)
    assert issue.project.report_due_at == china("2024-11-24 17:30")


PLANS = [
    ("", "“Milestones” is missing"),
    ("some day", "is not a milestone"),
    ("2024-13-45 x", "is not a milestone"),
    ("2024-09-24 today", "must lie in the future"),
    ("2025-09-23 on the last day", ""),  # 365 days
    ("2025-09-24 a day too late", "takes 365 days at most"),
    ("\n".join(f"2025-01-{day:02d} step" for day in range(1, 22)), "between 1 and 20 milestones"),
    ("2025-01-01:标点也行", ""),
]


@pytest.mark.parametrize(("milestones", "sentence"), PLANS)
def test_plan_keeps_to_dates_within_a_year(county, milestones, sentence):
    issue = project(county)

    if sentence:
        with pytest.raises(Refusal, match=sentence):
            do(issue, Verb.FILE_PLAN, county["tc1"], TUESDAY, plan="a bridge", milestones=milestones)
    else:
        do(issue, Verb.FILE_PLAN, county["tc1"], TUESDAY, plan="a bridge", milestones=milestones)
        assert issue.pending_request.kind == "plan"


def test_new_plan_replaces_what_is_not_reached_and_a_project_is_not_extended(county):
    issue = approved(county)
    do(issue, Verb.MILESTONE, county["tc1"], china("2024-11-20 09:00"), text="concrete is in")
    with pytest.raises(Refusal, match="keeps to its milestones"):
        do(issue, Verb.ASK_EXTENSION, county["tc1"], china("2024-11-21 09:00"), reason="x", due="2025-07-10")

    do(issue, Verb.FILE_PLAN, county["tc1"], china("2024-11-21 09:00"), plan="with railing", milestones="2025-08-31 open")
    do(issue, Verb.APPROVE_PLAN, county["duc"], china("2024-11-21 09:00"))

    assert list(Milestone.objects.of_issue(issue).values_list("name", flat=True)) == ["foundations", "open"]
    assert issue.level_due_at == issue.total_due_at == china("2025-08-31 17:30")


def test_plan_is_approved_above_and_never_by_who_made_it(county):
    issue = project(county)
    with pytest.raises(Refusal, match="no milestone left"):
        do(issue, Verb.MILESTONE, county["tc1"], TUESDAY, text="x")
    do(issue, Verb.FILE_PLAN, county["tc1"], TUESDAY, plan="a new bridge", milestones=STEPS)

    for name in ("vs1", "tc1", "leader"):
        with pytest.raises((Forbidden, OutOfScope, Refusal)):
            do(issue, Verb.APPROVE_PLAN, county[name], TUESDAY)
    do(issue, Verb.REFUSE_REQUEST, county["duc"], TUESDAY, reason="too dear")
    assert issue.project.approved_at is None
    assert issue.level_due_at == china("2024-10-11 17:30")


# --- 催办 ---


@pytest.mark.parametrize(
    ("brought", "who"),
    [
        (make.in_hand, "vs1"),
        (make.in_hand, "tc1"),
        (make.at_blue, "tc1"),
        (make.at_yellow, "duc"),
        (make.at_red, "duc2"),
        (make.at_red, "leader"),
    ],
)
def test_reminder_from_above_reaches_the_holder_once_a_day(county, brought, who):
    issue = brought(county, MONDAY)
    before = (issue.level_due_at, issue.status)
    do(issue, Verb.NUDGE, county[who], MONDAY, text="please")

    assert (issue.level_due_at, issue.status) == before
    assert told(issue, Verb.NUDGE)
    with pytest.raises(Refusal, match="reminded of it today"):
        do(issue, Verb.NUDGE, county[who], china("2024-09-23 23:59"))
    assert Verb.NUDGE not in verbs_of(issue, county[who], china("2024-09-23 23:59"))
    do(issue, Verb.NUDGE, county[who], china("2024-09-24 00:01"))


def test_reminder_is_not_for_the_holders_own_level(county):
    issue = make.at_blue(county, MONDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.NUDGE, county["vs1"], MONDAY)


# --- kept from the public ---


@pytest.mark.parametrize(
    ("about", "by_hand", "to", "hidden"),
    [
        ("env.waste", True, "road.light", True),  # kept by hand: stays so
        ("env.waste", False, "road.light", False),
        ("env.waste", False, "land.boundary", True),  # the category's
        ("land.boundary", False, "env.waste", False),
    ],
)
def test_category_corrected_at_acceptance_keeps_what_was_hidden_by_hand(county, about, by_hand, to, hidden):
    issue = make.reported(county, MONDAY, about=about, non_public=by_hand)
    do(issue, Verb.ACCEPT, county["tc1"], MONDAY, category=to)

    assert issue.non_public is hidden
