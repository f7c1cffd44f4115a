"""Static files as production serves them: one bundle per page, nothing missing, small, the same words as the sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from mapui import bundling, modules, precache

REPORT = "mapui/js/pages/report.js"


def file_at(root: Path, address: str) -> Path:
    return root / address.removeprefix("/static/")


def test_page_asks_for_hashed_bundles_that_are_there(db, collected):
    html = Client().get(reverse("report")).content.decode()

    asked = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert len(asked) > 5
    assert [address for address in asked if not re.search(r"\.[0-9a-f]{12}\.\w+$", address)] == []
    assert [address for address in asked if not file_at(collected, address).is_file()] == []


def test_import_map_leads_each_part_to_its_hashed_file_and_names_no_other(db, collected):
    html = Client().get(reverse("outbox")).content.decode()

    [said] = re.findall(r'<script type="importmap"[^>]*>(.*?)</script>', html)
    imports = json.loads(said)["imports"]
    assert set(imports) == {f"/static/{name}" for name in modules.leads_to("mapui/js/pages/outbox.js").all}
    assert [address for address in imports.values() if not file_at(collected, address).is_file()] == []


def test_bundle_imports_only_what_its_page_names(collected):
    found = modules.leads_to(REPORT)

    imported = {name for each in found.all for name in re.findall(rb"""["'](\.\.?/[\w./-]+\.js)["']""", modules.read(each))}
    assert {Path(name.decode()).name for name in imported} == {Path(name).name for name in found.all} - {"report.js"}
    assert any("pin-map" in name for name in found.later)
    assert not any("pin-map" in name for name in found.now)


def test_what_a_page_brings_anyway_is_not_left_to_be_asked_for_on_demand(collected):
    assert any("holding" in name for name in modules.leads_to(REPORT).now)
    assert any("holding" in name for name in modules.leads_to("mapui/js/pages/queue.js").later)


def test_bundle_keeps_the_words_of_its_sources_but_not_what_only_people_read(collected):
    bundled = b"".join(modules.read(name) for name in modules.leads_to(REPORT).all).decode()

    assert "Position found to about %(metres)s metres" in bundled  # by which it is found in the catalog
    assert "Knows no" not in bundled  # as the first line of each source says


def test_style_of_every_page_holds_its_parts(collected):
    style = modules.read(modules.STYLE).decode()

    assert "@import" not in style
    assert modules.styles_in(modules.STYLE) == ()
    assert [word for word in ("--ink", ".button--primary", "@media print") if word not in style] == []


def test_worker_keeps_each_file_of_its_pages_and_all_of_them_are_there(db, collected):
    listed = json.loads(precache.script().split("const SHELL = ")[1].split(";\n")[0])

    statics = [address for address in listed["files"] if address.startswith("/static/")]
    assert [address for address in statics if not file_at(collected, address).is_file()] == []
    for part in ("pin-map", "area-map", "holding"):
        assert [address for address in statics if f"/{part}-" in address], part
    assert not [address for address in statics if "htmx" in address]


def test_sources_with_a_fault_are_not_collected_and_the_fault_is_said(tmp_path, monkeypatch):
    pages = tmp_path / "source" / "mapui" / "js" / "pages"
    pages.mkdir(parents=True)
    styles = tmp_path / "source" / "mapui" / "css"
    styles.mkdir()
    (styles / "site.css").write_text("p { color: red }", encoding="utf-8")
    (pages / "broken.js").write_text("export const = 1;", encoding="utf-8")
    monkeypatch.setattr(bundling, "_source", lambda: tmp_path / "source")
    (tmp_path / "made").mkdir()

    with pytest.raises(bundling.BundlingError, match=r"broken\.js"):
        bundling.bundle(tmp_path / "made")
