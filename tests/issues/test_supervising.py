"""Supervision: grades, leader, units, progress, leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from grids.levels import Level
from issues import sweeps
from issues.errors import Forbidden, Refusal
from issues.models import Event, Issue, KeySupervisionEntry, ListingRequest, Notice
from issues.terms import Nature, Status, Verb
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, china, do, listing, told

pytestmark = pytest.mark.django_db


MUCH_LATER = china("2024-12-02 09:00")
GRADE = KeySupervisionEntry.Grade


def entry_of(issue: Issue) -> KeySupervisionEntry:
    return KeySupervisionEntry.objects.filter(issue=issue).latest("pk")


def steps(issue: Issue) -> list[str]:
    return list(entry_of(issue).steps.values_list("verb", flat=True))


# --- general supervision of a yellow issue ---


def test_refused_proposal_may_at_once_be_put_under_general_supervision(county):
    issue = make.proposed(county, MONDAY)
    do(issue, Verb.REFUSE_RED, county["duc"], TUESDAY)
    do(issue, Verb.SUPERVISE, county["duc"], TUESDAY, reason="follow it", unit=county.units["township1"].pk)

    entry = entry_of(issue)
    assert (issue.level, issue.status) == (Level.TOWNSHIP, Status.IN_PROGRESS)
    assert (entry.grade, entry.lead_unit, entry.entered_by) == (GRADE.GENERAL, county.units["township1"], county["duc"])
    assert list(KeySupervisionEntry.objects.general()) == [entry]
    assert not KeySupervisionEntry.objects.standing().exists()
    assert issue.standing_entry is None
    assert Role.TOWNSHIP_COMMITTEE in told(issue, Verb.SUPERVISE)
    with pytest.raises(Refusal, match="under supervision already"):
        do(issue, Verb.SUPERVISE, county["duc"], TUESDAY, reason="again", unit=county.units["township1"].pk)


def test_supervised_issue_is_not_sent_down_before_the_county_lifts_it(county):
    issue = make.at_blue(county, MONDAY)
    do(issue, Verb.ESCALATE, county["vs1"], MONDAY, tried="village fund is empty", minute=make.MINUTE)
    do(issue, Verb.SUPERVISE, county["duc"], MONDAY, reason="follow it", unit=county.units["township1"].pk)

    with pytest.raises(Refusal, match="until the supervision office lifts"):
        do(issue, Verb.RETURN_DOWN, county["tc1"], MONDAY)
    do(issue, Verb.LIFT, county["duc"], MONDAY, reason="on its way")
    do(issue, Verb.RETURN_DOWN, county["tc1"], MONDAY)

    assert issue.level == Level.VILLAGE
    assert (entry_of(issue).exit_verb, entry_of(issue).exit_reason) == (Verb.LIFT, "on its way")


def test_general_supervision_ends_when_the_issue_enters_the_red_list_as_another_entry(county):
    issue = make.at_yellow(county, MONDAY)
    do(issue, Verb.SUPERVISE, county["duc"], MONDAY, reason="follow it", unit=county.units["township1"].pk)
    do(issue, Verb.PROPOSE_RED, county["tc1"], TUESDAY, tried="x", minute=make.MINUTE, reason="y", beyond="authority")
    do(issue, Verb.ENTER_RED, county["duc"], TUESDAY, reason="county road", unit=county.units["roads"].pk)

    general, key = KeySupervisionEntry.objects.filter(issue=issue).order_by("pk")
    assert (general.grade, general.exit_verb, general.exited_at) == (GRADE.GENERAL, Verb.ENTER_RED, TUESDAY)
    assert key.slip is not None
    assert (key.grade, key.exited_at, key.slip.beyond) == (GRADE.KEY, None, "authority")


# --- listed supervision ---


def test_listing_is_proposed_when_late_signed_by_a_leader_and_told_in_public(county):
    issue = make.at_red(county, MONDAY)
    with pytest.raises(Refusal, match="It is not late"):
        do(issue, Verb.PROPOSE_LISTED, county["duc"], TUESDAY, **listing(county))
    with pytest.raises(Refusal, match="has not proposed"):
        do(issue, Verb.LIST, county["leader"], MUCH_LATER, **listing(county))
    sweeps.warn(at=MUCH_LATER)
    issue.refresh_from_db()
    assert entry_of(issue).grade == GRADE.KEY  # nobody but people raises it

    do(issue, Verb.PROPOSE_LISTED, county["duc"], MUCH_LATER, **listing(county))
    assert entry_of(issue).grade == GRADE.KEY
    assert told(issue, Verb.PROPOSE_LISTED) == {Role.COUNTY_LEADER}
    assert list(Issue.objects.waiting_for(county["leader"], MUCH_LATER).of_asked("decide")) == [issue]
    with pytest.raises(Forbidden):
        do(issue, Verb.LIST, county["duc"], MUCH_LATER, **listing(county))
    do(issue, Verb.LIST, county["leader"], MUCH_LATER, **listing(county))

    entry, event = entry_of(issue), issue.events.get(verb=Verb.LIST)
    assert (entry.grade, entry.leader, entry.due_at) == (GRADE.LISTED, county["leader"], china("2024-12-31 17:30"))
    assert issue.level_due_at == china("2024-12-31 17:30")
    assert issue.public_line == ""  # of the result nothing is said yet
    assert event.public_texts == {"public_line": "吴常委挂牌督办"}
    assert ListingRequest.objects.get(entry=entry).decided_by == county["leader"]
    assert steps(issue) == [Verb.ENTER_RED, Verb.PROPOSE_LISTED, Verb.LIST]


def test_legacy_may_be_listed_before_it_is_late(county):
    issue = make.at_red(county, MONDAY)
    Issue.objects.filter(pk=issue.pk).update(nature=Nature.LEGACY)

    do(issue, Verb.PROPOSE_LISTED, county["duc"], TUESDAY, **listing(county))

    assert entry_of(issue).listing_asked_at == TUESDAY


@pytest.mark.parametrize(("fact", "value"), [("due", "2024-12-02"), ("due", "soon"), ("leader", "0"), ("public_line", "")])
def test_listing_needs_a_leader_of_the_county_a_date_ahead_and_a_line(county, fact, value):
    issue = make.at_red(county, MONDAY)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PROPOSE_LISTED, county["duc"], MUCH_LATER, **listing(county, **{fact: value}))

    assert refused.value.field == fact
    assert not ListingRequest.objects.exists()


def test_leader_may_refuse_and_may_lift_what_was_listed(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.PROPOSE_LISTED, county["duc"], MUCH_LATER, **listing(county))
    do(issue, Verb.REFUSE_LISTED, county["leader"], MUCH_LATER, reason="first talk to them")
    assert (entry_of(issue).grade, entry_of(issue).listing_asked_at) == (GRADE.KEY, None)
    with pytest.raises(Refusal, match="not under listed"):
        do(issue, Verb.LIFT, county["leader"], MUCH_LATER, reason="x")

    do(issue, Verb.PROPOSE_LISTED, county["duc"], MUCH_LATER, **listing(county))
    do(issue, Verb.LIST, county["leader"], MUCH_LATER, **listing(county))
    do(issue, Verb.LIFT, county["leader"], MUCH_LATER, reason="on its way")

    entry = entry_of(issue)
    assert (entry.grade, entry.leader, entry.exited_at) == (GRADE.KEY, None, None)
    grades = list(entry.steps.values_list("verb", "grade"))
    assert grades[-2:] == [(Verb.LIST, GRADE.LISTED), (Verb.LIFT, GRADE.KEY)]


def test_listed_without_a_leader_is_refused_by_the_database(county):
    issue = make.at_red(county, MONDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        KeySupervisionEntry.objects.filter(issue=issue).update(grade=GRADE.LISTED)


# --- who leads, who helps, how it goes on ---


def test_office_names_helpers_and_changes_them_with_a_reason(county):
    issue = make.proposed(county, MONDAY)
    roads, power = county.units["roads"], county.units["power"]
    do(issue, Verb.ENTER_RED, county["duc"], MONDAY, reason="county road", unit=roads.pk, units=[power.pk, roads.pk])
    assert list(entry_of(issue).helpers.all()) == [power]  # who leads is no helper of itself
    do(issue, Verb.ACKNOWLEDGE, county["roads"], MONDAY)

    with pytest.raises(Refusal, match="lead and help already"):
        do(issue, Verb.APPOINT, county["duc"], TUESDAY, unit=roads.pk, units=[power.pk], reason="x")
    with pytest.raises(Refusal, match="“Reason” is missing"):
        do(issue, Verb.APPOINT, county["duc"], TUESDAY, unit=power.pk)
    do(issue, Verb.APPOINT, county["duc"], TUESDAY, unit=power.pk, units=[roads.pk], reason="lines first")

    entry = entry_of(issue)
    assert (issue.lead_unit, issue.status, entry.lead_unit, list(entry.helpers.all())) == (power, Status.ASSIGNED, power, [roads])
    first, second = entry.steps.all()
    assert first.due_at == china("2024-09-29 17:30")  # red and urgent: five working days
    assert (first.lead_unit, list(first.helpers.all())) == (roads, [power])
    assert (second.lead_unit, list(second.helpers.all()), second.text) == (power, [roads], "lines first")


def test_helper_of_another_place_is_refused(county):
    issue = make.proposed(county, MONDAY)
    elsewhere = county.units["township2"].pk

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.ENTER_RED, county["duc"], MONDAY, reason="x", unit=county.units["roads"].pk, units=[elsewhere])

    assert refused.value.field == "units"


def test_order_that_goes_to_another_unit_changes_the_entry(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.DISPATCH, county["duc"], TUESDAY, unit=county.units["power"].pk)

    assert entry_of(issue).lead_unit == county.units["power"]
    assert steps(issue) == [Verb.ENTER_RED, Verb.DISPATCH]


@pytest.mark.parametrize(("shown", "is_public"), [("requester", True), ("staff", False), (None, False)])
def test_lead_unit_reports_progress_which_the_requester_reads_if_that_is_said(county, shown, is_public):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.REPORT_PROGRESS, county["roads"], TUESDAY, **({"shown": shown} if shown else {}))

    event = issue.events.get(verb=Verb.REPORT_PROGRESS)
    assert event.is_public == is_public
    assert event.public_texts == ({"progress": "foundations are laid"} if is_public else {})
    assert entry_of(issue).progress_at == TUESDAY
    assert issue.progress_due_at == china("2024-09-30 17:30")  # five working days, the adjusted Sunday among them
    with pytest.raises(Forbidden):
        do(issue, Verb.REPORT_PROGRESS, county["duc"], TUESDAY)


def test_unit_that_says_nothing_is_reminded_once(county):
    issue = make.at_red(county, MONDAY)
    due = issue.progress_due_at
    assert due == china("2024-09-29 17:30")  # the adjusted Sunday is worked

    sweeps.warn(at=due + timedelta(minutes=1))
    sweeps.warn(at=due + timedelta(minutes=2))

    reminder = Event.objects.get(issue=issue, verb=Verb.WARN, facts__reason="progress")
    people = {notice.person for notice in Notice.objects.filter(event=reminder, channel="in_app")}
    assert county["roads"] in people
    assert list(KeySupervisionEntry.objects.without_progress(due + timedelta(minutes=1))) == [entry_of(issue)]


# --- leaving ---


def test_office_takes_it_off_the_list_and_a_second_entry_is_another_row(county):
    issue = make.at_red(county, MONDAY)
    later = china("2024-10-09 09:00")  # long after it could merely be returned
    with pytest.raises(Forbidden):
        do(issue, Verb.EXIT_DOWN, county["roads"], later)
    do(issue, Verb.EXIT_DOWN, county["duc"], later)

    first = entry_of(issue)
    assert (issue.level, issue.status, issue.lead_unit) == (Level.TOWNSHIP, Status.ASSIGNED, None)
    assert (first.exited_at, first.exit_verb, first.exit_reason) == (later, Verb.EXIT_DOWN, "the township can do it now")
    assert issue.level_due_at is not None
    assert issue.level_due_at > later
    assert issue.progress_due_at is None

    do(issue, Verb.PROPOSE_RED, county["tc1"], later, tried="again", minute=make.MINUTE, reason="money", beyond="funds")
    do(issue, Verb.ENTER_RED, county["duc"], later, reason="again", unit=county.units["roads"].pk)
    assert KeySupervisionEntry.objects.filter(issue=issue).count() == 2
    assert entry_of(issue).exited_at is None


def test_proposal_to_sign_falls_when_the_stay_ends(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.PROPOSE_LISTED, county["duc"], MUCH_LATER, **listing(county))
    do(issue, Verb.EXIT_DOWN, county["duc"], MUCH_LATER)

    assert ListingRequest.objects.get().decision == "dropped"
    assert entry_of(issue).listing_asked_at is None
