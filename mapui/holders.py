"""Whoever holds a receipt code holds the report: how pages find it, and what they say to a code that opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from grids.prepared import Prepared
from issues import throttle
from issues.addresses import client_address
from issues.intake import receipts
from issues.models import Submission

View = Callable[..., HttpResponseBase]
HolderView = Callable[Concatenate[HttpRequest, Submission, ...], HttpResponseBase]


def private(view: View) -> View:
    """Answers that belong to whoever holds the code: kept by no cache, listed by no search engine."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(wrapped)


def for_holder(view: HolderView) -> View:
    """A view of the report whose code stands in the address; else the page that says what is wrong with the code."""

    @wraps(view)
    def wrapped(request: HttpRequest, receipt: str, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            submission = find_report(request, receipts.parse(receipt))
        except throttle.Throttled as throttled:
            return too_often(request, receipt, throttled)
        if submission is None:
            return unknown(request, receipt)
        return view(request, submission, *args, **kwargs)

    return private(wrapped)


_with_receipt = Prepared(lambda code: Submission.objects.with_receipt(code))


def report_with(code: str) -> Submission | None:
    """The report with that receipt code (as stored), with all that its tracking page shows of it."""
    return next(iter(_with_receipt(code)), None)


def find_report(request: HttpRequest, code: str | None) -> Submission | None:
    """The report with that code. A code that does not exist counts against the address; raises Throttled."""
    address = client_address(request)
    throttle.check(throttle.RECEIPT_MISS, address)
    found = report_with(code) if code else None
    if found is None:
        throttle.spend(throttle.RECEIPT_MISS, address)
    return found


def ask_for_code(request: HttpRequest, written: str, trouble: str, *, status: int) -> HttpResponse:
    """The page on which a code is typed in, with what was typed and what is wrong with it."""
    context = {"written": written[:60], "trouble": trouble, "nav": "track-find"}
    return render(request, "mapui/track_find.html", context, status=status)


def unknown(request: HttpRequest, receipt: str) -> HttpResponse:
    sentence = _("There is no report with this receipt code. Please compare it with your receipt.")
    return ask_for_code(request, receipt, sentence, status=404)


def too_often(request: HttpRequest, receipt: str, throttled: throttle.Throttled) -> HttpResponse:
    response = ask_for_code(request, receipt, throttled.sentence, status=429)
    response["Retry-After"] = str(throttled.wait_s)
    return response
