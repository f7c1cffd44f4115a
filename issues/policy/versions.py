"""Versions of the policy: checked, stored as signed, never edited afterwards."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext

from issues import policy
from issues.errors import Refusal
from issues.models import SlaPolicy

DATA = Path(__file__).parent.parent / "data"
SHIPPED = DATA / "policy-default-2026.yaml"
PLAIN_WEEKDAYS = DATA / "policy-plain-weekdays.yaml"


def with_values(text: str, **values: str) -> str:
    """The policy file with other values for keys that stand alone on a line, such as `id` and `time_zone`; the rest as it is."""
    for key, value in values.items():
        text, found = re.subn(rf"^{key}:[^#\n]*", f"{key}: {value} ", text, count=1, flags=re.MULTILINE)
        if not found:
            text = f"{key}: {value}\n{text}"
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


@transaction.atomic
def store(text: str, *, active_from: datetime, signed_by: str, at: datetime) -> tuple[SlaPolicy, bool]:
    """A new version, in force from then on; the same file stored again is found, not doubled. (row, is it new)

    Raises PolicyFaults for a faulty file, Refusal if the identifier is taken by another content.
    """
    body = policy.read(text).model_dump(mode="json")
    known = SlaPolicy.objects.identified(str(body["id"]))
    if known is not None:
        if known.body != body:
            words = {"id": known.identifier}
            raise Refusal(
                gettext("The policy “%(id)s” exists with other content; versions are never edited: give this one a new id.") % words
            )
        return known, False
    row = SlaPolicy.objects.create(
        identifier=body["id"], source=text, body=body, signed_by=signed_by, active_from=active_from, created_at=at
    )
    return row, True
