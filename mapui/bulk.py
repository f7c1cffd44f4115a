"""Many rows of the queue, one press: what was ticked, what still has to be said, and what became of each. Knows no template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from issues import services
from issues.models import Issue
from issues.moves.fields import HELP, MISSING, TEXT_LENGTH
from issues.services import IN_BULK, Outcome, Picked, Result
from issues.terms import Field, Verb
from issues.workflow import MOVE
from mapui.form_options import unit_choices
from representatives.models import Person
from representatives.scopes import Scope


def offered(scope: Scope) -> list[Verb]:
    """The verbs that somebody with that scope may do in bulk: a role of theirs is named for it at some light."""
    every = {verb: MOVE[verb].green | MOVE[verb].blue | MOVE[verb].yellow | MOVE[verb].red for verb in IN_BULK}
    return [verb for verb, who in every.items() if who & scope.roles]


class BulkForm(forms.Form):
    """What dispatching many has to say: to which unit, and in which words."""

    def __init__(self, paths: Sequence[str], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="bulk-%s")
        missing = {"required": str(MISSING[Field.UNIT])}
        choices = [("", _("Choose …")), *unit_choices(_common(paths))]
        self.fields["unit"] = forms.TypedChoiceField(
            label=Field.UNIT.label, choices=choices, coerce=int, empty_value=None, error_messages=missing
        )
        words = forms.CharField(
            label=Field.TEXT.label, required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
        )
        words.help_text = str(HELP.get(Field.TEXT, ""))
        self.fields["text"] = words
        for name, one in self.fields.items():
            one.label_suffix = ""
            one.widget.attrs["aria-describedby"] = f"bulk-{name}-errors"
            one.widget.use_required_attribute = lambda initial: False

    def facts(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


def _common(paths: Sequence[str]) -> str:
    """The path of the narrowest area in which all of them lie; empty if there is none."""
    if not paths:
        return ""
    codes = [path.split(".") for path in paths]
    shared = [parts[0] for parts in zip(*codes, strict=False) if len(set(parts)) == 1]
    return ".".join(shared)


@dataclass
class Bulk:
    """One press on many rows. `outcomes` None: not done yet, there is something to say first."""

    verb: Verb
    picked: list[Picked]
    person: Person
    at: datetime
    data: QueryDict
    outcomes: list[Outcome] | None = field(default=None, init=False)

    @classmethod
    def from_post(cls, data: QueryDict, person: Person, at: datetime) -> Bulk | None:
        """Reads what was sent; None if the verb is none that is done in bulk."""
        verb = data.get("verb", "")
        if verb not in IN_BULK:
            return None
        return cls(Verb(verb), [_picked(row) for row in data.getlist("row")], person, at, data)

    @cached_property
    def issues(self) -> list[Issue]:
        numbers = [row.number for row in self.picked]
        return list(Issue.objects.visible_to(self.person, self.at).with_numbers(numbers).for_rows())

    @cached_property
    def form(self) -> BulkForm | None:
        """The form, if the verb has something to say; bound once it was sent with an answer."""
        if self.verb != Verb.DISPATCH:
            return None
        return BulkForm([issue.path for issue in self.issues], self.data if "unit" in self.data else None)

    def run(self) -> bool:
        """Do it, unless something is to be said first; whether it was done. Raises what `services.move_each` raises."""
        if self.form is not None and not (self.picked and self.form.is_bound and self.form.is_valid()):
            if not self.picked or len(self.picked) > services.ROWS_AT_MOST:
                services.move_each(self.picked, self.verb, by=self.person, at=self.at)  # says what is wrong with that
            return False
        facts = self.form.facts() if self.form else None
        self.outcomes = services.move_each(self.picked, self.verb, by=self.person, at=self.at, facts=facts)
        return True

    @property
    def tally(self) -> list[tuple[Result, int]]:
        """How many of each result, what went well first."""
        counted = Counter(outcome.result for outcome in self.outcomes or ())
        return [(result, counted[result]) for result in Result if counted[result]]

    @property
    def is_whole(self) -> bool:
        return all(outcome.result == Result.DONE for outcome in self.outcomes or ())


def _picked(row: str) -> Picked:
    """“2026-0000123:5” → the number, and the events seen."""
    number, _colon, seen = row.partition(":")
    return Picked(number[:20], int(seen) if seen.isdecimal() else None)
