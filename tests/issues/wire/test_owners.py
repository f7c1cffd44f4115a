"""Nobody's record is sent under another's name, and no record is lost because somebody logged out."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from limits import parse

from issues import throttle
from issues.models import Issue, SentMove, Submission
from issues.throttle import Limit
from representatives.roles import Role
from tests.issues.reports import picture
from tests.issues.wire.phone import Phone, announced, body, error

pytestmark = pytest.mark.django_db


def test_members_record_when_somebody_else_has_logged_in_is_kept_on_the_phone(county):
    phone, key = Phone.of(county[Role.GRID_MEMBER]), uuid4()
    written_by = phone.owner
    phone.client.force_login(county[Role.VILLAGE_SECRETARY])
    phone.wake()
    phone.owner = written_by

    found = error(phone.report(body(county.town), key), 401, "owner")

    assert found["who"] == "王书记"
    assert Submission.objects.count() == 0
    phone.client.force_login(county[Role.GRID_MEMBER])
    phone.wake()
    assert phone.report(body(county.town), key).status_code == 201
    assert Submission.objects.get().entered_by == county[Role.GRID_MEMBER]


def test_members_record_when_the_log_in_has_ended_is_kept_on_the_phone(county):
    phone = Phone.of(county[Role.GRID_MEMBER])
    written_by = phone.owner
    phone.client.logout()
    phone.wake()
    phone.owner = written_by

    error(phone.report(body(county.town)), 401, "login")
    error(phone.move("2026-0000001", "note", text="x"), 401, "login")

    assert Submission.objects.count() == 0


def test_residents_record_when_staff_has_logged_in_on_the_phone_is_still_a_residents(county):
    phone = Phone.of()
    phone.client.force_login(county[Role.GRID_MEMBER])
    phone.wake()
    phone.owner = ""

    assert phone.report(body(county.town)).status_code == 201

    made = Submission.objects.get()
    assert (made.entered_by, made.channel) == (None, "web")


def test_file_of_a_members_report_needs_the_member_too(county):
    phone, photo, key = Phone.of(county[Role.GRID_MEMBER]), picture("red"), uuid4()
    phone.report(body(county.town, files=announced(photo)), key)
    written_by = phone.owner
    phone.client.logout()
    phone.wake()
    phone.owner = written_by

    error(phone.file(key, photo), 401, "login")

    assert Submission.objects.get().attachments.count() == 0


def test_move_without_an_owner_is_nobodys_even_with_a_log_in(county):
    phone = Phone.of(county[Role.GRID_MEMBER])
    phone.owner = ""

    error(phone.move("2026-0000001", "note", text="x"), 401, "login")

    assert SentMove.objects.count() == 0


# --- the token ---


@pytest.mark.parametrize("token", ["", "x" * 32, "stale"])
def test_token_that_is_missing_wrong_or_old_is_said_and_a_fresh_one_sends(county, token):
    phone, key = Phone.of(), uuid4()
    if token == "stale":
        token = phone.token
        phone.client = Client(enforce_csrf_checks=True)  # its cookies were cleared
        phone.client.get("/api/whoami")
    phone.token = token

    error(phone.report(body(county.town), key), 403, "csrf")
    error(phone.file(key, b"x"), 403, "csrf")
    error(phone.move("2026-0000001", "note"), 403, "csrf")
    assert Submission.objects.count() == 0

    phone.wake()
    assert phone.report(body(county.town), key).status_code == 201


def test_token_of_before_the_log_in_is_old_after_it(county):
    phone = Phone.of()
    phone.client.login(username=county[Role.GRID_MEMBER].username, password="correct-horse-battery", request=_request())
    old = phone.token

    phone.wake()

    assert phone.token != old
    assert phone.report(body(county.town)).status_code == 201


# --- too often ---


def test_report_that_comes_too_often_is_told_when_to_come_again_and_then_taken(county, monkeypatch):
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))
    phone, key = Phone.of(), uuid4()
    assert phone.report(body(county.town)).status_code == 201

    answer = phone.report(body(county.town), key)

    found = error(answer, 429, "throttled")
    assert int(answer.headers["Retry-After"]) == found["wait_s"] > 0
    assert Submission.objects.count() == 1
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))
    assert phone.report(body(county.town), key).status_code == 201


def test_repeats_and_files_do_not_use_up_what_new_reports_may(county, monkeypatch):
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("2 per 10 minutes")))
    phone, photo = Phone.of(), picture("red")
    sent, key = body(county.town, files=announced(photo)), uuid4()

    statuses = [phone.report(sent, key).status_code for _ in range(4)]
    statuses += [phone.file(key, photo).status_code, phone.report(body(county.town)).status_code]

    assert statuses == [201, 200, 200, 200, 201, 201]


def test_repeats_are_bounded_too(county, monkeypatch):
    monkeypatch.setattr(throttle, "AGAIN", Limit(f"again-{uuid4()}", parse("2 per 10 minutes")))
    phone, sent, key = Phone.of(), body(county.town), uuid4()

    statuses = [phone.report(sent, key).status_code for _ in range(4)]

    assert statuses == [201, 200, 200, 429]


def test_fifty_records_of_a_member_are_taken_in_one_go(county):
    phone = Phone.of(county[Role.GRID_MEMBER])

    statuses = {phone.report(body(county.town, text=f"路灯坏了 {number}")).status_code for number in range(50)}

    assert statuses == {201}
    assert Issue.objects.count() == 50


def _request():
    from django.test import RequestFactory

    return RequestFactory().get("/")
