"""“Is it this one?” on the report page: asked before anything is sent, with scripts and without, and never in the way."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from limits import parse

from issues import throttle
from issues.models import Issue, Submission
from issues.terms import Verb
from issues.throttle import Limit
from tests.drawing import Town
from tests.issues.test_statements import few_statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]
WORDS = "路口的灯也不亮"


def answers(town: Town, **more: Any) -> dict[str, Any]:
    point = town.inside("A")
    kind = {"group": "road", "category": "road.light"}
    place = {"lon": point.x, "lat": point.y, "accuracy": 12}
    return {"uuid": str(uuid4()), "text": WORDS, "danger": "no", "answer_by": "none", **kind, **place, **more}


def known(client: Client, town: Town) -> Issue:
    """A lamp that somebody has reported."""
    assert client.post("/report/", answers(town, text="老郭家门口的灯坏了", join="new")).status_code == 303
    return Issue.objects.get()


def test_plain_form_is_asked_before_it_is_sent_and_keeps_every_word(client, town):
    issue = known(client, town)
    sent = answers(town)

    asked = client.post("/report/", sent)
    page = asked.content.decode()

    assert asked.status_code == 200
    assert Submission.objects.count() == 1
    assert "Is it this one?" in page
    assert f'name="join" value="{issue.number}"' in page
    assert (WORDS in page, sent["uuid"] in page, "老郭" in page) == (True, True, False)
    assert "Please say whether it is the same." in page


def test_yes_joins_and_ends_with_a_receipt_of_ones_own(client, town):
    issue = known(client, town)

    answer = client.post("/report/", answers(town, join=issue.number), follow=True)

    assert [one.issue_id for one in Submission.objects.all()] == [issue.pk, issue.pk]
    page = answer.content.decode()
    assert "Your report has arrived" in page
    assert "The same is known already; it is dealt with together." in page
    assert WORDS in page
    assert "老郭" not in page


def test_no_opens_another_issue(client, town):
    known(client, town)

    client.post("/report/", answers(town, join="new"))

    assert Issue.objects.count() == 2


def test_nothing_known_near_is_not_asked(client, town):
    assert client.post("/report/", answers(town)).status_code == 303


@pytest.mark.parametrize("more", [{"danger": "yes"}, {"group": "water", "category": "water.well"}])
def test_danger_and_other_kinds_are_not_held_up(client, town, more):
    known(client, town)

    assert client.post("/report/", answers(town, **more)).status_code == 303
    assert Issue.objects.count() == 2


def test_what_ended_while_somebody_wrote_is_taken_as_a_new_report_and_said_so(client, town):
    issue = known(client, town)
    Issue.objects.filter(pk=issue.pk).update(status="withdrawn", closed_at=issue.reported_at)

    page = client.post("/report/", answers(town, join=issue.number), follow=True).content.decode()

    assert Issue.objects.count() == 2
    assert "your report was taken as a new one" in page
    assert WORDS in page


def test_joining_costs_as_few_statements_as_a_report_may(client, town):
    issue = known(client, town)

    with few_statements("POST /report/ with join"):
        answer = client.post("/report/", answers(town, join=issue.number))

    assert answer.status_code == 303
    assert issue.events.filter(verb=Verb.JOIN).exists()


def test_question_in_the_page_is_drawn_for_place_and_kind_and_writes_nothing(client, town, django_assert_max_num_queries):
    issue = known(client, town)
    point = town.inside("A")
    where = {"lon": point.x, "lat": point.y, "group": "road", "category": "road.light"}

    with django_assert_max_num_queries(8):
        drawn = client.post(reverse("report-alike"), where)
    empty = client.post(reverse("report-alike"), {"lon": point.x, "lat": point.y, "danger": "yes"})

    assert f'value="{issue.number}"' in drawn.content.decode()
    assert empty.content.decode().strip() == ""
    assert issue.events.count() == 1
    assert client.get(reverse("report-alike")).status_code == 405


def test_answer_given_already_stays_given_when_the_question_is_drawn_anew(client, town):
    issue = known(client, town)
    point = town.inside("A")

    drawn = client.post(reverse("report-alike"), {"lon": point.x, "lat": point.y, "join": issue.number}).content.decode()

    assert f'value="{issue.number}" required checked' in drawn


def test_who_surveys_the_county_is_told_nothing_more_but_may_still_report(client, town, monkeypatch):
    known(client, town)
    monkeypatch.setattr(throttle, "ALIKE", Limit(f"alike-{uuid4()}", parse("2 per 10 minutes")))
    point = town.inside("A")
    where = {"lon": point.x, "lat": point.y}

    drawn = [client.post(reverse("report-alike"), where).content.decode().strip() for _ in range(3)]

    assert [bool(one) for one in drawn] == [True, True, False]
    assert client.post("/report/", answers(town, join="new")).status_code == 303


def test_answer_that_was_given_survives_another_fault_of_the_form(client, town):
    issue = known(client, town)

    page = client.post("/report/", answers(town, join=issue.number, text="")).content.decode()

    assert f'name="join" value="{issue.number}"' in page
