"""Who sees which issue, its reports and its events: every role, from the table of roles."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from issues.models import Attachment, EscalationRequest, Event, Issue, KeySupervisionEntry, Notice, Submission
from issues.privacy import contacts
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import CELLS, MONDAY, V1, ask, do
from tests.issues.sight import LATER, waiting, who_sees

pytestmark = pytest.mark.django_db


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
