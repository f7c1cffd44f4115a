"""The page for those who write a client says what the program does: every address, key and code stands on it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from issues.wire import drafts, moves, urls
from issues.wire.answers import _BY_STATUS

PAGE = (Path(settings.BASE_DIR) / "docs" / "wire.md").read_text(encoding="utf-8")
CODE = (Path(settings.BASE_DIR) / "issues" / "wire").glob("*.py")


def test_page_names_every_address():
    for pattern in urls.urlpatterns:
        route = re.sub(r"<str:(\w+)>", r"<\1>", str(pattern.pattern))
        assert f"/api/{route}" in PAGE, route


def test_page_names_every_key_of_a_report_and_of_a_move():
    quoted = set(re.findall(r"`(\w+)`", PAGE)) | set(re.findall(r'"(\w+)"', PAGE))

    assert quoted >= drafts.KEYS
    assert {"verb", "facts", "seen", "device_at"} <= quoted
    assert {verb.value for verb in moves.ADDS} <= quoted


def test_page_names_every_code_that_an_error_can_have_and_no_other():
    table = PAGE[PAGE.index("## Errors") :]
    listed = {code for row in re.findall(r"^\| [^|]*4[^|]*\|([^|]*)\|", table, re.M) for code in re.findall(r"`(\w+)`", row)}
    raised = set(_BY_STATUS.values()) | {"conflict"}
    for path in CODE:
        raised |= set(re.findall(r'Fault\(\s*\d+,\s*"(\w+)"', path.read_text(encoding="utf-8")))

    assert listed == raised | {"file"}
