"""The outbox and its ways out: states, order, repeats, outages; real HTTP on 127.0.0.1 for everything that is not mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues import closing, sweeps
from issues.models import Event, Issue, Notice, NoticeChoice, Outlet, Requester
from issues.notices import http, sending, ways, webhook
from issues.notices.letters import Rejected, SendingFailed
from issues.notices.sms import filled, judge
from issues.notices.ways import Reach, out_of_program
from issues.terms import Verb
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.receiver import Receiver, receiver

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
S = Notice.State


@pytest.fixture
def server(settings):
    settings.NOTICE_HOSTS = ["127.0.0.1/32"]
    settings.NOTICE_TIMEOUT_S = 1
    with receiver() as told:
        yield told


@pytest.fixture
def gateway(settings, server: Receiver) -> Receiver:
    settings.SMS = {
        "url": server.url,
        "format": "json",
        "fields": {"to": "{phone}", "content": "{text}", "id": "{id}", "apikey": "{key}"},
        "headers": {"X-Time": "{time}"},
        "key": "k-123",
        "signature": "【某旗网格】",
        "success": "result.code=0|200",
        "refused": "result.code=9",
    }
    server.says({"result": {"code": 0}})
    return server


def outlet(server: Receiver, channel: str, **more: object) -> Outlet:
    values = {"name": "door", "url": f"{server.url}/hook?key=abc", "secret": webhook.new_secret(), "created_at": MONDAY}
    return Outlet.objects.create(channel=channel, **{**values, **more})


def with_mail(person: Person) -> Person:
    person.email = f"{person.username}@example.org"
    person.save()
    return person


def states(channel: str) -> Counter[str]:
    return Counter(Notice.objects.filter(channel=channel).values_list("state", flat=True))


def by_sms(county: make.County) -> Issue:
    return make.reported(county, MONDAY, channel=Requester.Channel.SMS)


# --- webhooks ---


def test_webhook_is_signed_over_id_time_and_body_and_tells_no_word_and_no_person(county, server):
    door = outlet(server, "webhook", verbs=["accept"], area=county.areas[make.T1])
    issue = make.accepted(county, MONDAY)

    assert sending.announce(at=MONDAY) == 1

    came = server.came[0]
    key, at = came.headers["webhook-id"], came.headers["webhook-timestamp"]
    secret = base64.b64decode((door.secret or "").removeprefix("whsec_"))
    expected = hmac.new(secret, f"{key}.{at}.".encode() + came.body, hashlib.sha256).digest()
    assert came.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert came.json["type"] == "issue.accept"
    assert came.json["data"]["issue"] == issue.number
    told = came.body.decode()
    assert issue.title not in told
    assert county["gm1"].name not in told


def test_webhook_hears_of_its_area_and_verbs_alone_and_never_of_what_is_sealed(county, server):
    outlet(server, "webhook", verbs=["submit"], area=county.areas[make.T2])
    make.accepted(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct", path=make.CELLS[4])
    ours = make.reported(county, MONDAY, path=make.CELLS[4])

    sending.announce(at=MONDAY)

    assert [came.json["data"]["issue"] for came in server.came] == [ours.number]


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [(500, {}, MINUTE), (404, {}, MINUTE), (429, {"Retry-After": "600"}, 10 * MINUTE), (302, {}, MINUTE)],
)
def test_webhook_that_is_not_taken_is_tried_again_with_the_same_id(county, server, status, headers, waits):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    server.status, server.headers = status, {**headers, "Location": "http://127.0.0.1:1/"}

    assert sending.deliver(door.pk, at=MONDAY) == 0
    door.refresh_from_db()
    assert door.held_until == MONDAY + waits
    assert str(status) in door.last_error
    assert sending.deliver(door.pk, at=MONDAY + waits - timedelta(seconds=1)) == 0
    server.status = 200
    assert sending.deliver(door.pk, at=MONDAY + waits) == 1

    assert len({came.headers["webhook-id"] for came in server.came}) == 1
    assert len(server.came) == 2
    door.refresh_from_db()
    assert (door.failures, door.failing_since, door.held_until, door.last_error) == (0, None, None, "")


def test_webhook_that_is_gone_is_switched_off(county, server):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    server.status = 410

    sending.announce(at=MONDAY)
    make.reported(county, MONDAY)

    door.refresh_from_db()
    assert not door.is_active
    assert states("webhook") == {S.GIVEN_UP: 1}


@pytest.mark.parametrize("way", ["hangs", "endless"])
def test_server_that_never_comes_to_an_end_is_left(county, server, way):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    setattr(server, way, True)

    assert sending.deliver(door.pk, at=MONDAY) == 0

    assert states("webhook") == {S.FAILED: 1}


def test_worker_killed_between_sending_and_noting_sends_again_under_the_same_id(county, server, monkeypatch):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)

    class Killed(BaseException):
        """As if the process had gone."""

    def dies(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("issues.querysets.notices.NoticeQuerySet.gone", dies)
        with pytest.raises(Killed):
            sending.deliver(door.pk, at=MONDAY)
    assert states("webhook") == {S.WAITING: 1}
    sending.deliver(door.pk, at=MONDAY)

    assert len(server.came) == 2
    assert len({came.headers["webhook-id"] for came in server.came}) == 1


# --- what must not be reached ---


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fd00::1]/",
        "https://localhost/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "https://user:pw@93.184.216.34/",
        "https:///x",
    ],
)
def test_private_and_plain_addresses_are_refused(settings, url):
    settings.NOTICE_HOSTS = []

    with pytest.raises(Rejected):
        http.send("POST", url, body=b"", headers={})
    assert http.check(url)


def test_address_in_the_own_net_is_reached_when_it_is_listed(server, settings):
    assert http.send("POST", server.url, body=b"x", headers={}).status == 200
    settings.NOTICE_HOSTS = ["10.0.0.0/8", "localhost"]
    with pytest.raises(Rejected):
        http.send("POST", server.url, body=b"x", headers={})


def test_name_that_points_into_the_own_net_is_refused_and_connected_to_where_it_was_looked_up(server, settings, monkeypatch):
    settings.NOTICE_HOSTS = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])

    with pytest.raises(Rejected):
        http.send("POST", "https://innocent.example/", body=b"", headers={})


def test_error_never_holds_the_key_of_the_address(county, server):
    door = outlet(server, "wecom", url="http://127.0.0.1:1/send?key=very-secret")
    make.reported(county, MONDAY)

    sending.announce(at=MONDAY)

    door.refresh_from_db()
    assert door.last_error == "The other side cannot be reached."
    assert not Notice.objects.filter(last_error__contains="secret").exists()


def test_secrets_are_encrypted_at_rest(server, db):
    door = outlet(server, "dingtalk", secret="SECabc")

    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM issues_outlet WHERE id = %s", [door.pk])
        stored = " ".join(cursor.fetchone())

    assert "SECabc" not in stored
    assert "key=abc" not in stored


# --- robots ---


def test_robots_post_numbers_and_dates_to_the_group_and_name_nobody(county, server):
    outlet(server, "wecom", area=county.areas[make.T1])
    outlet(server, "dingtalk", area=county.areas[make.T1], secret="SECabc")
    issue = make.in_hand(county, MONDAY)

    sending.announce(at=MONDAY)

    wecom, ding = server.came
    assert wecom.json["msgtype"] == "markdown"
    assert issue.number in wecom.json["markdown"]["content"]
    assert set(ding.query) == {"key", "timestamp", "sign"}
    digest = hmac.new(b"SECabc", f"{ding.query['timestamp']}\nSECabc".encode(), hashlib.sha256).digest()
    assert ding.query["sign"] == base64.b64encode(digest).decode()
    names = [person.name for person in county.people.values() if person.name]
    for came in server.came:
        assert not any(name in came.body.decode() for name in [*names, issue.title])


def test_robot_that_says_no_in_its_body_has_failed_and_too_often_waits_a_minute(county, server):
    door = outlet(server, "wecom")
    make.reported(county, MONDAY)
    server.says({"errcode": 45009, "errmsg": "api freq out of limit"})
    sending.deliver(door.pk, at=MONDAY)
    assert states("wecom") == {S.WAITING: 1}  # nobody is at fault

    server.says({"errcode": 93000, "errmsg": "invalid webhook url"})
    sending.deliver(door.pk, at=MONDAY + MINUTE)
    door.refresh_from_db()

    assert states("wecom") == {S.FAILED: 1}
    assert "93000" in door.last_error


def test_digest_of_a_group_says_only_how_many(county, server):
    outlet(server, "wecom", verbs=["warn"])
    issues = [make.in_hand(county, MONDAY, about="env.waste") for _ in range(3)]
    for issue in issues:
        do(issue, Verb.CONTACT, county["pr1"], MONDAY)
    sweeps.warn(at=china("2024-09-25 08:45"))
    sending.announce(at=china("2024-09-25 23:00"))
    assert server.came == []

    sending.announce(at=china("2024-09-26 08:30"))

    text = server.came[0].json["markdown"]["content"]
    assert len(server.came) == 1
    assert "[green] 3" in text
    assert not any(issue.number in text for issue in issues)


# --- SMS ---


def test_sms_holds_number_status_and_link_and_is_at_most_seventy_characters(county, gateway, settings):
    settings.PUBLIC_URL = "https://grid.example.cn"
    issue = by_sms(county)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    sending.announce(at=MONDAY)

    texts = [came.json["content"] for came in gateway.came]
    assert all(len(text) <= 70 for text in texts)
    assert all(text.startswith("【某旗网格】") for text in texts)
    assert issue.number in texts[0]
    assert issue.submissions.get().receipt_code in texts[-1]
    assert "风从门缝" not in "".join(texts)
    assert gateway.came[0].json["apikey"] == "k-123"
    assert gateway.came[0].json["to"] == "13800000000"
    assert states("sms") == {S.SENT: 1}


def test_gateway_by_form_and_by_query_and_its_answers(county, gateway, settings):
    for style in ("form", "query"):
        settings.SMS = {**settings.SMS, "format": style}
        issue = by_sms(county)
        do(issue, Verb.ACCEPT, county["gm1"], MONDAY)
        sending.announce(at=MONDAY)

    form, query = gateway.came
    assert (form.method, form.form["to"]) == ("POST", "13800000000")
    assert (query.method, query.query["to"]) == ("GET", "13800000000")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"code": 0}', None),
        ('{"code": "200"}', None),
        ('{"code": 9}', Rejected),
        ('{"code": 5}', SendingFailed),
        ("oops", SendingFailed),
    ],
)
def test_answer_of_a_gateway_is_judged_by_the_template(body, outcome):
    if outcome is None:
        judge(body, "code=0|200", "code=9")
        return
    with pytest.raises(outcome) as raised:
        judge(body, "code=0|200", "code=9")
    assert type(raised.value) is outcome


def test_plain_answers_and_texts_that_look_like_templates():
    judge("0,12345,OK", "text:OK", "")
    values = {"key": "K", "time": "T", "id": "I", "phone": "P", "text": '{key} "}'}
    assert filled({"a": "{text}", "b": ["x{phone}"], "n": 1}, values) == {"a": '{key} "}', "b": ["xP"], "n": 1}
    assert filled("say {text}", values) == 'say {key} "}'


def test_number_that_the_gateway_refuses_is_given_up_and_the_desk_calls(county, gateway):
    issue = by_sms(county)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)
    do(issue, Verb.ACKNOWLEDGE, county["pr1"], MONDAY)
    do(issue, Verb.RESOLVE, county["pr1"], MONDAY)
    sending.announce(at=MONDAY)
    gateway.says({"result": {"code": 9}})
    do(issue, Verb.VERIFY, county["gm1"], MONDAY)
    assert "has not been answered" in " ".join(closing.missing(issue, MONDAY))

    sending.announce(at=MONDAY)

    assert "has not been answered" in " ".join(closing.missing(issue, MONDAY))
    waiting = Issue.objects.waiting_for(county["gm1"], MONDAY).of_asked("feedback")
    assert issue.number in set(waiting.values_list("number", flat=True))
    do(issue, Verb.CALL_BACK, county["gm1"], MONDAY + HOUR)
    assert "has not been answered" not in " ".join(closing.missing(issue, MONDAY))
    assert states("sms")[S.CALLED] == 1


def test_requester_who_asked_for_sms_where_there_is_no_gateway_is_called_by_people(county):
    assert ways.by_people() == ("phone", "sms")
    issue = by_sms(county)
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    assert closing.only_by_phone(issue)
    assert not Notice.objects.filter(channel="sms").exists()


# --- who wants what ---

FULL = Reach(email=True, mobile=True)


@pytest.mark.parametrize(
    ("reach", "kind", "urgency", "demanded", "expected"),
    [
        (FULL, "now", "normal", False, ("email",)),
        (FULL, "warning", "normal", False, ("email", "sms")),
        (FULL, "digest", "normal", False, ("email",)),
        (FULL, "now", "critical", True, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:email": False}), "now", "normal", False, ()),
        (Reach(email=True, mobile=True, chosen={"warning:email": False, "warning:sms": False}), "warning", "normal", False, ()),
        (
            Reach(email=True, mobile=True, chosen={"warning:email": False, "warning:sms": False}),
            "warning",
            "normal",
            True,
            ("email", "sms"),
        ),
        (Reach(email=True, mobile=True, chosen={"warning:email": False}), "warning", "normal", True, ("sms",)),
        (Reach(), "warning", "critical", True, ()),
        (FULL, "now", "urgent", False, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:sms": False}), "now", "urgent", False, ("email",)),
        (Reach(email=True, mobile=True, chosen={"now:sms": False}), "now", "critical", True, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:email": False}), "now", "critical", True, ("email", "sms")),
        (FULL, "digest", "critical", True, ("email",)),
    ],
)
def test_ways_out_follow_what_people_chose_within_the_policy(gateway, reach, kind, urgency, demanded, expected):
    assert out_of_program(reach, kind, urgency=urgency, demanded=demanded) == expected


def test_warning_at_the_limit_reaches_who_has_switched_everything_off(county, mailoutbox):
    person = with_mail(county["pr1"])
    NoticeChoice.objects.create(person=person, chosen={f"{kind}:email": False for kind in ways.KINDS})
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, person, MONDAY)

    for at in ("2024-09-25 08:45", "2024-09-26 09:54", "2024-09-26 17:30"):
        sweeps.warn(at=china(at))
    sending.announce(at=china("2024-09-27 08:30"))

    sent = Notice.objects.filter(person=person, channel="email")
    assert [notice.event.facts["step"] for notice in sent] == [2]
    assert len(mailoutbox) == 1


# --- mail: order, bundles, outages ---


def test_digest_is_one_letter_per_person_at_half_past_eight_grouped_by_issue(county, mailoutbox):
    person = with_mail(county["pr1"])
    issues = [make.in_hand(county, MONDAY, about="env.waste") for _ in range(3)]
    for issue in issues:
        do(issue, Verb.CONTACT, person, MONDAY)
    sending.announce(at=MONDAY)
    mailoutbox.clear()
    sweeps.warn(at=china("2024-09-25 08:45"))

    sending.announce(at=china("2024-09-26 08:29"))
    assert mailoutbox == []
    sending.announce(at=china("2024-09-26 08:30"))

    assert [letter.subject for letter in mailoutbox] == ["Today's digest: 3 issues"]
    assert all(issue.number in mailoutbox[0].body for issue in issues)


def test_digest_of_what_has_ended_meanwhile_is_not_sent(county, mailoutbox):
    person = with_mail(county["pr1"])
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, person, MONDAY)
    sending.announce(at=MONDAY)
    sweeps.warn(at=china("2024-09-25 08:45"))
    Notice.objects.filter(channel="email", kind="now").delete()
    make.ask(issue, Verb.WITHDRAW, china("2024-09-25 09:00"))
    Notice.objects.filter(channel="email", kind="now").delete()
    mailoutbox.clear()

    sending.announce(at=china("2024-09-26 08:30"))

    assert mailoutbox == []
    assert Notice.objects.get(channel="email", kind="digest").state == S.UNWANTED


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise SMTPRecipientsRefused({"someone@example.org": (550, b"no such user")})


def test_mailbox_that_does_not_exist_is_given_up_at_once_and_others_get_theirs(county, settings):
    with_mail(county["pr1"])
    make.accepted(county, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.test_notices.Refusing"

    sending.announce(at=MONDAY)

    notice = Notice.objects.get(channel="email")
    assert (notice.state, notice.attempts) == (S.GIVEN_UP, 0)
    assert "550" in notice.last_error
    assert "someone" not in notice.last_error
    assert Outlet.objects.get(channel="email").failures == 0


def written(county: make.County, people: list[Person], each: int, at: datetime) -> None:
    """So many notices by e-mail for each, of as many events of one issue, in turn."""
    issue = make.in_hand(county, at)
    Notice.objects.all().delete()
    events = [do(issue, Verb.NOTE, county["pr1"], at, text=str(n)) for n in range(each)]
    Notice.objects.all().delete()
    Notice.objects.bulk_create(
        Notice(event=event, person=person, channel="email", not_before=at) for event in events for person in people
    )


def test_mail_that_is_down_for_a_day_is_tried_with_single_letters_and_then_everything_goes_once_in_order(
    county, settings, mailoutbox
):
    people = [with_mail(county[name]) for name in ("pr1", "vs1", "gm1", "gl1", "tc1", "duc", "roads")]
    written(county, people, 4, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.factories.DeadBackend"
    at = MONDAY
    while at < MONDAY + DAY:
        assert sending.announce(at=at) == 0
        at += 5 * MINUTE
    issue = Issue.objects.get()
    do(issue, Verb.NOTE, county["pr1"], MONDAY + DAY, text="later")
    Notice.objects.bulk_create(
        Notice(event=issue.events.latest("number"), person=person, channel="email", not_before=at) for person in people
    )
    assert Outlet.objects.get(channel="email").failing_since == MONDAY
    assert sum(Notice.objects.values_list("attempts", flat=True)) < 300

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    while Notice.objects.outbox().exists():
        sending.announce(at=at)
        at += 5 * MINUTE
        assert at < MONDAY + 2 * DAY

    assert states("email") == {S.SENT: 35}
    lines = Counter(line for letter in mailoutbox for line in letter.body.splitlines() if "Issue" in line for _ in letter.to)
    assert sum(len(letter.to) for letter in mailoutbox) <= 2 * len(people)
    assert lines
    for person in people:
        theirs = Notice.objects.filter(person=person).order_by("pk")
        times = [notice.announced_at for notice in theirs if notice.announced_at]
        assert len(times) == 5
        assert times == sorted(times)


def test_what_has_failed_for_three_days_is_given_up(county, settings, mailoutbox):
    written(county, [with_mail(county["pr1"]), with_mail(county["vs1"])], 2, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.factories.DeadBackend"
    at = MONDAY
    while at <= MONDAY + timedelta(hours=80):
        sending.announce(at=at)
        at += 30 * MINUTE

    assert states("email") == {S.GIVEN_UP: 4}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert Notice.objects.undelivered().try_again(at) == 4
    sending.announce(at=at + HOUR)
    assert states("email") == {S.SENT: 4}


def test_ten_thousand_notices_go_in_few_statements_and_little_memory(county, mailoutbox):
    people = Person.objects.bulk_create(
        Person(username=f"p{n}", name=f"p{n}", email=f"p{n}@example.org", password="!") for n in range(200)
    )
    written(county, people, 50, MONDAY)
    held: list[int] = []
    real = sending._Run._letters

    def counting(run, due):
        held.append(len(due))
        return real(run, due)

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as asked:
        patch.setattr(sending._Run, "_letters", counting)
        patch.setattr(sending, "RUN_S", 600.0)
        assert sending.announce(at=MONDAY) == 10_000

    assert len(mailoutbox) == 200
    assert max(held) <= sending.NOTICES
    assert len(asked) < 300
    assert states("email") == {S.SENT: 10_000}


def test_way_out_that_hangs_does_not_keep_the_others(county, server, mailoutbox):
    outlet(server, "webhook", verbs=["accept"])
    with_mail(county["pr1"])
    server.hangs = True
    make.accepted(county, MONDAY)

    sending.announce(at=MONDAY)

    assert len(mailoutbox) == 1
    assert states("webhook") == {S.FAILED: 1}


@pytest.mark.django_db(transaction=True)
def test_second_worker_leaves_a_way_out_that_another_is_emptying(server):
    from threading import Thread

    county = make.county()
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    found: list[int] = []

    def other() -> None:
        found.append(sending.deliver(door.pk, at=MONDAY))
        connection.close()

    with sending._alone(door.pk) as is_free:
        assert is_free
        thread = Thread(target=other)
        thread.start()
        thread.join(20)

    assert found == [0]
    assert server.came == []
    assert sending.deliver(door.pk, at=MONDAY) == 1


def test_event_that_nobody_hears_of_writes_nothing(county):
    issue = make.in_hand(county, MONDAY)
    before = Notice.objects.count()

    do(issue, Verb.NOTE, county["pr1"], MONDAY)

    assert Notice.objects.count() == before
    assert Event.objects.filter(verb=Verb.NOTE).exists()


def test_announcing_gives_every_way_out_a_task_of_its_own(county, server, monkeypatch):
    from issues import tasks

    with_mail(county["pr1"])
    door = outlet(server, "webhook", verbs=["accept"])
    held = outlet(server, "wecom", held_until=MONDAY + 10_000 * DAY)
    make.accepted(county, MONDAY)
    sent: list[int] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **more: sent.append(args[0]))

    tasks.announce()

    assert sorted(sent) == sorted([door.pk, Outlet.objects.get(channel="email").pk])
    assert held.pk not in sent


def test_letter_into_a_slow_line_does_not_outrun_the_one_before_it(county, mailoutbox, settings):
    """Somebody's later letter waits for the earlier one, which failed; others get theirs."""
    first, other = with_mail(county["pr1"]), with_mail(county["vs1"])
    written(county, [first], 1, MONDAY)
    Notice.objects.update(state=S.FAILED, not_before=MONDAY + HOUR, attempts=3)
    issue = Issue.objects.get()
    event = do(issue, Verb.NOTE, county["pr1"], MONDAY, text="later")
    for person in (first, other):
        Notice.objects.create(event=event, person=person, channel="email", not_before=MONDAY)

    sending.announce(at=MONDAY + MINUTE)
    assert [letter.to for letter in mailoutbox] == [[other.email]]
    sending.announce(at=MONDAY + HOUR)

    assert states("email") == {S.SENT: 3}
