"""The buttons on the page of an issue: whose they are, what a press does, and that no word is lost when it is refused."""

from __future__ import annotations

import pytest
from django.test import Client

from issues import services
from issues.models import Event, Issue
from issues.terms import Light, Status, Verb
from representatives.roles import Role
from tests.mapui.issue_pages import HTMX, as_, button, page, verbs_offered
from tests.mapui.scene import IN_OFFICE, MINUTE, Scene

# --- the buttons ---

# Offered beside the file that they are about: test_photo_pages.py, test_voice_pages.py.
ABOUT_A_FILE = {Verb.TRANSCRIBE, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO}


@pytest.mark.parametrize("role", list(IN_OFFICE))
def test_buttons_are_exactly_the_moves_that_the_services_allow(county: Scene, client: Client, role: Role):
    issues = [county.report(category="road.light"), county.in_progress(), county.resolved(Light.BLUE), county.proposed()]
    for issue in issues:
        allowed = {move.verb for move in services.possible_moves(issue, county[role], county.at)}
        answer = as_(client, county[role]).get(page(issue))
        html = answer.content.decode() if answer.status_code == 200 else ""
        offered = verbs_offered(html) | ({Verb.ADD_EVIDENCE} if 'id="evidence-photos"' in html else set())
        assert offered == allowed - ABOUT_A_FILE, issue.number


def test_button_without_javascript_is_post_redirect_get_with_a_message(county: Scene, client: Client):
    issue = county.report(category="road.light")

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.ACCEPT), {"seen": 1}, follow=True)

    assert answer.redirect_chain == [(page(issue), 302)]
    assert "Done: Accept." in answer.content.decode()
    assert county.again(issue).status == Status.ASSIGNED


def test_button_within_the_page_answers_with_the_issue_as_it_stands(county: Scene, client: Client):
    issue = county.report(category="road.light")

    as_(client, county[Role.VILLAGE_SECRETARY])
    answer = client.post(button(issue, Verb.ACCEPT), {"seen": 1}, headers=HTMX, follow=True)

    html = answer.content.decode()
    assert answer.redirect_chain == [(f"{page(issue)}?done=accept", 303)]
    assert answer.status_code == 200
    assert html.lstrip().startswith("<article")
    assert "Done: Accept." in html
    assert str(Status.ASSIGNED.label) in html


def test_missing_field_answers_422_with_its_sentence_and_every_word_kept(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE)
    said = {"seen": issue.event_count, "tried": "已三次上门调解", "minute_participants": "王书记、李代表"}

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.ESCALATE), said)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the date of the meeting." in html
    assert "Write down the outcome." in html
    assert "已三次上门调解" in html
    assert "王书记、李代表" in html
    assert county.again(issue).level == issue.level


def test_refusal_within_the_page_swaps_the_issue_not_the_form(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE)

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.ESCALATE), {"tried": "x"}, headers=HTMX)

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#issue"
    assert answer.headers["HX-Reswap"].startswith("outerHTML")


def test_move_that_is_others_to_make_is_403_with_the_words_kept(county: Scene, client: Client):
    issue = county.in_progress()

    answer = as_(client, county[Role.GRID_MEMBER]).post(
        button(issue, Verb.DECLINE), {"seen": issue.event_count, "reason": "不属于受理范围", "reply": "请到法院办理"}
    )

    assert answer.status_code in (403, 409)
    assert "不属于受理范围" in answer.content.decode()


def test_move_by_a_role_that_never_may_is_403(county: Scene, client: Client):
    issue = county.resolved()

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).post(button(issue, Verb.VERIFY), {"seen": issue.event_count})

    assert answer.status_code == 403
    assert county.again(issue).status == Status.PENDING_VERIFICATION


def test_move_that_the_status_forbids_is_409_with_its_sentence(county: Scene, client: Client):
    issue = county.in_progress()

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.ACCEPT), {"seen": issue.event_count})

    assert answer.status_code == 409
    assert "is not possible while the issue is" in answer.content.decode()


def test_verb_that_is_none_is_404(county: Scene, client: Client):
    issue = county.report()
    as_(client, county[Role.VILLAGE_SECRETARY])

    assert client.post(f"{page(issue)}explode/").status_code == 404
    assert client.get(button(issue, Verb.ACCEPT)).status_code == 405


def test_somebody_was_quicker_shows_what_they_did_and_keeps_the_words(county: Scene, client: Client):
    issue = county.in_progress(Light.BLUE)
    seen = issue.event_count
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="厂家周五到场")
    said = {"seen": seen, "tried": "已三次上门", **{f"minute_{part}": value for part, value in MINUTE.items()}}

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.ESCALATE), said)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "What was done meanwhile" in html
    assert "How the issue stands now" in html
    assert "Send it all the same" in html
    assert html.count("已三次上门") == 1  # the form stands once: beside what was done
    assert "厂家周五到场" in html
    assert "已三次上门" in html
    assert f'name="seen" value="{seen + 1}"' in html
    assert client.post(button(issue, Verb.ESCALATE), said | {"seen": seen + 1}).status_code == 302


def test_words_are_kept_although_the_move_is_no_longer_possible(county: Scene, client: Client):
    issue = county.resolved()
    seen = issue.event_count
    county.move(issue, Verb.VERIFY, Role.GRID_MEMBER)

    answer = as_(client, county[Role.VILLAGE_SECRETARY]).post(button(issue, Verb.REJECT), {"seen": seen, "reason": "灯仍不亮"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "灯仍不亮" in html
    assert "This can no longer be done." in html
    assert "Send it all the same" not in html


def test_button_pressed_twice_does_it_once_and_says_done_twice(county: Scene, client: Client):
    issue = county.in_progress()
    said = {"seen": issue.event_count, "text": "已联系厂家"}
    as_(client, county[Role.PARTY_REPRESENTATIVE])

    first, second = client.post(button(issue, Verb.NOTE), said), client.post(button(issue, Verb.NOTE), said)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Event.objects.filter(issue=issue, verb=Verb.NOTE).count() == 1


def test_other_words_in_a_second_window_are_no_repeat_and_are_not_lost(county: Scene, client: Client):
    issue = county.in_progress()
    said = {"seen": issue.event_count, "text": "已联系厂家"}
    as_(client, county[Role.PARTY_REPRESENTATIVE]).post(button(issue, Verb.NOTE), said)

    answer = client.post(button(issue, Verb.NOTE), said | {"text": "厂家说下周才能来"})

    assert answer.status_code == 409
    assert "厂家说下周才能来" in answer.content.decode()


def test_issue_that_leaves_ones_sight_by_ones_own_move_leads_back_to_the_queue(county: Scene, client: Client):
    issue = county.proposed()
    said = {"seen": issue.event_count, "reason": "同意", "unit": county.units["roads"].pk}
    assert as_(client, county[Role.SUPERVISION_OFFICE]).post(button(issue, Verb.ENTER_RED), said).headers["Location"] == page(issue)

    sealed = county.report(category="village.conduct")
    Issue.objects.filter(pk=sealed.pk).update(sealed=True)
    assert client.get(page(sealed)).status_code == 404
