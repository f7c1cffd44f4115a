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


def staff_page(page: Page | None = None, *, reads_issues: bool = False) -> Callable[[View[P]], View[P]]:
    """Asks for a log-in first, then (403) for a role that opens the page; None: any staff, the rows say what they see.

    `reads_issues`: for a role that reads issues at all. To the others (administrator, auditor …) an issue that exists and
    one that does not answer alike, so nothing is given away; what is out of the scope of those who read some is a 404.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path())
            scope = scope_of(person, now())
            if (page is not None and not scope.may_open(page)) or (reads_issues and not scope.reads_issues):
                raise PermissionDenied(_("No role of yours opens this page. Your county office can tell you who may."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def person_of(request: HttpRequest) -> Person:
    """The member of staff behind a request that `staff_page` let through."""
    assert isinstance(request.user, Person)  # noqa: S101 - the decorator saw to it
    return request.user
