"""A phone asks what the page asks: the buttons and fields of the pack are those of the forms, none more, none fewer, none other."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test import Client
from django.utils.timezone import now

from issues.models import Issue
from issues.terms import Field, Light, Verb
from issues.wire.rows import NOT_ON_A_PHONE
from mapui.forms import MoveForm
from mapui.issue_page import IssuePage
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import Scene

pytestmark = pytest.mark.django_db
HOLDERS = (Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE)
KINDS: dict[str, type[forms.Field]] = {
    "words": forms.CharField,
    "line": forms.CharField,
    "area": forms.CharField,
    "issue": forms.CharField,
    "date": forms.DateField,
    "one": forms.ChoiceField,
    "many": forms.MultipleChoiceField,
    "number": forms.IntegerField,
}


@pytest.mark.parametrize("role", HOLDERS)
def test_buttons_and_fields_of_the_pack_are_those_of_the_page(county: Scene, role: Role):
    for issue in (
        county.report(),
        county.report(category="road.light"),
        county.accepted(),
        county.in_progress(),
        county.resolved(),
    ):
        assert issue.is_open
    county.in_progress(Light.BLUE), county.awaiting_rating(), county.accepted(Light.YELLOW)

    told = _desk(county[role])

    compared = 0
    for row in told["issues"]:
        forms_of = _forms(county[role], row["number"])
        assert [button["verb"] for button in row["verbs"]] == list(forms_of)
        for button in row["verbs"]:
            compared += _compare(button, told["fields"], forms_of[button["verb"]])
    assert compared > 5


def _desk(person: Person) -> dict[str, Any]:
    client = Client()
    client.force_login(person)
    told: dict[str, Any] = client.get("/api/desk").json()
    return told


def _forms(person: Person, number: str) -> dict[str, tuple[MoveForm, str]]:
    """The forms of the page, with the style of each button, but for what a phone has not."""
    issue = Issue.objects.visible_to(person, now()).for_page().get(number=number)
    page = IssuePage(issue, person, now()).read()
    return {
        action.move.verb.value: (page.form(action.move), action.style)
        for action in page.actions()
        if action.move.verb not in NOT_ON_A_PHONE
    }


def _compare(button: dict[str, Any], fields: dict[str, Any], made: tuple[MoveForm, str]) -> int:
    """Fails if the button asks for anything else than the form does; says how many inputs were compared."""
    form, style = made
    assert button["style"] == style
    assert button["label"] == str(Verb(button["verb"]).label)
    inputs = {name: field for name, field in form.fields.items() if name != "seen"}
    for name in (*button["needs"], *button["allows"]):
        told, required = fields[name], name in button["needs"]
        if told["parts"]:
            for part in told["parts"]:
                _same(inputs.pop(f"{name}_{part['name']}"), part, part["choices"], required)
            continue
        field = inputs.pop(name)
        _same(field, told, button.get("choices", {}).get(name) or told["choices"], required)
        assert str(field.help_text) == told["help"]
    assert inputs == {}
    return len(form.fields) - 1


def _same(field: forms.Field, told: dict[str, Any], choices: Any, required: bool) -> None:
    assert isinstance(field, KINDS[told["kind"]]), told
    assert (str(field.label), field.required) == (told["label"], required)
    assert getattr(field, "max_length", None) == told["longest"], told
    if told["missing"]:
        assert str(field.error_messages["required"]) == told["missing"]
    assert [choice[:2] for choice in choices or []] == _choices(field)


def _choices(field: forms.Field) -> list[list[str]]:
    """What the form offers, without the line that chooses nothing and without the names of groups."""
    found: list[list[str]] = []
    for value, label in getattr(field, "choices", ()):
        found += [[value, str(label)]] if isinstance(label, str) or not isinstance(label, list | tuple) else map(list, label)
    return [[str(value), str(label)] for value, label in found if str(value)]


def test_every_field_of_a_move_on_a_phone_has_a_kind_that_a_phone_knows():
    from issues.moves import fields

    assert {fields.kind_of(field) for field in Field} <= {*KINDS, "parts"}
