"""The page of the topic of a month: candidates with their evidence, the choice, the lines, the history, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from issues.heat import bins
from issues.hot import nights
from issues.models import HotPlace, Issue, Topic, TopicLine
from issues.recurring import topics
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town
from tests.issues.heat_factories import NOW, category
from tests.issues.hot_factories import DAY, keeps_coming_back, office_of, town_of_candidates, wide_town
from tests.mapui.pdfs import content, words
from tests.representatives.factories import person, post


@pytest.fixture(autouse=True)
def noon(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr("mapui.views.topics.now", lambda: NOW)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def town(db) -> Town:
    return town_of_candidates()


@pytest.fixture
def office(town) -> Person:
    return office_of(town)


def as_(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def chosen(office: Person) -> Topic:
    return topics.choose(HotPlace.objects.order_by("rank")[0].pk, goal="No lamp stays dark", by=office, at=NOW)


# --- The page ---------------------------------------------------------------------------------------------------------
def test_page_ranks_the_candidates_and_says_what_speaks_for_each(town, office):
    Issue.objects.filter(title="11 4").update(level=30)

    page = as_(office).get("/topics/")
    text = page.content.decode()

    assert [one.evidence.category for one in page.context["page"].candidates] == ["road.light", "env.waste"]
    assert "Of 5 issues in twelve months, 4 came back after they had been closed." in text
    assert text.count("<svg") >= 4  # a chart and a map of each
    first = page.context["page"].candidates[0].evidence
    assert [issue.title for issue in first.shown] == ["11 4"]  # the office opens yellow and red issues only
    assert first.withheld == 4
    assert "4 of the latest are beyond what you may open." in text


def test_page_of_a_visitor_asks_for_a_log_in_and_of_a_role_without_figures_is_refused(town):
    assert Client().get("/topics/").status_code == 302
    hotline = post(Role.HOTLINE_OPERATOR, town.county, person(), since=NOW - DAY)
    assert as_(hotline).get("/topics/").status_code == 403


def test_page_of_a_village_has_its_own_candidates_and_no_form(town):
    secretary = post(Role.VILLAGE_SECRETARY, town.villages["south"], person(), since=NOW - DAY)

    page = as_(secretary).get("/topics/")

    assert [one.evidence.category for one in page.context["page"].candidates] == ["env.waste"]
    assert "Choose as the topic" not in page.content.decode()


def test_page_of_another_county_is_not_found(town, office):
    assert as_(office).get("/topics/?county=150423").status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("?month=2025-11", "no candidates are kept of it"), ("?month=2099-01", "Candidates"), ("?month=x", "Candidates")],
)
def test_page_of_another_month_says_what_there_is(town, office, query, sentence):
    assert sentence in as_(office).get(f"/topics/{query}").content.decode()


def test_page_before_any_analysis_and_without_a_candidate_says_so(db):
    category()
    town = wide_town()
    office = post(Role.SUPERVISION_OFFICE, town.county, person(), since=NOW - DAY)
    assert "have not been analysed yet" in as_(office).get("/topics/").content.decode()

    keeps_coming_back(town, "11", 1)
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)

    assert "Nothing kept coming back close together." in as_(office).get("/topics/").content.decode()


def test_page_costs_the_same_however_many_candidates_there_are(town, office, django_assert_max_num_queries):
    for row in range(6):
        keeps_coming_back(town, f"{row}3", 5, "land.grass")
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)
    client = as_(office)
    client.get("/topics/")

    # the person · paths of counties, the counties · topics · candidates · their areas · their issues · the analysis
    with django_assert_max_num_queries(8):
        client.get("/topics/")


# --- Choosing ---------------------------------------------------------------------------------------------------------
def test_office_chooses_and_the_month_has_its_topic(town, office):
    place = HotPlace.objects.order_by("rank")[0]

    answer = as_(office).post(f"/topics/choose/{place.pk}/", {"goal": "No lamp stays dark"}, follow=True)

    text = answer.content.decode()
    assert Topic.objects.get().goal == "No lamp stays dark"
    assert "No lamp stays dark" in text
    assert "Choose as the topic" not in text
    assert "What was done since" in text


def test_choice_without_a_goal_is_refused_in_a_sentence_and_keeps_the_form_open(town, office):
    place = HotPlace.objects.order_by("rank")[0]

    answer = as_(office).post(f"/topics/choose/{place.pk}/", {"goal": " "})

    assert answer.status_code == 409
    assert "Say in a sentence what is to be reached." in answer.content.decode()
    assert not Topic.objects.exists()


def test_choice_costs_no_more_statements_than_a_verb_may(town, office, django_assert_max_num_queries):
    place, client = HotPlace.objects.order_by("rank")[0], as_(office)

    with django_assert_max_num_queries(15):
        client.post(f"/topics/choose/{place.pk}/", {"goal": "No lamp stays dark"})

    assert Topic.objects.exists()


def test_writing_by_get_is_refused_and_by_another_role_is_forbidden(town, office):
    topic = chosen(office)
    leader = post(Role.COUNTY_LEADER, town.county, person(), since=NOW - DAY)

    assert as_(office).get(f"/topics/{topic.pk}/lines/").status_code == 405
    assert as_(leader).post(f"/topics/{topic.pk}/lines/", {"text": "From above"}).status_code == 403
    assert not TopicLine.objects.exists()


def test_lines_are_shown_and_the_last_one_ends_the_form(town, office):
    topic, client = chosen(office), as_(office)

    first = client.post(f"/topics/{topic.pk}/lines/", {"text": "Ten lamps replaced", "done": "0"}, follow=True).content.decode()
    last = client.post(f"/topics/{topic.pk}/lines/", {"text": "All replaced", "done": "1"}, follow=True).content.decode()

    assert "Ten lamps replaced" in first
    assert "Add a line" in first
    assert "All replaced" in last
    assert "Add a line" not in last


def test_history_names_the_topics_of_other_months_with_their_last_line(town, office, monkeypatch):
    topics.add_line(chosen(office).pk, "Ten lamps replaced", done=False, by=office, at=NOW)
    monkeypatch.setattr("mapui.views.topics.now", lambda: NOW + timedelta(days=31))

    text = as_(office).get("/topics/").content.decode()

    assert "Topics of other months" in text
    assert "Ten lamps replaced" in text


# --- On paper ---------------------------------------------------------------------------------------------------------
def test_topic_prints_on_the_screen_and_as_pdf_and_a_month_without_one_does_not(town, office):
    client = as_(office)
    assert client.get("/topics/paper/").status_code == 404
    chosen(office)

    page = client.get("/topics/paper/").content.decode()
    pdf = client.get("/topics/paper.pdf")

    assert "No lamp stays dark" in page
    assert pdf["Content-Type"] == "application/pdf"
    assert "Nolampstaysdark" in words(content(pdf))  # words without spaces
