"""What leaves the program and what does not, way by way; for the system administrator, who reads no issue. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.levels import Level
from grids.models import Area
from grids.together import read_together
from issues.models import Notice, Outlet
from issues.models.notices import Channel
from issues.notices import ways
from issues.services.outlets import ADDRESSED
from issues.terms import Verb
from representatives.models import Unit

ROWS_PER_PAGE = 30
# Steps that only the program itself is concerned with are left out of the choice.
_OFFERED = tuple(verb for verb in Verb if verb != Verb.RECALENDAR)


@dataclass(frozen=True)
class Way:
    """One way out: what waits there, since when, and how it fares."""

    outlet: Outlet
    is_set_up: bool
    waiting: int
    failed: int
    given_up: int
    oldest: datetime | None

    @property
    def is_failing(self) -> bool:
        return self.outlet.failing_since is not None

    @property
    def state(self) -> str:
        if not self.is_set_up:
            return str(pgettext_lazy("way out", "not set up"))
        if not self.outlet.is_active:
            return str(pgettext_lazy("way out", "switched off"))
        return str(pgettext_lazy("way out", "failing") if self.is_failing else pgettext_lazy("way out", "works"))


class OutletForm(forms.Form):
    """A new address: where to, and what it is to hear."""

    channel = forms.ChoiceField(label=_("Kind"), choices=[(channel.value, channel.label) for channel in ADDRESSED])
    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(label=_("Address"), max_length=500, help_text=_("Of a robot the whole address, key included."))
    secret = forms.CharField(
        label=_("Secret of the DingTalk robot"),
        max_length=200,
        required=False,
        help_text=_("A webhook's secret is made here."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),  # not handed back to the page
    )
    area = forms.ModelChoiceField(label=_("Issues of"), queryset=Area.objects.none(), required=False, empty_label=_("everywhere"))
    unit = forms.ModelChoiceField(label=_("Led by"), queryset=Unit.objects.none(), required=False, empty_label=_("whichever unit"))
    verbs = forms.MultipleChoiceField(
        label=_("Of which steps"),
        required=False,
        choices=[(verb.value, verb.label) for verb in _OFFERED],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: of all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wide = Area.objects.current().of_levels(Level.TOWNSHIP, Level.COUNTY).without_boundary()
        self.fields["area"].queryset = wide  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.in_use()  # type: ignore[attr-defined]


@dataclass
class DeliveriesPage:
    """Every way out, and a page of what did not get there; four statements."""

    at: datetime
    page: str = "1"

    @cached_property
    def _counts(self) -> dict[tuple[str, int | None, str], tuple[int, datetime]]:
        return Notice.objects.counts()

    @cached_property
    def ways(self) -> list[Way]:
        """E-mail, SMS and calls, then every address."""
        posts, addresses = Outlet.objects.posts(), Outlet.objects.addresses()
        read_together(posts, addresses)
        known = {outlet.channel: outlet for outlet in posts}
        shown = [(Channel.EMAIL, ways.has_email()), (Channel.SMS, ways.has_sms()), (Channel.CALL, ways.has_calls())]
        found = [self._way(known.get(channel) or Outlet(channel=channel), is_set_up) for channel, is_set_up in shown]
        return found + [self._way(outlet, True) for outlet in addresses]

    def _way(self, outlet: Outlet, is_set_up: bool) -> Way:
        key = None if outlet.is_post else outlet.pk
        waiting, failed, given_up = (
            self._counts.get((outlet.channel, key, state), (0, None))
            for state in (Notice.State.WAITING, Notice.State.FAILED, Notice.State.GIVEN_UP)
        )
        oldest = min((since for _n, since in (waiting, failed) if since), default=None)
        return Way(outlet, is_set_up, waiting[0], failed[0], given_up[0], oldest)

    @cached_property
    def leaf(self) -> Leaf[Notice]:
        return Paginator(Notice.objects.undelivered().for_letters(), ROWS_PER_PAGE).get_page(self.page)
