"""How somebody asks to be answered, and whether what they left suffices for it. One home for the page and for the wire."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from issues.errors import Refusal
from issues.models import Requester

NAME_MAX, PHONE_MAX, EMAIL_MAX = 40, 40, 120
_PHONE = re.compile(r"^\+?[0-9][0-9 ()-]{5,18}[0-9]$")
_BY_NUMBER = (Requester.Channel.PHONE, Requester.Channel.SMS)


def check_phone(phone: str) -> None:
    """Raises Refusal if it is no telephone number; an empty one is none at all and passes."""
    if phone and not _PHONE.match(phone):
        sentence = _("This does not look like a telephone number. Please check it, or leave it out.")
        raise Refusal(sentence, field="phone")


def check_way(channel: str, *, phone: str, email: str) -> None:
    """Raises Refusal if the answer is to go where nothing was left."""
    if channel in _BY_NUMBER and not phone:
        raise Refusal(_("Please leave the number that we should call or write to."), field="phone")
    if channel == Requester.Channel.EMAIL and not email:
        raise Refusal(_("Please leave the e-mail address that we should write to."), field="email")
