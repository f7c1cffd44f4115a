"""What the tests of notices start from: somebody at the other end."""

from __future__ import annotations

import pytest

from tests.issues.receiver import Receiver, receiver


@pytest.fixture
def server(settings):
    settings.NOTICE_HOSTS = ["127.0.0.1/32"]
    settings.NOTICE_TIMEOUT_S = 1
    with receiver() as told:
        yield told


@pytest.fixture
def gateway(settings, server: Receiver) -> Receiver:
    settings.SMS = {
        "url": server.url,
        "format": "json",
        "fields": {"to": "{phone}", "content": "{text}", "id": "{id}", "apikey": "{key}"},
        "headers": {"X-Time": "{time}"},
        "key": "k-123",
        "signature": "【某旗网格】",
        "success": "result.code=0|200",
        "refused": "result.code=9",
    }
    server.says({"result": {"code": 0}})
    return server
