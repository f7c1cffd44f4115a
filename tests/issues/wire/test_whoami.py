"""Who is logged in, in a body that no hotel's log-in page has."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from representatives.roles import Role
from tests.issues.wire.phone import Phone, error

pytestmark = pytest.mark.django_db


def test_visitor_when_asking_is_nobody_gets_a_token_and_no_session(county):
    client = Client()

    answer = client.get("/api/whoami")

    told = answer.json()
    assert (told["gridgov"], told["person"]) == (1, None)
    assert told["csrf"]
    assert "csrftoken" in client.cookies
    assert "sessionid" not in client.cookies
    assert Session.objects.count() == 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_member_when_asking_is_named_with_roles_and_what_they_may(county):
    phone = Phone.of(county[Role.GRID_MEMBER])

    person = phone.wake()["person"]

    assert (person["name"], person["roles"]) == ("韩网格", [{"role": "grid_member", "label": "grid member"}])
    assert person["may"] == {"solve": True, "desk": True}
    assert Phone.of(county[Role.SYSTEM_ADMIN]).wake()["person"]["may"] == {"solve": False, "desk": False}


def test_key_of_a_person_stays_is_nobody_elses_and_tells_nothing(county):
    member, secretary = county[Role.GRID_MEMBER], county[Role.VILLAGE_SECRETARY]

    keys = [Phone.of(person).owner for person in (member, member, secretary)]

    assert keys[0] == keys[1] != keys[2]
    assert str(member.pk) != keys[0]
    assert len(keys[0]) == 40


def test_limits_are_those_that_the_server_keeps(county, settings):
    limits = Phone.of().wake()["limits"]

    assert (limits["text"], limits["photos"], limits["photo_bytes"]) == (2000, 5, settings.PHOTO_MAX_BYTES)
    assert limits["body_bytes"] == 65536


def test_anything_but_get_is_said_to_be_none_of_its_methods(county):
    phone = Phone.of()

    answer = phone.send("/api/whoami", "{}")

    error(answer, 405, "method")
    assert answer.headers["Allow"] == "GET"
