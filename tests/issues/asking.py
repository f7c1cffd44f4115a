"""What the tests of asking those above share: an issue in hand at each light, and what waits for whom."""

from __future__ import annotations

from typing import Any

from issues.models import Issue
from tests.issues import factories as make
from tests.issues.factories import MONDAY

NORMAL = "env.waste"  # green, three working days, checked on site
BROUGHT = {"green": make.in_hand, "blue": make.at_blue, "yellow": make.at_yellow, "red": make.at_red}


def brought(county: make.County, light: str) -> Any:
    """An issue in hand at that light, with all its dates."""
    return BROUGHT[light](county, MONDAY, about=NORMAL)


def waits_for(person, at) -> dict[str, str]:
    found: list[Any] = list(Issue.objects.waiting_for(person, at))
    return {issue.number: issue.asked for issue in found}
