"""SMS: short texts through a gateway, its answers, and the calls where there is none."""

from __future__ import annotations

import pytest

from issues.models import Issue, Notice
from issues.moves import closing
from issues.notices import sending, ways
from issues.notices.letters import Rejected, SendingFailed
from issues.notices.sms import filled, judge
from issues.terms import Verb
from tests.issues.factories import MONDAY, do
from tests.issues.notices.outlets import HOUR, S, by_sms, states


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
