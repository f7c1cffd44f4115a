"""The red list of the county: 重点督办库."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from issues.models import Issue
from issues.workflow import Verb
from mapui import red_sheet
from mapui.issue_page import IssuePage
from mapui.moving import attempt
from mapui.red_page import DECISIONS, LEFT, STANDING, RedPage
from mapui.staff import person_of, staff_page
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@staff_page(Page.RED)
def red_list(request: HttpRequest) -> HttpResponse:
    """The list, the proposals, the suggestions or what has left; `?print=1` all of it, for paper."""
    page = RedPage.from_query(request.GET, person_of(request), now())
    template = "mapui/red_print.html" if page.whole else "mapui/red.html"
    return render(request, template, {"red": page, "at": page.at, "nav": "red"})


@require_POST
@staff_page(Page.RED)
def red_move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """A decision from within the list (htmx): what became of it, in place. Without JavaScript the form goes to the issue."""
    at, person = now(), person_of(request)
    if verb not in (*DECISIONS, Verb.APPROVE_EXIT):
        raise Http404
    issue = get_object_or_404(Issue.objects.visible_to(person, at).for_page(), number=number)
    tried = attempt(IssuePage(issue, person, at, tag=number), Verb(verb), request.POST)
    red, leaves = RedPage(person, at), verb == Verb.APPROVE_EXIT
    context: dict[str, object] = {"red": red, "at": at, "issue": issue, "verb": Verb(verb), "leaves": leaves}
    if tried.refusal is None:
        return render(request, "mapui/_red_decided.html", context)
    logger.info("%s %s by %s: %s", tried.status, request.path, person, tried.refusal.sentence)
    row = red.refused_row(tried.form, tried.refusal) if leaves else None
    context |= {"row": row, "proposal": None if row else red.refused_proposal(tried.form, tried.refusal)}
    response = render(request, "mapui/_red_row.html" if row else "mapui/_red_proposal.html", context, status=tried.status)
    return reswap(retarget(response, "closest [data-decide]"), "outerHTML")


@require_GET
@staff_page(Page.RED)
def red_export(request: HttpRequest) -> FileResponse:
    """What stands in the list (or `?tab=left` what has left it) as a spreadsheet; who took it is logged."""
    page = RedPage.from_query(request.GET, person_of(request), now())
    page.tab = LEFT if page.tab == LEFT else STANDING
    page.whole = True
    title = _("Key supervision list – left") if page.tab == LEFT else _("Key supervision list")
    names = " ".join(county.name for county in page.counties)
    file = red_sheet.write(f"{names} {title}".strip(), page.rows, page.at)
    logger.info("export of the red list (%s) by %s: %d rows", page.tab or "standing", page.person, len(page.rows))
    name = f"{title} {names} {localdate(page.at):%Y-%m-%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
