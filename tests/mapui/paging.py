"""Following the links between the pages of a list."""

from __future__ import annotations

import re
from html import unescape


def way(rel: str, page: str) -> str:
    """Where the link to the page before (“prev”) or after (“next”) leads: a query; empty if there is none."""
    found = re.search(rf'rel="{rel}" href="([^"]*)"', page)
    return unescape(found[1]) if found else ""
