"""Coming in and going out, error pages, and whether the program is well."""

from __future__ import annotations

import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views.defaults import bad_request, server_error

from gridgov.middleware import RefusalMiddleware
from grids.errors import Forbidden, Refusal
from issues.throttle import Limit, Throttled
from mapui import health
from mapui.views import access
from representatives.models import Person
from representatives.roles import Role
from tests.representatives.factories import area, person, post

pytestmark = pytest.mark.django_db
PASSWORD = "four lights on a hill"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?light=red"}


@pytest.fixture
def staff() -> Person:
    return post(Role.SUPERVISION_OFFICE, area("K"), person("Li", username="li", password=PASSWORD))


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch):
    """The limit per address is counted in Redis, beyond the test: each test gets its own."""
    monkeypatch.setattr(access, "LOG_IN", Limit(f"log-in-{uuid4()}", access.LOG_IN.rate))


def log_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("login"), {"username": "li", "password": password, **more})


# --- Log-in and log-out ---------------------------------------------------------------------------------------------


def test_right_password_when_sent_opens_the_page_that_was_wanted(client, staff):
    answer = log_in(client, next="/cover/")

    assert answer.url == "/cover/"
    assert client.get("/cover/").status_code == 200


def test_wish_when_the_first_password_was_wrong_is_kept_in_the_form(client, staff):
    html = log_in(client, "wrong", next="/cover/").content.decode()

    assert '<input type="hidden" name="next" value="/cover/">' in html


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_wish_to_go_elsewhere_when_logging_in_is_not_granted(client, staff, elsewhere):
    assert log_in(client, next=elsewhere).url == reverse("dashboard")


@pytest.mark.parametrize(("username", "password"), [("li", "wrong"), ("nobody", PASSWORD), ("closed", PASSWORD)])
def test_wrong_name_password_or_closed_account_when_sent_get_the_same_sentence(client, staff, username, password):
    person(username="closed", password=PASSWORD, is_active=False)

    html = client.post(reverse("login"), {"username": username, "password": password}).content.decode()

    assert "do not belong together" in html
    assert "_auth_user_id" not in client.session


def test_account_closed_while_logged_in_when_going_on_is_out(client, staff):
    client.force_login(staff)
    Person.objects.filter(pk=staff.pk).update(is_active=False)

    assert client.get("/cover/").url == "/login/?next=/cover/"


def test_log_out_when_linked_by_get_is_refused_and_by_post_ends_the_session(client, staff):
    client.force_login(staff)

    assert client.get(reverse("logout")).status_code == 405
    answer = client.post(reverse("logout"), follow=True)

    assert "You are logged out." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_write_without_token_when_sent_gets_a_page_that_says_what_to_do(staff):
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(reverse("login"), {"username": "li", "password": PASSWORD})

    assert answer.status_code == 403
    assert "Reload it and send again" in answer.content.decode()
    assert strict.post(reverse("login"), headers={"HX-Request": "true"}).content.decode().count("<div") == 1
    assert "Reload" in strict.post(reverse("login"), headers={"Accept": "application/json"}).json()["error"]


# --- Throttles ------------------------------------------------------------------------------------------------------


def test_eight_wrong_passwords_when_sent_lock_the_name_from_that_address_only(client, staff, settings):
    settings.PROXIES = 1
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(reverse("login"), {"username": "li", "password": "wrong"}, headers={"X-Forwarded-For": "10.0.0.1"})

    assert answer.status_code == 429
    assert "locked here for 15 minutes" in answer.content.decode()
    assert answer["Retry-After"] == "900"
    from_there = {"X-Forwarded-For": "10.0.0.1"}
    elsewhere = {"X-Forwarded-For": "10.0.0.2"}
    right = {"username": "li", "password": PASSWORD}
    assert client.post(reverse("login"), right, headers=from_there).status_code == 429
    assert client.post(reverse("login"), right, headers=elsewhere).status_code == 302


def test_forged_address_when_there_is_no_proxy_escapes_no_lock(client, staff, settings):
    settings.PROXIES = 0
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(
            reverse("login"), {"username": "li", "password": "wrong"}, headers={"X-Forwarded-For": f"10.0.0.{attempt}"}
        )

    assert answer.status_code == 429


def test_one_address_trying_many_names_when_it_goes_on_is_throttled(client, monkeypatch):
    def spent(limit, key):
        assert (limit, key) == (access.LOG_IN, "127.0.0.1")
        raise Throttled(120)

    monkeypatch.setattr("issues.throttle.spend", spent)

    answer = client.post(reverse("login"), {"username": "x", "password": "y"})

    assert answer.status_code == 429
    assert answer["Retry-After"] == "120"


# --- A log-in that has ended ----------------------------------------------------------------------------------------


def test_htmx_read_when_logged_out_takes_the_whole_page_to_the_log_in_and_back(client):
    answer = client.get("/cover/", headers=HTMX)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/queue/%3Flight%3Dred&ended=1"
    assert "Your log-in has ended" in client.get(answer["HX-Redirect"]).content.decode()


def test_htmx_write_when_logged_out_gets_a_notice_and_keeps_the_page(client):
    answer = client.post(reverse("password"), headers=HTMX)

    assert answer.status_code == 401
    assert "HX-Redirect" not in answer
    assert answer["HX-Retarget"] == "#messages"
    assert "nothing was sent" in answer.content.decode()


def test_script_when_logged_out_gets_a_sentence_as_data(client):
    answer = client.get("/cover/", headers={"Sec-Fetch-Mode": "cors"})

    assert answer.status_code == 401
    assert answer.json() == {"error": "You are no longer logged in.", "field": ""}


def test_plain_form_when_logged_out_leads_back_to_the_page_it_was_on(client):
    answer = client.post(reverse("password"), headers={"Referer": "http://testserver/issues/1/"})

    assert answer.url == "/login/?next=/issues/1/&ended=1"
    foreign = client.post(reverse("password"), headers={"Referer": "https://evil.example/"})
    assert foreign.url == "/login/?ended=1"


# --- Password -------------------------------------------------------------------------------------------------------


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    return client.post(reverse("password"), {"old_password": old, "new_password1": new, "new_password2": new})


def test_password_page_when_opened_says_the_rules(client, staff):
    client.force_login(staff)

    html = client.get(reverse("password")).content.decode()

    assert "at least 10 characters" in html
    assert "entirely numeric" in html


@pytest.mark.parametrize(
    ("new", "says"),
    [("short1", "too short"), ("1234567890123", "entirely numeric"), ("password1234", "too common"), ("li@example.org", "similar")],
)
def test_weak_password_when_chosen_is_refused_in_a_sentence(client, staff, new, says):
    Person.objects.filter(pk=staff.pk).update(email="li@example.org")
    client.force_login(Person.objects.get(pk=staff.pk))

    answer = change(client, new)

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert Person.objects.get(pk=staff.pk).check_password(PASSWORD)


def test_new_password_when_set_logs_out_other_devices_but_not_this_one(client, staff):
    other = Client()
    other.force_login(staff)
    client.force_login(staff)

    assert change(client, "a red barn by the river").status_code == 302

    assert client.get(reverse("password")).status_code == 200
    assert other.get(reverse("password")).status_code == 302


# --- Language -------------------------------------------------------------------------------------------------------


def test_language_when_switched_is_remembered_by_browser_and_account(client, staff):
    client.force_login(staff)

    answer = client.post(reverse("set_language"), {"language": "zh-hans", "next": "/cover/"})

    assert answer.url == "/cover/"
    assert client.cookies["django_language"].value == "zh-hans"
    assert Person.objects.get(pk=staff.pk).language == "zh-hans"
    assert 'lang="zh-CN"' in client.get("/cover/").content.decode()


def test_unknown_language_or_get_when_sent_changes_nothing(client, staff):
    client.force_login(staff)

    client.post(reverse("set_language"), {"language": "tlh"})

    assert Person.objects.get(pk=staff.pk).language == ""
    assert client.get(reverse("set_language")).status_code == 405


def test_language_of_the_account_when_logging_in_comes_along(client, staff):
    Person.objects.filter(pk=staff.pk).update(language="zh-hans")

    log_in(client)

    assert client.cookies["django_language"].value == "zh-hans"


# --- Error pages ----------------------------------------------------------------------------------------------------


def test_unknown_address_when_opened_is_a_page_of_ours(client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_broken_request_when_answered_is_a_page_of_ours(rf):
    answer = bad_request(rf.get("/"), Exception())

    assert answer.status_code == 400
    assert b"is broken" in answer.content


def test_fault_when_answered_needs_no_database_context_or_session(rf, django_assert_num_queries):
    with django_assert_num_queries(0), translation.override("en"):
        answer = server_error(rf.get("/"))

    html = answer.content.decode()
    assert answer.status_code == 500
    assert "That is our fault" in html
    assert "<script" not in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("make", "status", "heading"),
    [
        (lambda: Refusal("Because."), 409, "Not possible now"),
        (lambda: Forbidden("Because."), 403, "Not yours to do"),
        (lambda: Throttled(60), 429, "Too often"),
    ],
)
def test_refusal_when_raised_is_answered_as_page_fragment_or_data(rf, staff, make, status, heading):
    refusal = make()  # made here, for its sentence is put in words at once
    middleware = RefusalMiddleware(lambda request: HttpResponse())
    asked: list[dict[str, str]] = [{}, {"HX-Request": "true"}, {"Accept": "application/json"}]
    answers = [middleware.process_exception(_by(staff, rf, headers), refusal) for headers in asked]
    page, fragment, data = (answer for answer in answers if answer is not None)

    assert {page.status_code, fragment.status_code, data.status_code} == {status}
    assert heading in page.content.decode()
    assert refusal.sentence in page.content.decode()
    assert fragment.content.decode().count("<div") == 1
    assert refusal.sentence in fragment.content.decode()
    assert json.loads(data.content)["error"] == refusal.sentence


def _by(who: Person, rf: RequestFactory, headers: dict[str, str]):
    request = rf.post("/issues/1/close/", headers=headers)
    request.user = who
    return request


def test_refused_request_when_logged_names_who_and_what_once_but_no_receipt_code(client, staff, caplog):
    caplog.set_level(logging.INFO, "gridgov.access")
    client.force_login(staff)

    client.get("/nowhere/")
    client.get("/t/ABCDEFGHJKLMNPQR/nowhere/at/all/")

    said = [record.getMessage() for record in caplog.records if record.name == "gridgov.access"]
    assert len(said) == 2
    assert said[0].startswith("404 GET /nowhere/ by Li")
    assert "ABCDEFGH" not in said[1]


# --- Health ---------------------------------------------------------------------------------------------------------


def test_health_when_all_is_well_says_so_without_session_or_secret(client):
    health.mark_beat()

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok", "beat": "ok"}
    assert not answer.cookies


def test_beat_when_silent_is_late_but_pages_still_serve(client):
    cache.delete(health.BEAT_KEY)

    assert client.get(reverse("healthz")).status_code == 200
    assert client.get(reverse("healthz")).json()["beat"] == "late"
    assert client.get(reverse("healthz"), {"part": "beat"}).status_code == 503


def test_redis_when_away_is_told_but_pages_still_serve(client, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "failing", "beat": "failing"}
    assert client.get(reverse("healthz"), {"part": "redis"}).status_code == 503


def test_database_when_away_is_503_and_tells_no_more(client, monkeypatch):
    def refuse():
        raise ConnectionError("postgis://secret@10.0.0.9")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    answer = client.get(reverse("healthz"))

    assert answer.status_code == 503
    assert answer.json()["status"] == answer.json()["database"] == "failing"
    assert "secret" not in answer.content.decode()


def test_health_when_only_https_is_served_is_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$"]

    assert Client().get(reverse("healthz")).status_code == 200
