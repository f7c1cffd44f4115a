"""Coming in and going out: log-in, log-out, password, language; and whether the program is well."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as django_set_language
from limits import parse

from issues import throttle
from issues.addresses import client_address
from mapui import health
from mapui.language import remember_language
from mapui.views.second_factor import ask_second
from representatives import second_factor as factors
from representatives.models import Person
from representatives.services import choose_language

# Per address, beside the lock on user name and address (django-axes): stops one machine that tries many names.
LOG_IN = throttle.Limit("log-in", parse("60 per 10 minutes"))


class LogInForm(AuthenticationForm):
    """User name and password; the refusal never says which of the two was wrong."""

    error_messages = {
        "invalid_login": _lazy(
            "That user name and password do not belong together, or the account is closed. Capital letters count in the password."
        ),
        "inactive": _lazy("This account is closed."),
    }


class LogIn(LoginView):
    """The log-in page; leads on to where the person wanted to go, in the person's own language."""

    template_name = "mapui/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle.spend(LOG_IN, client_address(request))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        if isinstance(person, Person) and factors.is_on(person):
            return ask_second(self.request, person, self.get_success_url())
        response = super().form_valid(form)
        if isinstance(person, Person):
            remember_language(response, person.language)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"ended": "ended" in self.request.GET, "wanted": self.get_redirect_url()}


class LogOut(LogoutView):
    """Ends the session (POST only) and leads to the log-in page, which says so."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        messages.success(request, _("You are logged out."))
        return response


class ChangePassword(PasswordChangeView):
    """A new password, its rules said beside it. Other devices of the person are logged out by it."""

    template_name = "mapui/password.html"
    success_url = reverse_lazy("dashboard")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed. Other devices have to log in anew."))
        return super().form_valid(form)


@never_cache
def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Too many wrong passwords (django-axes): says for how long; 429."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    answer = render(request, "mapui/locked_out.html", {"minutes": wait_s // 60}, status=429)
    answer["Retry-After"] = str(wait_s)
    return answer


class LanguageForm(forms.Form):
    """The language that somebody chose."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own switch, which also remembers the choice of who is logged in."""
    chosen = LanguageForm(request.POST)
    if chosen.is_valid() and isinstance(request.user, Person):
        choose_language(request.user, chosen.cleaned_data["language"])
    return django_set_language(request)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Each part and how it is; 503 if one that this process needs (or the one in `?part=`) is not well. No secrets."""
    parts = health.parts()
    asked = request.GET.get("part")
    needed = [asked] if asked in parts else list(health.NEEDED)
    is_well = all(parts[part] == health.WELL for part in needed)
    return JsonResponse({"status": "ok" if is_well else "failing", **parts}, status=200 if is_well else 503)
