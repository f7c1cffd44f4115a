"""What maps ask again and again is answered before a session, a user or a language is looked for; and only to who may have it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.test import Client
from django.urls import reverse

from grids import tiles
from grids.levels import Level
from grids.models import Layer
from representatives.roles import Role
from tests.issues.maps import COUNTY, staff, state_of

pytestmark = pytest.mark.usefixtures("fresh_redis")


@pytest.fixture
def no_session(monkeypatch):
    """Whoever looks a session up fails."""

    def refuse(store: SessionStore) -> dict:
        raise AssertionError("The session was looked up.")

    return lambda: monkeypatch.setattr(SessionStore, "load", refuse)


def a_kept_address() -> str:
    """Of a tile and of a block of names that lie in their files."""
    sheet = tiles.sheet(Level.GRID)
    assert sheet is not None
    z, x, y = next(at for at in tiles._addresses(sheet, 10) if tiles.tile(Level.GRID, sheet.version, *at))
    return reverse("tile", args=["cell", sheet.version, z, x, y])


def names_address() -> str:
    return reverse("area-names", args=["cell", Layer.objects.get(level=Level.GRID).version, 0])


def test_kept_files_when_asked_for_are_sent_without_a_session(made, settings, tmp_path, no_session):
    settings.TILE_CACHE_DIR = tmp_path
    client = staff(made, Role.SUPERVISION_OFFICE)
    addresses = (a_kept_address(), names_address())
    made_now = [client.get(address).content for address in addresses]

    no_session()
    kept = [client.get(address) for address in addresses]

    assert [answer.content for answer in kept] == made_now
    assert all(made_now)
    assert {answer["Cache-Control"] for answer in kept} == {"public, max-age=31536000, immutable"}


def test_poll_when_nothing_is_new_is_answered_without_a_session(made, no_session):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, etag, _ = state_of(client, Level.GRID)

    no_session()
    answer = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY}, headers={"If-None-Match": etag})

    assert (answer.status_code, answer["ETag"]) == (304, etag)


@pytest.mark.parametrize("next_one", [None, Role.VILLAGE_SECRETARY])
def test_poll_when_another_uses_the_browser_does_not_keep_what_the_first_saw(made, next_one):
    client = staff(made, Role.SUPERVISION_OFFICE)
    made.accepted(cell="A")
    _, etag, _ = state_of(client, Level.GRID)

    client.logout()
    if next_one:
        client.force_login(made[next_one])
    answer = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY}, headers={"If-None-Match": etag})

    assert answer.status_code == 200
    assert answer.content == client.get(reverse("map-state", args=["cell"]), {"county": COUNTY}).content


def test_poll_when_it_made_a_session_up_gets_what_a_visitor_gets(made):
    made.accepted(cell="A")
    client = Client()
    client.cookies["sessionid"] = "made-up"

    assert state_of(client, Level.GRID, light="green")[0] == state_of(Client(), Level.GRID)[0]


@pytest.mark.parametrize(
    "path", ["/map/tiles/street/1/10/1/1.mvt", "/map/areas/street/1/0.json", "/map/state/street/", "/map/nothing/"]
)
def test_address_when_there_is_no_such_thing_is_not_found(db, client, path):
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 404
