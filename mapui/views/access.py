from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse


class LogIn(LoginView):
    template_name = "mapui/login.html"


class LogOut(LogoutView):
    pass


class ChangePassword(PasswordChangeView):
    template_name = "mapui/password.html"


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")
