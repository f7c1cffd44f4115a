from django.http import Http404, HttpRequest, HttpResponse


def tile(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def tilejson(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def names(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
