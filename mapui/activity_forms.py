"""The form of an activity of representatives: kind, day, place, and the numbers of the issues it raised, if any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from grids.models import Area
from issues.community.activities import Done
from issues.models import RepActivity
from mapui.described import DescribedForm
from mapui.diary_forms import by_village


class ActivityForm(DescribedForm):
    """`key` was minted when the form was opened, so that a repeat is the same activity."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField()
    day = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    area = forms.ChoiceField()
    issues = forms.CharField(max_length=400, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, places: Sequence[Area], at: datetime, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid4(), "day": localdate(at)}, label_suffix="")
        self._places = {area.code: area for area in places}
        self.fields["kind"].choices = RepActivity.Kind.choices  # type: ignore[attr-defined]
        self.fields["area"].choices = by_village(places)  # type: ignore[attr-defined]
        self.describe(
            kind=_("Kind of activity"), day=_("Day"), area=_("Village or cell"), issues=_("Numbers of the issues it raised")
        )

    @property
    def done(self) -> Done:
        """What was said; call it when the form is valid."""
        given = self.cleaned_data
        return Done(kind=given["kind"], day=given["day"], area=self._places[given["area"]], issues=given["issues"])
