"""The language in which somebody wants to be spoken to, kept by the browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import check_for_language


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the language with the answer; nothing for one that there is not."""
    if language and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
