"""Inputs of handling together: units, sub-tasks, ratings of calls, ballots, and what a split takes along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from issues.moves.fields import TITLE_LENGTH, Part, parts_of
from issues.terms import Field
from mapui.widgets import Choose

if TYPE_CHECKING:
    from mapui.forms import MoveForm

MOST_BALLOTS = 100_000


def _sub_task(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    return forms.TypedChoiceField(label=wanted.label, choices=choices, coerce=int, empty_value=None, widget=Choose)


def _mark(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _title(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=TITLE_LENGTH)


def _submissions(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = form.choices(wanted)
    return forms.TypedMultipleChoiceField(label=wanted.label, choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple)


def _consent(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    """One box, which has to be ticked."""
    return forms.MultipleChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.CheckboxSelectMultiple)


def ballots(form: MoveForm, required: bool) -> list[tuple[str, forms.Field]]:
    """How many are affected, when and how they were asked, and the counts; never who said what."""
    return [(f"ballots_{part.name}", described(_ballot(form, part), part, required)) for part in parts_of(Field.BALLOTS)]


def _ballot(form: MoveForm, part: Part) -> forms.Field:
    if part.kind == "date":
        attrs = {"type": "date", "max": localdate().isoformat()}
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs=attrs))
    if part.kind == "one":
        return forms.ChoiceField(choices=part.choices, widget=forms.RadioSelect)
    if part.name == "households":
        return forms.IntegerField(min_value=1, max_value=MOST_BALLOTS, initial=form.issue.households)
    return forms.IntegerField(min_value=0, max_value=MOST_BALLOTS, initial=0 if part.name == "silent" else None)


def described(field: forms.Field, part: Part, required: bool) -> forms.Field:
    """The input with its label, and the sentence for whoever leaves it empty."""
    field.label, field.required = part.label, required
    field.error_messages["required"] = part.missing
    return field


MAKERS: Mapping[Field, Callable[[MoveForm, Field, bool], forms.Field]] = {
    Field.SUB_TASK: _sub_task,
    Field.MARK: _mark,
    Field.TITLE: _title,
    Field.SUBMISSIONS: _submissions,
    Field.CONSENT: _consent,
}
