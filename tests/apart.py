"""A pytest plugin (`-p tests.apart`, bin/test): test processes side by side share no Redis, no media and no tiles.

Each has its own test database from pytest-django already. Loaded before the settings are, so the environment is the place.
"""

from __future__ import annotations

import os
import re

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1  # 0 stays with what runs outside of pytest


def _numbered(url: str, number: int) -> str:
    """The URL with its database number (the digits at its end) replaced."""
    return re.sub(r"\d+$", str(number), url)


for _name, _number in (("REDIS_URL", 2 * WORKER), ("GRIDGOV_BROKER_URL", 2 * WORKER + 1)):
    if _name in os.environ:
        os.environ[_name] = _numbered(os.environ[_name], _number)
for _name in ("GRIDGOV_MEDIA_DIR", "GRIDGOV_TILE_DIR"):
    if _name in os.environ:
        os.environ[_name] += f"/{WORKER}"
