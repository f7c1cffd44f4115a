"""The red list and letters to units as papers."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from issues import services
from issues.models import Issue, KeySupervisionEntry, ReminderLetter
from issues.services.letters import Draft
from mapui.papers import letters as red_papers
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import pdfs
from tests.mapui.scene import PHONE, Scene

LIST, LIST_PDF = "/red/paper/", "/red/paper.pdf"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def sent(county: Scene, text: str = "请于本周内报送办理进展。") -> ReminderLetter:
    """A supervision letter to the roads department about a late red issue."""
    issue = county.on_red_list()
    Issue.objects.filter(pk=issue.pk).update(level_due_at=county.at - timedelta(days=2))
    draft = Draft(uuid4(), county.units["roads"], ReminderLetter.Kind.SUPERVISION, [issue.pk], text)
    return services.send_letter(draft, by=county[Role.SUPERVISION_OFFICE], at=county.at + timedelta(minutes=5))


def many(county: Scene, n: int) -> None:
    """`n` more entries of the list, copies of one."""
    first = KeySupervisionEntry.objects.get(issue=county.on_red_list())
    issues = [Issue.objects.get(pk=first.issue_id) for _ in range(n)]
    for order, issue in enumerate(issues):
        issue.pk, issue.number, issue.title = None, f"2026-9{order:06d}", f"第{order}号桥桥面塌陷,车辆无法通行"
    made = Issue.objects.bulk_create(issues)
    common = {"grade": first.grade, "lead_unit": first.lead_unit, "entered_by": first.entered_by, "reason": "跨镇，资金不足。"}
    KeySupervisionEntry.objects.bulk_create(
        KeySupervisionEntry(issue=issue, entered_at=first.entered_at, **common) for issue in made
    )


def test_list_when_printed_says_each_entry_with_its_unit_and_where_it_stands(county: Scene, client: Client):
    issue = county.on_red_list()
    as_(client, county[Role.SUPERVISION_OFFICE])

    page, response = client.get(LIST), client.get(LIST_PDF)

    data = pdfs.content(response)
    for said in (issue.number, issue.title, "交通运输局", "上京社区", "同意入库"):
        assert said in page.content.decode()
        assert pdfs.squeezed(said) in pdfs.words(data)
    width, height = (float(side) for side in pdfs.reader(data).pages[0].mediabox[2:])
    assert (round(width), round(height)) == (842, 595)
    assert pdfs.qr_codes(data) == ["http://testserver/red/"]


def test_list_of_many_when_printed_repeats_its_headings_and_ends_with_the_part(county: Scene, client: Client):
    many(county, red_papers.ROWS_PER_PART + 10)
    as_(client, county[Role.SUPERVISION_OFFICE])

    data = pdfs.content(client.get(LIST_PDF))

    pages = [pdfs.squeezed(page.extract_text()) for page in pdfs.reader(data).pages]
    assert len(pages) > 5
    assert all("Leadunit" in page and f"Page{order}of{len(pages)}" in page for order, page in enumerate(pages[:-1], start=1))
    assert sum(page.count("桥桥面塌陷") for page in pages) == red_papers.ROWS_PER_PART - 1


def test_list_when_longer_than_a_part_is_printed_in_parts(county: Scene, client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(red_papers, "ROWS_PER_PART", 2)
    many(county, 4)
    as_(client, county[Role.SUPERVISION_OFFICE])

    parts = [pdfs.words(pdfs.content(client.get(f"{LIST_PDF}?part={part}"))) for part in (1, 2, 3)]

    assert [part.count("2026-9") for part in parts] == [1, 2, 1]
    assert "part2of3" in parts[1]


def test_list_when_empty_says_so(county: Scene, client: Client):
    assert "The list is empty." in as_(client, county[Role.COUNTY_LEADER]).get(LIST).content.decode()


@pytest.mark.parametrize("url", [LIST, LIST_PDF])
def test_list_is_for_roles_that_have_it_and_holds_what_they_see(county: Scene, client: Client, url: str):
    issue = county.on_red_list()
    assert client.get(url).status_code == 302
    assert as_(client, county[Role.SYSTEM_ADMIN]).get(url).status_code == 403

    response = as_(client, county.stranger).get(url)

    said = response.content.decode() if url == LIST else pdfs.words(pdfs.content(response))
    assert issue.number not in said


def test_letter_when_printed_goes_to_the_unit_and_names_no_person_of_it(county: Scene, client: Client):
    letter = sent(county, f"请报送进展，联系{PHONE}。")
    as_(client, county[Role.SUPERVISION_OFFICE])

    page = client.get(reverse("letter-paper", args=[letter.number])).content.decode()
    data = pdfs.content(client.get(reverse("letter-pdf", args=[letter.number])))

    words = pdfs.words(data)
    item = letter.items.get()
    for said in (letter.number, "交通运输局", "旗委督查室", "请报送进展", item.issue.number):
        assert said in page
        assert said in words
    for never in (PHONE, "孙交通", "郭先生"):
        assert never not in page.split("<article")[1]
        assert never not in words
    assert pdfs.qr_codes(data) == [f"http://testserver{reverse('letter-paper', args=[letter.number])}"]


def test_letter_when_it_is_to_another_unit_is_not_there(county: Scene, client: Client):
    letter = sent(county)
    urls = [reverse(name, args=[letter.number]) for name in ("letter-paper", "letter-pdf")]

    assert [as_(client, county[Role.DEPARTMENT]).get(url).status_code for url in urls] == [200, 200]
    assert [as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(url).status_code for url in urls] == [404, 404]


def test_letter_stands_among_the_papers_of_its_issue_for_who_may_open_it(county: Scene, client: Client):
    letter = sent(county)
    page = reverse("issue", args=[letter.items.get().issue.number])
    url = reverse("letter-pdf", args=[letter.number])

    roles = (Role.SUPERVISION_OFFICE, Role.DEPARTMENT, Role.VILLAGE_SECRETARY)
    assert [url in as_(client, county[role]).get(page).content.decode() for role in roles] == [True, True, False]


def test_downloads_are_logged(county: Scene, client: Client, caplog: pytest.LogCaptureFixture):
    letter = sent(county)
    as_(client, county[Role.SUPERVISION_OFFICE])

    with caplog.at_level(logging.INFO, "gridgov.access"):
        client.get(LIST_PDF)
        client.get(reverse("letter-pdf", args=[letter.number]))

    assert "red list (part 1, 1 rows) downloaded" in caplog.text
    assert f"letter {letter.number} downloaded" in caplog.text
