"""投诉建议: words about the platform, from anybody and without a name; the code, the answer by role, and what is kept how long."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from issues import throttle
from issues.community import suggestions
from issues.community.suggestions import Said
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.models import Suggestion, SuggestionAnswer
from issues.tasks import purge_suggestions
from issues.throttle import Limit
from representatives.models import Person
from representatives.roles import POSTS, Page, Role
from tests.drawing import draw_cells
from tests.mapui import scene as sc
from tests.mapui.scene import PHONE, START, Scene
from tests.representatives.factories import post

pytestmark = pytest.mark.usefixtures("own_limits")
TEXT = "同一件事要在三个系统里各填一遍。"


@pytest.fixture
def monitor(county: Scene) -> Person:
    """Of the township; reads what is said of the platform of the county."""
    return post(Role.MONITOR, county.town.township, sc.person("监督员"), since=START)


def sent(**more: str) -> dict[str, str]:
    return {"key": str(uuid4()), "kind": "complaint", "about": "twice", "text": TEXT, **more}


def left(county: Scene, by: Person | None = None, text: str = TEXT) -> Suggestion:
    said = Said(kind="complaint", about="twice", text=text, area=county.town.county)
    return suggestions.leave(uuid4(), said, by=by, at=now())


def answered(county: Scene, suggestion: Suggestion, by: Role = Role.SYSTEM_ADMIN) -> SuggestionAnswer:
    return suggestions.answer(suggestion.pk, outcome="done", text="已合并为一张表。", by=county[by], at=now())


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


# --- writing ---


def test_anybody_without_account_when_writing_gets_a_code_and_finds_the_answer_by_it(client: Client, county: Scene):
    answer = client.post("/suggest/", sent(), follow=True)

    made = Suggestion.objects.get()
    assert (made.kind, made.about, made.text, made.role) == ("complaint", "twice", TEXT, "")
    assert made.path == county.town.county.path
    assert made.code_in_fours in answer.content.decode()
    assert "Not answered yet." in answer.content.decode()

    answered(county, made)
    found = client.get("/suggest/find/", {"code": made.code.lower()}, follow=True).content.decode()
    assert "已合并为一张表。" in found
    assert county[Role.SYSTEM_ADMIN].name not in found
    assert "system administrator" in found


def test_form_when_sent_twice_is_one_suggestion(client: Client, county: Scene):
    body = sent()

    places = [client.post("/suggest/", body)["Location"] for _time in range(2)]

    assert places[0] == places[1]
    assert Suggestion.objects.count() == 1


@pytest.mark.parametrize("field", ["kind", "about", "text"])
def test_form_when_an_answer_is_missing_says_so_beside_it_and_keeps_the_words(client: Client, county: Scene, field: str):
    answer = client.post("/suggest/", sent(**{field: ""}))

    assert answer.status_code == 422
    body = answer.content.decode()
    assert f'id="id_{field}-errors"' in body
    assert field == "text" or TEXT in body
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    "text",
    [f"请打我电话 {PHONE}", "我的卡 6222021234567890123", "村里最近总出现陌生的小伙子,很可疑。"],
    ids=["phone", "card", "stranger"],
)
def test_words_that_must_not_be_kept_are_refused_beside_the_field(client: Client, county: Scene, text: str):
    answer = client.post("/suggest/", sent(text=text))

    assert answer.status_code == 409
    assert 'id="id_text-errors"' in answer.content.decode()
    assert not Suggestion.objects.exists()


def test_form_when_sent_very_often_is_held_back_with_every_word_still_there(client: Client, county: Scene, monkeypatch):
    monkeypatch.setattr(throttle, "SUGGESTION", Limit(f"few-{uuid4()}", throttle.parse("2 per hour")))

    statuses = [client.post("/suggest/", sent()).status_code for _time in range(2)]
    last = client.post("/suggest/", sent())

    assert (statuses, last.status_code) == ([302, 302], 429)
    assert TEXT in last.content.decode()
    assert Suggestion.objects.count() == 2


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", "nothing"])
def test_code_that_opens_nothing_is_not_found(client: Client, county: Scene, code: str):
    assert client.get(f"/suggest/{code}/").status_code == 404


def test_what_is_no_code_is_said_to_be_none(client: Client, county: Scene):
    answer = client.get("/suggest/find/", {"code": "12345"})

    assert answer.status_code == 422
    assert "16 letters and digits" in answer.content.decode()


def test_codes_that_open_nothing_when_tried_in_numbers_are_held_back(client: Client, county: Scene, monkeypatch):
    monkeypatch.setattr(throttle, "RECEIPT_MISS", Limit(f"few-{uuid4()}", throttle.parse("2 per hour")))

    statuses = [client.get("/suggest/0000-0000-0000-0000/").status_code for _time in range(3)]

    assert statuses == [404, 404, 429]


def test_box_when_there_is_no_county_says_so_and_takes_nothing(client: Client, db: None):
    assert "No county uses this platform yet." in client.get("/suggest/").content.decode()
    assert client.post("/suggest/", sent()).status_code == 200
    assert not Suggestion.objects.exists()


def test_box_when_there_are_several_counties_asks_for_one(client: Client, county: Scene):
    other = draw_cells("X Y", county="150423").county

    missing = client.post("/suggest/", sent())
    client.post("/suggest/", sent(area=other.code))

    assert missing.status_code == 422
    assert 'id="id_area-errors"' in missing.content.decode()
    assert Suggestion.objects.get().area == other


def test_staff_when_writing_are_kept_as_their_role_and_never_as_themselves(client: Client, county: Scene, monitor: Person):
    as_(client, monitor).post("/suggest/", sent())
    as_(client, county[Role.GRID_MEMBER]).post("/suggest/", sent())

    assert list(Suggestion.objects.order_by("pk").values_list("role", flat=True)) == [Role.MONITOR, Role.GRID_MEMBER]
    assert {field.name for field in Suggestion._meta.concrete_fields if field.related_model} == {"area"}


def test_every_page_links_to_the_box(client: Client, county: Scene):
    assert 'href="/suggest/"' in client.get("/").content.decode()
    assert 'href="/suggest/"' in as_(client, county[Role.GRID_MEMBER]).get("/").content.decode()


# --- reading and answering ---


@pytest.mark.parametrize("role", [Role.MONITOR, Role.SUPERVISION_OFFICE, Role.SYSTEM_ADMIN])
def test_list_is_offered_in_the_menu_to_who_reads_it(client: Client, county: Scene, monitor: Person, role: Role):
    left(county)
    reader = monitor if role is Role.MONITOR else county[role]

    page = as_(client, reader).get("/suggestions/")

    assert page.status_code == 200
    assert TEXT in page.content.decode()
    assert 'href="/suggestions/"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "role", [Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.ORGANISATION_OFFICE]
)
def test_list_is_closed_to_everybody_else(client: Client, county: Scene, role: Role):
    one = left(county)

    assert as_(client, county[role]).get("/suggestions/").status_code == 403
    assert client.get(f"/suggestions/{one.pk}/").status_code == 403
    assert 'href="/suggestions/"' not in client.get("/").content.decode()


def test_list_asks_visitors_to_log_in(client: Client, county: Scene):
    assert client.get("/suggestions/").status_code == 302


def test_answer_moves_it_from_waiting_to_answered_and_names_role_and_outcome(client: Client, county: Scene):
    one = left(county)

    as_(client, county[Role.SUPERVISION_OFFICE]).post(
        f"/suggestions/{one.pk}/", {"outcome": "planned", "text": "下月合并。", "seen": "0"}
    )

    said = SuggestionAnswer.objects.get()
    assert (said.outcome, said.text, said.role, said.by) == (
        "planned",
        "下月合并。",
        Role.SUPERVISION_OFFICE,
        county[Role.SUPERVISION_OFFICE],
    )
    assert TEXT not in client.get("/suggestions/").content.decode()
    assert TEXT in client.get("/suggestions/?tab=answered").content.decode()


@pytest.mark.parametrize(
    "given", [{"outcome": "", "text": "好"}, {"outcome": "done", "text": " "}, {"outcome": "later", "text": "好"}]
)
def test_answer_without_words_or_outcome_is_refused_and_nothing_is_kept(client: Client, county: Scene, given: dict[str, str]):
    one = left(county)

    answer = as_(client, county[Role.SYSTEM_ADMIN]).post(f"/suggestions/{one.pk}/", given)

    assert answer.status_code == 422
    assert not SuggestionAnswer.objects.exists()


def test_answer_after_somebody_elses_is_shown_theirs_and_goes_through_the_second_time(client: Client, county: Scene):
    one = left(county)
    answered(county, one)
    address = f"/suggestions/{one.pk}/"

    late = as_(client, county[Role.SUPERVISION_OFFICE]).post(address, {"outcome": "planned", "text": "我来办。", "seen": "0"})

    body = late.content.decode()
    assert late.status_code == 409
    assert ("已合并为一张表。" in body, "我来办。" in body, 'name="seen" value="1"' in body) == (True, True, True)
    client.post(address, {"outcome": "planned", "text": "我来办。", "seen": "1"})
    assert SuggestionAnswer.objects.count() == 2


def test_monitor_reads_and_does_not_answer(client: Client, county: Scene, monitor: Person):
    one = left(county)

    assert "<textarea" not in as_(client, monitor).get(f"/suggestions/{one.pk}/").content.decode()
    assert client.post(f"/suggestions/{one.pk}/", {"outcome": "done", "text": "好", "seen": "0"}).status_code == 403
    with pytest.raises(Forbidden):
        suggestions.answer(one.pk, outcome="done", text="好", by=monitor, at=now())


def test_reader_of_another_county_sees_nothing_of_it(client: Client, county: Scene):
    other = draw_cells("X Y", county="150423").county
    stranger = post(Role.SYSTEM_ADMIN, other, sc.person("外旗管理员"), since=START)
    one = left(county)

    assert TEXT not in as_(client, stranger).get("/suggestions/").content.decode()
    assert client.get(f"/suggestions/{one.pk}/").status_code == 404
    with pytest.raises(OutOfScope):
        suggestions.answer(one.pk, outcome="done", text="好", by=stranger, at=now())


def test_answer_at_once_by_two_is_a_conflict_for_the_second(county: Scene):
    one = left(county)
    answered(county, one)

    with pytest.raises(Conflict):
        suggestions.answer(one.pk, outcome="done", text="好", by=county[Role.SUPERVISION_OFFICE], at=now(), seen=0)


def test_answer_that_is_too_long_is_refused(county: Scene):
    with pytest.raises(Refusal, match="2000 characters"):
        suggestions.answer(left(county).pk, outcome="done", text="好" * 2001, by=county[Role.SYSTEM_ADMIN], at=now())


@pytest.mark.parametrize("tab", ["open", "answered"])
def test_list_costs_the_same_statements_however_long_it_is(client: Client, county: Scene, tab: str):
    as_(client, county[Role.SYSTEM_ADMIN])
    spent = []
    for many in (3, 57):
        for _one in range(many):
            made = left(county)
            if tab == "answered":
                answered(county, made)
        with CaptureQueriesContext(connection) as sent_to_database:
            body = client.get("/suggestions/", {"tab": tab}).content.decode()
        spent.append(len(sent_to_database))
        assert body.count("<article") == min(many if many == 3 else 60, 30)

    assert spent[0] == spent[1] <= 8


# --- kept, and erased ---


def test_rows_are_append_only_but_for_the_erasing_of_their_words(county: Scene):
    one = left(county)
    said = answered(county, one)

    for forbidden in (
        lambda: Suggestion.objects.filter(pk=one.pk).update(text="改过"),
        lambda: Suggestion.objects.filter(pk=one.pk).update(kind="suggestion"),
        lambda: Suggestion.objects.filter(pk=one.pk).update(text="", erased_at=now(), role="auditor"),
        lambda: Suggestion.objects.filter(pk=one.pk).delete(),
        lambda: SuggestionAnswer.objects.filter(pk=said.pk).update(text="改过"),
        lambda: SuggestionAnswer.objects.filter(pk=said.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()


def test_purge_erases_the_words_after_two_years_and_keeps_that_there_was_one(client: Client, county: Scene):
    one = left(county)
    answered(county, one)
    young = one.written_at + timedelta(days=729)

    assert suggestions.purge(at=young) == 0
    assert suggestions.purge(at=young + timedelta(days=2)) == 1
    assert suggestions.purge(at=young + timedelta(days=2)) == 0

    one.refresh_from_db()
    assert (one.text, one.about, one.answers.get().text, one.answers.get().outcome) == ("", "twice", "", "done")
    assert "The text was erased." in client.get(f"/suggest/{one.code_in_fours}/").content.decode()


def test_purge_when_asked_by_the_timetable_says_how_many(county: Scene):
    left(county)

    assert purge_suggestions() == "0 suggestions"


def test_pages_of_the_roles_name_who_reads():
    assert {role for role in Role if Page.SUGGESTIONS in POSTS[role].pages} == {
        Role.MONITOR,
        Role.SUPERVISION_OFFICE,
        Role.SYSTEM_ADMIN,
    }
