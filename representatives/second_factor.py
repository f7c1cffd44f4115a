"""A second factor beside the password: a code of six digits that an app on the telephone makes anew every half minute
(TOTP, RFC 6238, by django-otp), and recovery codes on paper for the day on which the telephone is lost.

No code is taken twice, and wrong ones are answered ever more slowly; both is django-otp's.
"""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import devices_for_user
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from grids.errors import Refusal
from representatives.models import Person

RECOVERY_CODES = 8
DIGITS = 6  # of a code of the app; recovery codes are longer


@dataclass(frozen=True)
class Factor:
    """How somebody's second factor stands; `address`: what the app on the telephone reads, while it is being set up."""

    since: datetime | None = None
    codes_left: int = 0
    address: str = ""
    secret: str = ""

    @property
    def is_on(self) -> bool:
        return self.since is not None


def is_on(person: Person) -> bool:
    return bool(TOTPDevice.objects.devices_for_user(person, confirmed=True).exists())


def factor_of(person: Person) -> Factor:
    """How it stands; two or three statements."""
    found = {device.confirmed: device for device in TOTPDevice.objects.devices_for_user(person)}
    if on := found.get(True):
        return Factor(since=on.created_at, codes_left=_recovery(person).token_set.count())
    if begun := found.get(False):
        return Factor(address=begun.config_url, secret=_in_fours(begun))
    return Factor()


def _in_fours(device: TOTPDevice) -> str:
    """The secret as it is typed in where nothing can be scanned: “abcd efgh …”."""
    secret = b32encode(device.bin_key).decode().rstrip("=").lower()
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@transaction.atomic
def begin(person: Person) -> None:
    """A fresh secret to be read by the app; it counts for nothing until a code of it was typed in. Raises Refusal if it is on."""
    if is_on(person):
        raise Refusal(_("The second factor is set up already: switch it off first."))
    TOTPDevice.objects.devices_for_user(person).delete()
    TOTPDevice.objects.create(user=person, name=person.username, confirmed=False)


def confirm(person: Person, code: str) -> list[str]:
    """Switch it on, by a code that the app shows; the recovery codes, which are shown this once. Raises Refusal."""
    with transaction.atomic():  # a wrong code is counted, so nothing is raised within
        device = TOTPDevice.objects.devices_for_user(person, confirmed=False).select_for_update().first()
        fits = device is not None and device.verify_token(_typed(code))
        if device is not None and fits:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            return _fresh_codes(person)
    if device is None:
        raise Refusal(_("Begin anew: there is nothing to confirm."))
    raise Refusal(_("That code does not fit. Wait for the next one, and see that the telephone's clock is right."), field="code")


def check(person: Person, code: str) -> bool:
    """Whether that is the code of the moment, or a recovery code, which is used up by it; a wrong one is counted."""
    typed = _typed(code)
    kind: type[TOTPDevice | StaticDevice] = TOTPDevice if typed.isdigit() and len(typed) == DIGITS else StaticDevice
    with transaction.atomic():
        device = kind.objects.devices_for_user(person, confirmed=True).select_for_update().first()
        return device is not None and bool(device.verify_token(typed))


def renew_codes(person: Person, code: str) -> list[str]:
    """Fresh recovery codes in place of the old ones, for who has a code. Raises Refusal."""
    _require(person, code)
    with transaction.atomic():
        return _fresh_codes(person)


def switch_off(person: Person, code: str) -> None:
    """Back to the password alone, for who has a code. Raises Refusal."""
    _require(person, code)
    take_away(person)


@transaction.atomic
def take_away(person: Person) -> int:
    """For who has lost telephone and paper: the administrator has seen who it is. How many devices."""
    devices = list(devices_for_user(person, confirmed=None))
    for device in devices:
        device.delete()
    return len(devices)


def _require(person: Person, code: str) -> None:
    if not check(person, code):
        raise Refusal(_("That code does not fit. Wait for the next one, or use a recovery code."), field="code")


def _recovery(person: Person) -> StaticDevice:
    device, _made = StaticDevice.objects.get_or_create(user=person, defaults={"name": person.username, "confirmed": True})
    return device


def _fresh_codes(person: Person) -> list[str]:
    device = _recovery(person)
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _each in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _typed(code: str) -> str:
    """However it was typed."""
    return "".join(code.split()).replace("-", "").lower()
