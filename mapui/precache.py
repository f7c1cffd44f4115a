"""What the service worker keeps for a start without signal, and the version by which it knows that something changed."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.templatetags.static import static
from django.urls import reverse

from mapui import modules, shells

WORKER = "mapui/js/phone/worker.js"
# What every page loads.
COMMON = (
    "mapui/css/tokens.css",
    "mapui/css/base.css",
    "mapui/css/components.css",
    "mapui/css/print.css",
    "mapui/img/mark.svg",
    "vendor/htmx/htmx.min.js",
    "vendor/idb/index.js",
    "leaflet/leaflet.js",
    "leaflet/images/layers.png",
)
ENTRY = "mapui/js/pages/every.js"
# Loaded by other modules only when they are needed.
LATER = ("mapui/js/phone/outbox.js", "mapui/js/phone/sender.js", "mapui/js/phone/parcel.js", "mapui/js/map/leaflet.js")
_FRESH_S = 300


def script() -> str:
    """The service worker, whole."""
    listed = {"pages": _pages(), "files": [static(name) for name in names()] + [words(language) for language in shells.LANGUAGES]}
    return f"const VERSION = {json.dumps(version())};\nconst SHELL = {json.dumps(listed)};\n{_read(WORKER).decode()}"


@lru_cache(maxsize=1)
def _listed() -> tuple[str, ...]:
    found = dict.fromkeys(COMMON)
    for shell in shells.SHELLS:
        found.update(dict.fromkeys(shell.styles))
    for entry in (ENTRY, *LATER, *(entry for shell in shells.SHELLS for entry in shell.entries)):
        found.update(dict.fromkeys(modules.leads_to(entry)))
    return tuple(name for name in found if finders.find(name))


def names() -> tuple[str, ...]:
    """The static names of all files of the pages, each once."""
    return _listed() if not settings.DEBUG else _listed.__wrapped__()


def version() -> str:
    """Changes with any file, any word and any list of a page; found out anew every five minutes."""
    return str(cache.get_or_set("mapui.precache.version", _version, _FRESH_S))


def _version() -> str:
    digest = sha256(_read(WORKER))
    for name in names():
        digest.update(name.encode() + _read(name))
    for language in shells.LANGUAGES:
        for shell in shells.SHELLS:
            digest.update(shells.html(shell, language).encode())
    return digest.hexdigest()[:16]


def words(language: str) -> str:
    """The address of the words that scripts say in that language."""
    return f"{reverse('jsi18n')}?{language}"


def _pages() -> dict[str, list[tuple[str, str]]]:
    default = settings.LANGUAGE_CODE
    ordered = sorted(shells.LANGUAGES, key=lambda language: language != default)
    return {
        language: [(shell.prefix, reverse("phone-shell", args=[shell.name, language])) for shell in shells.SHELLS]
        for language in ordered
    }


def _read(name: str) -> bytes:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"There is no static file {name}.")
    return Path(path).read_bytes()
