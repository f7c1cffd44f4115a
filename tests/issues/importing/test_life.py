"""The life here of what was imported: its ledger, the sweeps, the first verb, recurrences."""

from __future__ import annotations

from datetime import timedelta

from grids.levels import Level
from issues import services, sweeps
from issues.models import Event, Issue
from issues.terms import Actor, Status, Verb
from representatives.roles import Role
from tests.drawing import DRAWN_AT
from tests.issues.importing.desk import AT, faults, mapping_of, only
from tests.representatives.factories import post


def test_ledger_of_imported_issues_verifies_and_is_dated_as_in_the_source(desk):
    path = desk.csv([desk.row(cell="修好了\x00"), desk.row(state="在办", end="")])
    desk.take(path, mapping_of({"resolution": "cell", "area": ""}))

    assert faults() == []
    closed, ongoing = Issue.objects.order_by("source_id")
    assert [(event.verb, event.actor, event.at, event.to_status) for event in closed.events.order_by("number")] == [
        (Verb.SUBMIT, Actor.SYSTEM, closed.reported_at, Status.SUBMITTED),
        (Verb.CLOSE, Actor.SYSTEM, closed.closed_at, Status.CLOSED),
    ]
    assert closed.events.get(number=2).texts == {"resolution": "修好了"}
    assert [event.to_status for event in ongoing.events.all()] == [Status.IN_PROGRESS]


def test_open_imported_issues_are_left_alone_by_every_sweep(desk):
    rows = [desk.row(state=state, end="", x=x, y=44) for state in ("在办", "待受理") for x in ("", "119.005")]
    desk.take(desk.csv([(*row[:8], "43.995", *row[9:]) for row in rows]))
    before = list(Issue.objects.order_by("pk").values())

    for day in range(0, 400, 20):
        for step in (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume):
            tally = step(at=AT + timedelta(days=day))
            assert (tally.done, tally.failed) == (0, [])

    assert len(before) == 4
    assert list(Issue.objects.order_by("pk").values()) == before
    assert Event.objects.count() == 4


def test_first_verb_on_an_imported_issue_works_as_on_any(desk):
    desk.take(desk.csv([desk.row(state="在办", end="", kind="house.minor")]), mapping_of(light={"house.minor": "green"}))
    representative = post(Role.PARTY_REPRESENTATIVE, desk.town.village, since=DRAWN_AT)
    member = post(Role.GRID_MEMBER, desk.town["A"], since=DRAWN_AT)
    secretary = post(Role.VILLAGE_SECRETARY, desk.town.village, since=DRAWN_AT)
    issue = only()

    services.move(issue.pk, Verb.NOTE, by=member, at=AT, facts={"text": "看过现场"})
    services.move(issue.pk, Verb.ESCALATE, by=representative, at=AT, facts={"tried": "联系过施工队"})

    issue.refresh_from_db()
    assert (issue.level, issue.status) == (Level.VILLAGE, Status.ASSIGNED)
    assert issue.level_due_at is not None
    assert issue.level_due_at > AT
    assert issue.climb_at is not None
    services.move(issue.pk, Verb.ACKNOWLEDGE, by=secretary, at=AT)
    done = {"resolution": "已修", "public_line": "已修复"}
    services.move(issue.pk, Verb.RESOLVE, by=secretary, at=AT + timedelta(hours=2), facts=done)
    assert faults() == []


def test_issue_on_the_manual_desk_can_be_put_in_its_place_and_accepted(desk):
    desk.take(desk.csv([desk.row(state="在办", end="", x="", y="")]))
    committee = post(Role.TOWNSHIP_COMMITTEE, desk.town.county, since=DRAWN_AT)
    issue = only()

    services.move(issue.pk, Verb.PLACE, by=committee, at=AT, facts={"area": desk.town["C"].code})

    issue.refresh_from_db()
    assert (issue.path, issue.grid_ambiguous) == (desk.town["C"].path, False)


def test_earlier_closed_issue_at_the_same_place_is_linked_as_recurrence(desk):
    rows = [desk.row(), desk.row(time="2024-03-20 09:00", end="2024-03-21 09:00")]

    desk.take(desk.csv(rows))

    first, second = Issue.objects.order_by("source_id")
    assert (first.recurrence_of, second.recurrence_of) == (None, first)
