from django.http import Http404, HttpRequest, HttpResponse


def issue(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def issue_move(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


def photo(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
