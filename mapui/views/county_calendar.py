"""The county's own days: entered, counted, confirmed; and how far the work on open issues has come."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.levels import Level
from grids.models import Area
from grids.tasks import ask
from issues import tasks
from issues.errors import Refusal
from issues.models import CalendarChange, CountyDay
from issues.recalendar import changes
from mapui.staff import person_of, staff_page
from representatives.models import Person
from representatives.roles import Page, Role
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")
LONGEST = 31  # days entered at once
SHOWN = 20  # changes listed
RESTS, WORKS, USUAL = "rests", "works", "usual"
_MEANING = {RESTS: False, WORKS: True, USUAL: None}


class DaysForm(forms.Form):
    """Days of an area, and what is to hold on them."""

    area = forms.ChoiceField(label=gettext_lazy("Where"))
    first = forms.DateField(label=gettext_lazy("Day"))
    last = forms.DateField(required=False, label=gettext_lazy("Until (for several days)"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What holds"),
        choices=[
            (RESTS, gettext_lazy("day off")),
            (WORKS, gettext_lazy("worked")),
            (USUAL, gettext_lazy("as the national calendar says")),
        ],
    )
    reason = forms.CharField(max_length=120, label=gettext_lazy("Reason"))

    def __init__(self, areas: list[Area], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["area"].choices = [(str(area.pk), area.name) for area in areas]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", _("At most %(n)d days at once.") % {"n": LONGEST})
        return data

    @property
    def days(self) -> dict[date, bool | None]:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"] or self.cleaned_data["first"]
        works = _MEANING[self.cleaned_data["kind"]]
        return {first + timedelta(days=n): works for n in range((last - first).days + 1)}


@dataclass(frozen=True)
class CalendarPage:
    """The days that are entered, and the changes that brought them; their role decides for which areas."""

    person: Person
    at: datetime

    @property
    def paths(self) -> tuple[str, ...]:
        return scope_of(self.person, self.at).page_paths(Page.POLICY)

    @property
    def may_change(self) -> bool:
        return Role.SYSTEM_ADMIN in scope_of(self.person, self.at).roles

    @cached_property
    def areas(self) -> list[Area]:
        """Where days may be entered: the county and its townships."""
        current = Area.objects.current().under_any(self.paths).without_boundary().order_by("path")
        return [*current.of_level(Level.COUNTY), *current.of_level(Level.TOWNSHIP)]

    @cached_property
    def days(self) -> list[CountyDay]:
        """From the first of this year on."""
        return list(CountyDay.objects.shown(self.paths, localdate(self.at).replace(month=1, day=1)))

    @cached_property
    def changes(self) -> list[CalendarChange]:
        return list(CalendarChange.objects.within(self.paths)[:SHOWN])

    def change(self, pk: int) -> CalendarChange:
        found = next((change for change in CalendarChange.objects.within(self.paths) if change.pk == pk), None)
        if found is None:
            raise Http404
        return found


@dataclass(frozen=True)
class Example:
    """One issue of the dry run, and when it is due before and after."""

    number: str
    level: int
    old: datetime | None
    new: datetime | None
    climbs_old: datetime | None
    climbs_new: datetime | None


@dataclass(frozen=True)
class ChangePage:
    """One change: its days, how many issues it moves, and which."""

    change: CalendarChange
    page: CalendarPage

    @property
    def days(self) -> list[tuple[date, str]]:
        words = {False: _("day off"), True: _("worked"), None: _("as the national calendar says")}
        return [(date.fromisoformat(day), words[works]) for day, works in sorted(self.change.days.items())]

    @property
    def examples(self) -> list[Example]:
        return [
            Example(
                each["number"], each["level"],
                _time(each["old"], "level_due_at"), _time(each["new"], "level_due_at"),
                _time(each["old"], "climb_at"), _time(each["new"], "climb_at"),
            )
            for each in self.change.examples
        ]  # fmt: skip

    @property
    def may_confirm(self) -> bool:
        return self.page.may_change and self.change.state == CalendarChange.State.COUNTED

    @property
    def may_drop(self) -> bool:
        return self.page.may_change and self.change.state in (CalendarChange.State.COUNTING, CalendarChange.State.COUNTED)


def _time(columns: dict[str, str | None], name: str) -> datetime | None:
    text = columns.get(name)
    return parse_datetime(text) if text else None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Page.POLICY)
def calendar(request: HttpRequest) -> HttpResponse:
    """The days; a new change is counted before anything happens."""
    page = CalendarPage(person_of(request), now())
    form, status = DaysForm(page.areas, request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            area = next(area for area in page.areas if str(area.pk) == form.cleaned_data["area"])
            try:
                change = changes.propose(area, form.days, reason=form.cleaned_data["reason"], by=page.person, at=page.at)
                ask(tasks.calendar_changes)
                return redirect("calendar-change", pk=change.pk)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    return render(request, "mapui/county_calendar.html", {"page": page, "form": form, "nav": "policy"}, status=status)


@require_safe
@staff_page(Page.POLICY)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change; while it is worked on the fragment asks again by itself (htmx)."""
    page = CalendarPage(person_of(request), now())
    context = {"shown": ChangePage(page.change(pk), page), "page": page, "nav": "policy"}
    template = "mapui/_calendar_change.html" if request.htmx else "mapui/calendar_change.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@staff_page(Page.POLICY)
def change_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The days hold from now on, and open issues begin to move."""
    person, at = person_of(request), now()
    CalendarPage(person, at).change(pk)
    confirmed = changes.confirm(pk, by=person, at=at)
    transaction.on_commit(lambda: ask(tasks.calendar_changes))  # the timetable does so every minute
    logger.info("change %s of the calendar (%s) confirmed by %s", pk, confirmed, person)
    messages.success(request, _("The days hold from now on; the dates of open issues are being moved."))
    return redirect("calendar-change", pk=pk)


@require_POST
@staff_page(Page.POLICY)
def change_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not to be."""
    person, at = person_of(request), now()
    CalendarPage(person, at).change(pk)
    changes.drop(pk, by=person, at=at)
    messages.success(request, _("The change is dropped; nothing has moved."))
    return redirect("county-calendar")
