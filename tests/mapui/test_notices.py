"""The centre of notices, the choice of ways, and the administrator's page of deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.timezone import now

from issues.models import Issue, Notice, NoticeChoice, Outlet
from issues.notices import webhook
from issues.terms import Verb
from mapui.notices_page import ISSUES_PER_PAGE
from representatives.models import Person
from representatives.roles import Role
from tests.issues.receiver import Receiver
from tests.issues.receiver import receiver as other_side
from tests.mapui.scene import Scene

HTMX = {"HX-Request": "true"}
VS, ADMIN = Role.VILLAGE_SECRETARY, Role.SYSTEM_ADMIN


def as_(client: Client, person: Person) -> Client:
    client.force_login(person, backend="mapui.permissions.RoleBackend")
    return client


def told(county: Scene, role: Role, issue: Issue, count: int = 1, **more: object) -> list[Notice]:
    """So many notices of the issue in the program, and no others of it."""
    made = []
    for number in range(count):
        event = county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text=f"第{number}次").events.latest("number")
        values = {"not_before": county.at, "announced_at": now(), "state": "sent", **more}
        made.append(Notice(event=event, person=county[role], **values))
    return Notice.objects.bulk_create(made)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A server of our own that may be written to."""
    settings.NOTICE_HOSTS = ["127.0.0.1"]
    with other_side() as told:
        yield told


@pytest.fixture
def alone(county: Scene) -> Scene:
    """The county with an issue in hand, of which nobody has been told anything."""
    county.in_progress()
    Notice.objects.all().delete()
    return county


def test_notices_are_grouped_by_issue_and_unread_ones_come_first(alone: Scene, client: Client):
    old, new = Issue.objects.get(), alone.in_progress()
    Notice.objects.all().delete()
    told(alone, VS, new, 2, read_at=now())
    told(alone, VS, old, 7)

    page = as_(client, alone[VS]).get("/notices/").content.decode()

    assert page.index(old.number) < page.index(new.number)
    assert page.count("inbox__issue--new") == 1
    assert "and 2 earlier" in page


def test_one_issue_then_all_are_marked_as_read_and_others_notices_are_left(alone: Scene, client: Client):
    first, second = Issue.objects.get(), alone.in_progress()
    Notice.objects.all().delete()
    told(alone, VS, first, 2)
    told(alone, VS, second, 1)
    told(alone, Role.GRID_MEMBER, first, 1)
    as_(client, alone[VS])

    answer = client.post("/notices/read/", {"number": first.number}, headers=HTMX)
    assert answer["HX-Trigger"] == "notices-read"
    assert Notice.objects.count_unread(alone[VS]) == 1
    assert client.get("/notices/count/").content.decode().count(">1<") == 1
    assert client.post("/notices/read/").status_code == 302

    assert Notice.objects.count_unread(alone[VS]) == 0
    assert Notice.objects.count_unread(alone[Role.GRID_MEMBER]) == 1


def test_filters_by_unread_and_kind_and_says_so_when_nothing_is_left(alone: Scene, client: Client):
    issue = Issue.objects.get()
    told(alone, VS, issue, 1, kind="warning", read_at=now())
    as_(client, alone[VS])

    assert issue.number in client.get("/notices/?kind=warning").content.decode()
    assert "Nothing here with this filter" in client.get("/notices/?unread=1").content.decode()
    assert issue.number in client.get("/notices/?kind=nonsense&page=x").content.decode()


def test_reading_the_page_marks_nothing(alone: Scene, client: Client):
    told(alone, VS, Issue.objects.get())

    as_(client, alone[VS]).get("/notices/")

    assert Notice.objects.count_unread(alone[VS]) == 1


def test_issue_that_somebody_may_no_longer_open_keeps_its_title_to_itself(alone: Scene, client: Client):
    issue = Issue.objects.get()
    told(alone, Role.ORGANISATION_OFFICE, issue)

    page = as_(client, alone[Role.ORGANISATION_OFFICE]).get("/notices/").content.decode()

    assert issue.number in page
    assert issue.title not in page


def test_page_costs_the_same_however_much_there_is(alone: Scene, client: Client, django_assert_max_num_queries):
    issue = Issue.objects.get()
    told(alone, VS, issue, 3)
    as_(client, alone[VS]).get("/notices/")
    for _number in range(ISSUES_PER_PAGE + 2):
        other = alone.in_progress()
        told(alone, VS, other, 1)

    with django_assert_max_num_queries(8):
        page = client.get("/notices/").content.decode()

    assert "page=2" in page


def test_visitors_log_in_first_and_their_count_is_nothing(client: Client, county: Scene):
    assert client.get("/notices/").status_code == 302
    assert client.get("/notices/count/").status_code == 204
    assert client.post("/notices/read/").status_code == 302


# --- by which ways ---


def test_choice_of_ways_is_kept_and_the_number_is_encrypted(county: Scene, client: Client, settings):
    settings.SMS = {**settings.SMS, "url": "https://sms.example.cn/"}
    as_(client, county[VS])

    client.post("/notices/ways/", {"warning-sms": "on", "mobile": "139 0000 1111"})

    choice = NoticeChoice.objects.get(person=county[VS])
    assert (choice.mobile, choice.chosen["warning:sms"], choice.chosen["now:email"]) == ("13900001111", True, False)
    assert 'value="13900001111"' in client.get("/notices/ways/").content.decode()


def test_nonsense_for_a_number_is_refused_with_what_was_typed(county: Scene, client: Client, settings):
    settings.SMS = {**settings.SMS, "url": "https://sms.example.cn/"}

    answer = as_(client, county[VS]).post("/notices/ways/", {"mobile": "call me"})

    assert answer.status_code == 422
    assert "call me" in answer.content.decode()
    assert not NoticeChoice.objects.exists()


# --- deliveries ---


def test_deliveries_are_for_the_system_administrator_alone(county: Scene, client: Client):
    assert as_(client, county[VS]).get("/deliveries/").status_code == 403
    assert as_(client, county[ADMIN]).get("/deliveries/").status_code == 200
    assert as_(client, county[Role.SUPERVISION_OFFICE]).post("/deliveries/add/").status_code == 403


def add(client: Client, **more: object) -> str:
    given = {"channel": "webhook", "name": "OA", "url": "https://93.184.216.34/hook", **more}
    return client.post("/deliveries/add/", given).content.decode()


def test_webhook_when_added_shows_its_secret_once_and_stands_in_the_log(county: Scene, client: Client):
    as_(client, county[ADMIN])

    page = add(client, verbs=["accept", "close"])

    outlet = Outlet.objects.get()
    assert outlet.verbs == ["accept", "close"]
    assert outlet.secret
    assert outlet.secret in page
    assert outlet.secret not in client.get("/deliveries/").content.decode()
    assert LogEntry.objects.get().change_message == "webhook: added"
    old = outlet.secret
    renewed = client.post(f"/deliveries/{outlet.pk}/secret/").content.decode()
    outlet.refresh_from_db()
    assert outlet.secret != old
    assert outlet.secret
    assert outlet.secret in renewed


@pytest.mark.parametrize("channel", ["webhook", "wecom", "dingtalk"])
def test_trial_gets_there_says_nothing_of_any_issue_and_stands_in_the_log(
    county: Scene, client: Client, receiver: Receiver, channel: str
):
    issue = county.report()
    outlet = Outlet.objects.create(
        channel=channel, name="OA", url=f"{receiver.url}/robot?key=1", secret=webhook.new_secret(), created_at=now()
    )
    as_(client, county[ADMIN])

    answer = client.post(f"/deliveries/{outlet.pk}/trial/", follow=True)

    assert "The trial got there." in answer.content.decode()
    (came,) = receiver.came
    assert issue.number not in came.body.decode()
    assert LogEntry.objects.get().change_message == f"{channel}: trial"


def test_trial_that_fails_says_why_and_is_not_repeated_without_end(county: Scene, client: Client, receiver: Receiver):
    receiver.status = 500
    outlet = Outlet.objects.create(
        channel="webhook", name="OA", url=f"{receiver.url}/robot?key=1", secret=webhook.new_secret(), created_at=now()
    )
    as_(client, county[ADMIN])

    assert "The trial did not get there" in client.post(f"/deliveries/{outlet.pk}/trial/", follow=True).content.decode()
    assert LogEntry.objects.get().change_message == "webhook: trial, which failed"
    for _again in range(12):
        page = client.post(f"/deliveries/{outlet.pk}/trial/", follow=True).content.decode()
    assert "very often" in page
    assert len(receiver.came) == 10
    email = Outlet.objects.create(channel="email", created_at=now())
    assert "can be tried" in client.post(f"/deliveries/{email.pk}/trial/", follow=True).content.decode()
    assert client.get(f"/deliveries/{outlet.pk}/trial/").status_code == 405


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://93.184.216.34/", "nonsense"])
def test_address_that_may_not_be_written_to_is_refused_in_a_sentence(county: Scene, client: Client, url: str):
    page = add(as_(client, county[ADMIN]), url=url)

    assert "errorlist" in page
    assert not Outlet.objects.exists()


def test_what_failed_is_shown_tried_again_and_given_up_without_a_word_of_the_issue(alone: Scene, client: Client):
    issue = Issue.objects.get()
    outlet = Outlet.objects.create(
        channel="email", created_at=now(), failing_since=now() - timedelta(hours=3), held_until=now() + timedelta(hours=1),
        last_error="No answer within 5 seconds.",
    )  # fmt: skip
    failing = {
        "channel": "email",
        "announced_at": None,
        "state": "failed",
        "attempts": 2,
        "last_error": "No answer within 5 seconds.",
    }
    told(alone, VS, issue, 2, **failing)
    as_(client, alone[ADMIN])

    page = client.get("/deliveries/").content.decode()
    assert issue.number in page
    assert issue.title not in page
    assert page.count("No answer within 5 seconds.") == 3
    client.post(f"/deliveries/{outlet.pk}/retry/")
    outlet.refresh_from_db()
    assert outlet.held_until is None
    assert set(Notice.objects.filter(channel="email").values_list("state", flat=True)) == {"waiting"}
    client.post(f"/deliveries/{outlet.pk}/give-up/")
    assert set(Notice.objects.filter(channel="email").values_list("state", flat=True)) == {"given_up"}
    assert client.post(f"/deliveries/{outlet.pk}/off/").status_code == 302
    assert client.post(f"/deliveries/{outlet.pk}/nonsense/").status_code == 404
    outlet.refresh_from_db()
    assert outlet.is_active


def test_answer_that_cannot_be_delivered_stands_on_the_issue(county: Scene, client: Client):
    issue = county.in_progress()
    county.move(issue, Verb.RESOLVE, Role.PARTY_REPRESENTATIVE, resolution="换了灯泡。", public_line="路灯已修复。")
    county.move(issue, Verb.VERIFY, Role.GRID_MEMBER)
    event = issue.events.get(verb=Verb.VERIFY)
    Notice.objects.create(event=event, submission=issue.submissions.get(), channel="sms", state="given_up", not_before=now())

    assert "could not be delivered" in as_(client, county[VS]).get(f"/issues/{issue.number}/").content.decode()
