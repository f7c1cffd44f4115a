"""What a phone fetches to work without signal: the worker, what installs the site, and the copies of pages that know nobody."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mapui import shells
from representatives.roles import Role
from tests.mapui.scene import Scene

PERSONAL = ("csrfmiddlewaretoken", "data-owner", 'name="next"')


@pytest.fixture(autouse=True)
def fresh_version() -> None:
    cache.clear()


def shell_of(client: Client, name: str, language: str) -> str:
    return client.get(reverse("phone-shell", args=[name, language])).content.decode()


def test_worker_may_rule_the_whole_site_and_is_asked_for_anew_each_time(county: Scene, client: Client):
    answer = client.get("/sw.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    assert client.get("/sw.js", headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert client.post("/sw.js").status_code == 405


def test_worker_lists_a_copy_of_each_page_in_each_language_and_files_that_are_there(county: Scene, client: Client):
    script = client.get("/sw.js").content.decode()

    version, listed = re.findall(r"^const (?:VERSION|SHELL) = (.+);$", script, re.MULTILINE)
    pages = json.loads(listed)["pages"]
    assert re.fullmatch('"[0-9a-f]{16}"', version)
    assert {language: [path for path, _address in found] for language, found in pages.items()} == {
        language: [shell.prefix for shell in shells.SHELLS] for language in shells.LANGUAGES
    }
    for address in [address for found in pages.values() for _path, address in found]:
        assert client.get(address).status_code == 200
    assert f"{reverse('jsi18n')}?en" in json.loads(listed)["files"]


def test_worker_when_a_word_of_a_page_changes_is_another_version(county: Scene, client: Client, settings):
    before = client.get("/sw.js")["ETag"]

    settings.ORGANISER = "Another office"
    assert client.get("/sw.js")["ETag"] == before  # looked into every five minutes
    cache.clear()

    assert client.get("/sw.js")["ETag"] != before


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-CN")])
def test_manifest_installs_the_site_in_the_language_of_the_reader(client: Client, language: str, tag: str):
    answer = client.get(reverse("manifest"), headers={"accept-language": language})

    found = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (found["id"], found["scope"], found["display"], found["lang"]) == ("/", "/", "standalone", tag)
    assert found["start_url"] == reverse("report")
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    assert all(client.get(shortcut["url"]).status_code == 200 for shortcut in found["shortcuts"] if shortcut["url"] != "/report/")
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


@pytest.mark.parametrize("name", shells.BY_NAME)
def test_copy_is_the_same_whoever_asks_and_holds_nothing_of_theirs(county: Scene, name: str):
    known, unknown = Client(), Client()
    known.force_login(county[Role.GRID_MEMBER])

    def without_nonce(client: Client) -> str:
        return re.sub(r'nonce="[^"]*"', "", shell_of(client, name, "en"))

    assert without_nonce(known) == without_nonce(unknown)
    assert county[Role.GRID_MEMBER].name not in without_nonce(known)
    assert [word for word in PERSONAL if word in without_nonce(known)] == []


def test_copy_speaks_the_language_that_was_asked_for_not_the_reader_s(county: Scene, client: Client):
    answer = client.get(reverse("phone-shell", args=["outbox", "zh-hans"]), headers={"accept-language": "en"})

    assert answer["Content-Language"] == "zh-hans"
    assert '<html lang="zh-CN"' in answer.content.decode()


@pytest.mark.parametrize(("name", "language"), [("nothing", "en"), ("report", "fr")])
def test_copy_that_does_not_exist_is_not_found(db, client: Client, name: str, language: str):
    assert client.get(f"/phone/shell/{name}/{language}/").status_code == 404


def test_outbox_and_help_are_pages_like_others_and_cost_next_to_nothing(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    with django_assert_max_num_queries(2):
        outbox, help_page = client.get(reverse("outbox")), client.get(reverse("phone-help"))

    assert "no-store" in outbox["Cache-Control"]
    assert 'id="import"' in outbox.content.decode()
    assert help_page.status_code == 200


def test_page_and_its_words_are_sent_small_to_whoever_takes_that(county: Scene, client: Client):
    for address in (reverse("report"), f"{reverse('jsi18n')}?en"):
        assert client.get(address, headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in client.get(address)
