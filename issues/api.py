from django.http import Http404, HttpRequest, HttpResponse


def state(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def delta(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def issues_in_view(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
