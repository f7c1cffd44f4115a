"""What the page of the pocket desk is drawn from. It is the same for everybody: a phone keeps a copy for a start without signal."""

from __future__ import annotations

from issues.terms import ClockState, Light


def context() -> dict[str, object]:
    """The lights and clocks that the page's script draws with."""
    return {"nav": "desk", "lights": Light.values, "clocks": ClockState.values}
