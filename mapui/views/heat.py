from django.http import Http404, HttpRequest, HttpResponse


def heat(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404
