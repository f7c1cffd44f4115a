"""Static files as production serves them: collected once for all processes of a test run, and for later runs until a source changes."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test.utils import override_settings

from mapui import bundling, modules, storage

PLACE = site.LOCAL_DIR / "test" / "collected"
KEPT = 2  # collections: a run that began before a source changed still reads the one before
# Modules that tests import into a page, besides the pages' own bundles.
LOOKED_INTO = ("phone/outbox.js", "report/places.js", "report/shrinking.js", "report/voice.js")


def options(root: Path) -> dict[str, Any]:
    """The settings of production for static files; uncompressed, which a test can do itself."""
    return {
        "STATIC_ROOT": root,
        "STORAGES": {**site.STORAGES, "staticfiles": {"BACKEND": "mapui.storage.BundledStorage"}},
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS": ("css", "html", "js", "json", "md", "svg", "ts", "txt"),
    }


def collected() -> Path:
    """The directory with the static files as the sources are now."""
    root = PLACE / _version()
    with _alone():
        if not root.exists():
            _collect(root)
    return root


def _collect(root: Path) -> None:
    new = root.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with override_settings(**options(new)):
        call_command("collectstatic", interactive=False, verbosity=0)
    for name in LOOKED_INTO:
        bundling.bundle_script(new, f"{modules.OWN}{name}")
    new.rename(root)
    for old in sorted(PLACE.glob("*/"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old)


def _version() -> str:
    """Changes with any static file, and with what bundles them."""
    found = [Path(place.path(name)) for finder in finders.get_finders() for name, place in finder.list(None)]
    code = [Path(module.__file__ or "") for module in (bundling, modules, storage)]
    digest = sha256()
    for path in sorted({*found, *code}):
        told = path.stat()
        digest.update(f"{path} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
