"""The policy as people own it, through its pages: read, loaded with faults, compared, signed, tried out; and the calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate, now

from issues import policy
from issues.models import CalendarChange, CountyDay, Event, Issue, PolicyDraft, Simulation, SlaPolicy, Stage
from issues.policy import versions
from issues.recalendar import changes
from issues.simulating import running
from issues.terms import Verb
from mapui import policy_words
from mapui.views import county_calendar as county_calendar_pages
from mapui.views import simulation as simulation_pages
from representatives.roles import POSTS, Page, Role
from tests.mapui.scene import IN_OFFICE, Scene

SHIPPED = versions.SHIPPED.read_text()
NEXT = versions.with_values(SHIPPED, id="county-2027").replace("green: 3wd", "green: 2wd")


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in these tests: what would be queued is run by hand."""
    for view in (county_calendar_pages, simulation_pages):
        monkeypatch.setattr(view, "ask", lambda task: None)


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def logged_in(client: Client, county: Scene, role: Role) -> Client:
    client.force_login(county[role])
    return client


def load(client: Client, text: str) -> PolicyDraft:
    answer = client.post("/policy/drafts/", {"file": SimpleUploadedFile("policy.yaml", text.encode())})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return PolicyDraft.objects.latest("pk")


# --- words ---


def test_every_value_of_the_policy_is_said_once_and_every_key_has_a_word():
    terms = policy.read(SHIPPED)
    said = policy_words.statements(terms)

    assert len({statement.key for statement in said}) == len(said)
    keys = {part for statement in said for part in statement.key.split(".") if not part.isdecimal()}
    assert keys - set(policy_words.WORDS) == set()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("green: 3wd", "green: 2wd"), "limits.normal.green"),
        (("attempts: 3", "attempts: 4"), "closure.attempts"),
        (("{times: 2, max: 15wd", "{times: 3, max: 15wd"), "levels.red.extension.times"),
        (("at: 0.5", "at: 0.4"), "warn.1.at"),
        (("call_back: {red: 1.0", "call_back: {red: 0.9"), "closure.call_back.red"),
        (('digest_at: "08:30"', 'digest_at: "08:00"'), "digest_at"),
    ],
)
def test_change_of_one_value_is_one_difference(change, key):
    from mapui.policy_page import Comparison, Text

    assert change[0] in SHIPPED
    text = SHIPPED.replace(change[0], change[1], 1)
    compared = Comparison(Text("a", SHIPPED, policy.read(SHIPPED)), Text("b", text, policy.read(text)))

    assert [each.key for each in compared.differences] == [key]
    assert [line.kind for line in compared.lines if line.kind not in ("same", "gap")] == ["changed"]


# --- who ---


@pytest.mark.parametrize("role", sorted(IN_OFFICE))
def test_policy_in_force_is_for_all_staff_and_the_rest_for_those_who_own_it(client, county: Scene, role):
    client = logged_in(client, county, role)
    html = page(client, "/policy/")
    assert "default-2026" in html
    expected = 200 if Page.POLICY in POSTS[role].pages else 403
    for url in (
        "/policy/drafts/",
        "/policy/compare/",
        "/policy/calendar/",
        "/policy/simulations/",
        "/policy/versions/default-2026/",
    ):
        assert client.get(url).status_code == expected, url
    assert ("/policy/compare/" in html) == (expected == 200)


def test_visitor_is_led_to_the_log_in(client, county: Scene):
    assert client.get("/policy/").url == "/login/?next=/policy/"


def test_readers_may_not_load_sign_or_change_the_calendar(client, county: Scene):
    draft = load(logged_in(client, county, Role.SYSTEM_ADMIN), NEXT)
    client = logged_in(Client(), county, Role.SUPERVISION_OFFICE)

    posts = {
        "/policy/drafts/": {"text": NEXT},
        f"/policy/drafts/{draft.pk}/sign/": {"signed_by": "x", "active_from": "2099-01-01"},
    }
    for url, data in posts.items():
        answer = client.post(url, data)
        assert answer.status_code in (403, 422), url
    assert client.post(f"/policy/drafts/{draft.pk}/drop/").status_code == 403
    area = county.town.county.pk if hasattr(county.town, "county") else None
    days = {"area": area or "1", "first": "2099-05-01", "kind": "rests", "reason": "x"}
    assert client.post("/policy/calendar/", days).status_code in (403, 422)
    assert not SlaPolicy.objects.filter(identifier="county-2027").exists()
    assert not CalendarChange.objects.exists()


# --- loading ---


def test_faulty_file_is_kept_and_every_fault_named_with_its_line(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    faulty = NEXT.replace("attempts: 3", "attemps: 3").replace(
        "sign: 4wh, contact: 1wd, green: 2wd", "sign: 4 hours, contact: 1wd, green: 2wd"
    )
    draft = load(client, faulty)

    html = page(client, f"/policy/drafts/{draft.pk}/")

    assert draft.text == faulty
    assert draft.body is None
    lines = [number for number, line in enumerate(faulty.splitlines(), 1) if "attemps" in line or "4 hours" in line]
    for number in lines:
        assert re.search(rf'<li value="{number}" data-wrong>', html), number
    assert "attemps: 3" in html
    assert "county-2027" in html or "faulty" in html or draft.name in html
    assert f'action="/policy/drafts/{draft.pk}/sign/"' not in html
    assert client.post(f"/policy/drafts/{draft.pk}/sign/", {"signed_by": "x", "active_from": "2099-01-01"}).status_code == 409


def test_faulty_draft_when_put_right_can_be_signed_and_holds_for_new_reports_only(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    old = county.accepted()
    draft = load(client, NEXT.replace("green: 2wd", "green: 2 days"))
    answer = client.post(f"/policy/drafts/{draft.pk}/", {"text": NEXT.replace("\n", "\r\n")}, follow=True)
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.text == NEXT

    today = localdate(now()).isoformat()
    answer = client.post(f"/policy/drafts/{draft.pk}/sign/", {"signed_by": "旗委常委会", "active_from": today})

    assert answer.status_code == 302
    version = SlaPolicy.objects.get(identifier="county-2027")
    assert (version.signed_by, version.source) == ("旗委常委会", NEXT)
    county.at = now()
    new = county.accepted()
    assert (Issue.objects.get(pk=old.pk).policy.identifier, new.policy.identifier) == ("default-2026", "county-2027")
    html = page(client, "/policy/")
    assert "旗委常委会" in html
    assert "county-2027" in html


def test_version_cannot_begin_in_the_past_nor_without_a_name_nor_twice(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    draft = load(client, NEXT)
    url = f"/policy/drafts/{draft.pk}/sign/"

    past = client.post(url, {"signed_by": "x", "active_from": "2020-01-01"})
    nobody = client.post(url, {"signed_by": "", "active_from": "2099-01-01"})
    assert (past.status_code, nobody.status_code) == (409, 422)
    assert 'value="2020-01-01"' in past.content.decode()
    assert client.post(url, {"signed_by": "x", "active_from": "2099-01-01"}).status_code == 302
    assert client.post(url, {"signed_by": "x", "active_from": "2099-01-01"}).status_code == 409
    assert client.post(f"/policy/drafts/{draft.pk}/drop/").status_code == 409
    twin = load(client, NEXT)
    assert client.post(f"/policy/drafts/{twin.pk}/sign/", {"signed_by": "x", "active_from": "2099-01-01"}).status_code == 409
    assert client.post(f"/policy/drafts/{twin.pk}/drop/").status_code == 302


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- a list\n"])
def test_file_that_is_no_policy_is_answered_with_a_sentence(client, county: Scene, content):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)

    answer = client.post("/policy/drafts/", {"file": SimpleUploadedFile("x.yaml", content), "text": ""}, follow=True)

    assert answer.status_code in (200, 422)
    html = answer.content.decode()
    assert "notice--error" in html


# --- comparing ---


def test_two_are_compared_in_words_and_line_by_line(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    draft = load(client, NEXT)
    version = SlaPolicy.objects.get()

    html = page(client, f"/policy/compare/?old=v{version.pk}&new=d{draft.pk}")

    assert "limits.normal.green" in html
    assert html.count("<del>") == html.count("<ins>") == 2  # the identifier and the row of limits
    assert client.get("/policy/compare/?old=v999&new=d1").status_code == 404
    assert client.get("/policy/compare/?old=x&new=d1").status_code == 404


def test_file_of_a_version_is_given_as_it_was_signed(client, county: Scene):
    answer = logged_in(client, county, Role.COUNTY_LEADER).get("/policy/versions/default-2026/file.yaml")

    assert answer.content.decode() == SlaPolicy.objects.get().source
    assert 'filename="default-2026.yaml"' in answer["Content-Disposition"]


# --- the calendar ---


def test_day_off_is_counted_shown_confirmed_and_then_moves_what_is_open(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    issue = county.accepted()
    assert issue.level_due_at is not None
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', page(client, "/policy/calendar/"))
    assert area is not None
    day = _working_day_before(issue)
    before = issue.level_due_at
    form = {"area": area[1], "first": day.isoformat(), "kind": "rests", "reason": "那达慕"}

    answer = client.post("/policy/calendar/", form)

    assert answer.status_code == 302
    assert "progress" in page(client, answer.url)
    changes.work(at=now())
    html = page(client, answer.url)
    assert issue.number in html
    assert "calendar-confirm" in html or "/confirm/" in html
    assert Issue.objects.get(pk=issue.pk).level_due_at == before
    assert client.post(f"{answer.url}confirm/").status_code == 302
    changes.work(at=now())
    moved = Issue.objects.get(pk=issue.pk).level_due_at
    assert moved is not None
    assert moved > before
    assert Event.objects.filter(issue=issue, verb=Verb.RECALENDAR).count() == 1
    assert "那达慕" in page(client, "/policy/calendar/")
    assert CountyDay.objects.get().day == day
    assert page(logged_in(Client(), county, Role.COUNTY_LEADER), answer.url)
    assert client.post(f"{answer.url}drop/").status_code == 409


def _working_day_before(issue: Issue) -> date:
    """The last working day before the issue is due, and after today."""
    calendar = policy.calendar_of(policy.terms(issue.policy_id), issue.path)
    assert issue.level_due_at is not None
    day = calendar.local(issue.level_due_at).date()
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def test_change_is_dropped_before_it_is_confirmed(client, county: Scene):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', page(client, "/policy/calendar/"))
    assert area is not None
    form = {"area": area[1], "first": "2099-05-01", "last": "2099-05-03", "kind": "rests", "reason": "x"}
    url = client.post("/policy/calendar/", form).url

    assert client.post(f"{url}drop/").status_code == 302
    assert not CountyDay.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"first": "nonsense"}, {"last": "2099-04-01"}, {"last": "2099-12-01"}, {"reason": ""}, {"kind": "often"}, {"area": "0"}],
)
def test_wrong_entry_of_days_is_shown_again_with_what_was_typed(client, county: Scene, wrong):
    client = logged_in(client, county, Role.SYSTEM_ADMIN)
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', page(client, "/policy/calendar/"))
    assert area is not None
    form = {"area": area[1], "first": "2099-05-01", "kind": "rests", "reason": "那达慕", **wrong}

    answer = client.post("/policy/calendar/", form)

    assert answer.status_code == 422
    assert f'value="{form["first"]}"' in answer.content.decode()
    assert not CalendarChange.objects.exists()


# --- the simulation ---


def test_draft_is_tried_out_watched_read_and_taken_along(client, county: Scene):
    draft = load(logged_in(client, county, Role.SYSTEM_ADMIN), NEXT)
    county.accepted()
    client = logged_in(Client(), county, Role.COUNTY_LEADER)
    html = page(client, f"/policy/simulations/?draft={draft.pk}")
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', html)
    assert area is not None
    answer = client.post("/policy/simulations/", {"draft": draft.pk, "area": area[1], "months": 3})
    assert answer.status_code == 302
    url = answer.url
    assert "<progress" in page(client, url)
    assert client.get(f"{url}figures.csv").status_code == 404

    assert running.work(clock=now) == "1 simulations"

    html = page(client, url)
    assert "<polyline" in html
    assert "hx-trigger" not in html.split('id="simulation"')[1].split(">")[0]
    rows = b"".join(client.get(f"{url}figures.csv").streaming_content).decode().splitlines()
    assert len(rows) > 2 * 4 * 4
    assert "county-2027" in page(client, "/policy/simulations/")


def test_simulation_of_an_empty_past_says_so_and_a_cancelled_one_too(client, county: Scene):
    draft = load(logged_in(client, county, Role.SYSTEM_ADMIN), NEXT)
    html = page(client, "/policy/simulations/")
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', html)
    assert area is not None
    urls = [client.post("/policy/simulations/", {"draft": draft.pk, "area": area[1], "months": 1}).url for _ in range(2)]
    assert client.post(f"{urls[0]}cancel/").status_code == 302
    assert client.post(f"{urls[0]}cancel/").status_code == 409
    running.work(clock=now)

    assert "empty" in page(client, urls[0])
    assert "empty" in page(client, urls[1])
    assert Simulation.objects.filter(stage=Stage.DONE).count() == 1


def test_failed_simulation_shows_why(client, county: Scene):
    draft = load(logged_in(client, county, Role.SYSTEM_ADMIN), NEXT)
    html = page(client, "/policy/simulations/")
    area = re.search(r'<select id="area" name="area"><option value="(\d+)"', html)
    assert area is not None
    url = client.post("/policy/simulations/", {"draft": draft.pk, "area": area[1], "months": 1}).url
    Simulation.objects.update(stage=Stage.FAILED, problem="no more memory")

    assert "no more memory" in page(client, url)
