"""Papers: what they say is what the ledger holds, for whoever may see the issue, and nothing by which a requester could be reached."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from issues import services
from issues.models import Issue
from issues.terms import Light, Verb
from mapui.papers.dossier import Dossier, moment_of
from mapui.papers.kinds import KINDS, Listed, papers_of
from mapui.papers.paper import Fact, Paper
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import pdfs
from tests.mapui.scene import PHONE, START, Scene, person
from tests.representatives.factories import post

DATED = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = f"请回电 {PHONE}，桥面塌陷。"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def read(issue: Issue) -> Dossier:
    reader = Person.objects.get(assignments__role=Role.SUPERVISION_OFFICE)
    return Dossier(Issue.objects.for_page().get(pk=issue.pk), reader, issue.reported_at)


def listed(issue: Issue) -> dict[str, Listed]:
    """The newest paper of each kind."""
    return {one.kind: one for one in reversed(papers_of(read(issue)))}


def paper(issue: Issue, kind: str) -> Paper:
    made = KINDS[kind].make(read(issue), listed(issue)[kind].key)
    assert made is not None
    return made


def text_of(made: Paper, label: str) -> str:
    return next(fact.text for fact in made.facts if fact.label == label)


def pdf(client: Client, one: Listed) -> bytes:
    response = client.get(one.pdf_url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return pdfs.content(response)


def in_every_kind(county: Scene) -> Issue:
    """An issue that went up the whole ladder, so that it has a paper of every kind."""
    issue = county.accepted(Light.BLUE, text=TOLD, phone=PHONE)
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.VILLAGE_SECRETARY)
    minute = {"held_on": "2024-03-01", "participants": "王书记、李代表", "outcome": "村里没有资金，上报镇里。"}
    issue = county.move(issue, Verb.ESCALATE, Role.VILLAGE_SECRETARY, tried="已请电工看过两次。", minute=minute)
    words: dict[str, Any] = {"tried": "镇里已两次现场处置。", "reason": f"需旗级资金，联系人电话{PHONE}。"}
    issue = county.move(issue, Verb.PROPOSE_RED, Role.TOWNSHIP_COMMITTEE, minute=minute, beyond="funds", **words)
    roads = county.units["roads"].pk
    issue = county.move(issue, Verb.ENTER_RED, Role.SUPERVISION_OFFICE, reason="同意入库，由交通局牵头。", unit=roads)
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)
    return county.move(issue, Verb.ASK_HELP, Role.DEPARTMENT, units=[county.units["water"].pk], task="查看桥墩。")


def test_part_of_a_unit_when_printed_says_what_it_is_asked_and_its_answer_only_to_who_may_read_it(county: Scene):
    issue = in_every_kind(county)
    water = person("李水利", county.units["water"])
    post(Role.DEPARTMENT, county.town.county, water, since=START)
    issue = county.move(issue, Verb.ANSWER, water, text="桥墩冲刷严重。")

    made = paper(issue, "part")

    assert made.number == f"{issue.number}-X1"
    assert text_of(made, "What is asked") == "查看桥墩。"
    assert text_of(made, "Handed over by") == county.units["roads"].name
    assert made.boxes[2].lines[0] == "桥墩冲刷严重。"
    county_issue = Issue.objects.for_page().get(pk=issue.pk)
    beside = KINDS["part"].make(Dossier(county_issue, county[Role.VILLAGE_SECRETARY], county.at), "1")
    assert beside is not None
    assert "桥墩冲刷严重。" not in beside.boxes[2].lines


# --- what they say ---


def test_dispatch_to_a_unit_when_printed_says_who_handed_what_to_whom_until_when(county: Scene):
    issue = county.accepted(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk, text="先设警示牌")
    due, sign_due = issue.level_due_at, issue.sign_due_at
    county.move(issue, Verb.ACKNOWLEDGE, Role.DEPARTMENT)

    made = paper(issue, "assignment")

    assert made.number == f"{issue.number}-J{issue.event_count}"
    assert text_of(made, "Handed over by") == "林东镇党委"
    assert text_of(made, "Handed to") == "交通运输局"
    assert text_of(made, "What is asked") == "先设警示牌"
    assert (text_of(made, "Solve by"), text_of(made, "Acknowledge by")) == (moment_of(due), moment_of(sign_due))
    assert "1 working day" in made.notes[1]
    assert made.boxes[1].lines[0].startswith("孙交通")


def test_deadlines_when_they_moved_since_are_those_with_which_it_was_handed_over(county: Scene):
    issue = county.accepted(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)
    due = issue.level_due_at
    assert due is not None
    Issue.objects.filter(pk=issue.pk).update(level_due_at=due + timedelta(days=10))

    assert text_of(paper(issue, "assignment"), "Solve by") == moment_of(due)


def test_green_issue_when_accepted_has_a_slip_to_the_representative_of_the_place(county: Scene):
    issue = county.accepted(Light.GREEN)

    made = paper(issue, "assignment")

    assert text_of(made, "Handed over by") == "the program, by the place"
    assert text_of(made, "Handed to").endswith("李代表")


def test_escalation_when_printed_says_what_was_tried_the_minute_and_the_decision(county: Scene):
    issue = in_every_kind(county)
    slip = issue.slips.latest("asked_at")

    made = paper(issue, "escalation")

    assert made.number == slip.number
    assert text_of(made, "What was tried") == "镇里已两次现场处置。"
    assert text_of(made, "Decision") == "granted"
    assert text_of(made, "Reason of the decision") == "同意入库，由交通局牵头。"
    assert text_of(made, "Outcome") == "村里没有资金，上报镇里。"
    assert next(fact.lights for fact in made.facts if fact.lights) == (Light.YELLOW, Light.RED)


def test_issue_nobody_handled_when_it_climbs_says_that_the_clock_passed_it_up(county: Scene):
    issue = county.accepted(Light.BLUE)
    services.move_by_program(issue, Verb.ESCALATE, at=county.at)

    made = paper(issue, "escalation")

    assert "its time was up" in text_of(made, "Passed up because")


def test_minutes_when_there_are_two_keep_their_numbers(county: Scene):
    issue = in_every_kind(county)
    found = {one.kind: one.number for one in papers_of(read(issue)) if one.kind in ("consultation", "deliberation")}

    assert found == {"consultation": f"{issue.number}-M1", "deliberation": f"{issue.number}-M2"}
    assert text_of(paper(issue, "consultation"), "Who took part") == "王书记、李代表"


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_paper_says_how_the_requester_can_be_reached(county: Scene, client: Client, kind: str):
    issue = in_every_kind(county)
    one = listed(issue)[kind]

    as_(client, county[Role.SUPERVISION_OFFICE])
    page, printed = client.get(one.url).content.decode(), pdfs.words(pdf(client, one))

    for said in (page, printed):
        assert PHONE not in said
        assert "郭先生" not in said
    assert "桥面塌陷" in printed or kind not in ("assignment", "escalation")


# --- the PDF ---


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_pdf_says_everything_that_the_paper_says(county: Scene, client: Client, settings, kind: str, language: str):
    issue = in_every_kind(county)
    settings.LANGUAGE_CODE = language
    one = listed(issue)[kind]
    as_(client, county[Role.SUPERVISION_OFFICE])
    with translation.override(language):
        made = paper(issue, kind)

    data = pdf(client, one)
    printed, pages = pdfs.words(data), len(pdfs.reader(data).pages)

    said = [made.title, made.number, *(fact.label for fact in made.facts), *(fact.text for fact in made.facts)]
    with translation.override(language):
        said += [translation.gettext("Page %(page)s of %(pages)s") % {"page": 1, "pages": pages}]
    said += [line for box in made.boxes for line in (box.label, box.office, *box.lines)]
    assert [text for text in said if pdfs.squeezed(text) not in printed] == []


def test_pdf_has_its_pages_numbered_its_fonts_in_it_and_a_code_that_leads_to_the_issue(county: Scene, client: Client, settings):
    settings.PUBLIC_URL = "https://grid.example"
    issue = in_every_kind(county)
    as_(client, county[Role.SUPERVISION_OFFICE])

    data = pdf(client, listed(issue)["assignment"])

    pages = len(pdfs.reader(data).pages)
    assert f"Page1of{pages}" in pdfs.words(data)
    assert all(embedded for _name, embedded in pdfs.fonts(data))
    assert any("CJK" in name for name, _embedded in pdfs.fonts(data))
    assert pdfs.qr_codes(data) == [f"https://grid.example{reverse('issue', args=[issue.number])}"]
    width, height = (float(side) for side in pdfs.reader(data).pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)


def test_long_words_when_printed_flow_over_pages_with_the_number_on_each(county: Scene, client: Client):
    issue = county.accepted(Light.YELLOW)
    long = "已三次组织现场会商，仍需上级协调。" * 200
    issue = county.move(
        issue, Verb.PROPOSE_RED, Role.TOWNSHIP_COMMITTEE, tried=long, reason=long, beyond="funds",
        minute={"held_on": "2024-03-01", "participants": "赵镇长", "outcome": long},
    )  # fmt: skip
    one = listed(issue)["escalation"]
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    data = pdf(client, one)

    pages = [pdfs.squeezed(page.extract_text()) for page in pdfs.reader(data).pages]
    assert len(pages) > 3
    assert all(f"Page{order}of{len(pages)}" in page and one.number in page for order, page in enumerate(pages, start=1))
    assert pdfs.words(data).count("调") == 600


def test_words_of_people_when_they_look_like_a_page_stay_words(county: Scene, client: Client):
    issue = county.accepted(Light.YELLOW)
    evil = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>'
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk, text=evil)

    data = pdf(as_(client, county[Role.TOWNSHIP_COMMITTEE]), listed(issue)["assignment"])

    assert pdfs.squeezed(evil) in pdfs.words(data)


# --- who ---


def test_papers_when_the_issue_is_out_of_scope_do_not_exist(county: Scene, client: Client):
    one = listed(in_every_kind(county))["assignment"]

    as_(client, county.stranger)

    assert (client.get(one.url).status_code, client.get(one.pdf_url).status_code) == (404, 404)


def test_visitor_when_asking_for_a_paper_is_asked_to_log_in(county: Scene, client: Client):
    one = listed(county.accepted(Light.GREEN))["assignment"]

    assert (client.get(one.url).status_code, client.get(one.pdf_url).status_code) == (302, 302)


def test_sealed_issue_when_it_has_papers_shows_them_to_the_inspection_alone(county: Scene, client: Client):
    issue = county.accepted(Light.YELLOW)
    issue = county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk)
    Issue.objects.filter(pk=issue.pk).update(sealed=True)
    one = listed(issue)["assignment"]

    assert as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(one.pdf_url).status_code == 404
    assert as_(client, county[Role.TOWNSHIP_DISCIPLINE]).get(one.pdf_url).status_code == 200


@pytest.mark.parametrize(
    "address", ["assignment/999", "assignment/1", "nothing/1", "consultation/1", "escalation/x", "assignment/١"]
)
def test_paper_that_the_issue_does_not_have_is_not_there(county: Scene, client: Client, address: str):
    issue = county.accepted(Light.YELLOW)
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    assert client.get(f"/issues/{issue.number}/papers/{address}/").status_code == 404
    assert client.get(f"/issues/{issue.number}/papers/{address}.pdf").status_code == 404


def test_download_is_logged_with_who_took_it(county: Scene, client: Client, caplog: pytest.LogCaptureFixture):
    one = listed(county.accepted(Light.GREEN))["assignment"]
    as_(client, county[Role.VILLAGE_SECRETARY])

    with caplog.at_level(logging.INFO, "gridgov.access"):
        pdf(client, one)

    assert f"paper {one.number}" in caplog.text
    assert f"downloaded by {county[Role.VILLAGE_SECRETARY].pk}" in caplog.text


# --- the issue page ---


def test_issue_page_lists_its_papers_newest_first(county: Scene, client: Client):
    issue = in_every_kind(county)

    page = as_(client, county[Role.SUPERVISION_OFFICE]).get(reverse("issue", args=[issue.number])).content.decode()

    numbers = [one.number for one in papers_of(read(issue))]
    places = [page.index(f"/papers/{one.kind}/{one.key}/") for one in papers_of(read(issue))]
    assert all(number in page for number in numbers)
    assert places == sorted(places)


def test_issue_page_when_nothing_was_handed_over_says_that_there_is_no_paper(county: Scene, client: Client):
    issue = county.report()

    page = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("issue", args=[issue.number])).content.decode()

    assert "None yet." in page


# --- the template ---


def test_facts_when_laid_out_stand_in_pairs_but_wide_ones_alone():
    facts = tuple(Fact(label, "x", is_wide=label.isupper()) for label in "abCdEfg")
    made = Paper("T", "1", DATED, facts, ())

    assert [[fact.label for fact in row] for row in made.rows] == [["a", "b"], ["C"], ["d"], ["E"], ["f", "g"]]


def test_words_of_people_when_drawn_are_escaped():
    made = Paper("T", "1", DATED, (Fact("<b>", "<i>\nx"),), ())

    html = render_to_string("mapui/papers/_paper.html", {"paper": made})

    assert "&lt;i&gt;<br>x" in html
