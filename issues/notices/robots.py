"""Robots in the groups of WeCom and DingTalk. Both answer HTTP 200 and say in the body whether it went well."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from django.utils.translation import gettext

from issues.models import Outlet
from issues.notices import http, words
from issues.notices.letters import Busy, Letter, SendingFailed

_TOO_OFTEN = {45009, 130101, 410100}  # each robot may speak twenty times a minute
_PAUSE = timedelta(minutes=1)
_LARGEST = {"wecom": 4096, "dingtalk": 18_000}  # bytes of Markdown


class WeCom:
    """https://developer.work.weixin.qq.com/document/path/91770"""

    def send(self, letter: Letter) -> None:
        text = _cut(_markdown(letter), _LARGEST["wecom"])
        self._say(letter.outlet, text)

    def trial(self, outlet: Outlet, at: datetime) -> None:
        self._say(outlet, words.trial(at))

    def _say(self, outlet: Outlet, text: str) -> None:
        _post(outlet.url or "", {"msgtype": "markdown", "markdown": {"content": text}})

    def close(self) -> None:
        """Nothing is kept open."""


class DingTalk:
    """https://open.dingtalk.com/document/robots/custom-robot-access"""

    def send(self, letter: Letter) -> None:
        text = _cut(_markdown(letter), _LARGEST["dingtalk"])
        self._say(letter.outlet, words.group_title(letter), text)

    def trial(self, outlet: Outlet, at: datetime) -> None:
        self._say(outlet, gettext("Trial"), words.trial(at))

    def _say(self, outlet: Outlet, title: str, text: str) -> None:
        content = {"msgtype": "markdown", "markdown": {"title": title, "text": text}, "at": {"isAtAll": False}}
        _post(_signed(outlet.url or "", outlet.secret or "", int(time.time() * 1000)), content)

    def close(self) -> None:
        """Nothing is kept open."""


def _signed(url: str, secret: str, timestamp_ms: int) -> str:
    """The address with time and signature, if the robot has a secret: HMAC-SHA256 over “timestamp\\nsecret”."""
    if not secret:
        return url
    digest = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}&timestamp={timestamp_ms}&sign={quote_plus(base64.b64encode(digest))}"


def _markdown(letter: Letter) -> str:
    lines = [f"**{words.group_title(letter)}**", *(f"- {line}" for line in words.group_lines(letter))]
    if link := words.queue_link():
        lines.append(f"[{gettext('Open')}]({link})")
    return "\n\n".join([lines[0], "\n".join(lines[1:])])


def _cut(text: str, largest: int) -> str:
    return text.encode()[:largest].decode(errors="ignore")


def _post(url: str, content: dict[str, Any]) -> None:
    body = json.dumps(content, ensure_ascii=False).encode()
    answer = http.send("POST", url, body=body, headers={"Content-Type": "application/json"})
    http.refuse_unless_sent(answer)
    try:
        said = json.loads(answer.body)
        code = int(said["errcode"])
    except (ValueError, LookupError, TypeError):
        raise SendingFailed(gettext("The robot's answer cannot be read.")) from None
    if code in _TOO_OFTEN:
        raise Busy(gettext("The robot has spoken too often; it waits for a minute."), _PAUSE)
    if code:
        raise SendingFailed(gettext("The robot did not take it: error %(code)d.") % {"code": code})
