"""A report comes in once, lands in the right place, and keeps what it must and nothing else."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.core.files.storage import default_storage
from django.db import connection, connections

from grids.datums import Crs, from_wgs84
from grids.levels import Level
from issues.errors import Conflict, Refusal
from issues.files import photos, storage
from issues.intake import reporting
from issues.intake.reporting import AlreadyReported, Contact, report
from issues.models import Attachment, Event, Issue, Requester, Submission
from issues.terms import Actor, RequestType, Status, Urgency, Verb
from representatives.roles import Role
from tests.drawing import DRAWN_AT
from tests.issues.reports import NOW, at_point, draft, photo, territory
from tests.representatives.factories import post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_report_with_a_pin_becomes_an_issue_of_the_cell_it_lies_in():
    town = territory()

    made = report(at_point(town.inside("B"), accuracy_m=20, place_text="东门"), at=NOW)

    issue = made.issue
    assert (issue.area, issue.path, made.area) == (town["B"], town["B"].path, town["B"])
    assert (issue.status, issue.title, issue.category.code) == (Status.SUBMITTED, "东门口的路灯坏了三天了", "road.light")
    assert (issue.point, issue.accuracy_m, issue.place_text, issue.grid_ambiguous) == (made.point, 20, "东门", False)
    assert issue.reported_at == made.received_at == NOW
    event = Event.objects.get()
    assert (event.verb, event.actor, event.by, event.is_public) == (Verb.SUBMIT, Actor.REQUESTER, None, True)


def test_same_key_with_the_same_body_gives_the_first_answer_and_makes_nothing():
    town = territory()
    sent = at_point(town.inside("A"), contact=Contact(phone="13812345678"), photos=(photo(),))
    first = report(sent, at=NOW)

    again = report(sent, at=NOW + timedelta(hours=3))

    assert again == first
    assert again.received_at == NOW
    assert [model.objects.count() for model in (Issue, Submission, Requester, Attachment, Event)] == [1, 1, 1, 1, 1]


def test_same_key_adds_the_photos_that_did_not_arrive_and_each_only_once():
    town = territory()
    sent = at_point(town.inside("A"), photos=(photo("red"),))
    first = report(sent, at=NOW)

    for _ in range(2):
        report(sent.with_photos(photo("red"), photo("blue")), at=NOW)

    assert first.attachments.count() == 2


def test_same_key_cannot_gather_more_photos_than_a_report_may_have():
    town = territory()
    sent = at_point(town.inside("A"), photos=tuple(photo(c) for c in ("red", "blue", "green", "white", "black")))
    first = report(sent, at=NOW)

    with pytest.raises(photos.PhotoRefused):
        report(sent.with_photos(photo("yellow")), at=NOW)

    assert first.attachments.count() == 5


def test_same_key_with_another_body_is_a_conflict_that_names_the_first_and_changes_nothing():
    town = territory()
    key = uuid4()
    first = report(at_point(town.inside("A"), uuid=key), at=NOW)

    with pytest.raises(AlreadyReported) as conflict:
        report(at_point(town.inside("A"), uuid=key, text="另外一件事"), at=NOW)

    assert isinstance(conflict.value, Conflict)
    assert conflict.value.submission == first
    assert Issue.objects.count() == 1
    assert Submission.objects.get().text == first.text


def test_phone_clock_at_sending_is_no_part_of_the_body():
    town = territory()
    key = uuid4()
    first = report(at_point(town.inside("A"), uuid=key, device_at=NOW), at=NOW)

    assert report(at_point(town.inside("A"), uuid=key, device_at=NOW + timedelta(minutes=5)), at=NOW) == first


def test_erased_report_still_answers_that_it_was_received_and_takes_no_photo():
    town = territory()
    sent = at_point(town.inside("A"))
    first = report(sent, at=NOW)
    Submission.objects.update(text="", text_erased_at=NOW)

    assert report(sent.with_photos(photo()), at=NOW) == first
    assert Attachment.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_same_report_sent_eight_times_at_once_is_one_report():
    town = territory()
    sent = at_point(town.inside("A"), contact=Contact(phone="13812345678"), photos=(photo(),))
    start = Barrier(8)

    def send(_):
        start.wait()
        try:
            return report(sent, at=NOW).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as phones:
        answers = set(phones.map(send, range(8)))

    assert len(answers) == 1
    assert [model.objects.count() for model in (Issue, Submission, Requester, Attachment, Event)] == [1, 1, 1, 1, 1]


def test_when_photos_cannot_be_stored_nothing_is_taken(monkeypatch):
    town = territory()
    monkeypatch.setattr(default_storage, "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")))

    with pytest.raises(OSError, match="disk full"):
        report(at_point(town.inside("A"), photos=(photo(),)), at=NOW)

    assert [model.objects.count() for model in (Issue, Submission, Requester, Event)] == [0, 0, 0, 0]


def test_photo_is_stored_outside_the_web_root_without_its_notes(media):
    town = territory()

    attachment = report(at_point(town.inside("A"), photos=(photo(),)), at=NOW).attachments.get()

    assert (media / attachment.file.name).read_bytes()[:3] == b"\xff\xd8\xff"
    assert (media / storage.thumb_name(attachment)).exists()
    assert (attachment.media_type, attachment.width, attachment.height) == ("image/jpeg", 64, 48)
    assert attachment.sha256 == photo().sha256


# --- Where ---------------------------------------------------------------------------------------------------------


def test_pin_from_wechat_is_converted_at_the_door_and_kept_as_it_came():
    town = territory()
    point = town.inside("B")
    x, y = from_wgs84(point.x, point.y, Crs.GCJ02)

    made = report(draft(xy=(x, y), crs=Crs.GCJ02), at=NOW)

    assert made.area == town["B"]
    assert made.point is not None
    assert made.point.distance(point) < 1e-6
    assert (made.source_crs, made.source_xy) == ("gcj02", [x, y])


def test_pin_sent_in_the_wrong_datum_is_marked_when_it_leaves_the_chosen_cell():
    town = territory()
    chosen, edge = town["A"], town.edge_between("A", "B")
    x, y = from_wgs84(edge.x - 0.001, edge.y, Crs.GCJ02)  # shifted some 500 m to the east: beyond the edge

    right = report(draft(xy=(x, y), crs=Crs.GCJ02, area=chosen.code), at=NOW)
    wrong = report(draft(xy=(x, y), crs=Crs.WGS84, area=chosen.code), at=NOW)

    assert (right.area, right.issue.grid_ambiguous) == (chosen, False)
    assert (wrong.area, wrong.issue.grid_ambiguous) == (town["B"], True)


def test_circle_over_two_cells_is_marked_until_somebody_says_which():
    town = territory()
    edge = town.edge_between("A", "B")
    spot = Point(edge.x + 0.0001, edge.y, srid=4326)

    unsaid = report(at_point(spot, accuracy_m=100), at=NOW)
    said = report(at_point(spot, accuracy_m=100, area=town["A"].code), at=NOW)

    assert (unsaid.area, unsaid.issue.grid_ambiguous) == (town["B"], True)
    assert (said.area, said.issue.grid_ambiguous) == (town["A"], False)


def test_chosen_village_is_made_exact_by_a_pin_in_one_of_its_cells():
    town = territory()

    made = report(at_point(town.inside("C"), area=town.village.code), at=NOW)

    assert (made.area, made.issue.grid_ambiguous) == (town["C"], False)


def test_chosen_cell_without_a_boundary_stands_in_the_village_of_the_pin():
    town = territory()
    cell, spot = town["A"], town.inside("A")
    cell.boundary = None
    cell.save(update_fields=["boundary"])

    made = report(at_point(spot, area=cell.code), at=NOW)
    unsaid = report(at_point(spot), at=NOW)

    assert (made.area, made.issue.grid_ambiguous) == (cell, False)
    assert unsaid.area == town.village


def test_without_a_pin_the_chosen_area_is_it_whatever_its_level():
    town = territory()

    for area in (town["D"], town.village, town.township):
        made = report(draft(area=area.code), at=NOW)
        assert (made.area, made.issue.path, made.issue.grid_ambiguous, made.point) == (area, area.path, False, None)


def test_pin_outside_goes_to_the_manual_desk_marked():
    town = territory()

    made = report(draft(xy=(10.0, 50.0)), at=NOW)

    assert (made.area, made.issue.grid_ambiguous, made.issue.level) == (town.county, True, Level.TOWNSHIP)


def test_pin_outside_with_a_chosen_village_stays_in_the_village_marked():
    town = territory()

    made = report(draft(xy=(10.0, 50.0), area=town.village.code), at=NOW)

    assert (made.area, made.issue.grid_ambiguous) == (town.village, True)


def test_who_does_not_know_where_reaches_the_manual_desk():
    town = territory()

    made = report(draft(area=town.county.code), at=NOW)

    assert (made.area, made.issue.grid_ambiguous) == (town.county, True)


@pytest.mark.parametrize(
    ("place", "field"),
    [({}, "place"), ({"area": "999"}, "place"), ({"xy": (400.0, 90.0)}, "place")],
    ids=["nowhere", "unknown area", "not on the earth"],
)
def test_report_without_a_place_is_refused(place, field):
    territory()

    with pytest.raises(Refusal) as refused:
        report(draft(**place), at=NOW)

    assert refused.value.field == field
    assert Issue.objects.count() == 0


# --- What ----------------------------------------------------------------------------------------------------------


def test_danger_makes_it_critical_and_nothing_else_does():
    town = territory()

    danger = report(at_point(town.inside("A"), danger=True), at=NOW)
    urgent = report(at_point(town.inside("A"), category="energy.wire"), at=NOW)

    assert (danger.issue.urgency, danger.danger) == (Urgency.CRITICAL, True)
    assert urgent.issue.urgency == Urgency.URGENT


def test_group_alone_is_enough_and_is_not_public_until_triage_has_looked():
    town = territory()

    group = report(at_point(town.inside("A"), category="road"), at=NOW).issue
    unsure = report(at_point(town.inside("A"), category=""), at=NOW).issue
    exact = report(at_point(town.inside("A")), at=NOW).issue

    assert (group.category.code, group.non_public) == ("road", True)
    assert (unsure.category.code, unsure.request_type, unsure.non_public) == ("svc", RequestType.HELP, True)
    assert exact.non_public is False


def test_group_with_something_confidential_must_be_made_exact():
    town = territory()

    with pytest.raises(Refusal) as refused:
        report(at_point(town.inside("A"), category="village"), at=NOW)
    sealed = report(at_point(town.inside("A"), category="village.conduct"), at=NOW).issue

    assert refused.value.field == "category"
    assert sealed.sealed


def test_unknown_category_is_refused():
    town = territory()

    with pytest.raises(Refusal, match="choose what it is about"):
        report(at_point(town.inside("A"), category="no.such"), at=NOW)


@pytest.mark.parametrize("text", ["", "   \n ", "长" * 2001])
def test_text_that_is_missing_or_endless_is_refused(text):
    town = territory()

    with pytest.raises(Refusal) as refused:
        report(at_point(town.inside("A"), text=text), at=NOW)

    assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("东门口的路灯坏了。晚上看不见。", "东门口的路灯坏了"),
        ("The lamp is out. It is dark.", "The lamp is out"),
        ("Pipe of 2.5 metres leaks", "Pipe of 2.5 metres leaks"),
        ("\n\n  水 管\t漏水\n第二行", "水 管 漏水"),
        ("灯" * 41, "灯" * 39 + "…"),
        ("灯" * 40, "灯" * 40),
        ("。。。", "。。。"),
        ("打我电话13812345678，灯坏了", "打我电话＊＊＊，灯坏了"),
        ("身份证 150422 19800101 123X 办低保", "身份证 ＊＊＊ 办低保"),
    ],
)
def test_title_is_the_first_sentence_without_anybodys_numbers(text, title):
    assert reporting.title_of(text) == title


def test_identity_and_bank_numbers_are_not_kept_but_what_was_written_beside_them_is():
    town = territory()

    made = report(
        at_point(town.inside("A"), text="低保没发，身份证15042219800101123X，卡号6222 0212 3456 7890 123，电话13812345678"), at=NOW
    )

    assert made.text == "低保没发，身份证＊＊＊，卡号＊＊＊，电话13812345678"


# --- Who -----------------------------------------------------------------------------------------------------------


def test_contacts_are_unreadable_in_the_database():
    town = territory()

    made = report(at_point(town.inside("A"), contact=Contact(phone="13812345678", email="li@example.org")), at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM issues_requester r")
        requester = cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(s)::text FROM issues_submission s")
        submission = cursor.fetchone()[0]
    assert "13812345678" not in requester + submission
    assert "li@example.org" not in requester + submission
    assert Requester.objects.get().phone == "13812345678"
    assert hashlib.sha256(b"13812345678").hexdigest() not in requester
    assert Requester.objects.get(submission=made).email == "li@example.org"


def test_who_leaves_no_contact_is_no_row():
    town = territory()

    made = report(at_point(town.inside("A")), at=NOW)

    assert made.requester is None
    assert Requester.objects.count() == 0


def test_problems_of_one_visit_share_its_key_and_have_their_own_receipts():
    town = territory()
    visit = uuid4()

    made = [report(at_point(town.inside("A"), contact_uuid=visit), at=NOW) for _ in range(3)]

    assert {submission.contact_uuid for submission in made} == {visit}
    assert len({submission.receipt_code for submission in made}) == 3
    assert len({submission.issue_id for submission in made}) == 3


def test_staff_enter_a_report_in_their_role_and_elsewhere_as_anybody_would():
    town = territory()
    member = post(Role.GRID_MEMBER, town["A"], since=DRAWN_AT)

    here = report(at_point(town.inside("A"), channel=Submission.Channel.PROXY), at=NOW, entered_by=member)
    there = report(at_point(town.inside("D"), channel=Submission.Channel.PROXY), at=NOW, entered_by=member)

    assert (here.entered_by, here.channel, here.issue.events.get().actor) == (member, "proxy", Role.GRID_MEMBER)
    assert (there.entered_by, there.issue.events.get().actor) == (member, Actor.REQUESTER)
