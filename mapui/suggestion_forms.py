"""What the box for complaints and suggestions asks for, and what its answer does. Part of the page; the rules are a service's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from grids.models import Area
from issues.community import suggestions
from issues.community.suggestions import Said
from issues.models import Suggestion, SuggestionAnswer
from mapui.described import DescribedForm

Kind, About, Outcome = Suggestion.Kind, Suggestion.About, SuggestionAnswer.Outcome


class SuggestionForm(DescribedForm):
    """Kind, subject and words; the county only where there are several. `key` was minted when the form was opened."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.RadioSelect)
    about = forms.ChoiceField(choices=About.choices, widget=forms.RadioSelect)
    text = forms.CharField(max_length=suggestions.TEXT_MAX, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, counties: Sequence[Area], data: QueryDict | None = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self._counties = {area.code: area for area in counties}
        self.describe(kind=_("Is it a complaint or a suggestion?"), about=_("What is it about?"), text=_("In your words"))
        self.fields["kind"].error_messages["required"] = _("Choose one of the two.")
        self.fields["about"].error_messages["required"] = _("Choose what it is about.")
        self.fields["text"].error_messages["required"] = _("Say what you mean.")
        if len(counties) > 1:
            choices = [("", _("Choose …")), *((area.code, area.name) for area in counties)]
            self.fields["area"] = forms.ChoiceField(choices=choices)
            self.describe(area=_("Which county?"))
            self.fields["area"].error_messages["required"] = _("Choose the county.")

    @property
    def said(self) -> Said:
        """What was said; call it when the form is valid."""
        given = self.cleaned_data
        code = given.get("area") or next(iter(self._counties))
        return Said(kind=given["kind"], about=given["about"], text=given["text"], area=self._counties[code])


class SuggestionAnswerForm(DescribedForm):
    """What comes of it, and the words that its writer reads. `seen`: how many answers there were when it was opened."""

    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(max_length=suggestions.TEXT_MAX, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, data: QueryDict | None = None, *, seen: int) -> None:
        super().__init__(data, initial={"seen": seen}, label_suffix="")
        self._sent = data if data is not None else QueryDict()
        self.describe(outcome=_("What comes of it"), text=_("Answer"))
        self.fields["outcome"].error_messages["required"] = _("Say what comes of it.")
        self.fields["text"].error_messages["required"] = _("Write the answer.")

    def look_again(self, seen: int) -> None:
        """Keep what was typed; the next press is made knowing what was answered meanwhile."""
        again = self._sent.copy()
        again["seen"] = str(seen)
        self.data = again


def new_form(counties: Sequence[Area]) -> SuggestionForm:
    return SuggestionForm(counties, initial={"key": uuid4()})
