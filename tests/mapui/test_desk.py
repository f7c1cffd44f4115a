"""The desk's day: many rows at once, ready-made texts, kept filters, the search page, who reads what."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from issues import services, throttle
from issues.errors import Forbidden, Refusal
from issues.models import Event, Issue, Notice, ReplyTemplate, SavedFilter
from issues.services import Picked, Result
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.paging import way
from tests.mapui.scene import Scene

BULK = "/queue/bulk/"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def row(issue: Issue) -> str:
    return f"{issue.number}:{issue.event_count}"


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "spend", lambda limit, key: None)


# --- many rows at once ---


def test_rows_when_accepted_in_bulk_each_have_their_own_event(county: Scene, client: Client):
    issues = [county.report(category="road.light") for _ in range(3)]

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(BULK, {"verb": "accept", "row": [row(one) for one in issues]})

    assert answer.status_code == 200
    assert {county.again(one).status for one in issues} == {Status.ASSIGNED}
    assert Event.objects.filter(issue__in=issues, verb=Verb.ACCEPT, by=county[Role.VILLAGE_SECRETARY]).count() == 3
    assert [outcome.result for outcome in answer.context["bulk"].outcomes] == [Result.DONE] * 3


def test_rows_when_one_is_refused_changed_and_gone_the_others_are_done_and_each_says_so(county: Scene):
    fine, changed, done, hidden = (county.accepted() for _ in range(4))
    Issue.objects.filter(pk=hidden.pk).update(path=county.town["F"].path, area=county.town["F"])
    seen = changed.event_count
    county.move(changed, Verb.NOTE, Role.VILLAGE_SECRETARY, text="电话已打")
    county.move(done, Verb.ACKNOWLEDGE, Role.PARTY_REPRESENTATIVE)
    rows = [Picked(fine.number, fine.event_count), Picked(changed.number, seen), Picked(done.number), Picked(hidden.number)]

    outcomes = services.move_each(rows, Verb.ACKNOWLEDGE, by=county[Role.PARTY_REPRESENTATIVE], at=now())

    assert [one.result for one in outcomes] == [Result.DONE, Result.QUICKER, Result.REFUSED, Result.GONE]
    assert all(one.sentence for one in outcomes[1:])
    assert county.again(fine).status == Status.IN_PROGRESS
    assert county.again(changed).status == Status.ASSIGNED


def test_row_named_twice_in_bulk_is_done_once(county: Scene):
    issue = county.accepted()

    outcomes = services.move_each([Picked(issue.number)] * 2, Verb.ACKNOWLEDGE, by=county[Role.PARTY_REPRESENTATIVE], at=now())

    assert [one.result for one in outcomes] == [Result.DONE]


def test_bulk_of_nothing_of_too_much_and_of_other_verbs_is_refused_with_a_sentence(county: Scene):
    by, at = county[Role.VILLAGE_SECRETARY], now()

    for rows, verb in (([], Verb.ACCEPT), ([Picked(str(n)) for n in range(51)], Verb.ACCEPT), ([Picked("1")], Verb.RESOLVE)):
        with pytest.raises(Refusal) as refused:
            services.move_each(rows, verb, by=by, at=at)
        assert refused.value.sentence


def test_bulk_when_pressed_too_often_is_throttled(county: Scene, monkeypatch: pytest.MonkeyPatch):
    spent: list[str] = []
    monkeypatch.setattr(throttle, "spend", lambda limit, key: spent.append(f"{limit.name} {key}"))

    services.move_each([Picked("1")], Verb.ACCEPT, by=county[Role.VILLAGE_SECRETARY], at=now())

    assert spent == [f"bulk person {county[Role.VILLAGE_SECRETARY].pk}"]


def test_dispatch_in_bulk_asks_for_the_unit_first_then_does_it(county: Scene, client: Client):
    issues = [county.accepted(Light.YELLOW) for _ in range(2)]
    asked = {"verb": "dispatch", "row": [row(one) for one in issues]}
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    form = client.post(BULK, asked)
    empty = client.post(BULK, asked | {"unit": ""})
    done = client.post(BULK, asked | {"unit": str(county.units["roads"].pk), "text": "请三日内到场"})

    assert (form.status_code, empty.status_code, done.status_code) == (200, 422, 200)
    assert form.context["bulk"].outcomes is None
    assert "Choose the lead unit." in empty.content.decode()
    assert {county.again(one).lead_unit for one in issues} == {county.units["roads"]}


def test_bulk_without_a_ticked_row_says_so(county: Scene, client: Client):
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    for verb in ("accept", "dispatch"):
        answer = client.post(BULK, {"verb": verb})
        assert answer.status_code == 409
        assert "Tick at least one issue." in answer.content.decode()
    assert client.post(BULK, {"verb": "close"}).status_code == 404
    assert client.get(BULK).status_code == 405


# --- ready-made texts ---


def template(county: Scene, **more: object) -> ReplyTemplate:
    made = ReplyTemplate(**{"name": "到场", "verb": Verb.NOTE, "area": county.town.township, **more})
    return services.save_template(
        made, {"text": "{number} 已到{place}查看，{due}前办结"}, by=county[Role.TOWNSHIP_COMMITTEE], at=now()
    )


def texts_url(issue: Issue, verb: Verb) -> str:
    return reverse("issue-texts", args=[issue.number, verb])


def test_template_when_chosen_has_its_places_filled_from_the_issue(county: Scene, client: Client):
    made, issue = template(county), county.accepted()
    as_(client, county[Role.VILLAGE_SECRETARY])

    listed = client.get(texts_url(issue, Verb.NOTE)).content.decode()
    begun = client.get(f"/issues/{issue.number}/?template={made.pk}").content.decode()

    assert f"{issue.number} 已到第1网格查看" in listed
    assert f"{issue.number} 已到第1网格查看" in begun
    assert "{due}" not in listed


def test_template_of_another_desk_category_or_verb_is_not_offered(county: Scene, client: Client):
    issue = county.accepted()
    template(county, category=county.categories["svc"], name="other category")
    ReplyTemplate.objects.create(
        name="other place", verb=Verb.NOTE, area=county.town["F"], texts={"text": "x"}, changed_by=county.stranger, changed_at=now()
    )
    mine = template(county, category=county.categories["road"], name="whole group")

    found = ReplyTemplate.objects.for_issue(issue, county[Role.VILLAGE_SECRETARY])

    assert list(found) == [mine]
    assert "whole group" not in as_(client, county[Role.VILLAGE_SECRETARY]).get(texts_url(issue, Verb.RESOLVE)).content.decode()


def test_template_when_its_place_is_unknown_or_it_is_empty_is_refused_and_kept_in_the_form(county: Scene, client: Client):
    as_(client, county[Role.TOWNSHIP_COMMITTEE])
    said = {"name": "x", "desk": f"area:{county.town.township.pk}", "category": "", "text": "{phone}"}

    unknown = client.post("/templates/new/note/", said)
    empty = client.post("/templates/new/note/", said | {"text": " "})
    fine = client.post("/templates/new/note/", said | {"text": "{title}"})

    assert "{phone}" in unknown.content.decode()
    assert "Nothing fills" in unknown.content.decode()
    assert "Write at least one text." in empty.content.decode()
    assert fine.status_code == 302
    assert "{title}" in client.get("/templates/").content.decode()
    assert client.post("/templates/new/note/", said | {"text": "{title}"}).status_code == 409  # the same name again


def test_template_of_another_desk_cannot_be_changed_or_removed(county: Scene, client: Client):
    made = template(county)
    as_(client, county[Role.VILLAGE_SECRETARY])

    assert client.get(f"/templates/{made.pk}/").status_code == 404
    assert client.post(f"/templates/{made.pk}/drop/").status_code == 404
    with pytest.raises(Forbidden):
        services.drop_template(made, by=county[Role.VILLAGE_SECRETARY], at=now())
    assert as_(client, county[Role.GRID_MEMBER]).get("/templates/").status_code == 403
    assert as_(client, county[Role.TOWNSHIP_COMMITTEE]).post(f"/templates/{made.pk}/drop/").status_code == 302
    assert not ReplyTemplate.objects.exists()


# --- kept filters ---


def test_filter_when_kept_is_seen_and_removed_by_its_owner_alone(county: Scene, client: Client):
    as_(client, county[Role.VILLAGE_SECRETARY])
    client.post("/filters/queue/", {"name": "我的蓝灯", "query": "?light=blue&page=3&q="})
    kept = SavedFilter.objects.get()

    assert kept.query == "light=blue"
    assert "我的蓝灯" in client.get("/queue/").content.decode()
    assert "我的蓝灯" not in client.get("/search/").content.decode()
    assert "我的蓝灯" not in as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/queue/").content.decode()
    assert client.post(f"/filters/queue/{kept.pk}/drop/").status_code == 404
    assert as_(client, county[Role.VILLAGE_SECRETARY]).post(f"/filters/queue/{kept.pk}/drop/").status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "query"), [("", "light=red"), ("x" * 41, "light=red"), ("x", ""), ("x", "page=2"), ("x", "q=" + "a" * 600)]
)
def test_filter_that_says_nothing_or_too_much_is_refused(county: Scene, name: str, query: str):
    with pytest.raises(Refusal):
        services.save_filter(county[Role.VILLAGE_SECRETARY], "queue", name, query, now())


# --- the search page ---


def test_search_page_marks_what_was_found_and_says_when_nothing_was(county: Scene, client: Client):
    issue = county.report("村口桥面塌陷", category="road.light")
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="已围挡<b>护栏</b>")
    as_(client, county[Role.VILLAGE_SECRETARY])

    found = client.get("/search/", {"q": "护栏"}).content.decode()
    nothing = client.get("/search/", {"q": "路灯"}).content.decode()
    trouble = client.get("/search/", {"q": "，。"}).content.decode()

    assert "&lt;b&gt;<mark>护栏</mark>&lt;/b&gt;" in found
    assert issue.number in found
    assert "Nothing that you may open holds “路灯”." in nothing
    assert "There is no letter" in trouble
    assert "Type what you remember" in client.get("/search/").content.decode()
    assert issue.number not in as_(client, county.stranger).get("/search/", {"q": "护栏"}).content.decode()


def test_search_page_narrows_by_state_and_light_and_costs_eight_statements(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for _ in range(25):
        county.report("村口路灯不亮", category="road.light")
    first = as_(client, county[Role.VILLAGE_SECRETARY]).get("/search/", {"q": "路灯", "state": "open", "light": "green"})

    with django_assert_max_num_queries(8):
        page = client.get(f"/search/{way('next', first.content.decode())}")

    assert (page.context["search"].count, len(page.context["search"].hits)) == (25, 5)
    assert client.get("/search/", {"q": "路灯", "state": "ended"}).context["search"].count == 0
    assert client.get("/search/", {"q": "路灯", "light": "red"}).context["search"].count == 0


# --- who reads what ---


def test_note_without_a_reply_is_internal_and_its_reply_is_for_the_requester(county: Scene, client: Client):
    issue = county.in_progress()
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="内部：先不答复 @王书记")
    issue = county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="内部二", reply="周五到场")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(f"/issues/{issue.number}/").content.decode()
    page = client.get(f"/issues/{issue.number}/").context["page"]
    said = {words.text: words.audience for line in page.lines for words in line.words}

    assert said["内部：先不答复 @王书记"] == "internal"
    assert (said["内部二"], said["周五到场"]) == ("internal", "requester")
    assert 'data-audience="requester"' in html
    assert not Notice.objects.filter(event__verb=Verb.NOTE, event__is_public=False, person=county[Role.VILLAGE_SECRETARY]).exists()
