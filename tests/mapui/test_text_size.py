"""Elder mode is switched on every page, by a form where no script runs, and remembered on this device."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mapui.text_size import SIZES, TextSize

pytestmark = pytest.mark.django_db
SWITCH = "/size/"


@pytest.mark.parametrize("size", SIZES)
def test_chosen_size_is_kept_for_a_year_and_drawn_on_the_page_one_came_from(client, size):
    answer = client.post(SWITCH, {"size": size, "next": "/t/?code=x"})
    page = client.get("/t/").content.decode()

    assert (answer.status_code, answer["Location"]) == (303, "/t/?code=x")
    cookie = answer.cookies["size"]
    assert (cookie.value, cookie["max-age"], cookie["samesite"]) == (size, 365 * 24 * 3600, "Lax")
    assert f'data-size="{size}"' in page


@pytest.mark.parametrize("size", ["", "huge", '"><script>'])
def test_what_is_no_size_is_forgotten(client, size):
    answer = client.post(SWITCH, {"size": size, "next": "/t/"})
    client.cookies["size"] = size

    assert "size" not in answer.cookies
    assert 'data-size="normal"' in client.get("/t/").content.decode()


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_nobody_is_led_off_the_site(client, there):
    assert client.post(SWITCH, {"size": "large", "next": there})["Location"] == "/"


def test_switch_needs_a_post(client):
    assert client.get(SWITCH).status_code == 405


@pytest.mark.parametrize("page", ["report", "track-find", "login", "dashboard", "heat"])
def test_switch_stands_on_every_page_and_works_without_a_script(client, page):
    drawn = client.get(reverse(page)).content.decode()

    form = drawn.split('action="/size/"')[1].split("</form>")[0]
    assert 'value="large"' in form
    assert "csrfmiddlewaretoken" in form
    assert " hidden" not in form.split("data-large-text")[1].split(">")[0]


def test_steps_lead_from_twenty_to_thirty_pixels_and_back():
    assert [TextSize(size).step for size in SIZES] == ["larger", "larger", "largest", "large"]
    assert [TextSize(size).other for size in SIZES] == ["large", "normal", "normal", "normal"]
