"""The frame of every page: its modules by their hashed addresses, its menu, its text size, and drawing it with nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from mapui import modules

PAGES = Path(str(finders.find("mapui/js/pages")))
ENTRIES = sorted(path.name for path in PAGES.glob("*.js"))


def drawn(template: str, **context: object) -> str:
    return Template("{% load gridgov i18n %}" + template).render(Context(context))


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_module_that_a_page_leads_to_exists(entry):
    found = modules.leads_to(f"mapui/js/pages/{entry}")

    assert [name for name in found.all if finders.find(name) is None] == []


def test_graph_when_modules_import_each_other_names_each_once():
    names = modules.leads_to("mapui/js/pages/dashboard.js").now

    assert "mapui/js/map/palette.js" in names
    assert "mapui/js/core/api.js" in names
    assert len(names) == len(set(names))


def test_import_map_of_sources_has_only_names_without_a_path(rf: RequestFactory):
    request = rf.get("/")
    request.csp_nonce = "the-nonce"  # type: ignore[attr-defined]

    html = drawn('{% page_module "mapui/js/pages/outbox.js" %}', request=request)

    found = re.match(r'<script type="importmap" nonce="the-nonce">(.*?)</script>', html)
    assert found
    assert json.loads(found[1]) == {"imports": {"idb": "/static/vendor/idb/index.js"}}
    assert html.endswith('<script type="module" src="/static/mapui/js/pages/outbox.js"></script>')


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry != "every.js"])
def test_entry_of_a_page_is_the_only_one_and_brings_what_every_page_does(entry):
    source = (PAGES / entry).read_text(encoding="utf-8")

    first = re.search(r"^import .*", source, re.MULTILINE)
    assert first
    assert first[0] == 'import "./every.js";'


def test_templates_name_their_entry_where_it_takes_the_place_of_the_one_of_every_page():
    templates = Path(settings.BASE_DIR).glob("*/templates/**/*.html")
    lines = [line for path in templates for line in path.read_text(encoding="utf-8").splitlines() if "page_module" in line]

    assert len(lines) > 10
    assert [line for line in lines if "{% block module %}" not in line] == []


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
    html = drawn("{% light light %}", light=light)

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
    html = drawn("{% clock state due at %}", state=state, due=due, at=AT)

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
