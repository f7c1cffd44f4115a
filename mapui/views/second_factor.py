"""The second factor: asked for after the password, set up and looked after by its owner."""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from limits import parse

from grids.errors import Refusal
from issues import throttle
from mapui.language import remember_language
from mapui.staff import person_of, staff_page
from mapui.views.papers import qr_of
from representatives import second_factor as factors
from representatives.models import Person

PASSED = "second_factor"  # in the session of who has shown a second factor
_ASKED = "second_factor_of"  # in the session of who has shown the password and nothing else
_PATIENCE = timedelta(minutes=10)
CODES = throttle.Limit("second-factor", parse("20 per 10 minutes"))  # per member of staff: codes typed in


def ask_second(request: HttpRequest, person: Person, wanted: str) -> HttpResponse:
    """The password was right: ask for the code, and remember for a while who is to be let in by it, and to which page."""
    request.session[_ASKED] = {"person": person.pk, "backend": person.backend, "wanted": wanted, "at": time.time()}
    return redirect("login-second")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def login_second(request: HttpRequest) -> HttpResponse:
    """The code after the password; lets in whom the password has named."""
    asked = request.session.get(_ASKED, {})
    person = Person.objects.of_session(asked["person"]) if asked else None
    if person is None or not person.is_active or time.time() - asked["at"] > _PATIENCE.total_seconds():
        request.session.pop(_ASKED, None)
        return redirect(f"{reverse('login')}?ended=1")
    if request.method != "POST":
        return render(request, "mapui/login_second.html")
    throttle.spend(CODES, f"person {person.pk}")
    if not factors.check(person, request.POST.get("code", "")):
        refusal = Refusal(_("That code does not fit. Wait for the next one, or use a recovery code."), field="code")
        return render(request, "mapui/login_second.html", {"refusal": refusal}, status=422)
    del request.session[_ASKED]
    login(request, person, backend=asked["backend"])
    request.session[PASSED] = True
    response = redirect(asked["wanted"])
    remember_language(response, person.language)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page()
def second_factor(request: HttpRequest) -> HttpResponse:
    """How my second factor stands; set it up, get fresh recovery codes, switch it off."""
    person, codes, refusal = person_of(request), list[str](), None
    if request.method == "POST":
        throttle.spend(CODES, f"person {person.pk}")
        try:
            codes = _act(request, person, request.POST.get("act", ""), request.POST.get("code", ""))
        except Refusal as error:
            refusal = error
        else:
            if not codes:
                return redirect("second-factor")
    factor = factors.factor_of(person)
    context = {"factor": factor, "codes": codes, "refusal": refusal, "qr": qr_of(factor.address) if factor.address else ""}
    return render(request, "mapui/second_factor.html", context | {"at": now()}, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, person: Person, act: str, code: str) -> list[str]:
    """Does it; recovery codes if there are fresh ones to show. Raises Refusal."""
    if act == "begin":
        factors.begin(person)
    elif act == "confirm":
        codes = factors.confirm(person, code)
        request.session[PASSED] = True
        return codes
    elif act == "codes":
        return factors.renew_codes(person, code)
    elif act == "off":
        factors.switch_off(person, code)
        request.session.pop(PASSED, None)
        messages.success(request, _("The second factor is switched off. The password alone lets you in."))
    return []
