"""The forms of the casework: one class, made for each move from what the tables say it needs and allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from issues.errors import Refusal
from issues.models import Issue
from issues.moves import fields
from issues.moves.fields import LINE_LENGTH, MISSING, TEXT_LENGTH
from issues.moves.wording import TAKES_TEXT
from issues.terms import Field, Verb
from issues.workflow import Move
from mapui import asking_forms, joint_forms
from mapui.form_options import Options
from mapui.widgets import Choose

WRITTEN = frozenset(TAKES_TEXT)


class MoveForm(forms.Form):
    """What one move asks for. `facts()` is what the service takes; `refuse()` puts its answer beside the field."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(
        self,
        move: Move,
        issue: Issue,
        *,
        options: Options | None = None,
        data: QueryDict | None = None,
        tag: str = "",
        whole: bool = True,
    ) -> None:
        # Several forms share a page: names are the same in all, ids are not (`tag`: the same verb of several issues).
        self.key = f"{move.verb}-{tag}" if tag else str(move.verb)
        super().__init__(data, auto_id=f"{self.key}-%s", initial={"seen": issue.event_count})
        self.sent = data if data is not None else QueryDict()
        self.move, self.issue, self.options, self.is_whole = move, issue, options or Options(issue), whole
        for wanted in self._wanted:
            required = wanted in move.needs or wanted in fields.IF_SEVERAL
            for name, made in self._made(wanted, required):
                made.label_suffix = ""
                self.fields[name] = made
        self._describe()

    @property
    def _wanted(self) -> list[Field]:
        """The fields of the table; which report or sub-task is meant is asked only where there are several."""
        wanted = (*self.move.needs, *(self.move.allows if self.is_whole else ()))
        return [field for field in wanted if fields.is_asked(field, self.move, self.options)]

    @property
    def leaves_out(self) -> bool:
        """Whether there are fields that may be left alone, and they were not made yet."""
        return not self.is_whole and any(fields.is_asked(field, self.move, self.options) for field in self.move.allows)

    def choices(self, wanted: Field) -> Any:
        """What may be chosen there, as Django's fields take it."""
        return fields.choices_of(wanted, self.move, self.options)

    def _made(self, wanted: Field, required: bool) -> list[tuple[str, forms.Field]]:
        """The inputs of one field of the table; the minute has three, ballots seven."""
        if wanted is Field.MINUTE:
            return _minute(required)
        if wanted is Field.BALLOTS:
            return joint_forms.ballots(self, required)
        field = _MAKERS[wanted](self, wanted, required)
        field.required = required
        # What a form begins with is read for one that is shown; one that was sent says everything itself.
        if not self.is_bound and (proposed := asking_forms.proposed(self.move, self.issue, wanted)) is not None:
            field.initial = proposed
        field.help_text = fields.help_of(wanted, self.move, self.issue)
        field.error_messages["required"] = str(MISSING.get(wanted, _("This is needed.")))
        return [(wanted.value, field)]

    def _describe(self) -> None:
        """Tell assistive technology what is required, where the help is and what is wrong."""
        for name, field in self.fields.items():
            widget = field.widget
            if not widget.is_hidden and not isinstance(widget, forms.RadioSelect):
                widget.attrs["aria-describedby"] = f"{self.key}-{name}-help {self.key}-{name}-errors"
                if field.required:
                    widget.attrs["aria-required"] = "true"
                widget.use_required_attribute = lambda initial: False

    @property
    def takes_text(self) -> bool:
        """Whether a ready-made text could be put into it."""
        return any(wanted in WRITTEN for wanted in self._wanted)

    @property
    def required_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.field.required]

    @property
    def optional_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.field.required]

    @property
    def more_label(self) -> str:
        """What stands on the fold over the fields that may be left alone."""
        return _("Correct category, urgency or light") if Field.CATEGORY in self.move.allows else _("Add words")

    def clean(self) -> dict[str, object]:
        """Nobody sat together in the future; a minute is whole or absent."""
        cleaned = super().clean() or {}
        held_on = cleaned.get("minute_held_on")
        if isinstance(held_on, date) and held_on > localdate():
            self.add_error("minute_held_on", _("The meeting cannot have been held in the future."))
        return cleaned

    def facts(self) -> dict[str, object]:
        """What the person said, by `terms.Field`; without what was left empty or as it was."""
        found: dict[str, object] = {}
        for wanted in self._wanted:
            parts = [part.name for part in fields.parts_of(wanted)]
            value = self._parts(wanted, parts) if parts else self.cleaned_data.get(wanted.value)
            if value not in ("", None, []) and value != self._standing(wanted):
                found[wanted.value] = value
        return found

    def _parts(self, wanted: Field, names: Iterable[str]) -> dict[str, object] | None:
        """What stands in the inputs of one field; None unless all of them are filled in."""
        parts = {name: self.cleaned_data.get(f"{wanted.value}_{name}") for name in names}
        return None if any(value in ("", None) for value in parts.values()) else parts

    def _standing(self, wanted: Field) -> object:
        """What the issue already says, for the fields that only correct it."""
        if wanted is Field.CATEGORY:
            return self.issue.category.code
        return {Field.URGENCY: self.issue.urgency, Field.LEVEL: self.issue.light.value}.get(wanted)

    def words(self) -> list[str]:
        """What the person wrote, as against what they chose."""
        return [value for wanted, value in self.facts().items() if wanted in WRITTEN and isinstance(value, str)]

    @property
    def seen_count(self) -> int | None:
        """How many events the issue had when the person looked."""
        value = self.cleaned_data.get("seen")
        return value if isinstance(value, int) else None

    def refuse(self, refusal: Refusal) -> None:
        """Put the sentence beside the input it is about, if it is about one."""
        names = (refusal.field, f"{refusal.field}_outcome", f"minute_{refusal.field}")
        if name := next((name for name in names if name in self.fields), None):
            self.add_error(name, refusal.sentence)

    def look_again(self, seen: int) -> None:
        """Keep what was typed; the next press is made knowing the issue as it now stands."""
        again = self.sent.copy()
        again["seen"] = str(seen)
        self.data = again


def _minute(required: bool) -> list[tuple[str, forms.Field]]:
    """Date, people and outcome of a meeting."""
    held_on, participants, outcome = fields.parts_of(Field.MINUTE)
    inputs: list[tuple[fields.Part, forms.Field]] = [
        (held_on, forms.DateField(widget=_date_input(at_most=localdate()))),
        (participants, forms.CharField(max_length=participants.longest)),
        (outcome, forms.CharField(max_length=outcome.longest, widget=forms.Textarea(attrs={"rows": 3}))),
    ]
    return [(f"minute_{part.name}", joint_forms.described(field, part, required)) for part, field in inputs]


def _date_input(*, at_most: date | None = None, at_least: date | None = None) -> forms.DateInput:
    bounds = {"max": at_most, "min": at_least}
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **{k: v.isoformat() for k, v in bounds.items() if v}})


def _words(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))


def _line(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=LINE_LENGTH)


def _unit(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    return forms.TypedChoiceField(
        label=wanted.label, choices=choices, coerce=int, empty_value=None, widget=Choose, initial=form.issue.lead_unit_id or ""
    )


def _person(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    return forms.TypedChoiceField(
        label=wanted.label, choices=choices, coerce=int, empty_value=None, widget=Choose, initial=form.issue.handler_id or ""
    )


def _issue_number(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=fields.NUMBER_LENGTH, widget=_looked_up(form, wanted, "issue-like"))


def _area_code(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=fields.CODE_LENGTH, widget=_looked_up(form, wanted, "issue-areas"))


def _looked_up(form: MoveForm, wanted: Field, url_name: str) -> forms.TextInput:
    """An input that offers what fits while one types; without JavaScript one types it whole."""
    choices = f"{form.key}-{wanted.value}-choices"
    return forms.TextInput(
        attrs={
            "autocomplete": "off",
            "spellcheck": "false",
            "list": choices,
            "hx-get": reverse(url_name, args=[form.issue.number]),
            "hx-trigger": "focus once, input changed delay:250ms",
            "hx-target": f"#{choices}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
    )


def _rating(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _submission(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    return forms.TypedChoiceField(label=wanted.label, choices=choices, coerce=int, empty_value=None, widget=Choose)


def _due(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.DateField(label=wanted.label, widget=_date_input(at_least=localdate()), initial=_signed_for(form).get("due"))


def _category(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    # A long list, which is read when it is shown, or when one was sent.
    choices = lambda: form.choices(wanted)  # noqa: E731
    return forms.ChoiceField(label=wanted.label, choices=choices, widget=Choose, initial=form.issue.category.code)


def _urgency(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = form.choices(wanted)
    return forms.ChoiceField(label=wanted.label, choices=choices, initial=form.issue.urgency, widget=forms.RadioSelect)


def _level(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = form.choices(wanted)
    return forms.ChoiceField(label=wanted.label, choices=choices, initial=form.issue.light.value, widget=forms.RadioSelect)


def _one_of(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.ChoiceField(label=wanted.label, choices=form.choices(wanted), widget=forms.RadioSelect)


def _units(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    is_begun = form.move.verb == Verb.APPOINT and wanted is Field.UNITS and not form.is_bound
    entry = form.issue.standing_entry if is_begun else None
    return forms.TypedMultipleChoiceField(
        label=wanted.label,
        choices=lambda: [choice for _kind, found in form.choices(wanted) for choice in found],
        coerce=int,
        empty_value=[],
        widget=forms.CheckboxSelectMultiple,
        initial=[unit.pk for unit in entry.helpers.all()] if entry else [],
    )


def _leader(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = [("", _("Choose …")), *form.choices(wanted)]
    only = choices[1][0] if len(choices) == 2 else ""
    initial = _signed_for(form).get("leader_id", only)
    return forms.TypedChoiceField(label=wanted.label, choices=choices, coerce=int, empty_value=None, widget=Choose, initial=initial)


def _public_line(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    return forms.CharField(label=wanted.label, max_length=LINE_LENGTH, initial=_signed_for(form).get("line", ""))


def _signed_for(form: MoveForm) -> Mapping[str, object]:
    """What the supervision office proposed, for the leader who signs it."""
    return form.options.listing if form.move.verb == Verb.LIST and not form.is_bound else {}


def _shown(form: MoveForm, wanted: Field, required: bool) -> forms.Field:
    choices = form.choices(wanted)
    return forms.ChoiceField(label=wanted.label, choices=choices, initial="staff", widget=forms.RadioSelect)


_MAKERS: Mapping[Field, Callable[[MoveForm, Field, bool], forms.Field]] = {
    Field.REASON: _words,
    Field.TRIED: _words,
    Field.RESOLUTION: _words,
    Field.TEXT: _words,
    Field.REPLY: _words,
    Field.PUBLIC_LINE: _public_line,
    Field.NON_PUBLIC_REASON: _line,
    Field.TASK: _words,
    Field.UNIT: _unit,
    Field.PERSON: _person,
    Field.ISSUE: _issue_number,
    Field.AREA: _area_code,
    Field.RATING: _rating,
    Field.SUBMISSION: _submission,
    Field.DUE: _due,
    Field.CATEGORY: _category,
    Field.URGENCY: _urgency,
    Field.LEVEL: _level,
    Field.BEYOND: _one_of,
    Field.GROUND: _one_of,
    Field.UNITS: _units,
    Field.NOTIFIED: _units,
    Field.LEADER: _leader,
    Field.PROGRESS: _words,
    Field.SHOWN: _shown,
    **joint_forms.MAKERS,
    **asking_forms.MAKERS,
    Field.INTERIM: _words,
    Field.BASIS: _words,
    Field.PLAN: _words,
}
