"""A list with contacts takes two people: who asks, who approves, what is in it, what is on every page of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import ContactList, ContactLook, Issue, Requester
from issues.privacy import contact_lists
from issues.terms import Light, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import pdfs
from tests.mapui import scene as sc
from tests.mapui.scene import IN_OFFICE, PHONE, START, Scene, submission_of
from tests.representatives.factories import post

LISTS = "/red/contacts/"
PURPOSE = "雨前逐户电话提醒绕行"


@pytest.fixture
def second(county: Scene) -> Person:
    """Another person of the supervision office."""
    return post(Role.SUPERVISION_OFFICE, county.town.county, sc.person("钱督查", county.units["supervision"]), since=START)


@pytest.fixture
def red(county: Scene) -> Issue:
    return county.on_red_list(phone=PHONE)


def asked(county: Scene, at: Any = None) -> ContactList:
    return contact_lists.ask(county.town.county, PURPOSE, by=county[Role.SUPERVISION_OFFICE], at=at or county.at)


def approved(county: Scene, by: Person, at: Any = None) -> ContactList:
    row = asked(county, at)
    return contact_lists.decide(row.number, True, "", by=by, at=at or county.at)


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


# --- two people ---
def test_who_asked_cannot_approve_it_and_the_database_says_so_too(county: Scene, red: Issue):
    row = asked(county)

    with pytest.raises(Forbidden, match="it takes two"):
        contact_lists.decide(row.number, True, "", by=county[Role.SUPERVISION_OFFICE], at=county.at)
    with pytest.raises(IntegrityError, match="contact_list_needs_two"), transaction.atomic():
        ContactList.objects.update(decision="granted", decided_by=county[Role.SUPERVISION_OFFICE], until=county.at)
    with pytest.raises(IntegrityError, match="contact_list_taken_if_granted"), transaction.atomic():
        ContactList.objects.update(taken_at=county.at)


def test_list_is_taken_out_only_once_a_second_person_approved_it_and_only_by_who_asked(county: Scene, second: Person, red: Issue):
    row = asked(county)
    with pytest.raises(Refusal, match="has not been approved"):
        contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at)

    contact_lists.decide(row.number, True, "", by=second, at=county.at)
    with pytest.raises(Forbidden):
        contact_lists.take_out(row.number, by=second, at=county.at)
    taken = contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at)

    assert [report.requester.phone for report in taken.reports if report.requester] == [PHONE]
    look = ContactLook.objects.get()
    assert (look.report, look.by, look.purpose, look.words) == (
        submission_of(red), county[Role.SUPERVISION_OFFICE], "export", row.number,
    )  # fmt: skip


def test_approval_holds_as_long_as_the_policy_says(county: Scene, second: Person, red: Issue):
    row = approved(county, second)
    assert row.until == county.at + timedelta(hours=24)

    contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at + timedelta(hours=24))
    with pytest.raises(Refusal, match="the time for it is over"):
        contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at + timedelta(hours=24, seconds=1))


def test_leader_may_be_the_second_person_and_a_refusal_needs_its_reason(county: Scene, red: Issue):
    row, leader = asked(county), county[Role.COUNTY_LEADER]

    with pytest.raises(Refusal) as refused:
        contact_lists.decide(row.number, False, " ", by=leader, at=county.at)
    assert refused.value.field == "reason"
    contact_lists.decide(row.number, False, "可由村里逐户通知", by=leader, at=county.at)

    row.refresh_from_db()
    assert (row.decision, row.decided_by, row.until) == ("refused", leader, None)
    with pytest.raises(Refusal, match="already"):
        contact_lists.decide(row.number, True, "", by=leader, at=county.at)


def test_who_waits_for_a_second_person_asks_for_no_other_list_and_says_what_for(county: Scene):
    office = county[Role.SUPERVISION_OFFICE]
    with pytest.raises(Refusal) as refused:
        contact_lists.ask(county.town.county, "  ", by=office, at=county.at)
    assert refused.value.field == "purpose"
    row = contact_lists.ask(county.town.county, f"{PURPOSE} 13700000000", by=office, at=county.at)

    assert row.purpose == f"{PURPOSE} ＊＊＊"
    with pytest.raises(Refusal, match="waits for a second person"):
        asked(county)


@pytest.mark.parametrize("role", [role for role in IN_OFFICE if role not in (Role.SUPERVISION_OFFICE,)])
def test_nobody_else_asks_for_a_list(county: Scene, role: Role):
    with pytest.raises(Forbidden):
        contact_lists.ask(county.town.county, PURPOSE, by=county[role], at=county.at)


def test_list_does_not_exist_for_other_roles(county: Scene, red: Issue):
    row = asked(county)

    with pytest.raises(OutOfScope):
        contact_lists.decide(row.number, True, "", by=county[Role.TOWNSHIP_COMMITTEE], at=county.at)


# --- what is in it ---
def test_list_holds_open_red_issues_whose_contact_is_there_and_nothing_else(county: Scene, second: Person, red: Issue):
    yellow = county.in_progress(Light.YELLOW, phone="13711111111")
    without = county.on_red_list()
    erased = county.on_red_list(phone="13722222222")
    Requester.objects.of_issue(erased).erase(county.at)
    elsewhere = county.on_red_list(phone="13733333333")
    Issue.objects.filter(pk=elsewhere.pk).update(path="other.place")

    row = approved(county, second)
    taken = contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at)

    assert [report.issue for report in taken.reports] == [red]
    assert {yellow.pk, without.pk, erased.pk}.isdisjoint(report.issue_id for report in taken.reports)


def test_list_that_is_too_long_is_asked_for_by_township(county: Scene, second: Person, red: Issue, monkeypatch):
    monkeypatch.setattr(contact_lists, "MOST", 0)
    row = approved(county, second)

    with pytest.raises(Refusal, match="more than 0 rows"):
        contact_lists.take_out(row.number, by=county[Role.SUPERVISION_OFFICE], at=county.at)
    assert not ContactLook.objects.exists()
    row.refresh_from_db()
    assert row.taken_at is None


# --- pages ---
def test_way_through_the_pages_from_asking_to_a_pdf_with_a_watermark_on_every_page(
    county: Scene, client: Client, second: Person, red: Issue
):
    for _ in range(24):  # more than one page of paper
        county.move(county.on_red_list(phone=PHONE), Verb.NOTE, Role.SUPERVISION_OFFICE, text="-")
    office = as_(client, county[Role.SUPERVISION_OFFICE])
    assert LISTS in office.get("/red/").content.decode()
    sent = office.post(f"{LISTS}ask/", {"area": county.town.county.code, "purpose": PURPOSE}, follow=True)
    row = ContactList.objects.get()
    assert f"The list {row.number} waits for a second person." in sent.content.decode()
    assert f"{row.number}.pdf" not in sent.content.decode()
    assert office.post(f"{LISTS}{row.number}/decide/", {"verdict": "grant"}).status_code == 403

    page = as_(client, second).get(LISTS).content.decode()
    assert PURPOSE in page
    client.post(f"{LISTS}{row.number}/decide/", {"verdict": "grant"})
    answer: Any = as_(client, county[Role.SUPERVISION_OFFICE]).post(f"{LISTS}{row.number}.pdf")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    pages = [pdfs.squeezed(one.extract_text()) for one in pdfs.reader(pdfs.content(answer)).pages]
    assert len(pages) > 1
    for text in pages:
        assert text.count(f"周督查·{row.number}") >= 3
    assert PHONE in pages[0]
    assert "钱督查" in pages[0]
    assert ContactLook.objects.count() == 25


def test_asking_for_the_file_by_its_address_gives_nothing(county: Scene, client: Client, second: Person, red: Issue):
    row = approved(county, second, now())

    assert as_(client, county[Role.SUPERVISION_OFFICE]).get(f"{LISTS}{row.number}.pdf").status_code == 405
    assert client.post(f"{LISTS}2026-C999999.pdf").status_code == 404


def test_refusal_without_a_reason_stands_beside_the_list_with_its_words(county: Scene, client: Client, red: Issue):
    row = asked(county)

    answer = as_(client, county[Role.COUNTY_LEADER]).post(f"{LISTS}{row.number}/decide/", {"verdict": "refuse", "reason": "不"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Say in words what for, or why not." in html
    assert 'value="不"' in html


@pytest.mark.parametrize("role", list(IN_OFFICE))
def test_page_is_for_the_supervision_office_and_the_leaders(county: Scene, client: Client, role: Role):
    has = role in (Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER)

    assert as_(client, county[role]).get(LISTS).status_code == (200 if has else 403)
    assert client.post(f"{LISTS}ask/", {"area": county.town.county.code, "purpose": ""}).status_code in (
        {409} if role is Role.SUPERVISION_OFFICE else {403, 404}
    )


def test_auditor_reads_which_lists_there_were(county: Scene, client: Client, second: Person, red: Issue):
    row = approved(county, second)
    auditor = post(Role.AUDITOR, county.town.county, sc.person("何审计"), since=START)

    html = as_(client, auditor).get(reverse("admin:issues_contactlist_changelist")).content.decode()

    assert row.number in html
    assert PURPOSE in html
    assert "钱督查" in html
    assert PHONE not in html
