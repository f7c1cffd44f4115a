"""The form of a diary entry: three answers that are needed (when, where, what was raised), the rest as people like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area
from issues.community import diary
from issues.community.diary import Elements
from issues.errors import Refusal
from issues.models import DiaryEntry
from issues.moves.fields import Grouped

_AT = "%Y-%m-%dT%H:%M"


class EntryForm(forms.Form):
    """The six elements of one entry. `key` was minted when the form was opened, so that a repeat is the same entry."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    raised = forms.CharField(max_length=diary.TEXT_MAX, widget=forms.Textarea(attrs={"rows": 4}))
    area = forms.ChoiceField()
    visited_at = forms.DateTimeField(widget=forms.DateTimeInput(format=_AT, attrs={"type": "datetime-local"}))
    place_text = forms.CharField(max_length=200, required=False)
    spoken_to = forms.CharField(max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    idea = forms.CharField(max_length=diary.TEXT_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    learned = forms.CharField(max_length=diary.TEXT_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, places: Sequence[Area], data: QueryDict | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self._places = {area.code: area for area in places}
        self.fields["area"].choices = by_village(places)  # type: ignore[attr-defined]
        for name, label in self._labels().items():
            field = self.fields[name]
            field.label = label
            field.widget.attrs["aria-describedby"] = f"id_{name}-help id_{name}-errors"
        self.fields["raised"].error_messages["required"] = _("Say what was raised.")
        self.fields["visited_at"].error_messages["required"] = _("Say when it was.")

    @staticmethod
    def _labels() -> dict[str, str]:
        return {
            "raised": _("What was raised"),
            "area": _("Village or cell"),
            "visited_at": _("Time of the visit"),
            "place_text": _("Place in words"),
            "spoken_to": _("Whom you spoke to"),
            "idea": _("How to solve it"),
            "learned": _("What you learned"),
        }

    @property
    def elements(self) -> Elements:
        """What was said; call it when the form is valid."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return Elements(**{**said, "area": self._places[said["area"]]})

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service said, beside the input that has to change if there is one."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


def by_village(places: Iterable[Area]) -> Grouped:
    """The areas as choices, each cell below its village."""
    found: dict[str, list[tuple[str, str]]] = {}
    for area in places:
        village = area if area.level == Level.VILLAGE or area.parent is None else area.parent
        label = _("%(village)s as a whole") % {"village": area.name} if area.level == Level.VILLAGE else area.name
        found.setdefault(village.name, []).append((area.code, label))
    return list(found.items())


def new_form(places: Sequence[Area], at: datetime) -> EntryForm:
    return EntryForm(places, initial={"key": uuid4(), "visited_at": localtime(at)})


def form_of(entry: DiaryEntry, places: Sequence[Area]) -> EntryForm:
    """The entry as it was written, to be changed."""
    names = ("key", "raised", "place_text", "spoken_to", "idea", "learned")
    said = {name: getattr(entry, name) for name in names}
    return EntryForm(places, initial={**said, "area": entry.area.code, "visited_at": localtime(entry.visited_at)})
