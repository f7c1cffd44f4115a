"""Forms of the admin: accounts and postings. What a posting may be is said by `services`; here it becomes field errors."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from grids.errors import Refusal
from representatives import services
from representatives.models import Assignment, Person
from representatives.roles import Role


class PersonAddForm(BaseUserCreationForm):
    """A new account; the password rules stand beside the field."""

    class Meta:
        model = Person
        fields = ("username", "name", "unit")


class PersonForm(UserChangeForm):
    class Meta:
        model = Person
        fields = "__all__"


class PostingForm(forms.ModelForm):
    """A posting: who, where, as what, from when until when. Once made, only its end changes: the rest is history."""

    since = forms.SplitDateTimeField(label=_("Since"), widget=AdminSplitDateTime, initial=now)
    until = forms.SplitDateTimeField(
        label=_("Until"), widget=AdminSplitDateTime, required=False, help_text=_("Empty: until further notice.")
    )

    by: Person  # who fills in the form; set by the admin

    class Meta:
        model = Assignment
        fields = ("person", "area", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["until"].initial = self.instance.term.upper
            self.fields.pop("since", None)
        elif "role" in self.fields:
            allowed = [role for role in Role if services.may_post(self.by, role, now())]
            cast(forms.ChoiceField, self.fields["role"]).choices = [("", "–"), *((role, role.label) for role in allowed)]

    def clean(self) -> dict[str, Any]:
        """The posting is tried and taken back, so that every refusal, also the database's, stands beside its field."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                services.rehearse(self._carry_out)
            except Refusal as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)
        return data

    def save(self, commit: bool = True) -> Assignment:
        """Post the person, or change the end. Django's admin asks for an unsaved object; a service gives a saved one."""
        self.instance = self._carry_out()
        self.save_m2m = lambda: None  # type: ignore[method-assign]
        return self.instance

    def _carry_out(self) -> Assignment:
        data = self.cleaned_data
        if self.instance.pk:
            return services.change_end(self.instance.pk, until=data["until"])
        role = Role(data["role"])
        return services.assign(data["person"], data["area"], role, since=data["since"], until=data["until"], by=self.by)
