"""How receipt codes are written in pages."""

from __future__ import annotations

from django import template

from issues.intake import receipts

register = template.Library()


@register.filter
def grouped(code: str) -> str:
    """The code in fours."""
    return receipts.grouped(code)


@register.filter
def in_fours(code: str) -> list[str]:
    """The four parts of the code."""
    return receipts.grouped(code).split("-")
