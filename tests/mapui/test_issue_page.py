"""The page of one issue: who sees it and what of it, which buttons, what comes of pressing them, what it costs."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from issues.files import photos, storage
from issues.models import Issue
from issues.terms import Light, Status, Verb
from representatives.models import Person, Unit
from representatives.roles import POSTS, Role, Sees
from tests.mapui.issue_pages import as_, button, page
from tests.mapui.scene import IN_OFFICE, PHONE, Scene, submission_of

STATEMENTS = 10


# --- who sees it ---


def test_visitor_when_opening_an_issue_is_asked_to_log_in(county: Scene, client: Client):
    issue = county.report()

    answer = client.get(page(issue))

    assert answer.status_code == 302
    assert reverse("login") in answer.headers["Location"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.GRID_MEMBER, 200),
        (Role.PARTY_REPRESENTATIVE, 200),
        (Role.VILLAGE_SECRETARY, 200),
        (Role.TOWNSHIP_COMMITTEE, 200),
        (Role.DEPARTMENT, 404),
        (Role.SUPERVISION_OFFICE, 404),
        (Role.COUNTY_LEADER, 404),
        (Role.TOWNSHIP_DISCIPLINE, 404),
        (Role.ORGANISATION_OFFICE, 403),
        (Role.SYSTEM_ADMIN, 403),
    ],
)
def test_green_issue_in_time_is_there_for_those_posted_near_and_for_nobody_else(
    county: Scene, client: Client, role: Role, status: int
):
    issue = county.in_progress()

    assert as_(client, county[role]).get(page(issue)).status_code == status


def test_issue_of_another_township_does_not_exist(county: Scene, client: Client):
    issue = county.report()

    assert as_(client, county.stranger).get(page(issue)).status_code == 404
    assert client.post(button(issue, Verb.ACCEPT), {"seen": 1}).status_code == 404
    assert client.get(reverse("issue-place", args=[issue.number])).status_code == 404
    assert county.again(issue).status == Status.SUBMITTED


def test_sealed_issue_is_there_for_the_discipline_inspection_alone(county: Scene, client: Client):
    issue = county.report("办事大厅工作人员态度恶劣", category="village.conduct")

    for role in IN_OFFICE:
        status = as_(client, county[role]).get(page(issue)).status_code
        nothing = 403 if POSTS[role].sees == Sees.NOTHING else 404
        assert status == (200 if role is Role.TOWNSHIP_DISCIPLINE else nothing), role


# --- what it shows ---


def test_page_says_what_where_who_and_what_was_done(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE, text="一组没有路灯")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(page(issue)).content.decode()

    for words in (
        "一组没有路灯",
        issue.number,
        "巴林左旗",
        "林东镇",
        "上京社区",
        "第1网格",
        "王书记",
        "李代表",
        "赵镇长",
        "周督查",
    ):
        assert words in html
    assert 'data-light="blue"' in html
    assert "3 entries, chain intact" in html
    assert issue.head[:8] in html


def test_ledger_that_was_tampered_with_is_called_so(county: Scene, client: Client):
    issue = county.in_progress()
    Issue.objects.filter(pk=issue.pk).update(head="0" * 64)  # whoever cuts events off has to change the head

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(page(issue)).content.decode()

    assert "The ledger of this issue does not verify" in html


def test_what_people_wrote_is_shown_as_text_never_as_markup(county: Scene, client: Client):
    issue = county.report("<script>alert(1)</script>路灯不亮", category="road.light")
    issue = county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="<img src=x onerror=alert(2)>")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(page(issue)).content.decode()

    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


def test_long_history_shows_the_latest_and_all_on_request(county: Scene, client: Client):
    issue = county.in_progress()
    for number in range(25):
        issue = county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text=f"第{number}次走访")

    short = as_(client, county[Role.VILLAGE_SECRETARY]).get(page(issue)).content.decode()
    whole = client.get(page(issue), {"events": "all"}).content.decode()

    assert "第24次走访" in short
    assert "第0次走访" not in short
    assert "第0次走访" in whole


# --- how the requester can be reached: test_contact_looks.py ---


def test_contact_and_receipt_are_on_no_page_once_the_issue_has_ended(county: Scene, client: Client):
    issue = county.move(county.awaiting_rating(phone=PHONE), Verb.RATE, Role.GRID_MEMBER, rating="satisfied")
    receipt = submission_of(issue).receipt_code

    html = as_(client, county[Role.GRID_MEMBER]).get(page(issue)).content.decode()

    assert issue.status == Status.CLOSED
    assert PHONE not in html
    assert receipt not in html
    assert reverse("issue-contact", args=[issue.number, submission_of(issue).pk]) not in html


# --- photos ---


def with_photo(issue: Issue) -> int:
    content = BytesIO()
    Image.new("RGB", (600, 400), "green").save(content, "JPEG")
    photo = photos.prepare(content, size=content.tell(), name="a.jpg")
    return storage.attach(submission_of(issue), [photo], at=issue.reported_at)[0].pk


def test_photo_is_served_to_who_may_see_the_issue_and_to_nobody_else(county: Scene, client: Client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    pk = with_photo(county.report())

    mine = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("photo", args=[pk]))
    thumb = client.get(reverse("photo", args=[pk]), {"size": "thumb"})

    assert mine.status_code == 200
    assert mine.headers["Content-Type"] == "image/jpeg"
    assert "private" in mine.headers["Cache-Control"]
    assert Image.open(BytesIO(mine.getvalue())).size == (600, 400)
    assert Image.open(BytesIO(thumb.getvalue())).size[0] <= 320
    assert as_(client, county.stranger).get(reverse("photo", args=[pk])).status_code == 404
    assert Client().get(reverse("photo", args=[pk])).status_code == 302


# --- looking up ---


def test_issues_like_it_are_offered_for_merging(county: Scene, client: Client):
    first, second = county.report("路灯不亮", category="road.light"), county.report("又一盏不亮", category="road.light")
    county.report("桥坏了", category="road.bridge")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("issue-like", args=[second.number])).content.decode()

    assert first.number in html
    assert second.number not in html
    assert html.count("<option") == 1


def test_places_are_found_by_name(county: Scene, client: Client):
    issue = county.report()

    found = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("issue-areas", args=[issue.number]), {"area": "兴隆"})

    assert county.town.villages["兴隆村"].code in found.content.decode()


def test_place_has_the_outline_of_the_cell_and_of_its_village(county: Scene, client: Client):
    issue = county.report(cell="A")

    place = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("issue-place", args=[issue.number])).json()

    assert [area["name"] for area in place["areas"]] == ["上京社区", "第1网格"]
    assert [area["own"] for area in place["areas"]] == [False, True]
    assert place["point"] == [pytest.approx(issue.point.x), pytest.approx(issue.point.y)] if issue.point else False


# --- what it costs ---


def stories(county: Scene) -> list[tuple[str, Issue]]:
    return [
        ("submitted", county.report(category="road.light", phone=PHONE)),
        ("green in progress", county.in_progress(phone=PHONE)),
        ("blue", county.in_progress(Light.BLUE)),
        ("yellow", county.accepted(Light.YELLOW)),
        ("proposed", county.proposed()),
        ("red", county.on_red_list()),
        ("awaiting exit", county.red_awaiting_exit()),
        ("awaiting rating", county.awaiting_rating()),
    ]


def test_page_costs_few_statements_for_everybody_at_every_stage(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    told = stories(county)

    for name, issue in told:
        for role, person in county.people.items():
            as_(client, person)
            with django_assert_max_num_queries(STATEMENTS, info=f"{name} as {role}"):
                client.get(page(issue))


def test_page_costs_the_same_with_many_reports_and_a_long_history(
    county: Scene, client: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    issue = county.in_progress()
    as_(client, county[Role.VILLAGE_SECRETARY]).get(page(issue))
    short = cost(client, issue)

    for number in range(30):
        county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text=f"第{number}次")
    report = submission_of(issue)
    for number in range(10):
        report.pk, report.receipt_code = None, f"R{number}"
        report.uuid, report.requester = type(report)._meta.get_field("uuid").get_default(), None
        report.save(force_insert=True)

    with django_assert_num_queries(short):
        client.get(page(issue))


def cost(client: Client, issue: Issue) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(page(issue))
    return len(captured)


# --- the duty roster ---


def test_page_where_somebody_is_in_danger_says_whom_to_call_until_it_is_over(county: Scene, client: Client):
    issue = county.accepted(Light.BLUE)
    Issue.objects.filter(pk=issue.pk).update(urgency="critical")
    secretary = county[Role.VILLAGE_SECRETARY]
    unit = secretary.unit or Unit.objects.first()
    Unit.objects.update(phone="0476-555 0101")
    Person.objects.filter(pk=secretary.pk).update(office_phone="", unit=unit)  # then the unit's answers
    as_(client, county[Role.GRID_MEMBER])

    html = client.get(page(issue)).content.decode()
    assert "notice--warning" in html.partition('id="people-title"')[2].partition("</section>")[0]
    assert 'href="tel:0476-5550101"' in html

    Issue.objects.filter(pk=issue.pk).update(made_safe_at=issue.reported_at)
    html = client.get(page(issue)).content.decode()
    assert "notice--warning" not in html.partition('id="people-title"')[2].partition("</section>")[0]
