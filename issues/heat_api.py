from django.http import Http404, HttpRequest, HttpResponse


def heat_tile(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def heat_info(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
