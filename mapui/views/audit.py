"""The auditor's check: whether the ledger is as it was written. Names numbers of issues and events, and no word of any."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues import ledger
from issues.models import Issue
from mapui.staff import person_of, staff_page
from representatives.roles import Page
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")
AT_ONCE = 500  # issues; the whole ledger is walked by going on, or by `manage.py verify_ledger`


@require_safe
@never_cache
@staff_page(Page.AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """One issue's chain (`number`), or those of the newest issues, and further back from there (`until`)."""
    person, at = person_of(request), now()
    number, until = request.GET.get("number", "").strip()[:20], request.GET.get("until", "")
    found = Issue.objects.under_any(scope_of(person, at).page_paths(Page.AUDIT))
    if until and not (until.isascii() and until.isdecimal() and len(until) < 19):
        raise Http404
    stretch = ledger.verify_stretch(found.numbered(number) if number else found, int(until) if until else None, AT_ONCE)
    logger.info("ledger of %d issues checked by %s: %d faults", stretch.checked, person.pk, len(stretch.faults))
    context = {"stretch": stretch, "number": number, "until": until, "at": at, "nav": Page.AUDIT}
    return render(request, "mapui/audit.html", context)
