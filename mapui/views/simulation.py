"""A draft tried out on the past: asked for, watched, cancelled, read, and taken along as a file."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.levels import Level
from grids.models import Area
from grids.tasks import ask
from issues import tasks
from issues.errors import Refusal
from issues.models import PolicyDraft, Simulation, Stage
from issues.simulating import running
from mapui.policy_page import PolicyPage
from mapui.simulation_page import SimulationPage
from mapui.spreadsheets import csv_answer
from mapui.staff import person_of, staff_page
from representatives.roles import Page
from representatives.scopes import scope_of

SHOWN = 30


class AskForm(forms.Form):
    """Which draft, where, and how far back."""

    draft = forms.ChoiceField(label=gettext_lazy("Draft"))
    area = forms.ChoiceField(label=gettext_lazy("Where"))
    months = forms.IntegerField(min_value=1, max_value=running.MOST_MONTHS, initial=6, label=gettext_lazy("Months back"))

    def __init__(self, drafts: list[PolicyDraft], areas: list[Area], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["draft"].choices = [(str(draft.pk), draft.name) for draft in drafts]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(str(area.pk), area.name) for area in areas]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Page.POLICY)
def simulations(request: HttpRequest) -> HttpResponse:
    """Ask for one; and all that were asked for."""
    person, at = person_of(request), now()
    paths = scope_of(person, at).page_paths(Page.POLICY)
    page = PolicyPage(person, at)
    sound = [draft for draft in page.drafts if draft.body]
    current = Area.objects.current().under_any(paths).without_boundary().order_by("path")
    areas = [*current.of_level(Level.COUNTY), *current.of_level(Level.TOWNSHIP)]
    form, status = AskForm(sound, areas, request.POST or None, initial={"draft": request.GET.get("draft", ""), "months": 6}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            draft = next(draft for draft in sound if str(draft.pk) == form.cleaned_data["draft"])
            area = next(area for area in areas if str(area.pk) == form.cleaned_data["area"])
            try:
                asked = running.ask(draft, area, months=form.cleaned_data["months"], by=person, at=at)
                ask(tasks.simulations)
                return redirect("simulation", pk=asked.pk)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    found = list(Simulation.objects.within(paths)[:SHOWN])
    context = {"page": page, "form": form, "drafts": sound, "simulations": found, "nav": "policy"}
    return render(request, "mapui/simulations.html", context, status=status)


@require_safe
@staff_page(Page.POLICY)
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it has come (asks again by itself, htmx), and then what it says."""
    found = _found(request, pk)
    shown = SimulationPage(found)
    context = {"shown": shown, "simulation": found, "page": PolicyPage(person_of(request), now()), "nav": "policy"}
    template = "mapui/_simulation.html" if request.htmx else "mapui/simulation.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@staff_page(Page.POLICY)
def simulation_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody wants to know any more."""
    running.cancel(_found(request, pk), by=person_of(request), at=now())
    messages.success(request, _("The simulation is cancelled."))
    return redirect("simulations")


@require_safe
@staff_page(Page.POLICY)
def simulation_export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """All its figures as a CSV file."""
    found = _found(request, pk)
    if found.stage != Stage.DONE:
        raise Http404
    return csv_answer(f"{_('simulation')}-{found.name}-{localdate(found.made_at).isoformat()}.csv", SimulationPage(found).table())


def _found(request: HttpRequest, pk: int) -> Simulation:
    """The simulation, if it is of an area that the person reads policies for; else it does not exist."""
    paths = scope_of(person_of(request), now()).page_paths(Page.POLICY)
    get_object_or_404(Simulation.objects.within(paths), pk=pk)
    return Simulation.objects.select_related("area", "made_by", "today").defer("area__boundary").get(pk=pk)
