"""The centre of notices, and how somebody wants to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.errors import Refusal
from issues.models import Notice
from issues.notices.ways import KINDS, POSTS
from issues.services.notices import choose_ways
from mapui.asking import wants_fragment
from mapui.notices_page import NoticesPage, Wanted, WaysPage
from mapui.staff import person_of, staff_page
from representatives.models import Person


@require_GET
@staff_page()
def notices(request: HttpRequest) -> HttpResponse:
    """The whole page; within it (htmx) the list alone."""
    return _page(request, Wanted.from_query(request.GET))


@require_POST
@staff_page()
def notices_done(request: HttpRequest) -> HttpResponse:
    """I have read what I was told of that issue (`number`), these very notices (`id`, repeated), or all of it."""
    number, named = request.POST.get("number", ""), request.POST.getlist("id")
    ids = [int(key) for key in named if key.isdecimal() and len(key) < 19] if named else None
    count = services.mark_read(person_of(request), now(), ids, number=number)
    if wants_fragment(request):
        answer = _page(request, Wanted.from_query(request.POST))
        answer["HX-Trigger"] = "notices-read"
        return answer
    messages.success(request, ngettext("%(n)d notice marked as read.", "%(n)d notices marked as read.", count) % {"n": count})
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "notices")


def _page(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    page = NoticesPage(person_of(request), now(), wanted)
    template = "mapui/_notices_list.html" if wants_fragment(request) else "mapui/notices.html"
    return render(request, template, {"page": page, "at": page.at})


@require_GET
@never_cache
def notices_count(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the head of every page; nothing for who is not logged in."""
    if not isinstance(request.user, Person):
        return HttpResponse(status=204)
    return render(request, "mapui/_notices_count.html", {"unread": Notice.objects.count_unread(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def notices_ways(request: HttpRequest) -> HttpResponse:
    """By which ways I want to hear what."""
    person, refusal = person_of(request), None
    if request.method == "POST":
        wanted = {(kind, way): f"{kind}-{way}" in request.POST for kind in KINDS for way in POSTS}
        try:
            choose_ways(person, wanted, request.POST.get("mobile", ""))
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("Kept. From now on you are told this way."))
            return redirect("notices-ways")
    context = {"page": WaysPage(person), "refusal": refusal, "typed": request.POST.get("mobile")}
    return render(request, "mapui/notices_ways.html", context | {"nav": "notices"}, status=422 if refusal else 200)
