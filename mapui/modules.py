"""Our JavaScript modules: their addresses for the import map, and which ones a page's entry module leads to."""

from __future__ import annotations

import json
import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

# Names that modules may import without a path.
BARE = {"idb": "vendor/idb/index.js"}
OWN = "mapui/js/"
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"';]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


def import_map() -> str:
    """The import map as JSON that can stand within a script."""
    return _import_map(getattr(staticfiles_storage, "manifest_hash", ""))


@lru_cache(maxsize=2)
def _import_map(manifest: str) -> str:
    """Once for each collection of static files."""
    # “<” cannot end the script from within a JSON string.
    return json.dumps({"imports": imports()}).replace("<", "\\u003c")


def imports() -> dict[str, str]:
    """What a browser's import map has to say: bare names, and (with a manifest) each module by its hashed address."""
    found = {name: static(path) for name, path in BARE.items()}
    for name in getattr(staticfiles_storage, "hashed_files", {}):
        if name.startswith(OWN) and name.endswith(".js"):
            found[f"{settings.STATIC_URL}{name}"] = static(name)
    return found


def leads_to(entry: str) -> tuple[str, ...]:
    """The static names of the entry module and of all that it imports, near or far, each once."""
    return _graph(entry) if not settings.DEBUG else _graph.__wrapped__(entry)


@lru_cache(maxsize=64)
def _graph(entry: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in _imported(name))
    return tuple(found)


def _imported(name: str) -> list[str]:
    """The relative imports of one module; none if it cannot be found, which the page will say by itself."""
    path = finders.find(name)
    return _IMPORT.findall(Path(path).read_text(encoding="utf-8")) if isinstance(path, str) else []
