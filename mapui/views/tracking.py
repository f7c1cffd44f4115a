from django.http import Http404, HttpRequest, HttpResponse


def find(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def track(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def track_move(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
