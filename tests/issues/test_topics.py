"""每月一题: chosen by the supervision office in its own month, once; the choice and every line stay as they were."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from issues.errors import Forbidden, OutOfScope, Refusal
from issues.heat import bins
from issues.hot import nights
from issues.models import HotPlace, Topic, TopicLine
from issues.recurring import topics
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town
from tests.issues.heat_factories import NOW
from tests.issues.hot_factories import DAY, keeps_coming_back, office_of, town_of_candidates, wide_town
from tests.representatives.factories import person, post

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def town(db) -> Town:
    return town_of_candidates()


@pytest.fixture
def office(town) -> Person:
    return office_of(town)


def first() -> HotPlace:
    return HotPlace.objects.of_month("150422", date(2026, 3, 1))[0]


def test_candidate_when_chosen_is_the_topic_of_its_month_with_its_evidence(town, office):
    place = first()

    topic = topics.choose(place.pk, goal="No lamp stays dark", by=office, at=NOW)

    assert (topic.month, topic.category.code, topic.paths, topic.chosen_by) == (place.month, "road.light", place.paths, office)
    told = {key: topic.evidence[key] for key in ("counts", "issues", "came_back", "sample", "rank")}
    assert told == {"counts": place.counts, "issues": 5, "came_back": 4, "sample": place.sample, "rank": 1}
    assert len(topic.evidence["months"]) == 12


def test_evidence_of_a_topic_stays_when_the_analysis_is_made_anew(town, office):
    topic = topics.choose(first().pk, goal="No lamp stays dark", by=office, at=NOW)
    keeps_coming_back(town, "11", 9, last_days_ago=50)
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)

    assert first().came_back > 4
    assert Topic.objects.get(pk=topic.pk).evidence["came_back"] == 4


def test_second_topic_of_a_month_is_refused(town, office):
    topics.choose(first().pk, goal="No lamp stays dark", by=office, at=NOW)

    with pytest.raises(Refusal, match="has its topic already"):
        topics.choose(first().pk, goal="Another", by=office, at=NOW)


def test_topic_of_a_month_that_is_over_is_refused(town, office):
    with pytest.raises(Refusal, match="in its own month"):
        topics.choose(first().pk, goal="Late", by=office, at=NOW + timedelta(days=31))


@pytest.mark.parametrize("role", [Role.COUNTY_LEADER, Role.TOWNSHIP_COMMITTEE, Role.VILLAGE_SECRETARY, Role.PARTY_REPRESENTATIVE])
def test_topic_when_anybody_but_the_office_chooses_is_forbidden_or_out_of_their_scope(town, role):
    areas = {Role.COUNTY_LEADER: town.county, Role.TOWNSHIP_COMMITTEE: town.township}
    other = post(role, areas.get(role, town.village), person(), since=NOW - DAY)

    with pytest.raises((Forbidden, OutOfScope)):
        topics.choose(first().pk, goal="Mine", by=other, at=NOW)

    assert not Topic.objects.exists()


def test_topic_of_another_county_does_not_exist_for_the_office(town):
    elsewhere = wide_town("150423", origin=(121.0, 44.0))
    stranger = post(Role.SUPERVISION_OFFICE, elsewhere.county, person(), since=NOW - DAY)

    with pytest.raises(OutOfScope):
        topics.choose(first().pk, goal="Theirs", by=stranger, at=NOW)
    with pytest.raises(OutOfScope):
        topics.choose(10**9, goal="Nobody's", by=stranger, at=NOW)


@pytest.mark.parametrize("goal", ["", "   ", "x" * 301, "call 13912345678"])
def test_goal_that_says_nothing_too_much_or_a_telephone_is_refused_at_its_field(town, office, goal):
    with pytest.raises(Refusal) as refused:
        topics.choose(first().pk, goal=goal, by=office, at=NOW)

    assert refused.value.field == "goal"


def test_lines_are_numbered_and_the_last_word_ends_them(town, office):
    topic = topics.choose(first().pk, goal="No lamp stays dark", by=office, at=NOW)

    topics.add_line(topic.pk, "Ten lamps replaced", done=False, by=office, at=NOW + DAY)
    topics.add_line(topic.pk, "All replaced", done=True, by=office, at=NOW + 2 * DAY)

    assert [(line.number, line.kind, line.text) for line in topic.lines.all()] == [
        (1, TopicLine.Kind.PROGRESS, "Ten lamps replaced"),
        (2, TopicLine.Kind.DONE, "All replaced"),
    ]
    with pytest.raises(Refusal, match="done with"):
        topics.add_line(topic.pk, "One more", done=False, by=office, at=NOW + 3 * DAY)


def test_line_of_somebody_else_is_forbidden_and_of_an_unknown_topic_out_of_scope(town, office):
    topic = topics.choose(first().pk, goal="No lamp stays dark", by=office, at=NOW)
    leader = post(Role.COUNTY_LEADER, town.county, person(), since=NOW - DAY)

    with pytest.raises(Forbidden):
        topics.add_line(topic.pk, "From above", done=False, by=leader, at=NOW)
    with pytest.raises(OutOfScope):
        topics.add_line(topic.pk + 1, "Nowhere", done=False, by=office, at=NOW)


def test_database_refuses_to_change_or_remove_a_topic_or_a_line(town, office):
    topic = topics.choose(first().pk, goal="No lamp stays dark", by=office, at=NOW)
    line = topics.add_line(topic.pk, "Ten lamps replaced", done=False, by=office, at=NOW)

    for write in (
        lambda: Topic.objects.filter(pk=topic.pk).update(goal="Another"),
        lambda: TopicLine.objects.filter(pk=line.pk).update(text="Another"),
        lambda: TopicLine.objects.filter(pk=line.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
    assert Topic.objects.get().goal == "No lamp stays dark"
