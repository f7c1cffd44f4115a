from django.http import Http404, HttpRequest, HttpResponse


def card(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def qr(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def cover(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
