"""Fields of forms for photos and voice notes: cleaned to what was drawn or encoded anew, never to what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from issues.errors import FileRefused
from issues.files import photos, storage, voice

PHOTO_TYPES = "image/jpeg,image/png,image/webp"


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.FileField):
    """Several photos in one field; cleaned to `photos.Photo`, each drawn anew."""

    widget = ManyFilesInput(attrs={"accept": PHOTO_TYPES, "multiple": True})

    def clean(self, data: Iterable[UploadedFile] | None, initial: object = None) -> tuple[photos.Photo, ...]:
        try:
            return tuple(prepared(file) for file in chosen(data))
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None


class VoiceField(forms.FileField):
    """A voice note; cleaned to `voice.Voice`, encoded anew, or None."""

    widget = forms.FileInput(attrs={"accept": "audio/*"})

    def clean(self, data: UploadedFile | None, initial: object = None) -> voice.Voice | None:
        if not data:
            return None
        try:
            return voice.prepare(data, size=data.size or 0, name=data.name or "")
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None


def chosen(data: Iterable[UploadedFile] | None) -> list[UploadedFile]:
    """The files in the input that are not empty, unread. Raises FileRefused if they are too many."""
    found = [file for file in data or () if file]
    storage.check_counts(photo_count=len(found))
    return found


def prepared(file: UploadedFile) -> photos.Photo:
    """The photo, drawn anew. Raises FileRefused, naming the file."""
    return photos.prepare(file, size=file.size or 0, name=file.name or "")
