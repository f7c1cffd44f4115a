"""What the service worker keeps for a start without signal, and the version by which it knows that something changed."""

from __future__ import annotations

import json
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.templatetags.static import static
from django.urls import reverse

from mapui import modules, shells

WORKER = "mapui/js/phone/worker.js"
# What every page loads.
COMMON = (modules.STYLE, "mapui/img/mark.svg")
_FRESH_S = 300


def script() -> str:
    """The service worker, whole."""
    listed = {"pages": _pages(), "files": [static(name) for name in names()] + [words(language) for language in shells.LANGUAGES]}
    return f"const VERSION = {json.dumps(version())};\nconst SHELL = {json.dumps(listed)};\n{modules.read(WORKER).decode()}"


def names() -> tuple[str, ...]:
    """The static names of all files of the pages, each once; also of what they load only on demand."""
    found = dict.fromkeys(COMMON)
    for shell in shells.SHELLS:
        found.update(dict.fromkeys(shell.files + modules.leads_to(shell.entry).all))
    parts = (each for name in found if name.endswith(".css") for each in modules.styles_in(name))
    return tuple(dict.fromkeys((*found, *parts)))


def version() -> str:
    """Changes with any file, any word and any list of a page; found out anew every five minutes."""
    return str(cache.get_or_set("mapui.precache.version", _version, _FRESH_S))


def _version() -> str:
    digest = sha256(modules.read(WORKER))
    for name in names():
        digest.update(name.encode() + modules.read(name))
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
