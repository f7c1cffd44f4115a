"""Who sees which issue, its reports, events and contacts: every role, from the table of roles."""

from __future__ import annotations

from copy import copy

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from grids.levels import Level
from issues import contacts, services
from issues.models import Attachment, EscalationRequest, Event, Issue, KeySupervisionEntry, Notice, Submission
from issues.terms import ClockState, Light, Status, Verb
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, T1, V1, K, ask, china, do

LATER = china("2024-12-01 09:00")

pytestmark = pytest.mark.django_db


def who_sees(county: make.County, issue: Issue, at=MONDAY) -> set[str]:
    return {name for name, person in county.people.items() if Issue.objects.visible_to(person, at).filter(pk=issue.pk).exists()}


VILLAGE_V1 = {"gl1", "pr1", "pr1b", "vs1", "tc1"}
CELL_1 = VILLAGE_V1 | {"gm1"}


def test_green_issue_is_seen_on_its_path_and_by_nobody_beside_it(county):
    assert who_sees(county, make.reported(county, MONDAY)) == CELL_1


def test_issue_of_a_village_is_not_seen_by_the_people_of_its_cells(county):
    assert who_sees(county, make.reported(county, MONDAY, V1)) == VILLAGE_V1


def test_yellow_issue_is_seen_by_the_supervision_office_and_red_by_the_leader_too(county):
    assert who_sees(county, make.at_yellow(county, MONDAY)) == CELL_1 | {"duc", "duc2"}
    assert who_sees(county, make.at_red(county, MONDAY)) == CELL_1 | {"duc", "duc2", "leader", "roads"}


def test_late_green_issue_rises_into_the_sight_of_the_supervision_office_until_it_ends(county):
    issue = make.in_hand(county, MONDAY)
    assert {"duc"} & who_sees(county, issue, MONDAY) == set()
    assert {"duc"} & who_sees(county, issue, LATER) == {"duc"}

    ask(issue, Verb.WITHDRAW, LATER)
    assert {"duc"} & who_sees(county, issue, LATER) == set()


def test_issue_entered_for_somebody_is_seen_by_who_entered_it(county):
    issue = make.reported(county, MONDAY, CELLS[4], by=county["hotline"])

    assert who_sees(county, issue) == {"gm3", "pr3", "vs3", "tc2", "hotline"}


def test_office_asked_to_help_with_a_blue_issue_sees_it_as_a_department_does(county):
    issue = make.at_blue(county, MONDAY)
    assert who_sees(county, issue) & {"duc", "power", "roads"} == set()
    units = [county.units["supervision"].pk, county.units["power"].pk]
    do(issue, Verb.ASK_HELP, county["vs1"], MONDAY, units=units, task="come and look")

    assert who_sees(county, issue) == CELL_1 | {"duc", "duc2", "power"}
    for name in ("duc", "power"):
        assert waiting(county, name) == [("help", "in_progress")]


def test_helper_still_sees_what_it_answered_and_the_unit_that_returned_its_order_sees_nothing(county):
    issue = make.at_yellow(county, MONDAY)
    do(issue, Verb.ASK_HELP, county["tc1"], MONDAY, units=[county.units["roads"].pk], task="come and look")
    do(issue, Verb.ANSWER, county["roads"], MONDAY, text="seen")
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)
    assert {"roads", "power"} <= who_sees(county, issue)

    words = {"reason": "not ours", "basis": "duties of the office", "unit": county.units["roads"].pk}
    do(issue, Verb.RETURN_ORDER, county["power"], MONDAY, **words)
    assert "power" not in who_sees(county, issue)


def test_delegate_sees_the_red_issue_it_checks_and_reads_no_contact(county):
    issue = make.at_red(county, MONDAY)
    assert "power" not in who_sees(county, issue)
    Issue.objects.filter(pk=issue.pk).update(delegate_unit=county.units["power"])
    issue.refresh_from_db()

    assert "power" in who_sees(county, issue)
    assert not contacts.may_see_contact(issue, county["power"], MONDAY)


@pytest.mark.parametrize(
    ("stage", "asker", "decider"),
    [(make.in_hand, "pr1", "vs1"), (make.at_blue, "vs1", "tc1"), (make.at_yellow, "tc1", "duc"), (make.at_red, "roads", "leader")],
)
def test_who_decides_opens_the_issue_and_reads_no_contact_by_that(county, stage, asker, decider):
    issue = stage(county, MONDAY)
    facts = {"suspension": "funds", "reason": "no money yet", "resume_on": "2024-10-10", "interim_measure": "a fence"}
    do(issue, Verb.ASK_SUSPENSION, county[asker], MONDAY, **facts)

    assert decider in who_sees(county, issue)
    assert ("decide", "in_progress") in waiting(county, decider)
    if decider in ("duc", "leader"):
        assert not contacts.may_see_contact(issue, county[decider], MONDAY)


# Row by row: what each role of the table sees of an issue of its own place at each light, and of one that ended there.
SEES = {
    #              green  blue   yellow red    closed
    "household":  (False, False, False, False, False),
    "gm1":        (True,  True,  True,  True,  True),
    "gl1":        (True,  True,  True,  True,  True),
    "cadre1":     (False, False, False, False, False),
    "pr1":        (True,  True,  True,  True,  True),
    "vs1":        (True,  True,  True,  True,  True),
    "tc1":        (True,  True,  True,  True,  True),
    "tc2":        (False, False, False, False, False),
    "roads":      (False, False, False, True,  False),  # leads the red one
    "power":      (False, False, False, False, False),
    "duc":        (False, False, True,  True,  False),
    "leader":     (False, False, False, True,  False),
    "organisation": (False, False, False, False, False),
    "discipline1": (False, False, False, False, False),
    "hotline":    (False, False, False, False, False),
    "monitor":    (False, False, False, False, False),
    "admin":      (False, False, False, False, False),
    "auditor":    (False, False, False, False, False),
}  # fmt: skip


def test_each_role_sees_what_its_row_says_at_every_light(county):
    stages = (make.in_hand, make.at_blue, make.at_yellow, make.at_red, make.closed)
    seen = [who_sees(county, stage(county, MONDAY)) for stage in stages]

    assert {name: tuple(name in each for each in seen) for name in SEES} == SEES


def test_dispatched_issue_is_seen_by_the_people_of_that_unit(county):
    issue = make.at_yellow(county, MONDAY)
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)

    assert who_sees(county, issue) == CELL_1 | {"duc", "duc2", "power"}


def test_sealed_issue_is_seen_by_the_discipline_inspection_of_its_township_alone(county):
    issue = make.reported(county, MONDAY, about="village.conduct")

    assert who_sees(county, issue) == {"discipline1"}
    assert who_sees(county, issue, LATER) == {"discipline1"}  # nor when it is late
    assert who_sees(county, make.reported(county, MONDAY)) & {"discipline1"} == set()


def test_configuring_and_auditing_see_no_issue(county):
    issue = make.at_red(county, MONDAY)

    assert who_sees(county, issue) & {"admin", "auditor", "organisation", "monitor"} == set()
    assert not Issue.objects.visible_to(AnonymousUser(), MONDAY).exists()
    county["admin"].is_superuser = True
    county["admin"].save()
    assert not Issue.objects.visible_to(county["admin"], MONDAY).exists()


def test_posting_that_has_ended_shows_nothing_any_more(county):
    issue = make.reported(county, MONDAY)

    assert not Issue.objects.visible_to(county["gm1"], make.LONG_AGO.replace(year=2019)).filter(pk=issue.pk).exists()


def test_what_belongs_to_an_issue_is_seen_with_it(county):
    issue = make.at_red(county, MONDAY)
    Attachment.objects.create(submission=issue.submissions.get(), sha256="0", file="x", media_type="image/jpeg", received_at=MONDAY)
    for model in (Submission, Event, Attachment, EscalationRequest, KeySupervisionEntry):
        for name, sees in (("vs1", True), ("leader", True), ("vs2", False), ("tc2", False), ("admin", False), ("auditor", False)):
            assert model.objects.visible_to(county[name], MONDAY).exists() is sees, (model, name)


def test_notices_are_seen_by_whom_they_are_for(county):
    make.accepted(county, MONDAY)

    assert {notice.person for notice in Notice.objects.visible_to(county["pr1"], MONDAY)} == {county["pr1"]}
    assert not Notice.objects.visible_to(county["admin"], MONDAY).exists()


def test_figures_count_what_may_not_be_opened_but_nothing_sealed(county):
    make.reported(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct")

    counts = {
        name: Issue.objects.counted_for(county[name], MONDAY).count()
        for name in ("duc", "organisation", "vs1", "vs2", "roads", "admin")
    }

    assert counts == {"duc": 1, "organisation": 1, "vs1": 1, "vs2": 0, "roads": 0, "admin": 0}


# --- contacts ---

CONTACT = {
    "submitted": (make.reported, {"gm1", "gl1", "vs1"}),
    "green": (make.in_hand, {"gm1", "gl1", "pr1", "vs1"}),
    "blue": (make.at_blue, {"pr1", "pr1b", "vs1"}),
    "yellow": (make.at_yellow, {"tc1"}),
    "red": (make.at_red, {"duc", "duc2", "roads"}),
    "verification": (make.resolved, {"gm1", "gl1", "pr1", "vs1"}),
    "closed": (make.closed, set()),
}


@pytest.mark.parametrize("stage", CONTACT)
def test_contact_is_shown_to_whoever_holds_the_issue(county, stage):
    bring, expected = CONTACT[stage]
    issue = bring(county, MONDAY)

    assert {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)} == expected


def test_contact_of_a_sealed_issue_is_the_discipline_inspections_alone(county):
    issue = make.reported(county, MONDAY, about="village.conduct", by=county["hotline"])

    assert {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)} == {"discipline1"}


def test_people_of_the_grid_read_no_contact_where_checking_is_not_theirs(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    may = {name for name, person in county.people.items() if contacts.may_see_contact(issue, person, MONDAY)}
    assert may == {"duc", "duc2", "roads"}

    yellow = make.at_yellow(county, MONDAY)
    do(yellow, Verb.RESOLVE, county["tc1"], MONDAY)
    may = {name for name, person in county.people.items() if contacts.may_see_contact(yellow, person, MONDAY)}
    assert may == {"gm1", "gl1", "tc1"}


def test_household_reads_the_contact_of_what_it_entered_until_it_is_accepted(county):
    issue = make.reported(county, MONDAY, by=county["household"])
    assert contacts.may_see_contact(issue, county["household"], MONDAY)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    assert "household" in who_sees(county, issue)
    assert not contacts.may_see_contact(issue, county["household"], MONDAY)


def test_contact_of_own_intake_is_seen_by_the_hotline(county):
    own, other = make.reported(county, MONDAY, by=county["hotline"]), make.reported(county, MONDAY)

    assert contacts.may_see_contact(own, county["hotline"], MONDAY)
    assert not contacts.may_see_contact(other, county["hotline"], MONDAY)


# --- queues ---


def waiting(county: make.County, name: str, at=MONDAY) -> list[tuple[str, str]]:
    found = Issue.objects.waiting_for(county[name], at).soonest_due_first()
    return [(issue.asked, issue.status) for issue in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (make.reported, {"gm1": "accept", "gl1": "accept", "vs1": "accept"}),
        (make.accepted, {"pr1": "acknowledge"}),
        (make.in_hand, {"pr1": "handle"}),
        (make.at_blue, {"vs1": "handle"}),
        (make.at_yellow, {"tc1": "handle"}),
        (make.proposed, {"tc1": "handle", "duc": "decide", "duc2": "decide"}),
        (make.at_red, {"roads": "handle"}),
        (make.resolved, {"gm1": "verify", "gl1": "verify", "vs1": "verify"}),
        (make.awaiting_rating, {}),
        (make.closed, {}),
    ],
)
def test_issue_waits_for_whom_it_is_with(county, stage, expected):
    stage(county, MONDAY)

    found = {
        name: [vars(row)["asked"] for row in Issue.objects.waiting_for(person, MONDAY)][:1]
        for name, person in county.people.items()
    }

    assert {name: asked[0] for name, asked in found.items() if asked} == expected


def test_desk_has_an_issue_back_when_the_unit_is_late(county):
    issue = make.at_yellow(county, MONDAY)
    do(issue, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["power"].pk)

    assert waiting(county, "power") == [("acknowledge", "assigned")]
    assert waiting(county, "tc1") == []
    assert waiting(county, "tc1", LATER) == [("acknowledge", "assigned")]


def test_red_exit_waits_for_the_supervision_office(county):
    issue = make.at_red(county, MONDAY)
    do(issue, Verb.RESOLVE, county["roads"], MONDAY)
    assert waiting(county, "duc") == [("verify", "pending_verification")]
    do(issue, Verb.VERIFY, county["duc"], MONDAY)
    assert waiting(county, "duc") == [("decide", "pending_feedback")]
    do(issue, Verb.APPROVE_EXIT, county["duc"], MONDAY)
    assert waiting(county, "duc") == [("feedback", "pending_feedback")]  # every red one is called back


def test_requester_with_only_a_telephone_waits_for_a_caller_until_rated(county):
    issue = make.awaiting_rating(county, MONDAY, channel="phone")
    assert waiting(county, "gm1") == [("feedback", "pending_feedback")]
    assert waiting(county, "pr1") == []  # handled it

    do(issue, Verb.RATE, county["gm1"], MONDAY, rating="dissatisfied")
    assert waiting(county, "gm1") == []


def test_manual_desk_waits_for_the_county(county):
    make.reported(county, MONDAY, K)

    assert waiting(county, "duc") == [("accept", "submitted")]


def test_what_lies_too_long_waits_for_the_township(county):
    make.reported(county, MONDAY)

    assert waiting(county, "tc1") == []
    assert waiting(county, "tc1", LATER) == [("accept", "submitted")]


def test_queue_is_ordered_by_what_is_due_soonest(county):
    late = make.in_hand(county, MONDAY, about="env.waste")
    soon = make.in_hand(county, MONDAY)

    assert list(Issue.objects.waiting_for(county["pr1"], MONDAY).soonest_due_first()) == [soon, late]


def test_everything_that_waits_is_visible_and_can_be_moved(county):
    """A queue never shows what the person may not open, and each row has a button."""
    for stage in (make.reported, make.accepted, make.in_hand, make.at_blue, make.proposed, make.at_red, make.resolved):
        stage(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct")
    for at in (MONDAY, LATER):
        for person in county.people.values():
            for issue in Issue.objects.waiting_for(person, at):
                assert Issue.objects.visible_to(person, at).filter(pk=issue.pk).exists()
                assert services.possible_moves(issue, person, at)


# --- clock and lists ---


@pytest.mark.parametrize("at", [MONDAY, china("2024-09-24 05:00"), china("2024-09-24 09:00"), china("2024-09-27 09:00"), LATER])
def test_clock_state_in_the_query_is_the_one_of_the_row(county, at):
    for stage in (make.reported, make.in_hand, make.at_blue, make.resolved, make.awaiting_rating, make.closed):
        stage(county, MONDAY)
    late = make.in_hand(county, MONDAY)
    do(late, Verb.RESOLVE, county["pr1"], china("2024-09-26 09:00"))
    paused = make.in_hand(county, MONDAY)
    Issue.objects.filter(pk=paused.pk).update(status=Status.SUSPENDED)
    ended = make.reported(county, MONDAY)
    do(ended, Verb.DECLINE, county["vs1"], LATER)

    rows = list(Issue.objects.with_clock_state(at))
    clocks = {issue.pk: vars(issue)["clock"] for issue in rows}

    assert clocks == {issue.pk: issue.clock_state(at).value for issue in rows}
    assert {ClockState.PAUSED.value, ClockState.OVERDUE.value} <= set(clocks.values())
    for state in ClockState:
        found = {issue.pk for issue in Issue.objects.in_clock_state(state, at)}
        assert found == {pk for pk, clock in clocks.items() if clock == state}


def test_lists_by_light_category_urgency_and_words(county):
    green, yellow, red = (
        make.reported(county, MONDAY),
        make.at_yellow(county, MONDAY, about="env.waste"),
        make.at_red(county, MONDAY),
    )

    assert set(Issue.objects.of_lights(Light.GREEN)) == {green}
    assert list(Issue.objects.red_list()) == [red]
    assert set(Issue.objects.of_category("env.waste")) == {yellow}
    assert set(Issue.objects.of_category("house")) == {green, red}
    assert set(Issue.objects.of_urgency("normal")) == {yellow}
    assert list(Issue.objects.matching(red.number[-4:])) == [red]
    assert set(Issue.objects.open_in(T1)) == {green, yellow, red}
    assert red.level == Level.COUNTY


def test_sweeps_and_lists_read_what_is_due_and_not_what_exists(county):
    """Among thousands of ended issues, no question of a sweep or a list walks the table."""
    ended = make.closed(county, MONDAY)
    make.in_hand(county, MONDAY)
    rows = [copy(ended) for _ in range(4000)]
    for number, row in enumerate(rows):
        row.pk, row.number = None, f"old-{number}"
    Issue.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue")

    scope = county["vs1"]
    for found in (
        Issue.objects.to_warn(MONDAY),
        Issue.objects.to_climb(MONDAY),
        Issue.objects.to_draft(MONDAY),
        Issue.objects.to_ask_or_close(MONDAY),
        Issue.objects.to_resume(MONDAY),
        Issue.objects.open_in(V1),
        Issue.objects.red_list(),
        Issue.objects.waiting_for(scope, MONDAY),
        Issue.objects.unfinished().visible_to(scope, MONDAY),
    ):
        assert "Seq Scan on issues_issue" not in found.explain(), found.explain()


def test_queries_of_a_queue_do_not_grow_with_it(county, django_assert_num_queries):
    for _ in range(4):
        make.in_hand(county, MONDAY)
    person = type(county["pr1"]).objects.get(pk=county["pr1"].pk)

    with django_assert_num_queries(2):  # the postings, the queue
        found = list(Issue.objects.waiting_for(person, MONDAY).with_clock_state(MONDAY).with_related().soonest_due_first())
    assert len(found) == 4
