"""Who may open a page of the casework: staff who are logged in and whose roles open it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _

from representatives.models import Person
from representatives.roles import Page
from representatives.scopes import scope_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_page(page: Page | None = None) -> Callable[[View[P]], View[P]]:
    """Asks for a log-in first, then (403) for a role that opens the page; None: any staff, the rows say what they see."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path())
            if page is not None and not scope_of(person, now()).may_open(page):
                raise PermissionDenied(_("No role of yours opens this page. Your county office can tell you who may."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def person_of(request: HttpRequest) -> Person:
    """The member of staff behind a request that `staff_page` let through."""
    assert isinstance(request.user, Person)  # noqa: S101 - the decorator saw to it
    return request.user
