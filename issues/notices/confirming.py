"""The code that shows that somebody reads what is sent to an address: derived from what was asked, stored nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from issues.models import Requester

LASTS = timedelta(hours=24)
DIGITS = 6


def code_of(requester: Requester) -> str:
    """Six digits for what the requester asked for last; another request gives another code. Empty if nothing was asked."""
    if requester.asked_at is None:
        return ""
    asked = f"{requester.pk}:{requester.asked_channel}:{requester.asked_at.timestamp()}"
    number = int(salted_hmac("issues.notices.confirming", asked, algorithm="sha256").hexdigest(), 16)
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def is_code_of(requester: Requester, written: str, at: datetime) -> bool:
    """Whether that is the code, however it was typed, and still counts."""
    digits = "".join(sign for sign in written if sign.isdigit())
    if requester.asked_at is None or at - requester.asked_at > LASTS:
        return False
    return constant_time_compare(digits.encode(), code_of(requester).encode())
