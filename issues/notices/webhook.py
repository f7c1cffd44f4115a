"""Webhooks: each event as JSON, signed as in the Standard Webhooks specification, so ready-made libraries can check it.

Headers `webhook-id` (stays the same when it is sent again), `webhook-timestamp` (seconds) and `webhook-signature`:
“v1,” and the Base64 of HMAC-SHA256 over “id.timestamp.body”; the key is the secret's Base64 part after “whsec_”.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext

from issues.models import Notice, Outlet
from issues.notices import http, words
from issues.notices.letters import Letter, Rejected
from issues.workflow import light_of

PREFIX = "whsec_"


def new_secret() -> str:
    """24 random bytes, as the specification recommends."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), f"{key}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest.digest()).decode()


def content(notice: Notice) -> dict[str, Any]:
    """What another program is told: what happened to which issue, codes and times alone. No text and no person."""
    event, issue = notice.step, notice.step.issue
    return {
        "type": f"issue.{event.verb}",
        "timestamp": event.at.isoformat(),
        "data": {
            "issue": issue.number,
            "event": event.number,
            "verb": event.verb,
            "status": event.to_status,
            "from_status": event.from_status,
            "light": light_of(event.to_level).value,
            "from_light": light_of(event.from_level).value if event.from_level is not None else None,
            "urgency": issue.urgency,
            "category": issue.category.code,
            "area": issue.area.code,
            "due_at": issue.level_due_at.isoformat() if issue.level_due_at else None,
            "url": words.link(notice) or None,
        },
    }


class Webhook:
    def send(self, letter: Letter) -> None:
        self._post(letter.outlet, str(letter.key), content(letter.first))

    def trial(self, outlet: Outlet, at: datetime) -> None:
        self._post(outlet, str(uuid4()), {"type": "trial", "timestamp": at.isoformat(), "data": {}})

    def _post(self, outlet: Outlet, key: str, said: dict[str, Any]) -> None:
        body, timestamp = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(outlet.secret or "", key, timestamp, body),
        }
        answer = http.send("POST", outlet.url or "", body=body, headers=headers)
        if answer.status == 410:
            raise Gone(gettext("The other side does not want to hear anything any more (HTTP 410)."))
        http.refuse_unless_sent(answer)

    def close(self) -> None:
        """Nothing is kept open."""


class Gone(Rejected):
    """The address is to be written to no more."""
