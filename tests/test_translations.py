"""Every text of the code, the templates and the scripts has its Chinese, and the Chinese fills in the same values.

The texts are collected anew from the source by Django's own `makemessages`, into a copy, and compared with the catalogs
as they are shipped: a new text without translation fails here even if nobody has touched the catalogs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SHIPPED = ROOT / "gridgov" / "locale" / "zh_Hans" / "LC_MESSAGES"
SOURCES = ("gridgov", "demo", "mapui", "issues", "representatives", "grids")
ENDINGS = {"django": ("py", "html", "txt"), "djangojs": ("js",)}
# Named or numbered: %(name)s, %s, %%, {name}.
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[sdif]|\{\w*\}")

Key = tuple[str | None, str]


def copied(folder: Path, endings: tuple[str, ...]) -> None:
    """The sources with those endings, as they lie in the repository; without catalogs and what others wrote."""
    for app in SOURCES:
        for path in sorted((ROOT / app).rglob("*")):
            inner = path.relative_to(ROOT)
            if path.suffix[1:] in endings and not {"vendor", "node_modules", "locale", "__pycache__"} & set(inner.parts):
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / inner)


@cache
def collected(domain: str) -> dict[Key, polib.POEntry]:
    """All texts of the source, by context and English text."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder, ENDINGS[domain])
        (folder / "locale").mkdir()
        endings = [option for ending in ENDINGS[domain] for option in ("-e", ending)]
        command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "-d", domain, *endings, "-v0"]
        done = subprocess.run(command, cwd=folder, env={**_environment(), "PYTHONPATH": ""}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return entries(folder / "locale" / "zh_Hans" / "LC_MESSAGES" / f"{domain}.po")


def _environment() -> dict[str, str]:
    """Enough to run a command that needs no settings."""
    return {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}


def entries(path: Path) -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def untranslated(found: dict[Key, polib.POEntry], shipped: dict[Key, polib.POEntry]) -> list[str]:
    """Texts that have no translation: unknown, empty or fuzzy."""
    missing = []
    for key, entry in found.items():
        known = shipped.get(key)
        if known is None or known.fuzzy or not all(text.strip() for text in said(known)) or not said(known):
            missing.append(f"{entry.msgid!r} ({', '.join(sorted({place for place, _line in entry.occurrences}))})")
    return missing


def misfilled(shipped: dict[Key, polib.POEntry]) -> list[str]:
    """Translations that fill in other values than the English text; Chinese has one form, which follows the plural."""
    wrong = []
    for entry in shipped.values():
        wanted = Counter(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in said(entry):
            if text and set(PLACEHOLDER.findall(text)) != set(wanted):
                wrong.append(f"{entry.msgid!r} → {text!r}")
    return wrong


@pytest.mark.parametrize("domain", ENDINGS)
def test_every_text_in_the_source_is_translated(domain):
    found = collected(domain)
    assert len(found) > 50

    missing = untranslated(found, entries(SHIPPED / f"{domain}.po"))

    assert missing == [], f"{len(missing)} texts are not in {domain}.po, empty or fuzzy"


@pytest.mark.parametrize("domain", ENDINGS)
def test_translations_fill_in_the_same_values_as_the_english(domain):
    assert misfilled(entries(SHIPPED / f"{domain}.po")) == []


@pytest.mark.parametrize("domain", ENDINGS)
def test_catalog_has_no_text_twice_and_one_form_of_plural(domain):
    catalog = polib.pofile(str(SHIPPED / f"{domain}.po"))

    keys = Counter((entry.msgctxt, entry.msgid) for entry in catalog)

    assert [key for key, times in keys.items() if times > 1] == []
    assert catalog.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert all(set(entry.msgstr_plural) == {0} for entry in catalog if entry.msgid_plural)


@pytest.mark.parametrize("domain", ENDINGS)
def test_shipped_catalog_compiles_with_the_check_of_formats(domain):
    command = ["msgfmt", "--check-format", "-o", "/dev/null", str(SHIPPED / f"{domain}.po")]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


# --- the net itself ---


def entry(msgid: str, msgstr: str = "", **more: Any) -> dict[Key, polib.POEntry]:
    return {(None, msgid): polib.POEntry(msgid=msgid, msgstr=msgstr, **more)}


def test_new_empty_and_fuzzy_texts_are_caught():
    found = entry("Close", occurrences=[("mapui/x.py", "3")])

    assert untranslated(found, {}) == ["'Close' (mapui/x.py)"]
    assert untranslated(found, entry("Close", " ")) != []
    assert untranslated(found, entry("Close", "办结", flags=["fuzzy"])) != []
    assert untranslated(found, entry("Close", "办结")) == []


def test_values_that_are_lost_or_renamed_are_caught():
    assert misfilled(entry("%(n)d days", "%(n)d 天")) == []
    assert misfilled(entry("%(n)d days", "几天")) != []
    assert misfilled(entry("%(n)d days", "%(m)d 天")) != []
    assert misfilled(entry("%(n)d days", "%(n)s 天")) != []
    assert misfilled(entry("{count} issues", "{count} 件")) == []
    plural: dict[str, Any] = {"msgid_plural": "The %(n)d reports", "msgstr_plural": {0: "诉求"}}
    assert misfilled(entry("The report", **plural)) != []


def test_texts_of_every_kind_of_source_are_collected():
    texts = {msgid for _context, msgid in collected("django")} | {msgid for _context, msgid in collected("djangojs")}
    places = {
        place.split("/")[0]
        for domain in ENDINGS
        for found in collected(domain).values()
        for place, _line in found.occurrences
    }  # fmt: skip

    assert "green" in texts
    assert places == set(SOURCES)
