"""The ready-made texts of one's desk: the list, and the form for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.errors import Forbidden, Refusal
from issues.models import ReplyTemplate
from issues.terms import Verb
from mapui.staff import person_of, staff_page
from mapui.template_page import TemplateForm, TemplatesPage
from representatives.roles import Page


def _page(request: HttpRequest) -> TemplatesPage:
    page = TemplatesPage(person_of(request), now())
    if not page.desks:
        raise Forbidden(_("Text templates are kept by villages, townships, the supervision office and departments."))
    return page


@require_GET
@staff_page(Page.QUEUE)
def templates(request: HttpRequest) -> HttpResponse:
    """The list."""
    return render(request, "mapui/templates.html", {"templates": _page(request), "nav": "queue"})


@require_http_methods(["GET", "POST"])
@staff_page(Page.QUEUE)
def template_new(request: HttpRequest, verb: str) -> HttpResponse:
    """A new one for that verb."""
    page = _page(request)
    if verb not in page.verbs:
        raise Http404
    return _edit(request, page, ReplyTemplate(verb=verb))


@require_http_methods(["GET", "POST"])
@staff_page(Page.QUEUE)
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One that is there."""
    page = _page(request)
    return _edit(request, page, _own(page, pk))


@require_POST
@staff_page(Page.QUEUE)
def template_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one."""
    page = _page(request)
    template = _own(page, pk)
    services.drop_template(template, by=page.person, at=page.at)
    messages.success(request, _("The template “%(name)s” was removed.") % {"name": template.name})
    return redirect("templates")


def _own(page: TemplatesPage, pk: int) -> ReplyTemplate:
    """The template if it is kept by a desk of the person's; else it does not exist."""
    template = ReplyTemplate.objects.with_key(pk)
    if template is None or not page.may_change(template):
        raise Http404
    return template


def _edit(request: HttpRequest, page: TemplatesPage, template: ReplyTemplate) -> HttpResponse:
    form = TemplateForm(Verb(template.verb), page, template, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                saved = form.store(page.person, page.at)
                messages.success(request, _("The template “%(name)s” is kept.") % {"name": saved.name})
                return redirect("templates")
            except Forbidden:
                raise
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    return render(request, "mapui/template_edit.html", {"form": form, "templates": page, "nav": "queue"}, status=status)
