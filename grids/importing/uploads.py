"""Uploaded files wait here, outside the web root, until somebody has seen the dry run and said yes; a day at most."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

from grids.importing.source import Source

KEPT_SECONDS = 24 * 3600
# Whatever a file is called, only these characters reach the disk.
UNSAFE = re.compile(r"[^\w.-]+")


@dataclass
class Upload:
    """An uploaded file and what was said of it; `owner` is the primary key of the account that sent it."""

    token: str
    owner: int
    name: str
    level: str
    crs: str = ""
    encoding: str = ""
    layer: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return _root() / self.token

    def source(self) -> Source:
        """The file as the importer takes it."""
        return Source(self.folder / self.name, self.columns, self.crs, self.encoding, self.layer)

    def save(self) -> None:
        """Write down what was said of the file."""
        (self.folder / "upload.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    def forget(self) -> None:
        """Remove the file and what was said of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def keep(chunks: Iterable[bytes], name: str, *, owner: int, level: str, crs: str, encoding: str, layer: str) -> Upload:
    """Store an uploaded file piece by piece; what is older than a day goes."""
    _forget_old()
    safe = UNSAFE.sub("_", Path(name).name).lstrip(".")[-100:] or "areas"
    upload = Upload(secrets.token_urlsafe(18), owner, safe, level, crs, encoding, layer)
    upload.folder.mkdir(parents=True)
    with (upload.folder / safe).open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    upload.save()
    return upload


def find(token: str, *, owner: int) -> Upload | None:
    """The upload with that token, if it is there and that account sent it."""
    if not re.fullmatch(r"[\w-]{10,60}", token):
        return None
    try:
        upload = Upload(**json.loads((_root() / token / "upload.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return upload if upload.owner == owner else None


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def _forget_old() -> None:
    if not _root().is_dir():
        return
    for folder in _root().iterdir():
        if folder.stat().st_mtime < time.time() - KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
