"""Photos and voice notes of reports: the one door by which they come in, where they are stored, and how they leave.

Every way in (form, telephone, tracking page, evidence) goes through `arrived`, which looks at the bytes and never at a name
or a declared type; what is stored was drawn or encoded anew. A file is known by the SHA-256 of its bytes as sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from issues.errors import FileRefused, FileTooLarge
from issues.files import photos, voice
from issues.files.blurring import Copy
from issues.files.photos import Photo
from issues.files.voice import Voice
from issues.models import Attachment, Evidence, Publication, Submission

__all__ = ["File", "FileRefused", "FileTooLarge", "arrived", "attach", "missing"]

File = Photo | Voice
Stored = Attachment | Evidence | Publication


def arrived(file: IO[bytes], *, size: int, name: str = "") -> File:
    """The photo or voice note in an uploaded file of `size` bytes, made anew. Raises FileRefused, naming the file."""
    file.seek(0)
    if voice.kind_of(file.read(16)):
        return voice.prepare(file, size=size, name=name)
    return photos.prepare(file, size=size, name=name)


def attach(submission: Submission, files: Iterable[File], *, at: datetime) -> list[Attachment]:
    """Store the files of a report that it does not have yet; those that it has, or once had, are left alone.

    Two at once wait for one another. Nothing is added to a report whose text was erased. Raises FileRefused for too many.
    """
    given = list(files)
    if not given:
        return []
    with transaction.atomic():
        Submission.objects.lock(submission.pk)
        rows = list(submission.attachments.all())
        known = {row.sha256 for row in rows}
        new = {file.sha256: file for file in given if file.sha256 not in known}
        if not new or submission.text_erased_at is not None:
            return []
        kinds = [row.is_voice for row in rows] + [isinstance(file, Voice) for file in new.values()]
        check_counts(photo_count=kinds.count(False), voice_count=kinds.count(True))
        return Attachment.objects.bulk_create([_stored(submission, file, at) for file in new.values()])


def missing(submission: Submission, declared: Iterable[str]) -> list[str]:
    """Which of the declared hashes have not arrived yet, in their order; what came and was erased since is not missing."""
    known = submission.attachments.hashes()
    return [sha256 for sha256 in dict.fromkeys(declared) if sha256 not in known]


def check_counts(*, photo_count: int = 0, voice_count: int = 0) -> None:
    """Raises FileRefused if a report may not have so many."""
    photos.check_count(photo_count)
    if voice_count > settings.VOICE_MAX_COUNT:
        raise voice.VoiceRefused(_("A report can have one voice note."))


def files_of(submission: Submission) -> list[Attachment]:
    """Photos and voice note of a report that are still there, in the order in which they came."""
    return list(submission.attachments.kept().order_by("pk"))


def thumb_name(stored: Stored) -> str:
    """The name in storage of a photo's thumbnail."""
    return thumb_of(str(stored.file.name))


def thumb_of(name: str) -> str:
    """The same of a photo by its own name in storage."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.thumb.jpg"))


def keep(folder: str, photo: Photo) -> str:
    """Store the photo and its thumbnail in that folder; the name in storage of the photo."""
    stem = f"{folder}/{photo.sha256[:32]}"
    name = _write(f"{stem}.jpg", photo.jpeg)
    _write(f"{stem}.thumb.jpg", photo.thumb)
    return name


def keep_voice(folder: str, note: Voice) -> str:
    """Store the voice note in that folder; its name in storage."""
    return _write(f"{folder}/{note.sha256[:32]}.mp3", note.mp3)


def keep_public(key: UUID, copy: Copy) -> str:
    """Store a public copy and its thumbnail by its address; the name in storage of the copy."""
    name = _write(f"public/{key.hex[:2]}/{key.hex}.jpg", copy.jpeg)
    _write(f"public/{key.hex[:2]}/{key.hex}.thumb.jpg", copy.thumb)
    return name


def discard(stored: Sequence[Stored]) -> None:
    """Take their files from the storage; what is not there any more is as good."""
    for one in stored:
        for name in (str(one.file.name), thumb_name(one)):
            default_storage.delete(name)


def erase(attachments: Iterable[Attachment], at: datetime) -> int:
    """They are not there any more; of what a telephone may still be sending, the row stays as the sign that it had arrived."""
    found = list(attachments)
    _discard_with_copies(found)
    return Attachment.objects.erase([one.pk for one in found], at)


def remove(evidence: Iterable[Evidence]) -> int:
    """They are not there any more, the rows included; says how many."""
    found = list(evidence)
    _discard_with_copies(found)
    Evidence.objects.remove([one.pk for one in found])
    return len(found)


def _discard_with_copies(found: Sequence[Attachment | Evidence]) -> None:
    """The files first, public copies among them: if the transaction is lost, the rows are still there and are taken up again."""
    public = list(Publication.objects.of_photos(found))
    discard([*found, *public])
    Publication.objects.remove([one.pk for one in public])


def erase_after_commit(attachment: Attachment, at: datetime) -> None:
    """From now on it is not there any more; its file goes when the transaction has held. `finish_erasing` minds the rest."""
    attachment.erased_at, attachment.transcript, attachment.by_machine = at, "", False
    attachment.save(update_fields=["erased_at", "transcript", "by_machine"])
    transaction.on_commit(lambda: finish_erasing(Attachment.objects.half_erased().of_key(attachment.pk)))


def finish_erasing(half_erased: Iterable[Attachment]) -> int:
    """Take away the files of attachments that are erased already; says of how many."""
    found = list(half_erased)
    discard(found)
    return Attachment.objects.without_file([one.pk for one in found])


def _stored(submission: Submission, file: File, at: datetime) -> Attachment:
    """The row of a file, unsaved, once the storage has it."""
    # Each report keeps its own copy: erasing one report never takes a photo from another.
    folder = f"attachments/{submission.uuid.hex[:2]}/{submission.uuid.hex}"
    row = Attachment(submission=submission, sha256=file.sha256, received_at=at)
    if isinstance(file, Voice):
        row.file.name = keep_voice(folder, file)
        row.media_type, row.seconds = voice.MEDIA_TYPE, file.seconds
    else:
        row.file.name = keep(folder, file)
        row.media_type, row.width, row.height = photos.MEDIA_TYPE, file.width, file.height
    return row


def _write(name: str, content: bytes) -> str:
    """Write unless an earlier attempt, whose transaction was lost, already did; the name says what is inside."""
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(content))
