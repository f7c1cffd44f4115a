"""How whoever holds a receipt chooses to be answered, and has erased what they left: one small form per verb."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues import throttle
from issues.errors import Refusal
from issues.intake import reaching
from issues.models import Requester, Submission
from issues.services import ways_open
from issues.terms import Field, Verb

Channel = Requester.Channel
_CONFIRMED = (Channel.EMAIL, Channel.SMS)  # by a code that is sent there


class HolderForm(forms.Form):
    """What the forms have in common. `page` is the name of the address to go back to; `done` what is said then."""

    verb: Verb
    page = "track"
    done: str | Promise = ""

    def __init__(self, data: object = None) -> None:
        super().__init__(data, prefix=self.verb.value)  # type: ignore[arg-type]

    def facts(self) -> dict[str, object]:
        return {}

    def spend(self, report: Submission) -> None:
        """Counts what only this form may do so often. Raises Throttled."""

    def refuse(self, refusal: Refusal) -> None:
        """Show what a service said, beside the input that has to change if there is one."""
        self.is_valid()
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


class AnswerForm(HolderForm):
    verb = Verb.CHOOSE_ANSWER
    way = forms.ChoiceField(error_messages={"required": gettext_lazy("Please choose one.")})
    phone = forms.CharField(required=False, max_length=reaching.PHONE_MAX)
    email = forms.EmailField(required=False, max_length=reaching.EMAIL_MAX)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)
        self.fields["way"].choices = ways_open()  # type: ignore[attr-defined]

    @property
    def done(self) -> str:  # type: ignore[override]
        if self.cleaned_data["way"] in _CONFIRMED:
            return _("A code is on its way. Enter it here as soon as it arrives; until then nothing changes.")
        return _("This is how you will be answered from now on.")

    @property
    def address(self) -> str:
        """Where to; empty: where it went before."""
        found: str = self.cleaned_data["email" if self.cleaned_data["way"] == Channel.EMAIL else "phone"]
        return found

    def facts(self) -> dict[str, object]:
        return {Field.WAY: self.cleaned_data["way"], Field.ADDRESS: self.address}

    def spend(self, report: Submission) -> None:
        if self.cleaned_data["way"] in _CONFIRMED:
            throttle.spend(throttle.ANSWER, report.receipt_code)
            throttle.spend(throttle.ANSWER_TO, self.address or f"report {report.pk}")

    def refuse(self, refusal: Refusal) -> None:
        way = (self.data or {}).get(self.add_prefix("way"))
        if refusal.field == Field.ADDRESS:
            refusal.field = "email" if way == Channel.EMAIL else "phone"
        super().refuse(refusal)


class CodeForm(HolderForm):
    verb = Verb.CONFIRM_ANSWER
    code = forms.CharField(max_length=20, error_messages={"required": gettext_lazy("Please enter the code.")})
    done = gettext_lazy("Confirmed: you will be told there what becomes of your report.")

    def facts(self) -> dict[str, object]:
        return {Field.CODE: self.cleaned_data["code"]}


class EraseForm(HolderForm):
    verb = Verb.ERASE
    page = "track-data"
    sure = forms.BooleanField(error_messages={"required": gettext_lazy("Please tick that you are sure: it cannot be undone.")})
    done = gettext_lazy("It is erased.")


class AskErasureForm(HolderForm):
    verb = Verb.ASK_ERASURE
    page = "track-data"
    done = gettext_lazy("Noted: it is erased once the report is closed and you have been answered.")


FORMS: dict[str, type[HolderForm]] = {form.verb.value: form for form in (AnswerForm, CodeForm, EraseForm, AskErasureForm)}


@dataclass(frozen=True)
class Answering:
    """How the requester of a report is answered now, for the tracking page; addresses are never shown whole."""

    report: Submission
    form: AnswerForm
    code_form: CodeForm

    @property
    def requester(self) -> Requester | None:
        requester = self.report.requester
        return requester if requester and requester.erased_at is None else None

    @property
    def way(self) -> str:
        return self.requester.channel if self.requester else Channel.NONE

    @property
    def now(self) -> str:
        """In a sentence."""
        way, requester = self.way, self.requester
        if requester is None or way == Channel.NONE:
            return _("You look it up here with your receipt code; nobody writes to you.")
        words = {"to": requester.masked_email if way == Channel.EMAIL else requester.masked_phone}
        sentences = {
            Channel.PHONE: _("You are called: %(to)s."),
            Channel.SMS: _("You get an SMS: %(to)s."),
            Channel.EMAIL: _("You get an e-mail: %(to)s."),
        }
        return sentences[Channel(way)] % words

    @property
    def awaits(self) -> str:
        """Where the code was sent that has not come back, masked; empty if none was."""
        return self.requester.masked_asked if self.requester else ""

    @property
    def is_told(self) -> bool:
        """Whether anybody is to be told, or a form came back: then it can be stopped, whatever became of the report."""
        return self.way != Channel.NONE or bool(self.awaits) or self.form.is_bound or self.code_form.is_bound

    @property
    def chosen(self) -> str:
        return str(self.form.data.get(self.form.add_prefix("way"), "")) if self.form.is_bound else self.way

    @property
    def offers_email(self) -> bool:
        return any(value == Channel.EMAIL for value, _label in self.form.fields["way"].choices)  # type: ignore[attr-defined]

    @property
    def offers_messages(self) -> bool:
        return any(value in _CONFIRMED for value, _label in self.form.fields["way"].choices)  # type: ignore[attr-defined]
