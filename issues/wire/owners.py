"""Whose record it is: the key under which a phone keeps what somebody wrote, and the check that nobody else sends it.

The key says nothing about the person and stays the same. A record that was written with nobody logged in has none: it is
sent as anybody's, also when somebody of the staff has logged in on that phone meanwhile.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from issues.wire.answers import Fault
from representatives.models import Person

HEADER = "X-Owner"
_DIGITS = 40


def person_key(person: Person) -> str:
    """The person's key: 40 hexadecimal digits."""
    return _key(person, settings.SECRET_KEY)


def sender_of(request: HttpRequest) -> Person | None:
    """The person under whom the record was written; None: nobody's. Raises Fault (401) if they are not the one logged in."""
    owner = request.headers.get(HEADER, "")
    if not owner:
        return None
    person = request.user
    if not isinstance(person, Person):
        raise not_logged_in()
    # Keys outlive a change of the secret as long as the old one is kept, so no record becomes nobody's.
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(owner, _key(person, secret)) for secret in secrets):
        sentence = _("This was written by somebody else. Whoever wrote it has to log in on this phone to send it.")
        raise Fault(401, "owner", sentence, who=person.name)
    return person


def member_of(request: HttpRequest) -> Person:
    """The same where only staff can send. Raises Fault (401)."""
    person = sender_of(request)
    if person is None:
        raise not_logged_in()
    return person


def not_logged_in() -> Fault:
    return Fault(401, "login", _("You are no longer logged in. Log in again; what you wrote stays on this phone until it is sent."))


def _key(person: Person, secret: str | bytes) -> str:
    return salted_hmac("issues.wire.owner", str(person.pk), secret=secret, algorithm="sha256").hexdigest()[:_DIGITS]
