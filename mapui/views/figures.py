"""The page of figures, the lists behind its numbers, both as files, and the printed month."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapui import periods
from mapui.figures_list import FiguresList
from mapui.figures_month import FiguresMonth
from mapui.figures_page import FiguresPage
from mapui.papers.pdf import STYLE, pdf_answer, pdf_of
from mapui.spreadsheets import csv_answer
from mapui.staff import person_of, staff_page
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")
MONTH_STYLE = "mapui/css/figures-month.css"


def _page(request: HttpRequest) -> FiguresPage:
    return FiguresPage(person_of(request), request.GET, now())


@require_GET
@staff_page(Page.FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """The rates by place, unit, light or category."""
    page = _page(request)
    return render(request, "mapui/figures.html", {"figures": page, "at": page.at})


@require_GET
@staff_page(Page.FIGURES)
def figures_export(request: HttpRequest) -> StreamingHttpResponse:
    """The table as a CSV file."""
    page = _page(request)
    logger.info("export of the figures (%s) by %s", request.GET.urlencode(), page.person.pk)
    return csv_answer(f"{_('figures')}-{localdate(page.at).isoformat()}.csv", page.sheet())


@require_GET
@staff_page(Page.FIGURES)
def figures_issues(request: HttpRequest) -> HttpResponse:
    """What one number counts."""
    page = _page(request)
    return render(request, "mapui/figures_issues.html", {"list": FiguresList.from_query(page, request.GET), "nav": "figures"})


@require_GET
@staff_page(Page.FIGURES)
def figures_issues_export(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a CSV file: what the person may open of it."""
    page = _page(request)
    asked = FiguresList.from_query(page, request.GET)
    logger.info("export of issues behind figures (%s) by %s", request.GET.urlencode(), page.person.pk)
    return csv_answer(f"{asked.measure.label}-{localdate(page.at).isoformat()}.csv", asked.sheet())


@require_GET
@staff_page(Page.FIGURES)
def figures_month(request: HttpRequest, month: str) -> HttpResponse:
    """The month as it is printed, on the screen."""
    report = _month(request, month)
    return render(request, "mapui/figures_month.html", _month_context(report) | {"nav": "figures"})


@require_GET
@staff_page(Page.FIGURES)
def figures_month_pdf(request: HttpRequest, month: str) -> FileResponse:
    """The month as PDF, of the same template; who took it is logged."""
    report = _month(request, month)
    file = pdf_of(request, "mapui/papers/month_pdf.html", _month_context(report), styles=(STYLE, MONTH_STYLE))
    logger.info("figures of %s (%s) downloaded by %s", month, report.place_name, report.person.pk)
    return pdf_answer(file, f"{_('Monthly figures')} {report.place_name} {month}")


def _month(request: HttpRequest, month: str) -> FiguresMonth:
    at = now()
    chosen = periods.month(month, at)
    if chosen is None:
        raise Http404
    return FiguresMonth(person_of(request), chosen, at, town=request.GET.get("town", ""))


def _month_context(report: FiguresMonth) -> dict[str, Any]:
    return {"report": report, "at": report.at, "organiser": settings.ORGANISER or report.county_name}
