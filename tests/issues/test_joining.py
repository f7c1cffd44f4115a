"""“Is it this one?”: what is known near by, who may be told of it, and a report that joins it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from issues import services
from issues.intake import joining, reporting
from issues.intake.joining import Spot
from issues.intake.reporting import Contact
from issues.models import Category, Issue, Notice, Requester, Submission
from issues.terms import Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import DRAWN_AT, Town
from tests.issues.reports import NOW, at_point, draft, territory
from tests.representatives.factories import post

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
METRE = 1 / 111_320  # degrees of latitude


@pytest.fixture
def town() -> Town:
    return territory("A B\n C D", villages={"north": "AB", "south": "CD"}, townships={"town": ["north", "south"]})


@pytest.fixture
def secretary(town: Town) -> Person:
    return post(Role.VILLAGE_SECRETARY, town.villages["north"], since=DRAWN_AT)


def north_of(point: Point, metres: float) -> Point:
    return Point(point.x, point.y + metres * METRE, srid=4326)


def spot(town: Town, metres: float = 0, category: str | None = "road.light", **more: Any) -> Spot:
    about = Category.objects.get(code=category) if category else None
    return Spot(point=north_of(town.inside("A"), metres), area=town["A"], category=about, **more)


def lamp(town: Town, **more: Any) -> Issue:
    return reporting.report(at_point(town.inside("A"), **more), at=NOW).issue


def numbers(known: list[joining.Known]) -> list[str]:
    return [one.number for one in known]


# --- What is shown -------------------------------------------------------------------------------------------------


def test_lamp_of_an_hour_ago_is_told_by_category_village_month_and_state_alone(town):
    issue = lamp(town, text="我家门口的路灯坏了,我是老郭", place_text="老郭家门口")

    [known] = joining.known_near(spot(town, 60), LATER)

    assert (known.number, known.category, known.place, known.status) == (
        issue.number,
        issue.category.name,
        "north",
        "awaiting acceptance",
    )
    assert (known.is_accepted, known.line, known.month) == (False, "", NOW)
    assert "郭" not in repr(known)


@pytest.mark.parametrize(("metres", "shown"), [(95, True), (106, False)])
def test_hundred_metres_are_the_bound(town, metres, shown):
    lamp(town)

    assert bool(joining.known_near(spot(town, metres), LATER)) is shown


@pytest.mark.parametrize(("days", "shown"), [(29, True), (31, False)])
def test_thirty_days_are_the_bound(town, days, shown):
    lamp(town)

    assert bool(joining.known_near(spot(town), NOW + timedelta(days=days))) is shown


@pytest.mark.parametrize(
    ("category", "shown"), [("road.light", True), ("road.surface", True), ("road", True), (None, True), ("water.well", False)]
)
def test_kinds_of_the_same_group_are_related_and_who_is_not_sure_sees_all(town, category, shown):
    lamp(town)

    assert bool(joining.known_near(spot(town, category=category), LATER)) is shown


def test_same_kind_comes_before_its_group_and_the_nearer_before_the_farther(town):
    sibling = Category.objects.filter(group__code="road", physical=True, non_public=False).exclude(code="road.light")[0]
    other = lamp(town, category=sibling.code)
    far = reporting.report(at_point(north_of(town.inside("A"), 80)), at=NOW).issue
    near = reporting.report(at_point(north_of(town.inside("A"), 20)), at=NOW).issue

    assert numbers(joining.known_near(spot(town), LATER)) == [near.number, far.number, other.number]


def test_no_more_than_five_are_shown(town):
    for _ in range(7):
        lamp(town)

    assert len(joining.known_near(spot(town), LATER)) == joining.MOST == 5


def test_without_a_pin_the_same_cell_stands_for_near_but_a_village_does_not(town):
    issue = lamp(town)

    assert numbers(joining.known_near(Spot(area=town["A"]), LATER)) == [issue.number]
    assert joining.known_near(Spot(area=town["B"]), LATER) == []
    assert joining.known_near(Spot(area=town.villages["north"]), LATER) == []
    assert joining.known_near(Spot(), LATER) == []


@pytest.mark.parametrize("how", [{"sealed": True}, {"non_public": True}])
def test_what_is_not_public_is_never_told(town, how):
    issue = lamp(town)
    Issue.objects.filter(pk=issue.pk).update(**how)

    assert joining.known_near(spot(town), LATER) == []


def test_what_concerns_a_person_and_not_a_place_is_never_told(town):
    own = Category.objects.filter(physical=False, non_public=False, sealed=False, group__isnull=False)[0]
    lamp(town, category=own.code)

    assert joining.known_near(spot(town, category=None), LATER) == []


def test_report_of_which_nobody_has_said_what_it_is_about_is_not_told(town):
    lamp(town, category="")

    assert joining.known_near(spot(town, category=None), LATER) == []


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_only_what_may_still_be_joined_is_told(town, status):
    issue = lamp(town)
    ended = NOW if status in ("closed", "closed_explained", "declined", "withdrawn", "merged") else None
    Issue.objects.filter(pk=issue.pk).update(status=status, closed_at=ended)
    may = status in (
        "submitted", "accepted", "assigned", "in_progress", "suspended", "deferred", "pending_verification",
    )  # fmt: skip

    assert bool(joining.known_near(spot(town), LATER)) is may


def test_asking_costs_two_statements_however_many_are_known(town, django_assert_num_queries):
    for _ in range(4):
        lamp(town)
    where = spot(town)
    joining.known_near(where, LATER)

    with django_assert_num_queries(2):
        known = joining.known_near(where, LATER)

    assert len(known) == 4


def test_question_is_answered_from_the_index_of_places_where_something_is_open(town):
    rows = [lamp(town)]
    Issue.objects.bulk_create([_elsewhere(rows[0], n) for n in range(1, 4000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue")
    found = Issue.objects.perhaps_meant(spot(town), joining._near(LATER), LATER).to_join()[:5]

    plan = found.explain()

    assert re.search(r"Index Scan (on|using) issue_open_by_point .*\n\s+Index Cond: \(point @ ", plan), plan
    assert "Seq Scan on issues_issue" not in plan, plan


def _elsewhere(issue: Issue, n: int) -> Issue:
    copy = Issue.objects.get(pk=issue.pk)
    copy.pk, copy.number = issue.pk + 10 * n, f"2024-9{n:06d}"
    copy.point = Point(100 + (n % 60) / 10, 30 + (n // 60) / 10, srid=4326)
    return copy


# --- Joining it ----------------------------------------------------------------------------------------------------


def joined(town: Town, issue: Issue, metres: float = 30, **more: Any) -> Submission:
    return reporting.report(at_point(north_of(town.inside("A"), metres), join=issue.number, **more), at=LATER)


def test_second_report_joins_with_a_receipt_of_its_own_and_the_ledger_says_so(town):
    issue = lamp(town)

    report = joined(town, issue, text="同一盏灯,我也看见了")

    assert report.issue_id == issue.pk
    assert Issue.objects.count() == 1
    assert len({one.receipt_code for one in issue.submissions.all()}) == 2
    event = issue.events.get(verb=Verb.JOIN)
    assert (event.actor, event.facts, event.is_public, event.texts) == (
        "requester",
        {"report": report.pk, "channel": "web"},
        True,
        {},
    )
    issue.refresh_from_db()
    assert issue.title == "东门口的路灯坏了三天了"
    assert issue.event_count == 2


def test_who_joined_is_told_of_what_comes_and_asked_for_a_rating_of_their_own(town, settings):
    settings.EMAIL_READY = True
    issue = lamp(town)
    secretary = post(Role.VILLAGE_SECRETARY, town.villages["north"], since=DRAWN_AT)
    contact = Contact(nickname="李", email="li@example.org", channel=Requester.Channel.EMAIL)
    report = joined(town, issue, contact=contact)

    services.move(issue.pk, Verb.ACCEPT, by=secretary, at=LATER)

    told = Notice.objects.filter(event__verb=Verb.ACCEPT, submission=report)
    assert {notice.channel for notice in told} == {"in_app", "email"}
    assert {notice.submission_id for notice in Notice.objects.filter(event__verb=Verb.ACCEPT, submission__isnull=False)} == {
        one.pk for one in issue.submissions.all()
    }


def test_handler_hears_that_one_more_reported_it(town, secretary):
    issue = lamp(town)

    joined(town, issue)

    assert Notice.objects.filter(event__verb=Verb.JOIN, person=secretary, channel="in_app").count() == 1


def test_repeat_of_the_same_key_joins_once_and_says_the_same(town):
    issue = lamp(town)
    one = at_point(town.inside("A"), join=issue.number)

    first, again = reporting.report(one, at=LATER), reporting.report(one, at=LATER + timedelta(minutes=1))

    assert first.pk == again.pk
    assert issue.events.filter(verb=Verb.JOIN).count() == 1
    with pytest.raises(reporting.AlreadyReported):
        reporting.report(replace(one, join=""), at=LATER)


@pytest.mark.parametrize("how", [{"danger": True}, {"text": "x"}])
def test_danger_always_opens_an_issue_of_its_own(town, how):
    issue = lamp(town)

    report = joined(town, issue, **how)

    assert (report.issue_id == issue.pk) is ("danger" not in how)
    if "danger" in how:
        assert report.issue.urgency == "critical"


@pytest.mark.parametrize("status", ["closed", "declined", "withdrawn", "closed_explained"])
def test_report_of_what_has_ended_meanwhile_is_taken_as_a_new_one_and_told_so(town, status):
    issue = lamp(town)
    Issue.objects.filter(pk=issue.pk).update(status=status, closed_at=LATER)

    report = joined(town, issue)

    assert report.issue_id != issue.pk
    assert report.text
    assert "taken as a new one" in joining.missed(report, issue.number)
    assert "taken as a new one" in joining.missed(Submission.objects.get(pk=report.pk), issue.number)


def test_report_of_what_was_merged_meanwhile_joins_what_it_went_into(town, secretary):
    first, second = lamp(town), lamp(town, text="灯坏了")
    services.move(second.pk, Verb.MERGE, by=secretary, at=NOW, facts={"issue": first.number})

    report = joined(town, second)

    assert report.issue_id == first.pk
    assert joining.missed(report, second.number) == ""


def test_what_was_joined_and_merged_afterwards_counts_as_joined(town, secretary):
    first, second = lamp(town), lamp(town, text="灯坏了")
    report = joined(town, second)
    services.move(second.pk, Verb.MERGE, by=secretary, at=LATER, facts={"issue": first.number})

    moved = Submission.objects.get(pk=report.pk)

    assert (moved.issue_id, moved.filed_as_id) == (first.pk, second.pk)
    assert joining.missed(moved, second.number) == ""


@pytest.mark.parametrize("number", ["2020-0000001", "nonsense", "'; --"])
def test_number_of_nothing_near_is_no_way_into_an_issue(town, number):
    report = reporting.report(at_point(town.inside("A"), join=number), at=LATER)

    assert report.issue.submissions.count() == 1
    assert joining.missed(report, number)


def test_number_of_an_issue_elsewhere_is_no_way_into_it(town):
    issue = lamp(town)

    report = reporting.report(at_point(town.inside("D"), join=issue.number), at=LATER)

    assert report.issue_id != issue.pk
    assert joining.missed(report, issue.number)


def test_confidential_issue_cannot_be_joined_by_who_guesses_its_number(town):
    issue = lamp(town)
    Issue.objects.filter(pk=issue.pk).update(non_public=True)

    assert joined(town, issue).issue_id != issue.pk


def test_staff_join_for_somebody_in_their_own_role(town, secretary):
    issue = lamp(town)

    report = reporting.report(at_point(town.inside("A"), join=issue.number), at=LATER, entered_by=secretary)

    event = issue.events.get(verb=Verb.JOIN)
    assert (event.by, event.actor, report.entered_by) == (secretary, Role.VILLAGE_SECRETARY, secretary)


def test_joining_is_offered_to_nobody_as_a_button(town, secretary):
    issue = lamp(town)
    report = issue.submissions.get()

    assert Verb.JOIN not in {move.verb for move in services.possible_moves(issue, secretary, LATER)}
    assert Verb.JOIN not in {move.verb for move in services.possible_moves_for_requester(report, LATER)}


def test_list_choice_joins_in_the_cell(town):
    issue = lamp(town)

    report = reporting.report(draft(area=town["A"].code, join=issue.number), at=LATER)

    assert report.issue_id == issue.pk
