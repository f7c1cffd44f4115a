"""The page of one issue: what it is, what was done, and the buttons that the person may press now."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh, reswap, retarget

from grids.models import Area, Dispute
from issues import policy, reach, services
from issues.geojson import place
from issues.models import Issue, ReplyTemplate
from issues.terms import Verb
from mapui.issue_actions import Refused
from mapui.issue_page import IssuePage, issue_for
from mapui.moving import Attempt, attempt, issue_to_move
from mapui.staff import person_of, staff_page
from mapui.template_page import TemplatesPage, choices_for
from mapui.templatetags.gridgov import light_shape
from representatives.models import Person
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")
OPTIONS_SHOWN = 12


def _issue(number: str, person: Person, at: datetime, read: Callable[[str, Person, datetime], Issue | None] = issue_for) -> Issue:
    """The issue with what its page says of it, or what `read` reads; out of scope it does not exist."""
    found = read(number, person, at)
    if found is None:
        raise Http404(f"There is no issue {number}.")
    return found


@require_GET
@staff_page(reads_issues=True)
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """The page as it stands; within it (htmx) the issue alone, and above its buttons which of them was pressed (`done`)."""
    at, person = now(), person_of(request)
    found = _issue(number, person, at)
    page = IssuePage(found, person, at, all_events=request.GET.get("events") == "all")
    page.opened, page.back = request.GET.get("verb", ""), request.GET.get("back", "")
    page.template = int(chosen) if (chosen := request.GET.get("template", "")).isdecimal() else None
    if request.headers.get("HX-Request"):
        done = request.GET.get("done", "")
        return render(
            request, "mapui/_issue.html", _context(page.read(), done=_done_words(Verb(done)) if done in Verb.values else "")
        )
    return render(request, "mapui/issue.html", _context(page.read()))


def _context(page: IssuePage, *, refused: Refused | None = None, done: str = "") -> dict[str, object]:
    return {"page": page, "issue": page.issue, "actions": page.actions(refused), "refused": refused, "done": done, "nav": "queue"}


@require_GET
@staff_page(reads_issues=True)
def issue_form(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """The form of a verb, as its fold opens; without htmx the page with that form open. `in_place`: of a list, not of the page."""
    if verb not in Verb.values:
        raise Http404
    at, person, in_place = now(), person_of(request), request.GET.get("in_place") == "1"
    if not request.headers.get("HX-Request"):
        back = "&back=red" if in_place else ""
        return redirect(f"{reverse('issue', args=[number])}?verb={verb}{back}#move-{verb}")
    page = IssuePage(_issue(number, person, at), person, at, opened=verb, tag=number if in_place else "").read()
    form = next((action.form for action in page.actions() if action.move.verb == verb), None)
    if form is None:  # somebody did something meanwhile: the page as it stands now says what
        return HttpResponseClientRefresh()
    style, seen = request.GET.get("style", ""), request.GET.get("seen", "")
    if seen.isdecimal() and len(seen) < 10:
        form.initial["seen"] = int(seen)  # what the person has before them is the page, as it was when it came
    context = {"issue": page.issue, "form": form, "style": style if style in ("primary", "danger") else "", "in_place": in_place}
    return render(request, "mapui/_move.html", context | {"opened": True})


@require_POST
@staff_page(reads_issues=True)
def issue_move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """A button was pressed: the issue as it now stands, or the sentence why not with every word still in the form."""
    at, person = now(), person_of(request)
    if verb not in Verb.values:
        raise Http404
    page = IssuePage(_issue(number, person, at, issue_to_move), person, at, back=request.POST.get("back", ""))
    tried = attempt(page, Verb(verb), request.POST)
    if tried.refusal:
        return _not_done(request, tried)
    return _done(request, tried, Verb(verb))


def _not_done(request: HttpRequest, tried: Attempt) -> HttpResponse:
    """The issue as it stands, with the form open, its words kept and the sentence beside what has to change."""
    assert tried.refusal  # noqa: S101 - only called for what was refused
    logger.info("%s %s by %s: %s", tried.status, request.path, tried.page.person, tried.refusal.sentence)
    refused = tried.page.refused(tried.form, tried.refusal)
    template = "mapui/_issue.html" if request.headers.get("HX-Request") else "mapui/issue.html"
    response = render(request, template, _context(tried.page, refused=refused), status=tried.status)
    return reswap(retarget(response, "#issue"), "outerHTML")


def _done(request: HttpRequest, tried: Attempt, verb: Verb) -> HttpResponse:
    """Post, redirect, get; within the page to the issue alone. What is no longer in sight leads back to the queue."""
    number, is_within, is_there = tried.page.issue.number, bool(request.headers.get("HX-Request")), _is_in_sight(tried)
    if is_within and is_there:
        return HttpResponseRedirect(f"{reverse('issue', args=[number])}?done={verb}", status=303)
    messages.success(request, _done_words(verb))
    where = reverse("issue", args=[number]) if is_there else reverse("queue")
    if request.POST.get("back") == "red":
        where = f"{reverse('red')}?tab={request.POST.get('tab', '')}"
    return HttpResponseClientRedirect(where) if is_within else redirect(where)


def _is_in_sight(tried: Attempt) -> bool:
    """Whether the person may still open the issue; asked of the database only where it is not sure as it stands."""
    page = tried.page
    if tried.event is not None and reach.surely_opens(scope_of(page.person, page.at), tried.event.issue):
        return True
    return Issue.objects.visible_to(page.person, page.at).has(page.issue)


def _done_words(verb: Verb) -> str:
    return _("Done: %(verb)s.") % {"verb": verb.label}


@require_GET
@staff_page(reads_issues=True)
def issue_place(request: HttpRequest, number: str) -> HttpResponse:
    """Where it is, for the small map: outlines of the cell and of what it lies in, and the point."""
    found = _issue(number, person_of(request), now())
    areas = Area.objects.on_path(found.path).at(found.reported_at).with_outline()
    dispute = Dispute.objects.with_outline().with_keys([found.dispute_id]).first() if found.dispute_id else None
    basemap = {"url": settings.BASEMAP_URL, "datum": settings.BASEMAP_DATUM, "attribution": settings.BASEMAP_ATTRIBUTION}
    return JsonResponse(place(found, areas, dispute) | {"basemap": basemap, "mark": light_shape(found.light)})


@require_GET
@staff_page(reads_issues=True)
def issue_texts(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """The ready-made texts for one form of the issue."""
    at, person = now(), person_of(request)
    if verb not in Verb.values:
        raise Http404
    found = get_object_or_404(Issue.objects.visible_to(person, at).for_rows(), number=number)
    choices = choices_for(found, ReplyTemplate.objects.for_issue(found, person)).get(verb, [])
    keeps = bool(TemplatesPage(person, at).desks) and Verb(verb) in services.VERBS
    context = {"issue": found, "verb": Verb(verb), "choices": choices, "keeps_templates": keeps, "nav": "queue"}
    return render(request, "mapui/_ready_list.html" if request.headers.get("HX-Request") else "mapui/issue_texts.html", context)


@require_GET
@staff_page(reads_issues=True)
def issue_like(request: HttpRequest, number: str) -> HttpResponse:
    """Issues that this one may be a repeat of, while a number is typed: near by and of its kind, or fitting what is typed."""
    at, person = now(), person_of(request)
    found, words = _issue(number, person, at), request.GET.get("issue", "").strip()[:20]
    visible = Issue.objects.visible_to(person, at)
    others = (
        visible.unfinished().matching(words).others_than(found)
        if words
        else visible.like(found, policy.terms(found.policy_id).merging)
    )
    return _options(request, [(other.number, other.title) for other in others[:OPTIONS_SHOWN]])


@require_GET
@staff_page(reads_issues=True)
def issue_areas(request: HttpRequest, number: str) -> HttpResponse:
    """Places of the issue's county, while a name or code is typed."""
    found, words = _issue(number, person_of(request), now()), request.GET.get("area", "").strip()[:40]
    areas = Area.objects.current().under(found.area.county_path).called(words).without_boundary().select_related("parent")
    return _options(
        request, [(area.code, f"{area.parent.name if area.parent else ''} {area.name}") for area in areas[:OPTIONS_SHOWN]]
    )


def _options(request: HttpRequest, options: list[tuple[str, str]]) -> HttpResponse:
    return render(request, "mapui/_options.html", {"options": options})
