"""Lists to choose from, drawn without a template: Django's own draws one template for each line of a list."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


class Choose(forms.Select):
    """The same HTML as `forms.Select`, groups included."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        built = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(built), options_of(self.choices, chosen))


def options_of(choices: Iterable[tuple[Any, Any]], chosen: Container[str]) -> SafeString:
    """The lines of a list; where a label is a list of choices, they stand in a group."""
    lines: list[str] = []
    for key, label in choices:
        if isinstance(label, list | tuple):
            lines.append(format_html('<optgroup label="{}">', key))
            lines += [_option(each, text, chosen) for each, text in label]
            lines.append("</optgroup>")
        else:
            lines.append(_option(key, label, chosen))
    return mark_safe("".join(lines))  # noqa: S308 - every part is escaped


def _option(key: object, label: object, chosen: Container[str]) -> str:
    value = "" if key is None else str(key)
    selected = " selected" if value in chosen else ""
    return f'<option value="{conditional_escape(value)}"{selected}>{conditional_escape(str(label))}</option>'
