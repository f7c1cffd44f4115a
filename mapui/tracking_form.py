"""What a requester may send from the tracking page: one small form per verb."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.errors import Refusal
from issues.models import Rating
from issues.terms import Field, Verb
from issues.workflow import Move
from mapui.file_fields import PhotosField

TEXT_MAX = 1000


@dataclass(frozen=True)
class Wording:
    """How a move is offered to a requester: the heading, what to write, the button, and what is said afterwards."""

    title: Promise
    label: Promise
    button: Promise
    done: Promise
    missing: Promise | None = None  # None: the text may be left out


WORDINGS = {
    Verb.RATE: Wording(
        gettext_lazy("Are you satisfied?"),
        gettext_lazy("Anything to add?"),
        gettext_lazy("Send my rating"),
        gettext_lazy("Thank you. Your rating has arrived."),
    ),
    Verb.SUPPLEMENT: Wording(
        gettext_lazy("Add something"),
        gettext_lazy("What should be added?"),
        gettext_lazy("Add it"),
        gettext_lazy("Your addition has arrived."),
        gettext_lazy("Please write what should be added."),
    ),
    Verb.REOPEN: Wording(
        gettext_lazy("It is not solved"),
        gettext_lazy("What is still wrong?"),
        gettext_lazy("Open it again"),
        gettext_lazy("It is open again."),
        gettext_lazy("Please say what is still wrong."),
    ),
    Verb.OBJECT: Wording(
        gettext_lazy("I do not agree"),
        gettext_lazy("Why not?"),
        gettext_lazy("Send my objection"),
        gettext_lazy("Your objection has arrived."),
        gettext_lazy("Please say why you do not agree."),
    ),
    Verb.WITHDRAW: Wording(
        gettext_lazy("Withdraw the report"),
        gettext_lazy("Why? You need not say."),
        gettext_lazy("Withdraw it"),
        gettext_lazy("The report was withdrawn."),
    ),
}
# In the order in which they are offered.
OFFERED = tuple(WORDINGS)


class RequesterForm(forms.Form):
    """The form of one move. `facts` is what `services.move_as_requester` takes."""

    text = forms.CharField(required=False, max_length=TEXT_MAX, widget=forms.Textarea)
    rating = forms.ChoiceField(required=False, choices=Rating.Value.choices)
    photos = PhotosField(required=False)

    def __init__(self, move: Move, data: QueryDict | None = None, files: MultiValueDict[str, UploadedFile] | None = None) -> None:
        super().__init__(data, files, prefix=move.verb)
        self.move = move
        self.wording = WORDINGS[move.verb]
        if not self.asks_rating:
            del self.fields["rating"]
        else:
            self.fields["rating"].required = True
            self.fields["rating"].error_messages["required"] = _("Please choose one of the three.")
        if not self.takes_photos:
            del self.fields["photos"]
        if self.wording.missing:
            self.fields["text"].required = True
            self.fields["text"].error_messages["required"] = str(self.wording.missing)

    @property
    def asks_rating(self) -> bool:
        return Field.RATING in self.move.needs

    @property
    def takes_photos(self) -> bool:
        return self.move.verb == Verb.SUPPLEMENT

    @property
    def is_quiet(self) -> bool:
        """Whether it is folded away: only what the page itself asks for stands open."""
        return not self.asks_rating

    def facts(self) -> dict[str, object]:
        """What was filled in, by the names of the table."""
        known = (*self.move.needs, *self.move.allows)
        facts: dict[str, object] = {}
        if self.asks_rating:
            facts[Field.RATING] = self.cleaned_data["rating"]
        for name in (Field.TEXT, Field.REASON):
            if name in known and self.cleaned_data["text"]:
                facts[name] = self.cleaned_data["text"]
        return facts

    def refuse(self, refusal: Refusal) -> None:
        """Show what a service said, beside the input that has to change if there is one."""
        self.is_valid()
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


def forms_for(moves: list[Move], *, returned: RequesterForm | None = None) -> list[RequesterForm]:
    """A form per move that a requester may make now; the one that came back with errors in its place."""
    offered = {move.verb: RequesterForm(move) for move in moves if move.verb in WORDINGS}
    if returned is not None:
        offered[returned.move.verb] = returned
    return [offered[verb] for verb in OFFERED if verb in offered]
