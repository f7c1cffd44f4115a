"""Photos and voice note of the report form, which stay with it when it comes back: chosen once, sent once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from issues.errors import FileRefused
from issues.files import held, storage
from issues.files.held import Held
from issues.files.photos import Photo
from issues.files.storage import File
from issues.files.voice import Voice
from mapui.file_fields import PhotosField, VoiceField, chosen, prepared

GONE = gettext_lazy("Photos or a voice note of this form are no longer kept. Please add them again, or send it without.")
FILE_FIELDS = ("photos", "voice")


@dataclass(frozen=True)
class Brought:
    """The photos that a form brought: those that can be taken, each with the name it had; and why others cannot."""

    good: list[tuple[File, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class BroughtField(PhotosField):
    """Several photos in one field; what is wrong with one of them is no reason to let go of the others."""

    def clean(self, data: Iterable[UploadedFile] | None, initial: object = None) -> Brought:  # type: ignore[override]
        brought = Brought()
        try:
            found = chosen(data)
        except FileRefused as refused:
            return Brought(refused=[str(refused.sentence)])
        for file in found:
            try:
                brought.good.append((prepared(file), file.name or ""))
            except FileRefused as refused:
                brought.refused.append(str(refused.sentence))
        return brought


@dataclass(frozen=True)
class Shown:
    """A held file as the form shows it; `picture`: address of a small copy, empty for a voice note."""

    sha256: str
    name: str
    picture: str = ""


@dataclass(frozen=True)
class HeldBack:
    """What a returned form says of its files: the token that claims them, and what they are."""

    token: str
    photos: list[Shown]
    voice: Shown | None


class FilesForm(forms.Form):
    """The files of a report. `kept`: held since an earlier return; `fresh`: brought now, with their names; `lost`: fields
    of which something that was brought cannot be kept. The form that is built on it has the field `uuid`.
    """

    photos = BroughtField(label=gettext_lazy("Photos"), required=False)
    voice = VoiceField(label=gettext_lazy("Voice note"), required=False)
    held = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.kept: list[Held] = []
        self.fresh: list[tuple[File, str]] = []
        self.lost: set[str] = set()

    def clean_photos(self) -> Brought:
        brought: Brought = self.cleaned_data["photos"]
        self.fresh.extend(brought.good)
        for sentence in brought.refused:
            self.add_error("photos", sentence)
            self.lost.add("photos")
        return brought

    def clean_voice(self) -> Voice | None:
        note: Voice | None = self.cleaned_data["voice"]
        if note:
            self.fresh.append((note, getattr(self.files["voice"], "name", None) or ""))
        return note

    def clean(self) -> dict[str, Any]:
        if "voice" in self.errors:
            self.lost.add("voice")
        if key := self.cleaned_data.get("uuid"):
            self._claim(key)
        self._fit()
        return self.cleaned_data

    def _claim(self, key: UUID) -> None:
        """What is held, but for what was struck out; a new voice note takes the place of the old one."""
        claimed, is_all = held.claimed(self.cleaned_data.get("held", ""), key, at=now())
        dropped = set(self.data.getlist("drop"))  # type: ignore[attr-defined]
        has_voice = any(isinstance(file, Voice) for file, _name in self.fresh)
        self.kept = [one for one in claimed if one.sha256 not in dropped and not (one.is_voice and has_voice)]
        if not is_all:
            self.add_error("photos", GONE)

    def _fit(self) -> None:
        """Each file once, and no more photos than a report may have."""
        known = {one.sha256 for one in self.kept}
        new = {file.sha256: (file, name) for file, name in self.fresh if file.sha256 not in known}
        fresh_photos = [one for one in new.values() if isinstance(one[0], Photo)]
        held_count = sum(not one.is_voice for one in self.kept)
        try:
            storage.check_counts(photo_count=held_count + len(fresh_photos))
        except FileRefused as refused:
            self.add_error("photos", refused.sentence)
            self.lost.add("photos")
            fresh_photos = fresh_photos[: settings.PHOTO_MAX_COUNT - held_count]
        self.fresh = [*fresh_photos, *(one for one in new.values() if isinstance(one[0], Voice))]

    @property
    def is_spoken(self) -> bool:
        """Whether there is a voice note, brought now or held."""
        return any(one.is_voice for one in self.kept) or any(isinstance(file, Voice) for file, _name in self.fresh)

    def forgive_all_but_files(self) -> None:
        """Somebody is still choosing: what is missing elsewhere is not said yet."""
        for name in [name for name in self.errors if name not in FILE_FIELDS]:
            del self.errors[name]

    def files_to_send(self) -> tuple[tuple[Photo, ...], Voice | None]:
        """Photos, those held first, and the voice note. Raises FileRefused if one that was held is gone; it is then forgotten."""
        loaded = {one: held.load(one) for one in self.kept}
        self.kept = [one for one, file in loaded.items() if file is not None]
        if len(self.kept) < len(loaded):
            raise FileRefused(GONE, field="photos")
        every = [*loaded.values(), *(file for file, _name in self.fresh)]
        note = next((file for file in every if isinstance(file, Voice)), None)
        return tuple(file for file in every if isinstance(file, Photo)), note

    def hold(self, key: UUID, at: datetime) -> HeldBack | None:
        """Hold all files for the form as it goes back under that key; None if there are none."""
        while self.fresh:
            self.kept.append(held.hold(key, *self.fresh[0], at=at))
            del self.fresh[0]
        if not self.kept:
            return None
        shown = [Shown(one.sha256, one.name, "" if one.is_voice else held.picture(one)) for one in self.kept]
        notes = [what for what, one in zip(shown, self.kept, strict=True) if one.is_voice]
        photos = [what for what in shown if what not in notes]
        return HeldBack(held.token(key, self.kept), photos, notes[0] if notes else None)
