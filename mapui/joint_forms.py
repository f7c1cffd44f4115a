"""Inputs of handling together: units, sub-tasks, ratings of calls, ballots, and what a split takes along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from issues.fields import TITLE_LENGTH, poll_methods
from issues.terms import Field

if TYPE_CHECKING:
    from mapui.forms import MoveForm

MOST_BALLOTS = 100_000
_COUNTS = {
    "satisfied": lambda: _("Satisfied"),
    "mostly_satisfied": lambda: _("Mostly satisfied"),
    "dissatisfied": lambda: _("Dissatisfied"),
    "silent": lambda: _("Without an answer"),
}


def _sub_task(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    return forms.TypedChoiceField(label=wanted.label, choices=choices, coerce=int, empty_value=None)


def _mark(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _title(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=TITLE_LENGTH)


def _submissions(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = form.choices(wanted)
    return forms.TypedMultipleChoiceField(label=wanted.label, choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple)


def ballots(form: MoveForm, required: bool) -> list[tuple[str, forms.Field]]:
    """How many are affected, when and how they were asked, and the counts; never who said what."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "max": localdate().isoformat()})
    fields: list[tuple[str, forms.Field]] = [
        (
            "ballots_households",
            forms.IntegerField(label=_("Households affected"), min_value=1, max_value=MOST_BALLOTS, initial=form.issue.households),
        ),
        ("ballots_held_on", forms.DateField(label=_("Held on"), widget=widget)),
        ("ballots_method", forms.ChoiceField(label=_("How it was taken"), choices=poll_methods(), widget=forms.RadioSelect)),
    ]
    for part, label in _COUNTS.items():
        count = forms.IntegerField(label=label(), min_value=0, max_value=MOST_BALLOTS, initial=0 if part == "silent" else None)
        fields.append((f"ballots_{part}", count))
    for _name, field in fields:
        field.required = required
        field.error_messages["required"] = _("This is needed.")
    return fields


MAKERS: Mapping[Field, Callable[[MoveForm, Field, bool], forms.Field]] = {
    Field.SUB_TASK: _sub_task,
    Field.MARK: _mark,
    Field.TITLE: _title,
    Field.SUBMISSIONS: _submissions,
}
