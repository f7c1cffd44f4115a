"""Where speech recognition can be plugged in; off unless the county names one (`GRIDGOV_SPEECH_RECOGNISER`).

What it gives is a draft for whoever writes the voice note down, marked as such. It never becomes part of a report by itself.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.module_loading import import_string

from issues.models import Attachment
from issues.sweeps import Tally

logger = logging.getLogger(__name__)
AT_ONCE = 20


class Recogniser(Protocol):
    """Writes down speech. The setting names a callable without arguments, a class for one, that makes it."""

    def written(self, sound: bytes, *, media_type: str, seconds: float, language: str) -> str:
        """What is said in the sound (`audio/mpeg`), in the language that the report was written in (“zh-hans”); "" if unknown.

        May raise anything: the note is then left to people.
        """


@cache
def _made(path: str) -> Recogniser:
    maker = import_string(path)
    recogniser: Recogniser = maker()
    return recogniser


def recognise(*, at: datetime) -> Tally:
    """Let the recogniser draft what nobody has begun to write down, each note once; nothing if there is none."""
    tally = Tally()
    if not settings.SPEECH_RECOGNISER:
        return tally
    recogniser = _made(settings.SPEECH_RECOGNISER)
    for voice in Attachment.objects.unrecognised(AT_ONCE):
        try:
            draft = _draft(recogniser, voice)
        except Exception:
            tally.failed.append(voice.pk)
            logger.exception("Voice note %s could not be recognised; people write it down.", voice.pk)
            draft = ""
        tally.done += _keep(voice.pk, draft, at)
    return tally


def _draft(recogniser: Recogniser, voice: Attachment) -> str:
    with default_storage.open(str(voice.file.name)) as file:
        sound = file.read()
    language = voice.submission.language
    return recogniser.written(sound, media_type=voice.media_type, seconds=voice.seconds or 0.0, language=language).strip()


@transaction.atomic
def _keep(pk: int, draft: str, at: datetime) -> int:
    """Keep the draft unless somebody began meanwhile; says whether it was."""
    voice = Attachment.objects.lock(pk)
    if voice is None:
        return 0
    voice.recognised_at = at
    if draft and not voice.transcript:
        voice.transcript, voice.by_machine = draft, True
    voice.save(update_fields=["recognised_at", "transcript", "by_machine"])
    return int(voice.by_machine)
