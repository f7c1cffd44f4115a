"""The auditor's check of the ledger: who may, what it finds, how far it goes, and that it shows no word of anybody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from issues.terms import Verb
from mapui.views import audit
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import draw_cells
from tests.issues.test_ledger import tamper
from tests.mapui import scene as sc
from tests.mapui.scene import START, Scene
from tests.representatives.factories import post

TEXT = "村口桥面塌陷,车辆无法通行"


@pytest.fixture
def auditor(county: Scene) -> Person:
    return post(Role.AUDITOR, county.town.county, sc.person("审计员"), since=START)


def checked(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_ledger_that_is_whole_is_said_to_be_with_how_much_was_checked(client: Client, county: Scene, auditor: Person):
    first, last = county.accepted(), county.report()

    html = checked(client, auditor)

    assert "The ledger is whole." in html
    assert f"2 issues were checked: {first.number} to {last.number}." in html
    assert TEXT not in html


def test_entry_that_was_changed_is_named_by_its_numbers(client: Client, county: Scene, auditor: Person):
    good, bad = county.accepted(), county.accepted()
    tamper("UPDATE issues_event SET actor = 'system' WHERE issue_id = %s AND number = 1", bad.pk)

    html = checked(client, auditor)

    assert 'data-faults="1"' in html
    assert f"Issue {bad.number}, event 1: the row was changed after it was written." in html
    assert "The ledger is whole." in checked(client, auditor, f"?number={good.number}")
    assert 'data-faults="1"' in checked(client, auditor, f"?number={bad.number}")


def test_check_goes_on_backwards_until_the_oldest_and_leaves_none_out(client: Client, county: Scene, auditor: Person, monkeypatch):
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    numbers = [county.report().number for _ in range(5)]

    seen, query = [], ""
    for _page in range(3):
        html = checked(client, auditor, query)
        seen += [number for number in numbers if number in html]
        query = html.split('rel="next" href="/audit/')[1].split('"')[0] if 'rel="next"' in html else ""

    assert sorted(seen) == numbers
    assert query == ""


def test_number_that_is_none_and_empty_ledger_say_so(client: Client, county: Scene, auditor: Person):
    assert "There is no issue yet." in checked(client, auditor)
    assert "There is no issue 2020-0000001." in checked(client, auditor, "?number=2020-0000001")


@pytest.mark.parametrize("until", ["x", "-1", "９", "1" * 19])
def test_key_that_is_none_is_404(client: Client, county: Scene, auditor: Person, until: str):
    client.force_login(auditor)

    assert client.get("/audit/", {"until": until}).status_code == 404


def test_auditor_of_another_county_checks_nothing_of_it(client: Client, county: Scene):
    issue = county.report()
    stranger = post(Role.AUDITOR, draw_cells("X Y", county="150423").county, sc.person("外旗审计"), since=START)

    assert issue.number not in checked(client, stranger)
    assert "Nothing to check." in checked(client, stranger, f"?number={issue.number}")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SUPERVISION_OFFICE, Role.ORGANISATION_OFFICE, Role.GRID_MEMBER])
def test_check_is_the_auditors_alone(client: Client, county: Scene, role: Role):
    client.force_login(county[role])

    assert client.get("/audit/").status_code == 403
    assert 'href="/audit/"' not in client.get("/").content.decode()


def test_check_costs_the_same_statements_for_three_issues_as_for_thirty(client: Client, county: Scene, auditor: Person):
    spent = []
    for many in (3, 27):
        for _issue in range(many):
            county.report()
        client.force_login(auditor)
        with CaptureQueriesContext(connection) as sent:
            assert "The ledger is whole." in client.get("/audit/").content.decode()
        spent.append(len(sent))

    assert spent[0] == spent[1] <= 8


def test_sealed_issue_is_checked_too(client: Client, county: Scene, auditor: Person):
    issue = county.report(category="village.conduct")
    county.move(issue, Verb.ACCEPT, Role.TOWNSHIP_DISCIPLINE)

    assert f"1 issue was checked: {issue.number}." in checked(client, auditor)
