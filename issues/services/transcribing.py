"""A voice note is written down: kept as a draft while it lasts, then part of the report; and the recording is gone.

Whoever may write it down may listen to it, and nobody else: a voice tells more of a person than their words.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from issues.errors import OutOfScope, Refusal
from issues.files import storage
from issues.models import Attachment, Event
from issues.services.acting import Act, does
from issues.services.moving import check_may, move
from issues.terms import Field, Verb
from representatives.models import Person

LONGEST = 4000  # characters; a minute of speech has some 300
_VOICE = "voice"


@transaction.atomic
def keep_transcript(voice: Attachment, text: str, *, by: Person, at: datetime) -> None:
    """Keep what was written down so far, for whoever goes on. Raises as `check_may`; OutOfScope if it is gone."""
    check_may(voice.submission.issue, Verb.TRANSCRIBE, by, at)
    row = Attachment.objects.lock(voice.pk)
    if row is None:
        raise OutOfScope(gettext("This voice note has been written down, and the recording is erased."))
    row.transcript, row.by_machine = _bounded(text), False
    row.save(update_fields=["transcript", "by_machine"])


def transcribe(voice: Attachment, text: str, *, compared: bool, by: Person, at: datetime) -> Event:
    """What was said becomes part of the report, and the recording is erased. Raises as `move` does.

    `compared`: that the person has listened to the end and compared.
    """
    if not compared:
        raise Refusal(gettext("Please listen to the end and compare: afterwards the recording is gone."), field="compared")
    facts = {_VOICE: voice, Field.TEXT: _bounded(text)}
    return move(voice.submission.issue_id, Verb.TRANSCRIBE, by=by, at=at, facts=facts)


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        words = {"most": LONGEST}
        raise Refusal(gettext("That is too long: %(most)d characters are possible.") % words, field=Field.TEXT.value)
    return text.strip()


@does(Verb.TRANSCRIBE)
def _transcribe(act: Act) -> Event:
    given = act.facts.get(_VOICE)
    voice = Attachment.objects.lock(given.pk) if isinstance(given, Attachment) else None
    if voice is None:
        raise Refusal(gettext("This voice note has been written down, and the recording is erased."))
    act.submission = report = voice.submission  # whose words they are: they go when its requester has them erased
    said = act.text(Field.TEXT)
    with override(report.language or settings.LANGUAGE_CODE):
        heading = gettext("From the voice note:")
    report.text = f"{report.text}\n\n{heading}\n{said}".strip()
    report.save(update_fields=["text"])
    storage.erase_after_commit(voice, act.at)
    return act.write({_VOICE: voice.pk, "seconds": round(voice.seconds or 0)}, texts=act.texts(Field.TEXT))
