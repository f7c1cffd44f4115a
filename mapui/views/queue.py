"""The queue: what waits for me, soonest due first."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from issues import services
from issues.errors import Refusal
from issues.models import Issue
from issues.terms import Verb
from issues.throttle import Throttled
from mapui.bulk import Bulk
from mapui.queue_page import ONE_PRESS, QueuePage, Wanted
from mapui.staff import person_of, staff_page
from mapui.views.narrowed import narrowed
from representatives.roles import Page


@require_GET
@staff_page(Page.QUEUE)
def queue(request: HttpRequest) -> HttpResponse:
    """The whole page; within it (htmx) the list alone."""
    return narrowed(request, "queue", QueuePage(person_of(request), now(), Wanted.from_query(request.GET)))


@require_POST
@staff_page(Page.QUEUE)
def queue_move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """One press on a row: the row with its result, or with the sentence why not."""
    at, person = now(), person_of(request)
    if verb not in ONE_PRESS.values():
        raise Http404
    issue = get_object_or_404(Issue.objects.visible_to(person, at), number=number)
    seen = request.POST.get("seen", "")
    refusal = None
    try:
        services.move(issue.pk, Verb(verb), by=person, at=at, seen=int(seen) if seen.isdecimal() else None)
    except Refusal as error:
        refusal = error
    if request.headers.get("HX-Request"):
        return _row(request, number, verb, refusal)
    if refusal is None:
        messages.success(request, _("%(number)s – done: %(verb)s.") % {"number": number, "verb": Verb(verb).label})
    else:
        messages.error(request, f"{number} – {refusal.sentence}")
    return redirect("queue")


def _row(request: HttpRequest, number: str, verb: str, refusal: Refusal | None) -> HttpResponse:
    """The row as it now stands, and the tabs counted anew."""
    at, person = now(), person_of(request)
    page = QueuePage(person, at, Wanted.from_query(request.POST))
    issue = get_object_or_404(Issue.objects.visible_to(person, at).for_rows(), number=number)
    context = {"queue": page, "issue": issue, "verb": Verb(verb), "refusal": refusal, "at": at}
    return render(request, "mapui/_queue_moved.html", context)


@require_POST
@staff_page(Page.QUEUE)
def queue_bulk(request: HttpRequest) -> HttpResponse:
    """One press on the ticked rows: what became of each, or first the form of what has to be said."""
    at, person = now(), person_of(request)
    pressed = Bulk.from_post(request.POST, person, at)
    if pressed is None:
        raise Http404
    template = "mapui/_bulk.html" if request.headers.get("HX-Request") else "mapui/bulk.html"
    refusal, status = None, 200
    try:
        pressed.run()
        if pressed.outcomes is None and pressed.form is not None and pressed.form.is_bound:
            status = 422
    except Throttled:
        raise
    except Refusal as error:
        refusal, status = error, 409
    context = {"bulk": pressed, "refusal": refusal, "at": at, "nav": "queue", "back": _address_of(request)}
    return reswap(retarget(render(request, template, context, status=status), "#queue"), "outerHTML")


def _address_of(request: HttpRequest) -> str:
    """The queue as it was narrowed when the rows were ticked."""
    wanted = QueryDict(request.POST.get("query", "").lstrip("?"))
    return f"{reverse('queue')}?{wanted.urlencode()}" if wanted else reverse("queue")


@require_POST
@staff_page(Page.QUEUE)
def notices_read(request: HttpRequest) -> HttpResponse:
    """I have read these (`id`, repeated), or all of them if none is named."""
    at, person = now(), person_of(request)
    named = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal()]
    services.mark_read(person, at, named or None)
    if request.headers.get("HX-Request"):
        answer = render(request, "mapui/_notices.html", {"queue": QueuePage(person, at), "at": at, "is_open": True})
        answer["HX-Trigger"] = "notices-read"
        return answer
    return redirect("queue")
