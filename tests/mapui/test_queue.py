"""The queue: what waits for whom, narrowed, paged, moved on by one press; and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from issues.models import Issue, Notice
from issues.terms import ClockState, Light, Status, Verb
from mapui.queue_page import ROWS_PER_PAGE, Asked, QueuePage, Wanted
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.paging import way
from tests.mapui.scene import Scene

HTMX = {"HX-Request": "true"}
STATEMENTS = 8
QUEUE = "/queue/"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def numbers(html: str) -> list[str]:
    """The numbers of the issues in the list, from the top."""
    return [part.split('"')[0] for part in html.split('<tr id="row-')[1:]]


def queue_of(county: Scene, role: Role, **wanted: object) -> QueuePage:
    return QueuePage(county[role], now(), Wanted(**wanted))  # type: ignore[arg-type]


# --- who ---


def test_visitor_is_asked_to_log_in(county: Scene, client: Client):
    assert client.get(QUEUE).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.GRID_MEMBER, 200),
        (Role.VILLAGE_SECRETARY, 200),
        (Role.DEPARTMENT, 200),
        (Role.TOWNSHIP_DISCIPLINE, 200),
        (Role.ORGANISATION_OFFICE, 403),
        (Role.SYSTEM_ADMIN, 403),
    ],
)
def test_queue_is_for_roles_that_have_it(county: Scene, client: Client, role: Role, status: int):
    assert as_(client, county[role]).get(QUEUE).status_code == status


@pytest.mark.parametrize("role", [Role.GRID_MEMBER, Role.DEPARTMENT, Role.SUPERVISION_OFFICE, Role.TOWNSHIP_DISCIPLINE])
def test_empty_queue_says_what_would_be_there_for_the_role(county: Scene, client: Client, role: Role):
    html = as_(client, county[role]).get(QUEUE).content.decode()

    assert "Nothing waits for you." in html
    assert str(queue_of(county, role).empty) in html


def test_each_role_has_its_own_sentence_for_nothing(county: Scene):
    told = {str(queue_of(county, role).empty) for role in (Role.GRID_MEMBER, Role.DEPARTMENT, Role.SUPERVISION_OFFICE)}

    assert len(told) == 3


# --- what ---


def test_each_thing_waits_for_whom_it_is_asked_of(county: Scene):
    new = county.report(category="road.light")
    accepted, working = county.accepted(), county.in_progress()
    checking = county.resolved()
    yellow, proposed = county.accepted(Light.YELLOW), county.proposed()
    red, leaving = county.on_red_list(), county.red_awaiting_exit()

    def waiting(role: Role) -> set[tuple[str, Asked | None]]:
        return {(row.issue.number, row.asked) for row in queue_of(county, role).rows}

    calling = (leaving.number, Asked.FEEDBACK)  # of a red issue every requester is called
    assert waiting(Role.GRID_MEMBER) == {(new.number, Asked.ACCEPT), (checking.number, Asked.VERIFY), calling}
    assert waiting(Role.PARTY_REPRESENTATIVE) == {(accepted.number, Asked.ACKNOWLEDGE), (working.number, Asked.HANDLE)}
    assert {(yellow.number, Asked.ACKNOWLEDGE)} <= waiting(Role.TOWNSHIP_COMMITTEE)
    assert waiting(Role.DEPARTMENT) == {(red.number, Asked.ACKNOWLEDGE)}
    assert {(proposed.number, Asked.DECIDE), (leaving.number, Asked.DECIDE)} <= waiting(Role.SUPERVISION_OFFICE)


def test_nothing_of_another_township_and_nothing_sealed_is_in_a_queue(county: Scene, client: Client):
    here = county.report(category="road.light", cell="A")
    there = county.report(category="road.light", cell="E")
    sealed = county.report("态度恶劣", category="village.conduct")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(QUEUE).content.decode()
    theirs = as_(client, county[Role.TOWNSHIP_DISCIPLINE]).get(QUEUE).content.decode()

    assert here.number in html
    assert there.number not in html
    assert sealed.number not in html
    assert numbers(theirs) == [sealed.number]


def test_soonest_due_stands_first(county: Scene):
    county.at -= timedelta(days=2)
    first = county.report(category="road.light")
    county.at += timedelta(days=1)
    second = county.report(category="road.light")
    county.at += timedelta(hours=1)
    urgent = county.report(category="road.light")
    Issue.objects.filter(pk=urgent.pk).update(triage_due_at=first.triage_due_at - timedelta(minutes=1))  # type: ignore[operator]

    rows = queue_of(county, Role.VILLAGE_SECRETARY).rows

    assert [row.issue.number for row in rows] == [urgent.number, first.number, second.number]


def test_tabs_count_each_kind_and_keep_the_filter(county: Scene, client: Client):
    county.report(category="road.light")
    county.report(category="svc.consult")
    county.resolved()

    html = as_(client, county[Role.GRID_MEMBER]).get(QUEUE, {"category": "road"}).content.decode()
    tabs = {tab.value: tab.count for tab in queue_of(county, Role.GRID_MEMBER).tabs}

    assert tabs == {"": 3, "accept": 2, "verify": 1}
    assert "asked=accept" in html
    assert "category=road&amp;asked=accept" in html or "asked=accept&amp;category=road" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"lamp", "bridge", "question"}),
        ({"light": "yellow"}, {"bridge"}),
        ({"light": "purple"}, {"lamp", "bridge", "question"}),
        ({"category": "svc"}, {"question"}),
        ({"q": "路灯"}, {"lamp"}),
        ({"asked": "accept", "category": "road.bridge"}, {"bridge"}),
        ({"clock": "overdue"}, {"bridge"}),
        ({"urgency": "critical"}, set()),
        ({"page": "99"}, {"lamp", "bridge", "question"}),
        ({"page": "x"}, {"lamp", "bridge", "question"}),
    ],
)
def test_filters_of_the_address_narrow_the_list(county: Scene, client: Client, query: dict[str, str], found: set[str]):
    issues = {
        "lamp": county.report("路灯不亮", category="road.light"),
        "bridge": county.report("桥塌了", category="road.bridge"),
        "question": county.report("怎么缴费", category="svc.consult"),
    }
    Issue.objects.all().update(triage_due_at=now() + timedelta(days=2))
    Issue.objects.filter(pk=issues["bridge"].pk).update(triage_due_at=now() - timedelta(hours=1))
    # The township accepts what is late, and the secretary the rest: ask as somebody who is both.
    post_both(county)

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(QUEUE, query).content.decode()

    assert set(numbers(html)) == {issues[name].number for name in found}


def post_both(county: Scene) -> None:
    from tests.representatives.factories import post

    who = county[Role.VILLAGE_SECRETARY]
    post(Role.TOWNSHIP_COMMITTEE, county.town.township, who)
    who.refresh_from_db()


def test_place_narrows_to_its_own(county: Scene, client: Client):
    county.report(category="road.light", cell="A")
    in_b = county.report(category="road.light", cell="B")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(QUEUE, {"area": county.town["B"].code}).content.decode()
    elsewhere = client.get(QUEUE, {"area": county.town["E"].code}).content.decode()

    assert numbers(html) == [in_b.number]
    assert "Nothing that waits for you fits the filter." in elsewhere


def test_filter_that_nothing_fits_says_so_and_offers_to_clear_it(county: Scene, client: Client):
    county.report(category="road.light")

    html = as_(client, county[Role.VILLAGE_SECRETARY]).get(QUEUE, {"q": "地震"}).content.decode()

    assert "Nothing that waits for you fits the filter." in html
    assert "Clear the filter" in html


def test_long_queue_is_paged_and_every_issue_is_on_one_page(county: Scene, client: Client):
    made = {county.report(f"第{n}盏灯不亮", category="road.light").number for n in range(ROWS_PER_PAGE + 3)}
    as_(client, county[Role.VILLAGE_SECRETARY])

    page = client.get(QUEUE).content.decode()
    first, second = numbers(page), numbers(client.get(f"{QUEUE}{way('next', page)}").content.decode())

    assert (len(first), len(second)) == (ROWS_PER_PAGE, 3)
    assert set(first) | set(second) == made


@pytest.mark.parametrize("asked_at", [timedelta(0), timedelta(days=1), timedelta(days=3), timedelta(days=30)])
def test_state_of_a_row_is_the_one_that_the_filter_asks_for(county: Scene, asked_at: timedelta):
    for make in (county.accepted, county.in_progress, county.resolved, lambda: county.accepted(Light.BLUE), county.awaiting_rating):
        make()
    county.report(category="road.light")
    at = now() + asked_at

    for role in (Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY):
        rows = QueuePage(county[role], at).rows
        for state in ClockState:
            found = Issue.objects.waiting_for(county[role], at).in_wait_state(state, at)
            assert {issue.pk for issue in found} == {row.issue.pk for row in rows if row.clock == state}, (role, state)


# --- one press ---


def test_one_press_accepts_and_answers_with_the_row_and_the_tabs(county: Scene, client: Client):
    issue = county.report(category="road.light")
    county.report(category="road.light")
    press = reverse("queue-move", args=[issue.number, Verb.ACCEPT])

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(press, {"seen": 1}, headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert numbers(html) == [issue.number]
    assert 'data-result="done"' in html
    assert 'id="tabs" hx-swap-oob="true"' in html
    assert county.again(issue).status == Status.ASSIGNED


def test_one_press_without_javascript_returns_to_the_queue_with_a_message(county: Scene, client: Client):
    issue = county.accepted()
    press = reverse("queue-move", args=[issue.number, Verb.ACKNOWLEDGE])

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).post(press, {"seen": issue.event_count}, follow=True)

    assert answer.redirect_chain[-1][0] == QUEUE
    assert f"{issue.number} – done: Acknowledge." in answer.content.decode()


def test_one_press_on_what_somebody_changed_meanwhile_says_who_did_what(county: Scene, client: Client):
    issue = county.report(category="road.light")
    county.move(issue, Verb.ACCEPT, Role.GRID_MEMBER)
    press = reverse("queue-move", args=[issue.number, Verb.ACCEPT])

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(press, {"seen": 1}, headers=HTMX)

    html = answer.content.decode()
    assert 'data-result="refused"' in html
    assert "Meanwhile" in html


@pytest.mark.parametrize("verb", ["decline", "note", "explode"])
def test_one_press_is_only_for_moves_that_need_no_word(county: Scene, client: Client, verb: str):
    issue = county.report(category="road.light")

    assert as_(client, county[Role.VILLAGE_SECRETARY]).post(f"/queue/{issue.number}/{verb}/").status_code == 404


def test_one_press_on_an_issue_out_of_sight_is_404(county: Scene, client: Client):
    issue = county.report(category="road.light")

    assert as_(client, county.stranger).post(f"/queue/{issue.number}/accept/", headers=HTMX).status_code == 404


# --- notices ---


def told(county: Scene, role: Role, count: int) -> list[Notice]:
    """So many notices, announced already."""
    issue = county.in_progress()
    made = []
    for number in range(count):
        event = county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text=f"第{number}次").events.latest("number")
        made.append(Notice(event=event, person=county[role], not_before=county.at, announced_at=county.at))
    return Notice.objects.bulk_create(made)


def test_notices_are_listed_counted_and_marked_as_read(county: Scene, client: Client):
    Notice.objects.all().delete()
    mine = told(county, Role.VILLAGE_SECRETARY, 10)
    others = told(county, Role.GRID_MEMBER, 1)
    Notice.objects.exclude(pk__in=[notice.pk for notice in (*mine, *others)]).delete()
    as_(client, county[Role.VILLAGE_SECRETARY])

    before = QueuePage(county[Role.VILLAGE_SECRETARY], now()).unread
    one = client.post(reverse("notices-read"), {"id": [mine[0].pk, others[0].pk]}, headers=HTMX)
    after_one = QueuePage(county[Role.VILLAGE_SECRETARY], now()).unread
    client.post(reverse("notices-read"))

    assert before == 10
    assert one.status_code == 200
    assert after_one == 9
    assert QueuePage(county[Role.VILLAGE_SECRETARY], now()).unread == 0
    assert Notice.objects.get(pk=others[0].pk).read_at is None


def test_reading_a_page_marks_nothing_as_read(county: Scene, client: Client):
    told(county, Role.VILLAGE_SECRETARY, 2)
    before = QueuePage(county[Role.VILLAGE_SECRETARY], now()).unread

    as_(client, county[Role.VILLAGE_SECRETARY]).get(QUEUE)

    assert QueuePage(county[Role.VILLAGE_SECRETARY], now()).unread == before > 0


# --- to be told by telephone ---


def test_declined_report_of_somebody_with_a_telephone_only_is_listed_until_somebody_has_called(county: Scene, client: Client):
    about = county.report(category="road.light", phone="13912345678")
    issue = county.move(about, Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="not ours", reply="Please ask the court.")
    as_(client, county[Role.VILLAGE_SECRETARY])
    link = f'<a href="{reverse("issue", args=[issue.number])}">'
    page = client.get(reverse("issue", args=[issue.number])).content.decode()
    assert "to-tell-title" in client.get(QUEUE).content.decode()
    assert link in client.get(QUEUE).content.decode()
    assert "A requester cannot be told in writing" in page
    assert 'value="told"' in page or "/told/" in page

    county.move(issue, Verb.TOLD, Role.VILLAGE_SECRETARY)

    assert "to-tell-title" not in client.get(QUEUE).content.decode()
    assert "A requester cannot be told in writing" not in client.get(reverse("issue", args=[issue.number])).content.decode()


# --- what it costs ---


def test_queue_costs_as_many_statements_however_much_waits(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    told(county, Role.VILLAGE_SECRETARY, 3)
    as_(client, county[Role.VILLAGE_SECRETARY])
    spent = []

    for waiting in (5, 50):
        while Issue.objects.waiting_for(county[Role.VILLAGE_SECRETARY], now()).count() < waiting:
            county.report(category="road.light")
        with django_assert_max_num_queries(STATEMENTS) as captured:
            assert client.get(QUEUE).status_code == 200
        spent.append(len(captured))

    assert spent[0] == spent[1]


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.SUPERVISION_OFFICE, Role.TOWNSHIP_COMMITTEE])
def test_queue_costs_no_more_for_those_above(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, role: Role
):
    for make in (county.on_red_list, county.proposed, county.red_awaiting_exit):
        make()
    as_(client, county[role])

    with django_assert_max_num_queries(STATEMENTS):
        assert client.get(QUEUE).status_code == 200
