"""Rules of the notes' ladder (§3.2) that no other file walks: who hears of a skipped level, whose hands count, times counted."""

from __future__ import annotations

import pytest

from issues import services
from issues.errors import Refusal
from issues.models import EscalationRequest, Issue
from issues.terms import Cause, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("about", "by", "below"),
    [
        ("road.light", "vs1", {Role.PARTY_REPRESENTATIVE}),
        ("road.safety", "tc1", {Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY}),
    ],
)
def test_issue_that_begins_above_green_is_told_to_the_levels_that_it_skips(county, about, by, below):
    issue = make.reported(county, MONDAY, about=about)
    do(issue, Verb.ACCEPT, county[by], MONDAY)

    assert issue.climb_cause == Cause.SKIP
    assert below <= told(issue, Verb.ACCEPT)


def test_issue_that_begins_green_skips_nobody(county):
    issue = make.accepted(county, MONDAY, about="env.waste")

    assert issue.climb_cause == ""
    assert Role.VILLAGE_SECRETARY not in told(issue, Verb.ACCEPT)


def test_unit_that_is_named_anew_at_red_has_its_own_day_to_return_the_order(county):
    issue = make.at_red(county, MONDAY)
    later = china("2024-10-14 09:00")
    do(issue, Verb.APPOINT, county["duc"], later, unit=county.units["power"].pk, units=[], reason="their line")

    do(issue, Verb.RETURN_ORDER, county["power"], china("2024-10-15 09:00"), basis="三定方案", unit=county.units["roads"].pk)

    assert issue.lead_unit is None


def test_change_of_helpers_alone_gives_the_lead_no_new_day_to_return_the_order(county):
    issue = make.proposed(county, MONDAY)
    do(issue, Verb.ENTER_RED, county["duc"], MONDAY, reason="county road", unit=county.units["roads"].pk)
    later = china("2024-09-24 17:00")
    do(issue, Verb.APPOINT, county["duc"], later, unit=county.units["roads"].pk, units=[county.units["power"].pk], reason="help")

    with pytest.raises(Refusal, match="counts as accepted"):
        do(issue, Verb.RETURN_ORDER, county["roads"], china("2024-09-25 09:00"), basis="三定方案", unit=county.units["power"].pk)


@pytest.mark.parametrize(("at", "passes"), [("2024-09-25 17:30", True), ("2024-09-25 17:31", False)])
def test_county_may_send_down_within_two_working_days_and_the_township_has_a_day(county, at, passes):
    issue = make.at_red(county, MONDAY)
    if not passes:
        with pytest.raises(Refusal, match="that time is over"):
            do(issue, Verb.RETURN_DOWN, county["duc"], china(at), reason="the township has the power")
        return
    do(issue, Verb.RETURN_DOWN, county["duc"], china(at), reason="the township has the power")

    assert (issue.level, issue.light) == (30, "yellow")
    assert issue.level_due_at
    assert issue.level_due_at >= china("2024-09-26 17:30")


@pytest.mark.parametrize("reopenings", [1, 2])
def test_second_reopening_and_no_earlier_proposes_one_level_up(county, reopenings):
    issue = make.closed(county, MONDAY)
    for n in range(reopenings):
        if n:
            do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
            do(issue, Verb.VERIFY, county["gm1"], MONDAY)
            make.ask(issue, Verb.RATE, MONDAY, rating="satisfied")
        do(issue, Verb.REOPEN, county["vs1"], MONDAY, reason="it came back")

    assert bool(issue.raise_drafted_at) == (reopenings == 2)
    assert issue.level == 10  # a suggestion, not an action
    if reopenings == 2:
        assert issue.raise_cause == Cause.REOPEN
        assert told(issue, Verb.DRAFT_RAISE) == {Role.VILLAGE_SECRETARY}
        assert issue in Issue.objects.waiting_for(county["vs1"], MONDAY)
        do(issue, Verb.TAKE_UP, county["vs1"], MONDAY, reason="too often")
        assert (issue.level, issue.climb_cause) == (20, Cause.REOPEN)


# --- why a person passes it up ---


def two_more_near_by(county: make.County) -> None:
    """Of the same kind as the factories' issue, at its place; one of them in the next cell."""
    for path in make.CELLS[:2]:
        make.reported(county, MONDAY, path=path)


def test_issue_that_a_person_passes_up_out_of_a_cluster_says_so(county):
    issue = make.in_hand(county, MONDAY)
    two_more_near_by(county)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked the neighbours")

    assert issue.climb_cause == Cause.CLUSTER
    assert EscalationRequest.objects.get(issue=issue).cause == Cause.CLUSTER
    assert issue.events.get(verb=Verb.ESCALATE).facts["cause"] == Cause.CLUSTER


def test_issue_of_a_cluster_that_climbs_by_the_clock_is_overdue(county):
    issue = make.in_hand(county, MONDAY)
    two_more_near_by(county)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.ESCALATE, at=china("2024-10-14 09:00"))
    issue.refresh_from_db()

    assert issue.climb_cause == Cause.OVERDUE


def test_issue_that_a_person_passes_up_after_the_second_reopening_says_so(county):
    issue = make.in_hand(county, MONDAY)
    Issue.objects.filter(pk=issue.pk).update(reopened=2)
    do(issue, Verb.ESCALATE, county["pr1"], MONDAY, tried="asked the neighbours")

    assert EscalationRequest.objects.get(issue=issue).cause == Cause.REOPEN


PROPOSAL = {"tried": "asked the bank", "minute": make.MINUTE, "reason": "all over the village", "beyond": "funds"}


def test_red_list_when_proposed_for_a_cluster_is_entered_for_a_cluster(county):
    issue = make.at_yellow(county, MONDAY)
    two_more_near_by(county)
    do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, **PROPOSAL)
    do(issue, Verb.ENTER_RED, county["duc"], MONDAY, reason="county road", unit=county.units["roads"].pk)

    assert EscalationRequest.objects.get(issue=issue, to_level=40).cause == Cause.CLUSTER
    assert issue.climb_cause == Cause.CLUSTER


def test_red_list_when_proposed_on_the_draft_of_a_late_cluster_stays_overdue(county):
    issue = make.at_yellow(county, MONDAY)
    two_more_near_by(county)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=MONDAY)
    do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, **PROPOSAL)

    assert EscalationRequest.objects.get(issue=issue, to_level=40).cause == Cause.OVERDUE
