"""The report page: works as a plain form, loses nothing that was typed, and writes only once and only what it should."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from limits import parse

from issues import throttle
from issues.models import Issue, Requester, Submission
from issues.terms import Urgency
from issues.throttle import Limit
from representatives.roles import Role
from tests.drawing import DRAWN_AT
from tests.issues.sounds import sound
from tests.issues.test_statements import few_statements
from tests.mapui.reporting import REPORT, WORDS, answers, body, jpeg, uuid_in
from tests.representatives.factories import post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]


# --- The page ------------------------------------------------------------------------------------------------------


def test_page_asks_three_things_and_shows_the_emergency_numbers_first(client, town):
    page = body(client.get(REPORT))

    assert page.index('href="tel:120"') < page.index('name="text"')
    for name in ("text", "area", "danger"):
        assert f'name="{name}"' in page
    assert len(re.findall("<[^>]* required", page)) == 4  # text, township, and the two answers about danger
    assert "revenge" in page
    assert "erased 12 months" in page


def test_form_says_that_nobody_may_be_made_to_suffer_for_a_report(client, town):
    assert "Nobody may be made to suffer for a report" in client.get("/report/").content.decode()


def test_each_opening_of_the_form_has_a_key_of_its_own_and_is_kept_by_no_cache(client, town):
    first, second = client.get(REPORT), client.get(REPORT)

    assert UUID(uuid_in(body(first))) != UUID(uuid_in(body(second)))
    assert "no-store" in first["Cache-Control"]


def test_page_has_no_inline_style_and_no_inline_script(client, town):
    page = body(client.get(REPORT))

    assert " style=" not in page
    assert "onclick" not in page
    assert all("src=" in tag or "importmap" in tag or "application/json" in tag for tag in page.split("<script")[1:])


def test_page_without_a_territory_still_opens(client, db):
    assert client.get(REPORT).status_code == 200


def test_report_with_a_pin_when_sent_costs_at_most_fifteen_statements(client, town):
    """The whole request, what begins and ends its transaction included; policy and datum are in memory, as in any but the first."""
    point = town.inside("A")
    client.post("/report/", answers(lon=point.x, lat=point.y, accuracy=12, join="new"))

    with few_statements("POST /report/", whole=True):
        answer = client.post("/report/", answers(lon=point.x, lat=point.y, accuracy=12, join="new"))

    assert answer.status_code == 303


def test_kind_of_a_report_that_the_form_has_read_is_not_read_again(client, town):
    point = town.inside("A")
    sent = answers(lon=point.x, lat=point.y, accuracy=12, join="new", group="env", category="env.waste")

    with CaptureQueriesContext(connection) as asked:
        assert client.post("/report/", sent).status_code == 303

    assert len([query for query in asked.captured_queries if 'FROM "issues_category"' in query["sql"]]) == 1
    assert Issue.objects.get().category.code == "env.waste"


def test_page_costs_few_queries(client, town, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        client.get(REPORT)
    with django_assert_max_num_queries(10):
        client.get(f"{REPORT}{town['A'].code}/")


def test_card_link_has_the_cell_chosen(client, town):
    page = body(client.get(f"{REPORT}{town['C'].code}/"))

    for area in (town.township, town.villages["south"], town["C"]):
        assert f'value="{area.code}" selected' in page
    assert page.count('name="area"') == 3


def test_card_of_a_place_that_is_gone_opens_the_form_with_a_sentence(client, town):
    answer = client.get(f"{REPORT}15042299999/")

    assert answer.status_code == 404
    assert "This card is no longer valid" in body(answer)
    assert 'name="text"' in body(answer)


# --- Without JavaScript --------------------------------------------------------------------------------------------


def test_lists_are_gone_through_step_by_step_with_what_was_typed_kept(client, town):
    filled = answers(step="place", danger="yes", nickname="李大爷", text="路灯<b>坏</b>了")

    first = client.post(REPORT, {**filled, "area": town.township.code})
    second = client.post(REPORT, {**filled, "area": [town.township.code, town.villages["north"].code]})

    assert first.status_code == second.status_code == 200
    assert body(first).count('name="area"') == 2
    assert body(second).count('name="area"') == 3
    assert "路灯&lt;b&gt;坏&lt;/b&gt;了" in body(second)
    assert "李大爷" in body(second)
    assert 'value="yes" required checked' in body(second)
    assert "Not sent yet" not in body(second)
    assert Issue.objects.count() == 0


def test_choice_that_does_not_fit_the_wider_one_is_forgotten(client, town):
    page = body(client.post(REPORT, answers(step="place", area=[town.villages["south"].code, town["A"].code])))

    assert f'value="{town.villages["south"].code}" selected' in page or f'value="{town["A"].code}" selected' in page
    assert page.count(" selected>") <= 4


def test_plain_form_with_photos_becomes_a_report_and_leads_to_the_receipt(client, town):
    answer = client.post(
        REPORT,
        answers(area=[town.township.code, town.villages["north"].code, town["A"].code], photos=[jpeg(), jpeg("b.jpg", "blue")],
                group="road", category="road.light", phone="13812345678", nickname="李大爷", answer_by="phone"),
    )  # fmt: skip

    made = Submission.objects.get()
    assert answer.status_code == 303
    assert (
        answer["Location"] == f"{reverse('track', args=['-'.join(made.receipt_code[n : n + 4] for n in (0, 4, 8, 12))])}?received=1"
    )
    assert (made.area, made.text, made.category.code, made.channel) == (town["A"], WORDS, "road.light", "web")
    assert made.attachments.count() == 2
    requester = Requester.objects.get(submission=made)
    assert (requester.phone, requester.nickname, requester.channel) == ("13812345678", "李大爷", "phone")
    assert "Your report has arrived" in body(client.get(answer["Location"]))


def test_village_is_exact_enough(client, town):
    client.post(REPORT, answers(area=[town.township.code, town.villages["north"].code, ""]))

    assert Submission.objects.get().area == town.villages["north"]


def test_sending_twice_is_one_report_and_the_same_receipt(client, town):
    sent = answers(area=town["A"].code)

    first, second = client.post(REPORT, sent), client.post(REPORT, sent)

    assert first["Location"] == second["Location"]
    assert Issue.objects.count() == 1


def test_card_link_is_told_by_the_channel(client, town):
    client.post(f"{REPORT}{town['A'].code}/", answers(area=town["A"].code))

    assert Submission.objects.get().channel == "card"


def test_danger_makes_it_critical(client, town):
    client.post(REPORT, answers(area=town["A"].code, danger="yes"))

    assert Issue.objects.get().urgency == Urgency.CRITICAL


def test_pin_wins_over_nothing_and_lies_in_its_cell(client, town):
    point = town.inside("D")

    client.post(REPORT, answers(lon=f"{point.x:.6f}", lat=f"{point.y:.6f}", accuracy="12", crs="wgs84"))

    made = Submission.objects.get()
    assert (made.area, made.accuracy_m, made.source_crs) == (town["D"], 12.0, "wgs84")


def test_who_does_not_know_where_must_describe_it(client, town):
    without = client.post(REPORT, answers(area=town.county.code))
    described = client.post(REPORT, answers(area=town.county.code, place_text="老供销社后面"))

    assert without.status_code == 422
    assert "describe the place in words" in body(without)
    assert described.status_code == 303
    assert Submission.objects.get().area == town.county


# --- Other doors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "number"), [("村口总出现陌生的小伙子", "110"), ("村书记把修路的钱揣进自己腰包了", "12388")])
def test_what_belongs_elsewhere_is_asked_about_first_and_can_be_sent_anyway(client, town, words, number):
    sent = answers(area=town["A"].code, text=words)

    asked = client.post(REPORT, sent)
    page = body(asked)
    assert asked.status_code == 422
    assert f'href="tel:{number}"' in page.split('class="report__form"')[0].split("emergency")[-1]
    assert words in page
    assert "Send it here anyway" in page
    assert Issue.objects.count() == 0

    anyway = client.post(REPORT, {**sent, "shown": page.split('name="shown" value="')[1].split('"')[0]})
    assert anyway.status_code == 303
    assert Issue.objects.get().title == words


# --- Staff write for somebody --------------------------------------------------------------------------------------


def test_staff_enter_for_somebody_and_may_go_on_with_the_same_visit(client, town, monkeypatch):
    member = post(Role.GRID_MEMBER, town["A"], since=DRAWN_AT)
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))
    client.force_login(member)

    first = client.post(REPORT, answers(area=town["A"].code, request_type="complaint", occurred_at="2024-09-22T18:30"))
    receipt = body(client.get(first["Location"]))
    visit = receipt.split("?visit=")[1].split('"')[0]
    form = body(client.get(f"{REPORT}?visit={visit}"))
    client.post(REPORT, answers(area=town["A"].code, visit=visit))

    one, two = Submission.objects.order_by("pk")
    assert (one.channel, one.entered_by, one.request_type) == ("proxy", member, "complaint")
    assert one.occurred_at is not None
    assert one.occurred_at.isoformat() == "2024-09-22T10:30:00+00:00"
    assert f'name="visit" value="{visit}"' in form
    assert one.contact_uuid == two.contact_uuid == UUID(visit)
    assert one.issue.events.get().actor == Role.GRID_MEMBER


def test_hotline_operator_is_told_by_the_channel(client, town):
    client.force_login(post(Role.HOTLINE_OPERATOR, town.county, since=DRAWN_AT))

    client.post(REPORT, answers(area=town["A"].code))

    assert Submission.objects.get().channel == "hotline"


# --- Where, asked by the page --------------------------------------------------------------------------------------


def where(client: Client, **asked: Any) -> str:
    return body(client.get(reverse("report-where"), asked))


def test_where_names_the_cell_of_a_pin_and_chooses_it_in_the_lists(client, town):
    point = town.inside("C")

    part = where(client, lon=point.x, lat=point.y, accuracy=20, by="pin", place_text="<东门>")

    assert "town" in part
    assert "south" in part
    assert f'value="{town["C"].code}" selected' in part
    assert "&lt;东门&gt;" in part
    assert "<form" not in part


def test_where_asks_which_cell_near_a_border_and_keeps_the_answer(client, town):
    edge = town.edge_between("A", "B")
    pin = {"lon": edge.x + 0.0001, "lat": edge.y, "accuracy": 100}

    unsaid = where(client, **pin, by="pin")
    said = where(client, **pin, by="candidate", candidate=town["A"].code, area=[town["B"].code])

    assert unsaid.count('name="candidate"') == 2
    assert f'name="candidate" value="{town["B"].code}" checked' in unsaid
    assert f'value="{town["A"].code}" selected' in said
    assert 'name="lon" value=""' not in said


def test_where_says_that_a_pin_is_outside_and_asks_for_words(client, town):
    part = where(client, lon=10, lat=50, by="pin")

    assert "outside our area" in part
    assert "required here" in part


def test_where_warns_of_an_uncertain_position(client, town):
    point = town.inside("C")

    assert "about 300 metres" in where(client, lon=point.x, lat=point.y, accuracy=300, by="pin")
    assert "metres" not in where(client, lon=point.x, lat=point.y, accuracy=20, by="pin")


def test_where_drops_a_pin_that_lies_elsewhere_than_what_was_chosen(client, town):
    point = town.inside("A")

    part = where(client, lon=point.x, lat=point.y, area=town["D"].code)

    assert 'name="lon" value=""' in part
    assert "taken off the map" in part
    assert f'value="{town["D"].code}" selected' in part


@pytest.mark.parametrize(
    "asked", [{}, {"lon": "x", "lat": "y"}, {"lon": "500", "lat": "0"}, {"area": "nothing"}, {"lon": "nan", "lat": "1"}]
)
def test_where_with_nonsense_answers_with_the_first_list(client, town, asked):
    part = where(client, **asked)

    assert part.count('name="area"') == 1


def test_map_for_the_pin_looks_at_the_chosen_place(client, town):
    settings = json.loads(client.get(reverse("report-map"), {"area": town.villages["south"].code}).content)

    west, south, east, north = settings["look"]
    assert [level["slug"] for level in settings["levels"]][-1] == "cell"
    assert (round(east - west, 4), round(north - south, 4)) == (0.02, 0.01)
    assert settings["bounds"][3] > north
    assert "{z}/{x}/{y}" in settings["addresses"]["tiles"]


def test_map_without_a_territory_is_404(client, db):
    assert client.get(reverse("report-map")).status_code == 404


def test_nothing_here_is_written_by_a_get(client, town, django_assert_num_queries):
    client.get(REPORT, {"text": "x", "uuid": str(uuid4()), "danger": "no", "area": town["A"].code})
    where(client, area=town["A"].code)

    assert Issue.objects.count() == Submission.objects.count() == 0


def test_report_that_was_spoken_needs_no_words_until_somebody_has_listened(client, town, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    said = answers(text="", area=town["A"].code)

    silent = client.post(REPORT, said)
    spoken = client.post(REPORT, {**said, "voice": SimpleUploadedFile("note.webm", sound("webm", 1.2), "audio/webm")})

    assert (silent.status_code, "Please say what is the matter." in body(silent)) == (422, True)
    assert spoken.status_code == 303
    made = Submission.objects.get()
    assert (made.text, made.attachments.count()) == ("Voice note, not written down yet.", 1)
