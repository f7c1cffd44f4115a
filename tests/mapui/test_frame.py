"""The frame of every page: its modules by their hashed addresses, its menu, its text size, and drawing it with nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from mapui import modules

ENTRIES = sorted(path.name for path in (Path(str(finders.find("mapui/js/pages")))).glob("*.js"))


def drawn(template: str, **context: object) -> str:
    return Template("{% load gridgov i18n %}" + template).render(Context(context))


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_module_that_a_page_leads_to_exists(entry):
    names = modules.leads_to(f"mapui/js/pages/{entry}")

    assert [name for name in names if finders.find(name) is None] == []


def test_graph_when_modules_import_each_other_names_each_once():
    names = modules.leads_to("mapui/js/pages/dashboard.js")

    assert "mapui/js/map/palette.js" in names
    assert "mapui/js/core/api.js" in names
    assert len(names) == len(set(names))


def test_import_map_when_files_are_hashed_leads_each_module_to_its_hashed_file(settings, tmp_path, rf: RequestFactory):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    request = rf.get("/")
    request.csp_nonce = "the-nonce"  # type: ignore[attr-defined]

    html = drawn("{% importmap %}", request=request)

    found = re.fullmatch(r'<script type="importmap" nonce="the-nonce">(.*)</script>', html)
    assert found
    imports = json.loads(found[1])["imports"]
    assert re.fullmatch(r"/static/mapui/js/core/dom\.[0-9a-f]{12}\.js", imports["/static/mapui/js/core/dom.js"])
    assert [name for name in imports.values() if not (tmp_path / name.removeprefix("/static/")).is_file()] == []


def test_page_when_drawn_has_one_import_map_before_its_modules(db):
    html = Client().get(reverse("dashboard")).content.decode()

    assert html.count('type="importmap"') == 1
    assert html.index('type="importmap"') < html.index("modulepreload")


def test_frame_without_any_context_is_drawn_for_the_worst_of_errors():
    html = render_to_string("mapui/base.html")

    assert "Four-light grid" in html
    assert "<form" not in html  # nothing that would need a token


def test_text_size_when_chosen_is_kept_for_the_next_page(db):
    client = Client()
    client.cookies["size"] = "large"

    assert 'data-size="large"' in client.get(reverse("dashboard")).content.decode()


@pytest.mark.parametrize(
    ("light", "shape", "character"), [("green", "●", "G"), ("blue", "■", "B"), ("yellow", "◆", "Y"), ("red", "▲", "R")]
)
def test_light_when_drawn_has_shape_character_and_word(light, shape, character):
    html = drawn('{% include "mapui/_light.html" %}', light=light)

    assert f'data-light="{light}"' in html
    assert shape in html
    assert f">{character}<" in html
    assert f">{light}<" in html


AT = datetime(2024, 9, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "due", "said"),
    [
        ("on_track", AT + timedelta(days=2, hours=3), "2 days 3 hours left"),
        ("overdue", AT - timedelta(hours=5), "5 hours"),
        ("due_soon", AT + timedelta(seconds=20), "less than a minute left"),
        ("paused", AT + timedelta(days=2), "paused"),
    ],
)
def test_clock_when_drawn_says_what_is_left(state, due, said):
    html = drawn('{% include "mapui/_clock.html" %}', state=state, due=due, at=AT)

    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert said in text
    assert "left" not in text or state != "paused"


def test_time_when_written_is_local_and_has_the_year_only_if_it_is_another():
    assert drawn("{{ at|when }}", at=AT) == "Sept. 23, 2024 09:00"
    with translation.override("zh-hans"):
        assert drawn("{{ at|when }}", at=AT) == "2024年9月23日 09:00"
    assert drawn("{{ at|when }}", at=None) == ""


@pytest.mark.parametrize(("share", "said"), [(None, "–"), (0.935, "93.5%"), (1, "100%"), (0.0, "0%")])
def test_share_when_written_is_rounded_to_a_tenth(share, said):
    assert drawn("{{ share|percent }}", share=share) == said
