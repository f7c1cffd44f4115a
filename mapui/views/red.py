"""The red list of the county: 重点督办库."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from issues.models import Issue
from issues.terms import Verb
from mapui import red_sheet
from mapui.issue_page import IssuePage
from mapui.moving import Attempt, attempt
from mapui.red_history import RedHistory
from mapui.red_page import GENERAL, HERE, IN_ROW, LEFT, STANDING, TABS, RedPage
from mapui.spreadsheets import csv_answer
from mapui.staff import person_of, staff_page
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@staff_page(Page.RED)
def red_list(request: HttpRequest) -> HttpResponse:
    """The open tab of the list; `?print=1` all of it, for paper."""
    page = RedPage.from_query(request.GET, person_of(request), now())
    template = "mapui/red_print.html" if page.whole else "mapui/red.html"
    return render(request, template, {"red": page, "at": page.at, "nav": "red"})


@require_GET
@staff_page(Page.RED)
def red_history(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that the county's supervision of one issue was, stay by stay."""
    at, person = now(), person_of(request)
    issue = get_object_or_404(Issue.objects.visible_to(person, at).for_rows(), number=number)
    return render(
        request, "mapui/red_history.html", {"history": RedHistory(issue, person, at), "issue": issue, "at": at, "nav": "red"}
    )


@require_POST
@staff_page(Page.RED)
def red_move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """A decision from within the list (htmx): what became of it, in place. Without JavaScript the form goes to the issue."""
    at, person = now(), person_of(request)
    if verb not in HERE:
        raise Http404
    issue = get_object_or_404(Issue.objects.visible_to(person, at).for_page(), number=number)
    tried = attempt(IssuePage(issue, person, at, tag=number), Verb(verb), request.POST)
    red, in_row = RedPage(person, at), verb in IN_ROW
    context: dict[str, object] = {"red": red, "at": at, "issue": issue, "verb": Verb(verb), "leaves": in_row}
    if tried.refusal is None:
        return render(request, "mapui/_red_decided.html", context | _what_next(tried))
    logger.info("%s %s by %s: %s", tried.status, request.path, person, tried.refusal.sentence)
    row = red.refused_row(tried.form, tried.refusal) if in_row else None
    context |= {"row": row, "proposal": None if row else red.refused_proposal(tried.form, tried.refusal)}
    response = render(request, "mapui/_red_row.html" if row else "mapui/_red_proposal.html", context, status=tried.status)
    return reswap(retarget(response, "closest [data-decide]"), "outerHTML")


def _what_next(tried: Attempt) -> dict[str, object]:
    """After a refusal the office may at once put the issue under general supervision, and write to the unit."""
    if tried.form.move.verb not in (Verb.REFUSE_RED, Verb.SUPERVISE):
        return {}
    page = tried.page.read_again()
    form = page.form(page.move(Verb.SUPERVISE)) if page.offers(Verb.SUPERVISE) else None
    return {"supervise": form, "may_write": True, "issue": page.issue}


@require_GET
@staff_page(Page.RED)
def red_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The entries of the open tab, as they are narrowed, as a spreadsheet or CSV; who took them is logged."""
    page = RedPage.from_query(request.GET, person_of(request), now())
    page.tab = page.tab if page.tab in (GENERAL, LEFT) else STANDING
    page.whole = True
    heading = _("Key supervision list")
    title = heading if page.tab == STANDING else f"{heading} – {TABS[page.tab]}"
    names = " ".join(county.name for county in page.counties)
    logger.info("export of the red list (%s) by %s: %d rows", page.tab or "standing", page.person, len(page.rows))
    name = f"{title} {names} {localdate(page.at):%Y-%m-%d}.{kind}"
    if kind == "csv":
        return csv_answer(name, red_sheet.plain(page.rows))
    file = red_sheet.write(f"{names} {title}".strip(), page.rows, page.at)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
