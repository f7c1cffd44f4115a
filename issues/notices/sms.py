"""SMS, and calls that read a sentence out, through any gateway that speaks HTTP: what is sent and what counts as success
stands in the settings.

An SMS is number, status and link, nothing else, in pieces of at most 70 characters, each with a key of its own: “<letter>-1”.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext

from issues.notices import http, words
from issues.notices.letters import Letter, Rejected, SendingFailed

LONGEST = 70  # characters of an SMS in Chinese


class Sms:
    """The gateway of the settings (`settings.SMS`)."""

    def send(self, letter: Letter) -> None:
        if not settings.SMS["url"]:
            raise SendingFailed(gettext("No SMS gateway is set up (GRIDGOV_SMS_URL)."))
        for number, text in enumerate(words.segments(letter, settings.SMS["signature"], LONGEST), start=1):
            _post(settings.SMS, {"phone": phone_of(letter), "text": text, "id": f"{letter.key}-{number}"})

    def close(self) -> None:
        """Nothing is kept open."""


class Call:
    """The gateway for calls (`settings.CALL`): rings, and reads one sentence out."""

    def send(self, letter: Letter) -> None:
        if not settings.CALL["url"]:
            raise SendingFailed(gettext("No gateway for calls is set up (GRIDGOV_CALL_URL)."))
        _post(settings.CALL, {"phone": phone_of(letter), "text": words.spoken(letter), "id": str(letter.key)})

    def close(self) -> None:
        """Nothing is kept open."""


def _post(gateway: Mapping[str, Any], given: Mapping[str, str]) -> None:
    values = {"key": gateway["key"], "time": f"{datetime.now(UTC):%Y%m%d%H%M%S}", **given}
    fields, headers = filled(gateway["fields"], values), filled(gateway["headers"], values)
    method, url, body = "POST", gateway["url"], None
    if gateway["format"] == "query":
        method, url = "GET", f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"
    elif gateway["format"] == "form":
        body, headers = urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers}
    else:
        body, headers = json.dumps(fields, ensure_ascii=False).encode(), {"Content-Type": "application/json", **headers}
    answer = http.send(method, url, body=body, headers=headers, is_trusted=True)
    http.refuse_unless_sent(answer)
    judge(answer.body.decode(errors="replace"), gateway["success"], gateway["refused"])


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with “{phone}”, “{text}” … replaced in its texts, after it was read: nothing can break out of its field."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    for name, value in values.items():
        if template == f"{{{name}}}":
            return value
    for name in ("key", "time", "id", "phone", "text"):  # the text last, so that nothing in it is replaced
        template = template.replace(f"{{{name}}}", values[name])
    return template


def judge(body: str, success: str, refused: str) -> None:
    """Raises unless the answer is a success: “code=0|200” looks into JSON (“a.b=…” deeper), “text:OK” for a word in it."""
    if not success or _says(body, success):
        return
    if refused and _says(body, refused):
        raise Rejected(gettext("The gateway refuses this number."))
    raise SendingFailed(gettext("The gateway did not take it: %(answer)s") % {"answer": body[:80]})


def _says(body: str, wanted: str) -> bool:
    if wanted.startswith("text:"):
        return wanted.removeprefix("text:") in body
    path, _equals, values = wanted.partition("=")
    try:
        found = json.loads(body)
        for name in path.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
    except (ValueError, LookupError, TypeError):
        return False
    return str(found) in values.split("|")


def phone_of(letter: Letter) -> str:
    """Where it goes; empty if there is nobody any more."""
    notice = letter.first
    if notice.person is not None:
        choice = getattr(notice.person, "notice_choice", None)
        return (choice.mobile or "") if choice and notice.person.is_active else ""
    if asked := letter.to_confirm:
        return (asked.asked_address or "") if asked.asked_channel == notice.channel else ""
    requester = notice.submission.requester if notice.submission else None
    return (requester.phone or "") if requester and requester.erased_at is None else ""
