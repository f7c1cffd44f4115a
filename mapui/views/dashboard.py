from django.http import Http404, HttpRequest, HttpResponse


def dashboard(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def area_panel(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def area_table(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def figures(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
