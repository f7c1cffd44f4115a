"""每月一题: what a county works on in a month, with the evidence; chosen and followed by the supervision office."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from issues.errors import Refusal
from issues.models import Topic
from issues.recurring import topics as services
from mapui.addresses import public_url
from mapui.papers.pdf import STYLE, pdf_answer, pdf_of
from mapui.staff import person_of, staff_page
from mapui.topics_page import TopicsPage
from mapui.views.papers import qr_of
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")
TOPICS_STYLE = "mapui/css/topics.css"


def _page(request: HttpRequest) -> TopicsPage:
    page = TopicsPage(person_of(request), request.GET.dict(), now())
    if page.code and page.county is None:
        raise Http404
    return page


def _context(page: TopicsPage) -> dict[str, Any]:
    return {"page": page, "at": page.at, "nav": Page.HEAT.value}


@require_safe
@never_cache
@staff_page(Page.HEAT)
def topics(request: HttpRequest) -> HttpResponse:
    """The month that was asked for: its topic, or the candidates to choose from."""
    return render(request, "mapui/topics.html", _context(_page(request)))


@require_POST
@staff_page(Page.HEAT)
def topic_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """A candidate becomes the topic of its month."""
    page = _page(request)
    try:
        topic = services.choose(pk, goal=request.POST.get("goal", ""), by=page.person, at=page.at)
    except Refusal as refusal:
        return _refused(request, page, refusal, {"place": str(pk), "goal": request.POST.get("goal", "")})
    logger.info("topic %s of %s chosen by %s", topic.pk, topic.path, page.person.pk)
    messages.success(request, _("This is the topic of the month now."))
    return redirect(_address(topic))


@require_POST
@staff_page(Page.HEAT)
def topic_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Something was done about the topic, or it is done with."""
    page = _page(request)
    text = request.POST.get("text", "")
    try:
        line = services.add_line(pk, text, done=request.POST.get("done") == "1", by=page.person, at=page.at)
    except Refusal as refusal:
        return _refused(request, page, refusal, {"text": text})
    messages.success(request, _("The line is kept."))
    return redirect(_address(line.topic))


def _refused(request: HttpRequest, page: TopicsPage, refusal: Refusal, said: dict[str, str]) -> HttpResponse:
    """The page once more with the sentence and what was typed; who may not, or asks for what there is not, gets no page."""
    if refusal.status in (403, 404):
        raise refusal
    page.refused, page.said = refusal, said
    return render(request, "mapui/topics.html", _context(page), status=refusal.status)


def _address(topic: Topic) -> str:
    return f"{reverse('topics')}?county={topic.county.code}&month={topic.month:%Y-%m}"


# --- on paper ---


def _paper(request: HttpRequest) -> dict[str, Any]:
    page = _page(request)
    if page.chosen is None:
        raise Http404
    address = public_url(request, _address(page.chosen.topic))
    organiser = settings.ORGANISER or (page.county.name if page.county else "")
    return {**_context(page), "organiser": organiser, "qr": qr_of(address), "qr_address": address}


@require_GET
@never_cache
@staff_page(Page.HEAT)
def topic_paper(request: HttpRequest) -> HttpResponse:
    """The topic of a month with its evidence and lines, as it prints."""
    return render(request, "mapui/papers/topic_page.html", _paper(request))


@require_GET
@staff_page(Page.HEAT)
def topic_pdf(request: HttpRequest) -> FileResponse:
    """The same as a download."""
    context = _paper(request)
    file = pdf_of(request, "mapui/papers/topic_pdf.html", context, styles=(STYLE, TOPICS_STYLE))
    return pdf_answer(file, f"{_('Topic of the month')} {context['page'].month:%Y-%m}")
