from django.http import Http404, HttpRequest, HttpResponse


def red_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def red_export(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
