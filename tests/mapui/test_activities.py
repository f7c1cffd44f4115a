"""“六个一”: the log of what representatives did at a place. Optional, and of nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from issues.models import RepActivity
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import scene as sc
from tests.mapui.scene import START, Scene
from tests.representatives.factories import post

PAGE = "/diary/activities/"
PR, VS, TC = Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE


def sent(county: Scene, **more: str) -> dict[str, str]:
    place = county.town["A"].code
    return {"key": str(uuid4()), "kind": "home_visit", "day": f"{localdate():%Y-%m-%d}", "area": place, "issues": "", **more}


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def logged(county: Scene, rows: int = 1) -> list[RepActivity]:
    place = county.town["A"]
    return RepActivity.objects.bulk_create(
        RepActivity(kind="survey", day=localdate(), area=place, path=place.path, written_at=now()) for _row in range(rows)
    )


def test_log_when_read_holds_kind_day_and_place_and_no_person():
    """A column more is a decision: with one that leads to a person, somebody would begin to count."""
    assert {field.name for field in RepActivity._meta.concrete_fields} == {"id", "key", "kind", "day", "area", "path", "written_at"}
    assert {getattr(field.related_model, "__name__", "") for field in RepActivity._meta.get_fields() if field.is_relation} == {
        "Area",
        "Issue",
    }
    assert len(RepActivity.Kind) == 6


def test_representative_logs_an_activity_with_the_issues_it_raised(client: Client, county: Scene):
    first, second = county.report(), county.report("路灯不亮")

    as_(client, county[PR]).post(PAGE, sent(county, issues=f"{first.number}，{second.number}"))

    made = RepActivity.objects.get()
    assert (made.kind, made.day, made.area) == ("home_visit", localdate(), county.town["A"])
    assert set(made.issues.all()) == {first, second}
    page = client.get(PAGE).content.decode()
    assert (first.number in page, second.number in page) == (True, True)


def test_activity_needs_no_issue_and_sent_twice_it_is_one(client: Client, county: Scene):
    body = sent(county)

    assert [as_(client, county[PR]).post(PAGE, body).status_code for _time in range(2)] == [302, 302]
    assert RepActivity.objects.get().issues.count() == 0


@pytest.mark.parametrize("field", ["kind", "day", "area"])
def test_form_when_an_answer_is_missing_says_so_beside_it(client: Client, county: Scene, field: str):
    answer = as_(client, county[PR]).post(PAGE, sent(county, **{field: ""}))

    assert answer.status_code == 422
    assert f'id="id_{field}-errors"' in answer.content.decode()
    assert not RepActivity.objects.exists()


def test_day_that_has_not_come_is_refused(client: Client, county: Scene):
    answer = as_(client, county[PR]).post(PAGE, sent(county, day=f"{localdate() + timedelta(days=2):%Y-%m-%d}"))

    assert answer.status_code == 409
    assert 'id="id_day-errors"' in answer.content.decode()


def test_issue_that_one_may_not_open_is_answered_like_one_that_does_not_exist(client: Client, county: Scene):
    hidden = county.report(cell="F")

    bodies = []
    for number in (hidden.number, "NO-SUCH-1"):
        answer = as_(client, county[PR]).post(PAGE, sent(county, issues=number))
        assert answer.status_code == 409
        bodies.append(f"There is no issue {number} that you may open." in answer.content.decode())

    assert bodies == [True, True]
    assert not RepActivity.objects.exists()


def test_more_than_twenty_issues_are_refused(client: Client, county: Scene):
    answer = as_(client, county[PR]).post(PAGE, sent(county, issues=" ".join(f"N{n}" for n in range(21))))

    assert answer.status_code == 409
    assert "20 issues at most" in answer.content.decode()


@pytest.mark.parametrize("role", [VS, TC])
def test_secretary_and_township_read_the_log_and_neither_write_nor_take_back(client: Client, county: Scene, role: Role):
    [activity] = logged(county)

    page = as_(client, county[role]).get(PAGE).content.decode()

    assert "looked into a question" in page
    assert "Keep the activity" not in page
    assert "Take the activity back" not in page
    assert client.post(PAGE, sent(county)).status_code == 403
    assert client.post(f"{PAGE}{activity.key}/drop/").status_code == 403
    assert 'href="/diary/activities/"' in client.get("/diary/").content.decode()


@pytest.mark.parametrize("role", [Role.COUNTY_LEADER, Role.GRID_MEMBER, Role.ORGANISATION_OFFICE])
def test_nobody_else_reads_it(client: Client, county: Scene, role: Role):
    assert as_(client, county[role]).get(PAGE).status_code == 403
    assert 'href="/diary/activities/"' not in client.get("/diary/").content.decode()


def test_representative_takes_back_and_one_of_another_place_finds_nothing(client: Client, county: Scene):
    [activity] = logged(county)
    far = post(PR, county.town["F"], sc.person("外乡代表"), since=START)

    assert "looked into a question</h2>" not in as_(client, far).get(PAGE).content.decode()
    assert client.post(f"{PAGE}{activity.key}/drop/").status_code == 404
    as_(client, county[PR]).post(f"{PAGE}{activity.key}/drop/")

    assert not RepActivity.objects.exists()


def test_log_when_empty_says_that_it_is_fine(client: Client, county: Scene):
    assert "No activity has been logged here." in as_(client, county[PR]).get(PAGE).content.decode()


def test_log_costs_the_same_statements_however_long_it_is(client: Client, county: Scene):
    issue, spent = county.report(), []
    as_(client, county[PR])
    for many in (3, 57):
        for activity in logged(county, many):
            activity.issues.add(issue)
        with CaptureQueriesContext(connection) as asked:
            body = client.get(PAGE).content.decode()
        spent.append(len(asked))
        assert body.count("<article") == min(many if many == 3 else 60, 30)

    assert spent[0] == spent[1] <= 8
