"""What forms of the pages have in common: labels, where help and errors stand, sentences of a service beside the input."""

from __future__ import annotations

from django import forms

from issues.errors import Refusal


class DescribedForm(forms.Form):
    """Each input knows where its help and its errors stand, and shows what the service refused."""

    def describe(self, **labels: str) -> None:
        for name, label in labels.items():
            field = self.fields[name]
            field.label = label
            field.widget.attrs["aria-describedby"] = f"id_{name}-help id_{name}-errors"

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service said, beside the input that has to change if there is one."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)
