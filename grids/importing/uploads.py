"""Uploaded files wait here, outside the web root, until somebody has seen the dry run and said yes; a day at most."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone

from grids.importing.source import Source

KEPT = timedelta(days=1)
# Whatever a file is called, only these characters reach the storage, so none can be called as what was said of it.
UNSAFE = re.compile(r"[^\w.-]+")
FOLDER, SAID = "imports", "~said.json"


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
    def folder(self) -> str:
        return f"{FOLDER}/{self.token}"

    @contextmanager
    def source(self) -> Iterator[Source]:
        """The file as the importer takes it: a copy on this machine, for as long as it is looked at."""
        with TemporaryDirectory() as place, default_storage.open(f"{self.folder}/{self.name}") as stored:
            copy = Path(place) / self.name
            with copy.open("wb") as file:
                file.writelines(stored.chunks())
            yield Source(copy, self.columns, self.crs, self.encoding, self.layer)

    def save(self) -> None:
        """Write down what was said of the file."""
        default_storage.delete(self._said)
        default_storage.save(self._said, ContentFile(json.dumps(asdict(self)).encode()))

    def forget(self) -> None:
        """Remove the file and what was said of it."""
        _remove(self.token)

    @property
    def _said(self) -> str:
        return f"{self.folder}/{SAID}"


def keep(chunks: Iterable[bytes], name: str, *, owner: int, level: str, crs: str, encoding: str, layer: str) -> Upload:
    """Store an uploaded file piece by piece; what is older than a day goes."""
    _forget_old()
    safe = UNSAFE.sub("_", Path(name).name).lstrip(".")[-100:] or "areas"
    upload = Upload(secrets.token_urlsafe(18), owner, safe, level, crs, encoding, layer)
    upload.save()
    with TemporaryFile() as file:
        file.writelines(chunks)
        file.seek(0)
        default_storage.save(f"{upload.folder}/{safe}", File(file))
    return upload


def find(token: str, *, owner: int) -> Upload | None:
    """The upload with that token, if it is there and that account sent it."""
    if not re.fullmatch(r"[\w-]{10,60}", token):
        return None
    try:
        with default_storage.open(f"{FOLDER}/{token}/{SAID}") as file:
            upload = Upload(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
    return upload if upload.owner == owner else None


def _forget_old() -> None:
    limit = timezone.now() - KEPT
    for token in _listed(FOLDER)[0]:
        files = [f"{FOLDER}/{token}/{name}" for name in _listed(f"{FOLDER}/{token}")[1]]
        with suppress(FileNotFoundError):  # somebody else forgets it at this moment
            if files and all(default_storage.get_modified_time(file) < limit for file in files):
                _remove(token)


def _remove(token: str) -> None:
    folder = f"{FOLDER}/{token}"
    for name in _listed(folder)[1]:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)  # where folders are things of their own


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Names of the folders and of the files in it; none if it is not there."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
