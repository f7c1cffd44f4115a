"""A photo or a voice note on arrival, before anything is made of it: bounded, named as it may be shown, known by its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO

from issues.errors import FileTooLarge

LABEL_MAX = 60


@dataclass(frozen=True)
class Arrived:
    """What was sent; `label`: the name of the file as a sentence may show it."""

    label: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """By this it is known: sending it again adds nothing."""
        return hashlib.sha256(self.content).hexdigest()


def read(file: IO[bytes], *, size: int, name: str, usual: str, most: int, too_large: str, field: str) -> Arrived:
    """The uploaded file of `size` bytes, whole. Raises FileTooLarge beyond `most` bytes.

    `usual`: what it is called if it has no name; `too_large`: the sentence, with “name” and “most” (in MB).
    """
    label = PurePosixPath(name).name[:LABEL_MAX] or usual
    if size > most:
        raise FileTooLarge(too_large % {"name": label, "most": most // 1024 // 1024}, field=field)
    file.seek(0)
    return Arrived(label, file.read())
