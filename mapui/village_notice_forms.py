"""The form of a village notice: title, words, first and last day. Part of the page; the rules are a service's."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from issues.community import public_notices
from issues.community.public_notices import Words
from issues.models import PublicNotice
from mapui.described import DescribedForm

USUAL = timedelta(days=30)


def _day() -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class VillageNoticeForm(DescribedForm):
    """`key` was minted when the form was opened, so that a repeat is the same notice; `replaces`: the version it begins from."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=80)
    text = forms.CharField(max_length=public_notices.TEXT_MAX, widget=forms.Textarea(attrs={"rows": 10}))
    shown_from = _day()
    shown_until = _day()

    def __init__(self, replaces: PublicNotice | None, at: datetime, data: QueryDict | None = None) -> None:
        today = localdate(at)
        initial = {"key": uuid4(), "shown_from": today, "shown_until": today + USUAL}
        if replaces:
            last = max(replaces.shown_until, today)
            initial |= {"title": replaces.title, "text": replaces.text, "shown_until": last}
        super().__init__(data, initial=initial, label_suffix="")
        self._replaces = replaces
        self.describe(title=_("Title"), text=_("Text"), shown_from=_("Shown from"), shown_until=_("Shown until"))
        for name in ("title", "text"):
            self.fields[name].error_messages["required"] = _("Say what is to be made known.")

    @property
    def words(self) -> Words:
        """What was said; call it when the form is valid."""
        given = self.cleaned_data
        days = {"shown_from": given["shown_from"], "shown_until": given["shown_until"]}
        return Words(title=given["title"], text=given["text"], replaces=self._replaces, **days)
