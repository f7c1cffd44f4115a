"""A requester's contact: masked, shown to who holds the issue and says what for, each look kept for the auditor."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import ContactLook, Issue, Requester
from issues.privacy import contacts
from issues.terms import Light
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import scene as sc
from tests.mapui.scene import PHONE, START, Scene, submission_of
from tests.representatives.factories import post

HTMX = {"HX-Request": "true"}


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def address(issue: Issue) -> str:
    return reverse("issue-contact", args=[issue.number, submission_of(issue).pk])


def looks() -> list[tuple[str, str, str]]:
    """(number, purpose, words) of what was looked at."""
    return list(ContactLook.objects.values_list("issue__number", "purpose", "words"))


@pytest.mark.parametrize("role", [Role.PARTY_REPRESENTATIVE, Role.GRID_MEMBER, Role.VILLAGE_SECRETARY])
def test_contact_is_masked_until_who_holds_the_issue_says_what_for_and_the_look_is_kept(
    county: Scene, client: Client, role: Role, caplog: pytest.LogCaptureFixture
):
    issue = county.in_progress(phone=PHONE)
    html = as_(client, county[role]).get(reverse("issue", args=[issue.number])).content.decode()
    assert PHONE not in html
    assert "郭** · 139****5678" in html
    assert address(issue) in html

    with caplog.at_level("INFO", "gridgov.contacts"):
        shown = client.post(address(issue), {"purpose": "contact", "words": "约 13700000000 上门"}, headers=HTMX)

    assert shown.status_code == 200
    assert PHONE in shown.content.decode()
    look = ContactLook.objects.get()
    assert (look.issue, look.report, look.by, look.purpose) == (issue, submission_of(issue), county[role], "contact")
    assert look.words == "约 ＊＊＊ 上门"  # no number is kept, not even one that somebody wrote there
    assert issue.number in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Say what you look at the contact for."),
        ({"purpose": "curiosity"}, "Say what you look at the contact for."),
        ({"purpose": "other", "words": "  "}, "Say in words what you look at the contact for."),
    ],
)
def test_look_without_a_purpose_shows_nothing_and_the_question_again(county: Scene, client: Client, sent, sentence):
    issue = county.in_progress(phone=PHONE)

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).post(address(issue), sent, headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert PHONE not in html
    assert f'value="{sent.get("purpose", "")}" selected' in html or sent.get("purpose") != "other"
    assert looks() == []


def test_asking_for_the_page_shows_the_question_and_never_the_contact(county: Scene, client: Client):
    issue = county.in_progress(phone=PHONE)

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).get(address(issue))

    assert answer.status_code == 200
    assert PHONE not in answer.content.decode()
    assert 'name="purpose"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert looks() == []


def test_without_javascript_the_question_leads_to_a_page_with_the_contact(county: Scene, client: Client):
    issue = county.in_progress(phone=PHONE)

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(address(issue), {"purpose": "other", "words": "核对门牌"})

    assert PHONE in answer.content.decode()
    assert "stays on record" in answer.content.decode()
    assert looks() == [(issue.number, "other", "核对门牌")]


@pytest.mark.parametrize("method", ["get", "post"])
def test_contact_is_not_for_who_may_see_the_issue_but_does_not_hold_it(county: Scene, client: Client, method: str):
    issue = county.in_progress(phone=PHONE)
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    html = client.get(reverse("issue", args=[issue.number])).content.decode()
    answer = getattr(client, method)(address(issue), {"purpose": "contact"})

    assert PHONE not in html
    assert address(issue) not in html
    assert answer.status_code == 403
    assert PHONE not in answer.content.decode()
    assert looks() == []


def test_contact_of_a_report_of_another_issue_is_not_had_through_this_one(county: Scene, client: Client):
    mine, other = county.in_progress(phone=PHONE), county.report("别处", phone="13700000000")
    crossed = reverse("issue-contact", args=[mine.number, submission_of(other).pk])

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(crossed, {"purpose": "contact"})

    assert answer.status_code == 404
    assert looks() == []


def test_contact_that_was_erased_is_not_there_and_the_try_is_no_look(county: Scene):
    issue = county.in_progress(phone=PHONE)
    Requester.objects.of_issue(issue).erase(county.at)

    with pytest.raises(OutOfScope):
        contacts.show_contact(submission_of(issue), county[Role.VILLAGE_SECRETARY], county.at, "contact")
    assert looks() == []


def test_supervision_office_says_what_for_at_a_red_issue_and_is_refused_at_a_yellow_one(county: Scene):
    red, yellow = county.on_red_list(phone=PHONE), county.in_progress(Light.YELLOW, phone=PHONE)
    office = county[Role.SUPERVISION_OFFICE]

    with pytest.raises(Refusal):
        contacts.show_contact(submission_of(red), office, county.at, "")
    shown = contacts.show_contact(submission_of(red), office, county.at, "progress")
    with pytest.raises(Forbidden):
        contacts.show_contact(submission_of(yellow), office, county.at, "progress")

    assert shown is not None
    assert shown.phone == PHONE
    assert looks() == [(red.number, "progress", "")]


# --- who reads the record ---
def test_looks_are_for_the_auditor_to_read_and_for_nobody_to_change(county: Scene, client: Client):
    issue = county.in_progress(phone=PHONE)
    contacts.show_contact(submission_of(issue), county[Role.VILLAGE_SECRETARY], county.at, "rating", "回访")
    auditor = post(Role.AUDITOR, county.town.county, sc.person("何审计"), since=START)
    listed = reverse("admin:issues_contactlook_changelist")

    html = as_(client, auditor).get(listed).content.decode()

    assert issue.number in html
    assert "王书记" in html
    assert "ask for a rating" in html
    assert PHONE not in html
    assert issue.title not in html
    one = reverse("admin:issues_contactlook_change", args=[ContactLook.objects.get().pk])
    assert client.get(one).status_code == 200
    assert client.post(one, {"words": "x"}).status_code == 403
    assert as_(client, county[Role.SYSTEM_ADMIN]).get(listed).status_code == 403


@pytest.mark.parametrize("statement", ["UPDATE issues_contactlook SET words = 'x'", "DELETE FROM issues_contactlook"])
def test_database_refuses_to_change_a_look(county: Scene, statement: str):
    issue = county.in_progress(phone=PHONE)
    contacts.show_contact(submission_of(issue), county[Role.VILLAGE_SECRETARY], county.at, "rating")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- who reads no issue at all ---
@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.ORGANISATION_OFFICE])
def test_role_that_reads_no_issue_is_refused_alike_whether_there_is_one_or_not(county: Scene, client: Client, role: Role):
    issue = county.in_progress(phone=PHONE)
    as_(client, county[role])
    there = [reverse("issue", args=[issue.number]), address(issue), reverse("issue-place", args=[issue.number])]
    missing = [reverse("issue", args=["2026-9999999"]), reverse("issue-contact", args=["2026-9999999", 1])]

    answers = [client.get(one) for one in (*there, *missing)]

    assert {answer.status_code for answer in answers} == {403}
    told = [client.get(one).content.decode().split("<main")[1] for one in (there[0], missing[0])]
    assert told[0].replace(issue.number, "") == told[1].replace("2026-9999999", "")
    move = reverse("issue-move", args=[issue.number, "note"])
    assert client.post(move, {"text": "x"}).status_code == 403
