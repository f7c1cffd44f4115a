"""Proposals for the red list and their decision, in time; and none of it by the program."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from grids.levels import LADDER_LEVELS, Level
from issues import services, sweeps
from issues.errors import Refusal
from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry, Notice
from issues.services import VERBS, Act
from issues.terms import Actor, Beyond, Status, Verb
from issues.workflow import BY_PEOPLE, MOVE, SIGNED
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, china, do, listing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("beyond", [None, "", "weather"])
def test_proposal_without_one_of_the_four_reasons_is_refused(county, beyond):
    issue = make.at_yellow(county, MONDAY)
    given = {"beyond": beyond} if beyond is not None else {}

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, tried="x", minute=make.MINUTE, reason="y", **given)

    assert refused.value.field == "beyond"


def test_reasons_are_the_four_of_the_notes():
    assert [beyond.value for beyond in Beyond] == ["authority", "funds", "crosses", "legacy"]


def test_proposal_without_the_minute_of_a_deliberation_is_refused(county):
    issue = make.at_yellow(county, MONDAY)

    with pytest.raises(Refusal) as refused:
        do(issue, Verb.PROPOSE_RED, county["tc1"], MONDAY, tried="x", reason="y", beyond="funds")

    assert refused.value.field == "minute"
    assert not KeySupervisionEntry.objects.exists()


@pytest.mark.parametrize(("stage", "by"), [(make.in_hand, "vs1"), (make.at_blue, "vs1"), (make.at_blue, "tc1")])
def test_levels_are_not_skipped_on_the_way_to_the_red_list(county, stage, by):
    issue = stage(county, MONDAY)

    with pytest.raises(Refusal, match="No level is skipped") as refused:
        do(issue, Verb.PROPOSE_RED, county[by], MONDAY, tried="x", minute=make.MINUTE, reason="y", beyond="funds")

    assert refused.value.status == 409


def test_deciders_are_reminded_before_the_decision_is_due_and_when_it_is(county):
    issue = make.proposed(county, MONDAY)
    assert issue.decide_due_at == china("2024-09-25 17:30")

    sweeps.warn(at=china("2024-09-25 13:00"))
    before = Event.objects.filter(issue=issue, verb=Verb.WARN, facts__reason="decide").count()
    sweeps.warn(at=china("2024-09-25 17:31"))
    sweeps.warn(at=china("2024-09-26 17:31"))

    reminders = Event.objects.filter(issue=issue, verb=Verb.WARN, facts__reason="decide").order_by("number")
    assert before == 1
    assert [event.facts["step"] for event in reminders] == [0, 1]
    told_of = Notice.objects.filter(event=reminders[1], channel="in_app", person__isnull=False)
    assert {notice.person for notice in told_of} == {county["duc"], county["duc2"]}


@pytest.mark.parametrize("verb", [Verb.ENTER_RED, Verb.REFUSE_RED])
def test_decision_ends_its_clock(county, verb):
    issue = make.proposed(county, MONDAY)
    do(issue, verb, county["duc"], TUESDAY, reason="seen", unit=county.units["roads"].pk)

    assert issue.decide_due_at is None
    sweeps.warn(at=china("2024-09-25 17:31"))
    assert not Event.objects.filter(issue=issue, verb=Verb.WARN, facts__reason="decide").exists()


def test_draft_of_the_program_is_to_be_decided_too(county):
    issue = make.at_yellow(county, MONDAY)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=TUESDAY)
    issue.refresh_from_db()

    assert issue.decide_due_at == china("2024-09-26 17:30")


def suspended(county: make.County, issue: Issue) -> None:
    """The township's issue rests, by the county's word."""
    do(issue, Verb.ASK_SUSPENSION, county["tc1"], TUESDAY, suspension="legal", reason="before the court")
    do(issue, Verb.SUSPEND, county["duc"], TUESDAY)


def test_proposal_whose_issue_rested_is_decided_as_many_working_days_later(county):
    issue = make.proposed(county, MONDAY)
    level_due = issue.level_due_at
    assert level_due
    suspended(county, issue)
    assert issue.decide_due_at == china("2024-09-25 17:30")

    do(issue, Verb.RESUME, county["duc"], china("2024-09-27 09:00"))  # three working days

    due = china("2024-09-29 17:30")  # Thursday, Friday, the worked Sunday
    assert issue.decide_due_at == due
    assert EscalationRequest.objects.get(issue=issue, decision="pending").decide_by == due
    assert issue.level_due_at
    assert issue.level_due_at.date() == make.calendar().nth_working_day(level_due.date(), 3)
    sweeps.warn(at=china("2024-09-27 17:31"))
    assert not Event.objects.filter(issue=issue, verb=Verb.WARN, facts__reason="decide").exists()
    sweeps.warn(at=china("2024-09-29 17:31"))
    assert Event.objects.filter(issue=issue, verb=Verb.WARN, facts__reason="decide").exists()


def test_draft_of_the_program_that_rested_is_decided_as_many_working_days_later(county):
    issue = make.at_yellow(county, MONDAY)
    services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=MONDAY)
    suspended(county, issue)
    do(issue, Verb.RESUME, county["duc"], china("2024-09-27 09:00"))

    assert issue.decide_due_at == china("2024-09-29 17:30")
    assert not EscalationRequest.objects.filter(issue=issue, decision="pending").exists()


def test_issue_without_a_proposal_has_nothing_to_be_decided_after_a_rest(county):
    issue = make.at_yellow(county, MONDAY)
    suspended(county, issue)
    do(issue, Verb.RESUME, county["duc"], china("2024-09-27 09:00"))

    assert issue.decide_due_at is None


# --- red is never automatic ---


@pytest.mark.parametrize("stage", [make.in_hand, make.at_blue, make.at_yellow, make.proposed, make.at_red])
def test_program_doing_every_verb_in_every_status_makes_no_entry_and_moves_nothing_to_red(county, stage):
    issue = stage(county, MONDAY)
    was_red, before = issue.level == Level.COUNTY, KeySupervisionEntry.objects.count()
    facts = listing(county, unit=county.units["roads"].pk, minute=make.MINUTE, beyond="funds", grade="key", progress="x")
    done = set()

    for verb in VERBS:
        for status in Status:
            with transaction.atomic():
                Issue.objects.filter(pk=issue.pk).update(status=status, closed_at=None if status in _OPEN else MONDAY)
                tried = Issue.objects.get(pk=issue.pk)
                try:
                    with transaction.atomic():
                        Act(tried, verb, TUESDAY, facts=facts).perform()
                    done.add(verb)
                except (Refusal, AssertionError, KeyError):
                    pass
                assert KeySupervisionEntry.objects.count() == before
                assert was_red or Issue.objects.get(pk=issue.pk).level < Level.COUNTY
                transaction.set_rollback(True)

    assert done.isdisjoint(BY_PEOPLE)
    assert Verb.NOTE not in done


def test_event_of_the_red_list_without_a_person_is_refused_by_the_database(county):
    issue = make.proposed(county, MONDAY)
    row = {"issue": issue, "number": 99, "at": TUESDAY, "to_status": issue.status, "to_level": 40, "hash": "x"}

    for verb in BY_PEOPLE:
        with pytest.raises(IntegrityError, match="event_red_by_people"), transaction.atomic():
            Event.objects.create(verb=verb, actor="system", **row)


def test_event_of_a_decision_without_a_person_is_refused_by_the_database_but_for_imported_history(county):
    issue = make.in_hand(county, MONDAY)
    row = {"issue": issue, "at": TUESDAY, "to_status": issue.status, "to_level": 10, "hash": "x"}

    for verb in SIGNED:
        for actor in (Actor.SYSTEM, Role.TOWNSHIP_COMMITTEE):
            with pytest.raises(IntegrityError, match="event_signed_by_people"), transaction.atomic():
                Event.objects.create(verb=verb, actor=actor, number=99, **row)
    told = Event.objects.create(verb=Verb.DECLINE, actor=Actor.SYSTEM, number=99, facts={"source": "12345"}, **row)
    assert told.pk


def test_decisions_that_stay_peoples_are_those_of_the_notes():
    notes = {"decline", "extend", "suspend", "defer", "explain", "merge", "enter_red", "exit_down", "approve_exit", "publish_photo"}

    assert notes <= {verb.value for verb in SIGNED | BY_PEOPLE}
    assert not any(Actor.SYSTEM in MOVE[verb].who(level) for verb in SIGNED | BY_PEOPLE for level in LADDER_LEVELS)


_OPEN = set(Status) - {Status.CLOSED, Status.CLOSED_EXPLAINED, Status.DECLINED, Status.WITHDRAWN, Status.MERGED}
