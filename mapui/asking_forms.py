"""Inputs for what a holder asks of those above, and for their answers. Part of `mapui/forms.py`, which makes the forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from django import forms
from django.utils.timezone import localdate

from issues.models import Issue
from issues.moves.asking import GRANTS
from issues.moves.fields import TEXT_LENGTH
from issues.services.bouncing import proposed_unit
from issues.terms import Field, Verb
from issues.workflow import Move

if TYPE_CHECKING:
    from mapui.forms import MoveForm


def proposed(move: Move, issue: Issue, wanted: Field) -> object:
    """What was asked for, ready to be granted as it stands; nothing is typed twice. None if nothing was."""
    if move.verb == Verb.DISPATCH and wanted is Field.UNIT:
        return proposed_unit(issue)
    asked = issue.pending_request if move.verb in GRANTS else None
    if asked is None:
        return None
    return {Field.DUE: asked.until, Field.REPLY: asked.reply or asked.reason}.get(wanted)


def _resume_on(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    tomorrow = (localdate() + timedelta(days=1)).isoformat()
    return forms.DateField(label=wanted.label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": tomorrow}))


def _suspension(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _verdict(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _milestones(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    attrs = {"rows": 4, "placeholder": "2026-05-31 …"}
    return forms.CharField(label=wanted.label, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs=attrs))


MAKERS: Mapping[Field, Callable[[MoveForm, Field, bool], forms.Field]] = {
    Field.SUSPENSION: _suspension,
    Field.RESUME_ON: _resume_on,
    Field.VERDICT: _verdict,
    Field.MILESTONES: _milestones,
}
