"""Addresses that must not be reached, and what must not be read of one."""

from __future__ import annotations

import pytest
from django.db import connection

from issues.models import Notice
from issues.notices import http, sending
from issues.notices.letters import Rejected
from tests.issues import factories as make
from tests.issues.factories import MONDAY
from tests.issues.notices.outlets import outlet


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fd00::1]/",
        "https://localhost/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "https://user:pw@93.184.216.34/",
        "https:///x",
    ],
)
def test_private_and_plain_addresses_are_refused(settings, url):
    settings.NOTICE_HOSTS = []

    with pytest.raises(Rejected):
        http.send("POST", url, body=b"", headers={})
    assert http.check(url)


def test_address_in_the_own_net_is_reached_when_it_is_listed(server, settings):
    assert http.send("POST", server.url, body=b"x", headers={}).status == 200
    settings.NOTICE_HOSTS = ["10.0.0.0/8", "localhost"]
    with pytest.raises(Rejected):
        http.send("POST", server.url, body=b"x", headers={})


def test_name_that_points_into_the_own_net_is_refused_and_connected_to_where_it_was_looked_up(server, settings, monkeypatch):
    settings.NOTICE_HOSTS = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])

    with pytest.raises(Rejected):
        http.send("POST", "https://innocent.example/", body=b"", headers={})


def test_error_never_holds_the_key_of_the_address(county, server):
    door = outlet(server, "wecom", url="http://127.0.0.1:1/send?key=very-secret")
    make.reported(county, MONDAY)

    sending.announce(at=MONDAY)

    door.refresh_from_db()
    assert door.last_error == "The other side cannot be reached."
    assert not Notice.objects.filter(last_error__contains="secret").exists()


def test_secrets_are_encrypted_at_rest(server, db):
    door = outlet(server, "dingtalk", secret="SECabc")

    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM issues_outlet WHERE id = %s", [door.pk])
        stored = " ".join(cursor.fetchone())

    assert "SECabc" not in stored
    assert "key=abc" not in stored
