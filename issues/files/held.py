"""Files of a report form that came back unsent: held for an hour, so that nobody has to choose or record them again.

What is held was drawn or encoded anew like any other file (`storage.py`) and lies in the private storage, out of reach of any
address. Which files those are stands in a signed token that goes with the form and is bound to its key: no row is written,
any host can go on with it, and nobody claims what another form holds. `purge` takes away whatever its hour has passed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing
from django.core.files.storage import default_storage

from issues.files import photos, storage
from issues.files.photos import Photo
from issues.files.storage import File
from issues.files.voice import Voice

LASTS = timedelta(hours=1)
NAME_LENGTH = 60
_FOLDER = "held"
_HOUR = "%Y%m%d%H"  # of UTC; folders are named by the hour in which the last of their files comes to its end
_SALT = "issues.held"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A file that is held. `stored`: its name in storage; `name`: what its owner calls it; `until`: seconds since 1970.

    `sha256` is that of the bytes as sent; a photo has width and height in pixels, a voice note its length in seconds.
    """

    sha256: str
    stored: str
    name: str
    until: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0

    @property
    def is_voice(self) -> bool:
        return self.stored.endswith(".mp3")


def hold(key: UUID, file: File, name: str, *, at: datetime) -> Held:
    """Store a file of the form with that key for an hour; once more is the same."""
    until = at + LASTS
    folder = f"{_FOLDER}/{until.astimezone(UTC):{_HOUR}}/{key.hex}"
    ends = int(until.timestamp())
    if isinstance(file, Voice):
        stored = storage.keep_voice(folder, file)
        return Held(sha256=file.sha256, stored=stored, name=name[:NAME_LENGTH], until=ends, seconds=file.seconds)
    stored = storage.keep(folder, file)
    return Held(sha256=file.sha256, stored=stored, name=name[:NAME_LENGTH], until=ends, width=file.width, height=file.height)


def token(key: UUID, held: Sequence[Held]) -> str:
    """What the form with that key shows to claim them; empty if it holds nothing."""
    return signing.dumps([key.hex, [asdict(one) for one in held]], salt=_SALT, compress=True) if held else ""


def claimed(shown: str, key: UUID, *, at: datetime) -> tuple[list[Held], bool]:
    """The files that a token names and whose hour has not passed; and whether that is all that it was shown for.

    A token that is forged, or of another form, claims nothing.
    """
    if not shown:
        return [], True
    try:
        owner, rows = signing.loads(shown, salt=_SALT)
    except signing.BadSignature:
        return [], False
    named = [Held(**row) for row in rows] if owner == key.hex else []
    held = [one for one in named if one.until >= at.timestamp()]
    return held, bool(held) and len(held) == len(named)


def load(held: Held) -> File | None:
    """The file as it was when it came; None if the storage has it no longer."""
    try:
        if held.is_voice:
            return Voice(held.sha256, _read(held.stored), held.seconds)
        return Photo(held.sha256, _read(held.stored), _read(storage.thumb_of(held.stored)), held.width, held.height)
    except FileNotFoundError:
        return None


def picture(held: Held) -> str:
    """A photo in small, as an address that carries it (`data:`), for the form alone; empty if there is none."""
    try:
        return f"data:{photos.MEDIA_TYPE};base64,{b64encode(_read(storage.thumb_of(held.stored))).decode()}"
    except FileNotFoundError:
        return ""


def purge(*, at: datetime) -> int:
    """Take away the files whose hour has passed; says how many. Safe beside itself and when it is cut off."""
    now = f"{at.astimezone(UTC):{_HOUR}}"
    return sum(_purge_hour(f"{_FOLDER}/{hour}") for hour in _list(_FOLDER)[0] if hour < now)


def _purge_hour(hour: str) -> int:
    gone = 0
    for form in _list(hour)[0]:
        names = _list(f"{hour}/{form}")[1]
        for name in names:
            default_storage.delete(f"{hour}/{form}/{name}")
        gone += len(names)
        default_storage.delete(f"{hour}/{form}")  # where there are folders, they are empty now
    default_storage.delete(hour)
    return gone


def _list(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files in a folder of the storage; none if there is none."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content
