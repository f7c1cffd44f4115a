"""Ready-made texts: those a person may choose in a form, and the page on which a desk keeps its own. Knows no request."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from grids.models import Area
from issues import services
from issues.models import Category, Issue, ReplyTemplate
from issues.moves import wording
from issues.moves.fields import HELP, LINE_LENGTH, TEXT_LENGTH, grouped
from issues.terms import Field, Verb
from mapui import clocks
from representatives.models import Person, Unit

NAME_LENGTH = 60
_LINES = (Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON)


class Choice(NamedTuple):
    """A ready-made text for one form, its places filled; `texts` is the JSON that the script reads."""

    pk: int
    name: str
    texts: str
    filled: dict[str, str]


def choices_for(issue: Issue, templates: Iterable[ReplyTemplate]) -> dict[str, list[Choice]]:
    """By verb: what can be chosen in its form."""
    due = clocks.due_at(issue)
    found: dict[str, list[Choice]] = {}
    for template in templates:
        filled = {field: wording.fill(text, issue, due) for field, text in template.texts.items()}
        choice = Choice(template.pk, template.name, json.dumps(filled, ensure_ascii=False), filled)
        found.setdefault(template.verb, []).append(choice)
    return found


class TemplateForm(forms.Form):
    """One template of a verb: whose it is, what it is about, and a text for each field of the verb's form."""

    def __init__(self, verb: Verb, page: TemplatesPage, template: ReplyTemplate, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="template-%s", initial=_initial(template))
        self.verb, self.page, self.template = verb, page, template
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
        self.fields["name"].error_messages["required"] = _("Give the template a name.")
        self.fields["desk"] = forms.ChoiceField(label=_("Kept by"), choices=page.desks)
        self.fields["category"] = forms.ChoiceField(
            label=_("Category or group"), required=False, choices=[("", _("all")), *page.categories]
        )
        for field in wording.fields_of(verb):
            self.fields[field.value] = _text_field(field)
        for name, one in self.fields.items():
            one.label_suffix = ""
            one.widget.attrs["aria-describedby"] = f"template-{name}-help template-{name}-errors"
            one.widget.use_required_attribute = lambda initial: False

    def store(self, by: Person, at: datetime) -> ReplyTemplate:
        """Keep what was sent; call it when the form is valid. Raises Refusal or Forbidden with its sentence."""
        texts = {field.value: self.cleaned_data[field.value] for field in wording.fields_of(self.verb)}
        wording.check(texts)
        kind, _colon, key = self.cleaned_data["desk"].partition(":")
        self.template.name, self.template.verb = self.cleaned_data["name"], self.verb
        self.template.area = next((area for area in self.page.areas if kind == "area" and str(area.pk) == key), None)
        self.template.unit = self.page.unit if kind == "unit" else None
        self.template.category = next((one for one in self.page.all_categories if one.code == self.cleaned_data["category"]), None)
        return services.save_template(self.template, texts, by=by, at=at)


def _text_field(field: Field) -> forms.CharField:
    is_line = field in _LINES
    widget = forms.TextInput() if is_line else forms.Textarea(attrs={"rows": 4})
    made = forms.CharField(label=field.label, required=False, max_length=LINE_LENGTH if is_line else TEXT_LENGTH, widget=widget)
    made.help_text = str(HELP.get(field, ""))
    return made


def _initial(template: ReplyTemplate) -> dict[str, object]:
    desk = f"unit:{template.unit_id}" if template.unit_id else f"area:{template.area_id}" if template.area_id else ""
    code = template.category.code if template.category else ""
    return {"name": template.name, "desk": desk, "category": code, **template.texts}


@dataclass
class TemplatesPage:
    """The templates of the person's desks."""

    person: Person
    at: datetime

    @cached_property
    def areas(self) -> list[Area]:
        """The areas whose desk the person is."""
        return list(Area.objects.current().at_paths(services.template_paths(self.person, self.at)).without_boundary())

    @cached_property
    def unit(self) -> Unit | None:
        """The unit that the person works for, if it keeps templates."""
        return self.person.unit if services.template_unit(self.person, self.at) is not None else None

    @property
    def desks(self) -> list[tuple[str, str]]:
        """What a template can be kept by, as the choices of a select."""
        desks = [(f"area:{area.pk}", area.name) for area in self.areas]
        return [*desks, (f"unit:{self.unit.pk}", self.unit.name)] if self.unit else desks

    @cached_property
    def all_categories(self) -> list[Category]:
        return [*Category.objects.groups(), *Category.objects.in_use()]

    @property
    def categories(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Groups first, then the categories of each, as the choices of a select."""
        groups = [(_("whole groups"), one.code, one.name) for one in self.all_categories if one.group is None]
        return grouped([*groups, *((one.group.name, one.code, one.name) for one in self.all_categories if one.group)])

    @cached_property
    def templates(self) -> list[tuple[str, list[ReplyTemplate]]]:
        """(verb's label, its templates), of every desk of the person's and of those within its area."""
        found = ReplyTemplate.objects.kept_within([area.path for area in self.areas], self.unit.pk if self.unit else None)
        return [(str(Verb(verb).label), list(rows)) for verb, rows in groupby(found, key=lambda row: row.verb)]

    @property
    def verbs(self) -> list[Verb]:
        """The verbs for which there can be a template."""
        return wording.verbs_with_text(services.VERBS)

    def may_change(self, template: ReplyTemplate) -> bool:
        return services.may_keep(template, self.person, self.at)

    @property
    def places(self) -> list[tuple[str, str]]:
        """What can stand in a text to be filled, and by what."""
        said = (_("number of the issue"), _("its title"), _("its place"), _("until when it is due"))
        return [(f"{{{name}}}", words) for name, words in zip(wording.PLACES, said, strict=True)]
