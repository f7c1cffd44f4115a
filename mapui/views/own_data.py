"""“My data”: everything that is kept about a report, to see, to take along, and to have erased. The code is the key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from issues.intake import receipts
from issues.models import Submission
from mapui.holder_forms import AskErasureForm, EraseForm, HolderForm
from mapui.holders import for_holder
from mapui.own_data import OwnData


@require_safe
@for_holder
def own_data(request: HttpRequest, submission: Submission) -> HttpResponse:
    """All of it, and the ways to take it along or to have it erased."""
    return own_data_page(request, submission)


@require_safe
@for_holder
def own_data_json(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The same for programs (JSON, times with zone, one object per section)."""
    answer = JsonResponse(OwnData(submission, now()).as_json(), json_dumps_params={"ensure_ascii": False, "indent": 2})
    return _to_keep(answer, submission, "json")


@require_safe
@for_holder
def own_data_html(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The same as a page by itself, to be kept and read anywhere."""
    context = {"data": OwnData(submission, now()), "language": get_language()}
    return _to_keep(HttpResponse(render_to_string("mapui/own_data_copy.html", context)), submission, "html")


def own_data_page(
    request: HttpRequest, submission: Submission, returned: HolderForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; `returned`: a form that came back with what is wrong."""
    erase = returned if isinstance(returned, EraseForm) else EraseForm()
    context = {
        "data": OwnData(submission, now()),
        "submission": submission,
        "erase": erase,
        "forms": [erase, returned if isinstance(returned, AskErasureForm) else AskErasureForm()],
        "nav": "track-find",
    }
    return render(request, "mapui/own_data.html", context, status=status)


def _to_keep(answer: HttpResponse, submission: Submission, kind: str) -> HttpResponse:
    name = f"gridgov-{receipts.grouped(submission.receipt_code)[:9]}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
