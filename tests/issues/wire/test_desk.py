"""A member's pack: what is theirs and open, what they may press, nothing of any requester, at a cost that does not grow."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate, now

from grids.models import Area
from issues.models import Issue
from issues.terms import Light, Verb
from issues.wire import pack, rows
from representatives.models import Person
from representatives.roles import Role
from tests.issues.test_statements import few_statements
from tests.issues.wire.phone import Phone, error
from tests.mapui.scene import PHONE, Scene

pytestmark = pytest.mark.django_db


def desk_of(person: Person) -> dict[str, Any]:
    """The pack as that person's phone gets it."""
    client = Client()
    client.force_login(person)
    answer = client.get("/api/desk")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def row(told: dict[str, Any], issue: Issue) -> dict[str, Any]:
    return next(one for one in told["issues"] if one["number"] == issue.number)


def verbs(told: dict[str, Any], issue: Issue) -> list[str]:
    return [button["verb"] for button in row(told, issue)["verbs"]]


def test_member_gets_their_own_cell_with_its_outline_and_what_is_open_there(county: Scene):
    mine, other = county.report(category="road.light"), county.report(category="road.light", cell="B")

    told = desk_of(county[Role.GRID_MEMBER])

    assert [(cell["name"], cell["path_names"]) for cell in told["cells"]] == [("第1网格", ["林东镇", "上京社区"])]
    assert told["cells"][0]["outline"]["type"] in ("Polygon", "MultiPolygon")
    assert [one["number"] for one in told["issues"]] == [mine.number] != [other.number]
    assert told["person"]["name"] == "韩网格"
    assert (told["left_out"], told["sentence"]) == ({"cells": 0, "issues": 0}, "")


def test_row_says_where_how_late_and_how_it_stands(county: Scene):
    issue = county.report(category="road.light")

    found = row(desk_of(county[Role.GRID_MEMBER]), issue)

    assert (found["title"], found["category"], found["light"], found["status"]) == (
        issue.title,
        "Street light",
        "green",
        "submitted",
    )
    assert (found["asked"], found["clock_state"], found["event_count"], found["area"]) == ("accept", "on_track", 1, issue.area.code)
    assert (found["lon"], found["lat"]) == (round(issue.point.x, 6), round(issue.point.y, 6))  # type: ignore[union-attr]
    assert [report["text"] for report in found["reports"]] == ["村口桥面塌陷,车辆无法通行"]
    assert [(line["verb"], line["who"]) for line in found["lines"]] == [("Submit", "requester")]


def test_what_has_ended_or_is_sealed_or_of_others_is_not_in_it(county: Scene):
    county.report(category="village.conduct")
    withdrawn = county.report(category="road.light")
    county.at = now()
    county.move(withdrawn, Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="重复", reply="请看另一件")

    assert desk_of(county[Role.VILLAGE_SECRETARY])["issues"] == []
    assert desk_of(county.stranger)["issues"] == []


def test_buttons_are_those_that_the_services_would_let_the_person_press(county: Scene):
    new, waiting = county.report(category="road.light"), county.accepted()
    solved = county.resolved()

    member, secretary = desk_of(county[Role.GRID_MEMBER]), desk_of(county[Role.VILLAGE_SECRETARY])
    handler = desk_of(county[Role.PARTY_REPRESENTATIVE])

    assert {"accept", "handle_on_the_spot", "note"} <= set(verbs(member, new))
    assert "handle_on_the_spot" not in verbs(secretary, new)
    assert "acknowledge" in verbs(handler, waiting)
    assert "acknowledge" not in verbs(member, waiting)
    assert {"verify", "reject"} <= set(verbs(member, solved))
    assert "verify" not in verbs(handler, solved)


def test_first_button_is_the_loud_one_and_those_that_send_back_are_marked(county: Scene):
    solved = county.resolved()

    buttons = {one["verb"]: one["style"] for one in row(desk_of(county[Role.GRID_MEMBER]), solved)["verbs"]}

    assert next(iter(buttons.items())) == ("verify", "primary")
    assert buttons["reject"] == "danger"


def test_fields_of_the_buttons_are_told_once_with_what_may_stand_in_them(county: Scene):
    first, second = county.report(category="road.light"), county.report(category="road.light")

    told = desk_of(county[Role.VILLAGE_SECRETARY])

    accept = next(one for one in row(told, first)["verbs"] if one["verb"] == "accept")
    assert (accept["needs"], accept["allows"]) == ([], ["category", "urgency", "level"])
    assert told["fields"]["category"]["choices"][:1] == [["road.light", "Street light", "Roads"]]
    assert [value for value, _label in told["fields"]["level"]["choices"]] == ["green", "blue"]
    assert "choices" not in accept
    assert "choices" not in next(one for one in row(told, second)["verbs"] if one["verb"] == "accept")
    note = told["fields"]["text"]
    assert (note["kind"], note["longest"], note["missing"]) == ("words", 4000, "Write the text.")


def test_choices_that_differ_for_an_issue_are_told_with_it(county: Scene):
    plain, dangerous = county.report(category="road.light"), county.report(category="road.light")
    Issue.objects.filter(pk=dangerous.pk).update(urgency="critical")

    told = desk_of(county[Role.VILLAGE_SECRETARY])

    found = {issue.number: row(told, issue)["verbs"] for issue in (plain, dangerous)}
    own = {
        number: [
            value for value, _label in next(one for one in buttons if one["verb"] == "accept").get("choices", {}).get("urgency", [])
        ]
        for number, buttons in found.items()
    }
    common = [value for value, _label in told["fields"]["urgency"]["choices"]]
    values = {number: choices or common for number, choices in own.items()}
    assert values == {plain.number: ["urgent", "normal"], dangerous.number: ["critical", "urgent", "normal"]}


def test_minute_is_told_by_its_parts(county: Scene):
    issue = county.in_progress(Light.BLUE)

    told = desk_of(county[Role.VILLAGE_SECRETARY])

    escalate = next(one for one in row(told, issue)["verbs"] if one["verb"] == "escalate")
    assert escalate["needs"] == ["tried", "minute"]
    minute = told["fields"]["minute"]
    assert [(part["name"], part["kind"]) for part in minute["parts"]] == [
        ("held_on", "date"),
        ("participants", "line"),
        ("outcome", "words"),
    ]


def test_every_button_that_is_pressed_as_told_is_taken(county: Scene):
    """A phone that fills in each field as the pack describes it is never told that the wire does not understand."""
    county.report(category="road.light"), county.accepted(), county.in_progress(), county.resolved(), county.in_progress(Light.BLUE)

    for role in (Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY):
        told, phone = desk_of(county[role]), Phone.of(county[role])
        for issue in told["issues"]:
            for button in issue["verbs"]:
                seen = Issue.objects.get(number=issue["number"]).event_count
                answer = phone.move(issue["number"], button["verb"], seen=seen, **_filled_in(told["fields"], button))
                assert answer.status_code in (201, 403, 409), (button, answer.content)
                if answer.status_code == 409:
                    assert "is missing" not in answer.json()["error"]["sentence"]


def _filled_in(fields: dict[str, Any], button: dict[str, Any]) -> dict[str, Any]:
    """What somebody might write and choose, from nothing but the pack."""
    given: dict[str, Any] = {}
    for name in button["needs"]:
        field = fields[name]
        choices = button.get("choices", {}).get(name) or field["choices"]
        if field["parts"]:
            given[name] = {part["name"]: "2024-03-01" if part["kind"] == "date" else "王书记" for part in field["parts"]}
        elif choices:
            given[name] = [choices[0][0]] if field["kind"] == "many" else choices[0][0]
        else:
            given[name] = (now() + timedelta(days=2)).date().isoformat() if field["kind"] == "date" else "写几个字"
    return given


# --- what must not be in it ---


def test_no_contact_of_any_requester_is_ever_in_it(county: Scene):
    said = f"路灯坏了，打我电话 {PHONE} 或 139-1234-5678"
    issue = county.in_progress(text=said, phone=PHONE)
    county.at = now()
    county.move(issue, Verb.CONTACT, Role.PARTY_REPRESENTATIVE, text=f"打过 {PHONE}")
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="郭先生说不急", reply=f"我们打过 {PHONE}")

    for role in (Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE):
        text = json.dumps(desk_of(county[role]), ensure_ascii=False)
        assert issue.number in text
        assert PHONE not in text
        assert "139-1234-5678" not in text
        if role != Role.PARTY_REPRESENTATIVE:  # whose own note it is
            assert "郭先生" not in text


def test_words_among_staff_are_only_in_the_pack_of_who_wrote_them(county: Scene):
    issue = county.in_progress()
    county.at = now()
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="内部记录")

    words = {
        role: [words for line in row(desk_of(county[role]), issue)["lines"] for words in line["words"]]
        for role in (Role.PARTY_REPRESENTATIVE, Role.GRID_MEMBER)
    }

    assert words == {Role.PARTY_REPRESENTATIVE: ["内部记录"], Role.GRID_MEMBER: []}


def test_pack_is_only_for_who_works_in_cells(county: Scene):
    error(Client().get("/api/desk"), 401, "login")
    for role in (Role.SUPERVISION_OFFICE, Role.DEPARTMENT, Role.SYSTEM_ADMIN, Role.TOWNSHIP_DISCIPLINE):
        client = Client()
        client.force_login(county[role])
        error(client.get("/api/desk"), 403, "forbidden")


# --- how large, how often, at what cost ---


def test_what_is_too_much_for_a_phone_is_left_out_and_said(county: Scene, monkeypatch):
    for _ in range(4):
        county.report(category="road.light")
    monkeypatch.setattr(pack, "MOST_ISSUES", 3)
    monkeypatch.setattr(pack, "MOST_CELLS", 1)

    told = desk_of(county[Role.VILLAGE_SECRETARY])

    assert (len(told["issues"]), len(told["cells"])) == (3, 1)
    assert told["left_out"] == {"cells": 1, "issues": 1}
    assert told["sentence"] == "1 more issue is not on this phone: open the list with a signal."


def test_unchanged_pack_is_not_sent_again_until_something_happens(county: Scene, django_capture_on_commit_callbacks):
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])
    first = client.get("/api/desk")
    again = client.get("/api/desk", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, first.headers["Cache-Control"]) == (304, b"", "private, no-cache")

    with django_capture_on_commit_callbacks(execute=True):
        county.report(category="road.light")

    third = client.get("/api/desk", headers={"If-None-Match": first.headers["ETag"]})
    assert (third.status_code, len(third.json()["issues"])) == (200, 1)


def test_unchanged_pack_is_another_for_another_person_and_costs_next_to_nothing(county: Scene):
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])
    etag = client.get("/api/desk").headers["ETag"]

    with few_statements(at_most=2):
        assert client.get("/api/desk", headers={"If-None-Match": etag}).status_code == 304
    client.force_login(county[Role.VILLAGE_SECRETARY])
    assert client.get("/api/desk", headers={"If-None-Match": etag}).status_code == 200


def test_pack_is_compressed_where_that_is_taken(county: Scene):
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])

    answer = client.get("/api/desk", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["cells"]


@pytest.mark.parametrize("role", [Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE])
def test_pack_asks_the_same_few_questions_however_much_is_open(county: Scene, role: Role, django_assert_max_num_queries):
    for make in (county.report, county.accepted, county.in_progress, county.resolved, county.awaiting_rating, county.proposed):
        make()
    desk_of(county[role])  # the policy is read once per process
    client = Client()
    client.force_login(county[role])
    with django_assert_max_num_queries(8) as few:
        client.get("/api/desk")

    for _ in range(3):
        county.in_progress(Light.BLUE), county.resolved(Light.BLUE), county.in_progress(), county.report()
    with django_assert_max_num_queries(8) as many:
        told = client.get("/api/desk").json()

    assert len(many) == len(few)
    assert len(told["issues"]) >= 12


def test_retired_cell_is_not_carried_along(county: Scene):
    Area.objects.filter(pk=county.town["B"].pk).update(valid_to=now())

    assert [cell["name"] for cell in desk_of(county[Role.VILLAGE_SECRETARY])["cells"]] == ["第1网格"]


def test_nothing_that_needs_the_page_is_offered(county: Scene):
    issue = county.in_progress()
    county.at = now()
    due = localdate(issue.level_due_at) + timedelta(days=1)
    county.move(issue, Verb.ASK_EXTENSION, Role.PARTY_REPRESENTATIVE, reason="缺件", due=due.isoformat())

    offered = {verb for role in (Role.VILLAGE_SECRETARY, Role.PARTY_REPRESENTATIVE) for verb in verbs(desk_of(county[role]), issue)}

    assert offered
    assert not offered & {verb.value for verb in rows.NOT_ON_A_PHONE}
