"""Ways out of the program: what waits, what fails, and the addresses of webhooks and robots. Each change is in the admin's log."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issues.errors import Refusal
from issues.models import Outlet
from issues.services import outlets
from mapui.deliveries_page import DeliveriesPage, OutletForm
from mapui.staff import person_of, staff_page
from representatives.roles import Page


@require_GET
@never_cache
@staff_page(Page.DELIVERIES)
def deliveries(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@never_cache
@staff_page(Page.DELIVERIES)
def outlet_add(request: HttpRequest) -> HttpResponse:
    """A new webhook or robot; a webhook's secret stands on the answer, and nowhere afterwards."""
    form = OutletForm(request.POST)
    if form.is_valid():
        try:
            outlet, secret = outlets.add_outlet(**form.cleaned_data, at=now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            _log(request, outlet, ADDITION, "added")
            return _page(request, secret=secret, outlet=outlet) if secret else _done(request, _("Added."))
    return _page(request, form=form, status=422)


@require_POST
@never_cache
@staff_page(Page.DELIVERIES)
def outlet_act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """A button beside a way out was pressed."""
    if action not in _ACTIONS:
        raise Http404
    outlet = get_object_or_404(Outlet, pk=pk)
    try:
        answer = _ACTIONS[action](request, outlet)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("deliveries")
    _log(request, outlet, CHANGE, action)
    return answer


def _again(request: HttpRequest, outlet: Outlet) -> HttpResponse:
    count = outlets.try_again(outlet, now())
    return _done(request, ngettext("%(n)d notice is tried again now.", "%(n)d notices are tried again now.", count) % {"n": count})


def _give_up(request: HttpRequest, outlet: Outlet) -> HttpResponse:
    count = outlets.give_up(outlet)
    return _done(request, ngettext("%(n)d notice is given up.", "%(n)d notices are given up.", count) % {"n": count})


def _switch(on: bool) -> Callable[[HttpRequest, Outlet], HttpResponse]:
    def act(request: HttpRequest, outlet: Outlet) -> HttpResponse:
        outlets.switch(outlet, on=on)
        return _done(request, _("Switched on.") if on else _("Switched off."))

    return act


def _trial(request: HttpRequest, outlet: Outlet) -> HttpResponse:
    """One that did not get there stands in the log too."""
    try:
        outlets.send_trial(outlet, now())
    except Refusal:
        _log(request, outlet, CHANGE, "trial, which failed")
        raise
    return _done(request, _("The trial got there."))


def _secret(request: HttpRequest, outlet: Outlet) -> HttpResponse:
    return _page(request, secret=outlets.renew_secret(outlet), outlet=outlet)


_ACTIONS: Mapping[str, Callable[[HttpRequest, Outlet], HttpResponse]] = {
    "retry": _again,
    "give-up": _give_up,
    "on": _switch(True),
    "off": _switch(False),
    "secret": _secret,
    "trial": _trial,
}


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("deliveries")


def _page(
    request: HttpRequest, *, form: OutletForm | None = None, secret: str = "", outlet: Outlet | None = None, status: int = 200
) -> HttpResponse:
    page = DeliveriesPage(now(), request.GET.get("page", "1"))
    context = {"page": page, "form": form or OutletForm(), "is_open": form is not None, "secret": secret, "outlet": outlet}
    return render(request, "mapui/deliveries.html", context | {"nav": "deliveries", "at": page.at}, status=status)


def _log(request: HttpRequest, outlet: Outlet, flag: int, what: str) -> None:
    LogEntry.objects.log_actions(person_of(request).pk, [outlet], flag, f"{outlet.channel}: {what}", single_object=True)
