"""The forms of the moves are read from the table: what it needs, they ask; what was typed, they keep."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate
from pytest_django.asserts import assertHTMLEqual

from issues.errors import Refusal
from issues.models import Issue
from issues.moves.fields import HELP, MISSING
from issues.terms import Field, Light, Verb
from issues.workflow import LADDER, MOVE, MOVES, Move, needs
from mapui.form_options import Options
from mapui.forms import MoveForm
from mapui.holder_forms import AnswerForm, CodeForm
from mapui.widgets import Choose
from representatives.roles import Role
from tests.mapui.scene import MINUTE, Scene


def sent(**said: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(said)
    return data


def at_level(verb: Verb, issue: Issue) -> Move:
    return replace(MOVE[verb], needs=needs(MOVE[verb], issue.level))


# How a requester is answered is asked for by forms of its own (tests/mapui/test_answering.py).
ELSEWHERE = {AnswerForm.verb, CodeForm.verb}
HERE = [move for move in MOVES if move.verb not in ELSEWHERE]


@pytest.mark.parametrize("move", HERE, ids=lambda move: str(move.verb))
def test_every_move_of_the_table_when_made_a_form_asks_for_all_that_it_needs(county: Scene, move: Move):
    issue = county.report()

    for rung in LADDER:
        wanted = needs(move, rung.level)
        form = MoveForm(replace(move, needs=wanted), issue, options=Options(issue))

        asked = {name.removesuffix("_held_on") for name in form.fields}
        assert {field.value for field in wanted} <= asked
        assert not form.is_bound


def test_fields_that_a_move_needs_have_a_sentence_for_who_leaves_them_empty():
    needed = {field for move in HERE for rung in LADDER for field in needs(move, rung.level)}

    assert needed <= set(MISSING)
    assert set(HELP) <= set(Field)


def test_needed_fields_when_left_empty_say_each_its_own_sentence(county: Scene):
    issue = county.in_progress(Light.BLUE)

    form = MoveForm(at_level(Verb.ESCALATE, issue), issue, data=sent(seen="3", tried="  "))

    assert not form.is_valid()
    assert form.errors["tried"] == ["Say what was tried."]
    assert form.errors["minute_held_on"] == ["Give the date of the meeting."]
    assert form.errors["minute_participants"] == ["Say who took part."]
    assert form.errors["minute_outcome"] == ["Write down the outcome."]


def test_minute_when_filled_in_becomes_one_fact(county: Scene):
    issue = county.in_progress(Light.BLUE)
    data = sent(tried="三次上门", minute_held_on="2024-03-01", minute_participants=MINUTE["participants"], minute_outcome="同意")

    form = MoveForm(at_level(Verb.ESCALATE, issue), issue, data=data)

    assert form.is_valid(), form.errors
    assert form.facts() == {
        "tried": "三次上门",
        "minute": {"held_on": form.cleaned_data["minute_held_on"], "participants": MINUTE["participants"], "outcome": "同意"},
    }


def test_meeting_of_tomorrow_is_refused_beside_its_date(county: Scene):
    issue = county.in_progress(Light.BLUE)
    tomorrow = (localdate() + timedelta(days=1)).isoformat()

    form = MoveForm(at_level(Verb.ESCALATE, issue), issue, data=sent(tried="x", minute_held_on=tomorrow))

    assert not form.is_valid()
    assert "minute_held_on" in form.errors


def test_corrections_that_change_nothing_are_no_facts(county: Scene):
    issue = county.report(category="road.light")
    data = sent(category="road.light", urgency="normal", level="green")
    options = Options(issue, levels=[rung.level for rung in LADDER[:2]])

    form = MoveForm(MOVE[Verb.ACCEPT], issue, options=options, data=data)
    other = MoveForm(MOVE[Verb.ACCEPT], issue, options=options, data=sent(category="road.bridge", urgency="urgent", level="blue"))

    assert form.is_valid()
    assert form.facts() == {}
    assert other.is_valid(), other.errors
    assert other.facts() == {"category": "road.bridge", "urgency": "urgent", "level": "blue"}


def test_accepting_never_offers_red_nor_critical(county: Scene):
    issue = county.report(category="road.light")
    county_levels = [rung.level for rung in LADDER[:3]]

    form = MoveForm(MOVE[Verb.ACCEPT], issue, options=Options(issue, levels=county_levels))

    assert [value for value, _label in form.fields["level"].choices] == ["green", "blue", "yellow"]  # type: ignore[attr-defined]
    assert "critical" not in dict(form.fields["urgency"].choices)  # type: ignore[attr-defined]


def test_units_offered_are_those_that_serve_the_place_by_kind(county: Scene):
    issue = county.accepted(Light.YELLOW)

    form = MoveForm(at_level(Verb.DISPATCH, issue), issue)
    groups = dict(form.fields["unit"].choices)  # type: ignore[attr-defined]

    assert [name for _pk, name in groups["department"]] == ["交通运输局", "水利局"]


def test_unit_that_was_not_offered_is_no_choice(county: Scene):
    issue = county.accepted(Light.YELLOW)

    form = MoveForm(at_level(Verb.DISPATCH, issue), issue, data=sent(unit="999999"))

    assert not form.is_valid()
    assert "unit" in form.errors


def test_refusal_of_a_service_stands_beside_the_field_it_is_about(county: Scene):
    issue = county.in_progress(Light.BLUE)
    form = MoveForm(at_level(Verb.ESCALATE, issue), issue, data=sent(tried="x"))

    form.refuse(Refusal("A meeting that has not taken place yet cannot have a minute.", field="minute"))
    form.refuse(Refusal("Too long.", field="tried"))
    form.refuse(Refusal("Nothing to do with a field."))

    assert "A meeting that has not taken place yet cannot have a minute." in form.errors["minute_outcome"]
    assert form.errors["tried"] == ["Too long."]
    assert not form.non_field_errors()


def test_words_are_kept_and_the_next_press_knows_the_issue_as_it_stands(county: Scene):
    issue = county.in_progress()
    form = MoveForm(at_level(Verb.NOTE, issue), issue, data=sent(seen="1", text="已联系厂家"))
    assert form.is_valid()

    form.look_again(7)

    html = form.as_p()
    assert form.seen_count == 1  # what was looked at when it was sent
    assert 'name="seen" value="7"' in html
    assert "已联系厂家" in html


def test_forms_of_several_moves_on_a_page_share_no_id(county: Scene):
    issue = county.accepted(Light.YELLOW)
    options = Options(issue)

    pages = [MoveForm(at_level(verb, issue), issue, options=options).as_p() for verb in (Verb.PROPOSE_RED, Verb.DECLINE, Verb.NOTE)]
    ids = [part.split('"')[0] for page in pages for part in page.split(' id="')[1:]]

    assert len(ids) == len(set(ids))


def test_handlers_offered_at_green_are_those_handed_in(county: Scene):
    issue = county.accepted()

    form = MoveForm(at_level(Verb.DISPATCH, issue), issue, options=Options(issue, handlers=[county[Role.PARTY_REPRESENTATIVE]]))

    assert (str(county[Role.PARTY_REPRESENTATIVE].pk), "李代表") in form.fields["person"].choices  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "choices",
    [
        [("", "Choose …"), ("1", "one"), (2, "<two> & “three”")],
        [("", "Choose …"), ("Offices", [("1", "one"), ("2", "two")]), ("A & B", [("3", "three")])],
    ],
)
@pytest.mark.parametrize("value", [None, "", "2", 2, "9"])
def test_list_when_drawn_without_a_template_is_the_one_that_django_draws(choices: list[tuple[str, str]], value: object) -> None:
    attrs = {"id": "unit", "aria-describedby": "help"}
    plain, quick = forms.Select(choices=choices), Choose(choices=choices)

    drawn = quick.render("unit", value, attrs)

    assertHTMLEqual(drawn, plain.render("unit", value, attrs))
