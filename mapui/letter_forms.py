"""The forms of a letter to a unit: to write it, pre-filled from what is late there, and to answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from issues.models import Issue, ReminderLetter
from issues.services import letters
from representatives.models import Person, Unit

LISTED_AT_MOST = 100
TEXT_LENGTH = 4000


class LetterForm(forms.Form):
    """A letter of one kind to one unit; the issues are those that are with it."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    issues = forms.TypedMultipleChoiceField(coerce=int, widget=forms.CheckboxSelectMultiple)
    reply_by = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    text = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 9}))

    def __init__(self, draft: LetterDraft, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=draft.initial if data is None else None, label_suffix="")
        self.fields["issues"].label = _("Issues")
        self.fields["issues"].choices = [(issue.pk, str(issue)) for issue in draft.issues]  # type: ignore[attr-defined]
        self.fields["issues"].error_messages["required"] = _("Choose at least one issue.")
        self.fields["reply_by"].label = _("To be answered by")
        self.fields["reply_by"].error_messages["required"] = _("Give the day of the answer.")
        self.fields["reply_by"].widget.attrs["min"] = (localdate() + timedelta(days=1)).isoformat()
        self.fields["text"].label = _("Text of the letter")
        self.fields["text"].error_messages["required"] = _("Write the text of the letter.")
        for name in ("reply_by", "text"):
            self.fields[name].widget.attrs["aria-describedby"] = f"id_{name}-errors"

    @property
    def chosen(self) -> set[str]:
        """The keys of the issues that are ticked."""
        return {str(value) for value in self["issues"].value() or ()}


class AnswerForm(forms.Form):
    """The unit's answer."""

    text = forms.CharField(max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 5, "aria-describedby": "id_text-errors"}))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["text"].label = _("Answer of the unit")
        self.fields["text"].error_messages["required"] = _("Write the answer.")


@dataclass
class LetterDraft:
    """What a letter to the unit would say: its late issues, and any other that was asked for."""

    unit: Unit
    kind: ReminderLetter.Kind
    person: Person
    at: datetime
    number: str = ""  # of an issue that is to be in it, late or not

    @cached_property
    def issues(self) -> list[Issue]:
        """The late issues that are with the unit, the longest late first, after the one that was asked for."""
        theirs = Issue.objects.visible_to(self.person, self.at).unfinished().unsealed().with_unit(self.unit).for_rows()
        late = list(theirs.overdue(self.at).soonest_due_first()[:LISTED_AT_MOST])
        asked = list(theirs.numbered(self.number)) if self.number else []
        return asked + [issue for issue in late if issue.number != self.number]

    @property
    def initial(self) -> dict[str, object]:
        ticked: Sequence[Issue] = [issue for issue in self.issues if issue.number == self.number] or self.issues
        reply_by = localdate(letters.reply_due(self.kind, self.unit, self.at))
        return {"uuid": uuid4(), "issues": [issue.pk for issue in ticked], "reply_by": reply_by, "text": self.text(reply_by)}

    def text(self, reply_by: date) -> str:
        """What stands in the letter before anybody changed a word; the issues are listed below it."""
        words = {"unit": self.unit.name, "day": date_format(reply_by, "DATE_FORMAT")}
        if self.kind == ReminderLetter.Kind.SUPERVISION:
            return (
                _(
                    "%(unit)s:\n\nThe issues listed below are with your unit and have not been settled in the time set for them. "
                    "Name without delay how each will be settled and until when, and report in writing by %(day)s what has been "
                    "done, what stands in the way and what help you need."
                )
                % words
            )
        return (
            _(
                "%(unit)s:\n\nWe draw your attention to the issues listed below, which are with your unit. Please look into them, "
                "keep to the time set, and let us know by %(day)s how they stand."
            )
            % words
        )
