"""Our JavaScript modules: which ones a page's entry leads to, at once or on demand, and their addresses.

Where static files were collected, these are the bundles that were made then (mapui/storage.py); elsewhere the sources.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

# Names that modules may import without a path.
BARE = {"idb": "vendor/idb/index.js"}
OWN = "mapui/js/"
PAGES = f"{OWN}pages"
STYLE = "mapui/css/site.css"
# Which bundles each page's entry leads to: {entry: {"now": […], "later": […]}}.
GRAPH = f"{OWN}graph.json"
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"';()]*?["']([^"']+)["']""", re.MULTILINE)
_STYLE_IMPORT = re.compile(r"""^@import\s+["']([^"']+)["']""", re.MULTILINE)
_ON_DEMAND = re.compile(r"""\bimport\(\s*["']([^"']+)["']\s*\)""")


@dataclass(frozen=True)
class Modules:
    """Static names: the entry and what it needs at once, the entry first; and what is imported only on demand."""

    now: tuple[str, ...]
    later: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.now + self.later


def leads_to(entry: str) -> Modules:
    """What the entry module (“mapui/js/pages/desk.js”) leads to, near or far, each once."""
    return _found(entry, _manifest()) if not settings.DEBUG else _found.__wrapped__(entry, _manifest())


def import_map(entry: str) -> str:
    """The import map of the entry's page as JSON that can stand within a script: hashed addresses, and bare names."""
    modules = leads_to(entry).all
    addresses = {f"{settings.STATIC_URL}{name}": static(name) for name in modules}
    moved = {plain: address for plain, address in addresses.items() if plain != address}
    bare = {name: static(path) for name, path in BARE.items() if path in modules}
    # “<” cannot end the script from within a JSON string.
    return json.dumps({"imports": {**bare, **moved}}).replace("<", "\\u003c")


def read(name: str) -> bytes:
    """What a static file holds, as it is served. Raises FileNotFoundError."""
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    path = staticfiles_storage.path(hashed[name]) if name in hashed else finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"There is no static file {name}.")
    return Path(path).read_bytes()


def styles_in(style: str) -> tuple[str, ...]:
    """The static names of the styles that a style sheet imports; none once they were bundled."""
    return _styles(style, _manifest())


@lru_cache(maxsize=16)
def _styles(style: str, manifest: str) -> tuple[str, ...]:
    here = posixpath.dirname(style)
    return tuple(posixpath.join(here, each) for each in _STYLE_IMPORT.findall(read(style).decode()))


def _manifest() -> str:
    """Which collection of static files this is; empty where the sources are served."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))


@lru_cache(maxsize=128)
def _found(entry: str, manifest: str) -> Modules:
    """Once for each collection of static files."""
    if GRAPH in getattr(staticfiles_storage, "hashed_files", {}):
        bundles: Mapping[str, Sequence[str]] = json.loads(read(GRAPH))[entry]
        return Modules(tuple(bundles["now"]), tuple(bundles["later"]))
    now = _reached([entry], (_IMPORT,))
    everything = _reached([entry], (_IMPORT, _ON_DEMAND))
    return Modules(now, tuple(name for name in everything if name not in now))


def _reached(found: list[str], kinds: Sequence[re.Pattern[str]]) -> tuple[str, ...]:
    for name in found:
        found.extend(each for each in dict.fromkeys(_imported(name, kinds)) if each not in found)
    return tuple(found)


def _imported(name: str, kinds: Sequence[re.Pattern[str]]) -> list[str]:
    """What one source imports; nothing if it cannot be found, which the page will say by itself."""
    path = finders.find(name)
    if not isinstance(path, str):
        return []
    source = Path(path).read_text(encoding="utf-8")
    said = [each for kind in kinds for each in kind.findall(source)]
    here = posixpath.dirname(name)
    ours = (each for each in said if each in BARE or each.startswith("."))
    return [BARE.get(each) or posixpath.normpath(posixpath.join(here, each)) for each in ours]
