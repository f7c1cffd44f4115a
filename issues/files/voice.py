"""Voice notes on arrival: told by their bytes, bounded in size and length, encoded anew so that nothing but the sound is kept.

Browsers record WebM or MP4, telephones hand in half a dozen more; what is kept is one kind that every browser plays: MP3,
one channel, without tags. Decoders of foreign files have had holes, so it happens in a process of its own with nothing to
steal and little to spend (`voice_encoder.py`).
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from issues.errors import FileRefused
from issues.files import arriving, voice_encoder

MEDIA_TYPE = "audio/mpeg"
GRACE_S = 2.0  # a recorder that stops at the limit writes a little more
PATIENCE_S = 20.0
_ENCODER = Path(voice_encoder.__file__)
# What a file begins with, from which byte, and the name by which the demuxer knows its kind.
_KINDS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (8, b"WAVE", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
)
# Brands of ISO media files that carry sound (and moving pictures); of still pictures there are others.
_MP4_BRANDS = (b"M4A", b"M4B", b"mp4", b"iso", b"3gp", b"3g2", b"qt ", b"MSNV", b"dash", b"F4A")


class VoiceRefused(FileRefused):
    """A voice note that cannot be taken."""

    about = "voice"


@dataclass(frozen=True)
class Voice:
    """A voice note encoded anew: MP3 bytes, its length, and the hash of what was sent."""

    sha256: str
    mp3: bytes
    seconds: float


def kind_of(head: bytes) -> str:
    """As what the file would be read, by its first 16 bytes at least; empty: it is no kind of sound that is known here."""
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12].startswith(_MP4_BRANDS) else ""
    return next((kind for start, mark, kind in _KINDS if head[start : start + len(mark)] == mark), "")


def prepare(file: IO[bytes], *, size: int, name: str = "") -> Voice:
    """The voice note in an uploaded file of `size` bytes, encoded anew. Raises VoiceRefused or FileTooLarge, naming the file."""
    too_large = _("“%(name)s” is too large. A voice note can have %(most)d MB.")
    most, field = settings.VOICE_MAX_BYTES, VoiceRefused.about
    sent = arriving.read(file, size=size, name=name, usual=_("voice note"), most=most, too_large=too_large, field=field)
    seconds, mp3 = _encoded(sent.content, sent.label)
    return Voice(sent.sha256, mp3, seconds)


def _encoded(content: bytes, label: str) -> tuple[float, bytes]:
    """Length in seconds and MP3 bytes, from a process that knows nothing of ours: no settings, no secrets, no open files."""
    kind = kind_of(content[:16])
    if not kind:
        raise _not_sound(label)
    command = [sys.executable, "-I", str(_ENCODER), kind, str(settings.VOICE_MAX_SECONDS + GRACE_S)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE_S, env={}, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise _not_sound(label) from None
    if done.returncode == voice_encoder.TOO_LONG:
        words = {"name": label, "most": settings.VOICE_MAX_SECONDS}
        raise VoiceRefused(_("“%(name)s” is too long. A voice note can have %(most)d seconds.") % words)
    if done.returncode == voice_encoder.HAS_PICTURES:
        raise VoiceRefused(_("“%(name)s” is a film. Only sound can be attached as a voice note.") % {"name": label})
    if done.returncode != 0:
        raise _not_sound(label)
    seconds, _line, mp3 = done.stdout.partition(b"\n")
    return float(seconds), mp3


def _not_sound(label: str) -> VoiceRefused:
    return VoiceRefused(_("“%(name)s” cannot be heard as a voice note. Please record it again.") % {"name": label})
