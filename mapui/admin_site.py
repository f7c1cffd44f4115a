"""The Django admin as the place for configuration: our log-in, our roles, our words."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from representatives.roles import Page
from representatives.scopes import scope_of

# Headings of apps that are not ours.
HEADINGS = {"axes": _("Protection of the log-in"), "admin": _("What was changed here")}
# Words of theirs that have no Chinese of their own; here only so that they come into our catalog.
_BORROWED = (
    gettext_noop("access attempts"),
    gettext_noop("access attempt"),
    gettext_noop("access failures"),
    gettext_noop("access failure"),
    gettext_noop("access logs"),
    gettext_noop("access log"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
)


class ConfigurationSite(AdminSite):
    """Open to the roles that have the page “Administration”; what each finds there is in `permissions.py`."""

    site_header = _("Four-light grid: administration")
    site_title = _("Administration")
    index_title = _("What would you like to configure?")

    def has_permission(self, request: HttpRequest) -> bool:
        return scope_of(request.user, now()).may_open(Page.ADMIN)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The index, every heading in the reader's language."""
        every = super().get_app_list(request, app_label)
        return [app | {"name": HEADINGS.get(app["app_label"], app["name"])} for app in every]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The log-in of the site; who is logged in but has no such role is told so (403)."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("dashboard")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("password")
