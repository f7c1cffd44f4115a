"""民心日记: written once, read by few, made an issue once; the review, the ledger, and what nobody gets."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils.timezone import localdate, localtime

from issues.community import diary
from issues.community.diary import Elements
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import DiaryEntry, DiaryReminder, Issue, MonthlyReview, ReviewPick, Submission
from issues.terms import Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui import pdfs
from tests.mapui import scene as sc
from tests.mapui.scene import PHONE, START, Scene
from tests.representatives.factories import post

RAISED = "村口路灯不亮，晚上看不清。"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def written(county: Scene, by: Person, *, cell: str = "A", **said: object) -> DiaryEntry:
    elements = {"visited_at": county.at, "area": county.town[cell], "raised": RAISED, **said}
    return diary.write(uuid4(), Elements(**elements), by=by, at=county.at)  # type: ignore[arg-type]


def sent(county: Scene, **more: str) -> dict[str, str]:
    when = localtime(county.at).strftime("%Y-%m-%dT%H:%M")
    return {"key": str(uuid4()), "raised": RAISED, "area": county.town["A"].code, "visited_at": when, **more}


@pytest.fixture
def secretary(county: Scene) -> Person:
    return county[Role.VILLAGE_SECRETARY]


@pytest.fixture
def cadre(county: Scene) -> Person:
    """A linked cadre of the cell, who reads no issue."""
    return post(Role.LINKED_CADRE, county.town["A"], sc.person("佟干部"), since=START)


# --- writing ---


def test_entry_when_sent_twice_is_kept_once_with_three_answers_alone(client: Client, county: Scene, secretary: Person):
    body = sent(county)

    answers = [as_(client, secretary).post("/diary/new/", body) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    entry = DiaryEntry.objects.get()
    assert (str(entry.key), entry.writer, entry.path, entry.raised) == (body["key"], secretary, county.town["A"].path, RAISED)


@pytest.mark.parametrize("field", ["raised", "place_text", "spoken_to", "idea", "learned"])
@pytest.mark.parametrize("number", [PHONE, "150422198001011234"])
def test_entry_with_somebodys_number_is_refused_beside_the_field(client: Client, county: Scene, secretary: Person, field, number):
    answer = as_(client, secretary).post("/diary/new/", sent(county, **{field: f"A {number}"}))

    assert answer.status_code in (409, 422)
    assert f'id="id_{field}-errors"' in answer.content.decode()
    assert not DiaryEntry.objects.exists()


def test_entry_about_a_stranger_is_shown_the_other_door_and_not_kept(county: Scene, secretary: Person):
    with pytest.raises(Refusal, match="110"):
        written(county, secretary, raised="村里最近总出现陌生的小伙子,很可疑。")


def test_entry_of_a_place_or_time_that_is_not_the_writers_is_refused(client: Client, county: Scene, secretary: Person):
    with pytest.raises(Forbidden):
        written(county, secretary, cell="E")
    with pytest.raises(Refusal, match="not come yet"):
        written(county, secretary, visited_at=county.at + timedelta(days=1))

    answer = as_(client, secretary).post("/diary/new/", sent(county, area=county.town["E"].code))
    assert answer.status_code == 422
    assert not DiaryEntry.objects.exists()


def test_entry_is_changed_by_its_writer_until_it_is_an_issue(client: Client, county: Scene, secretary: Person):
    entry = written(county, secretary)
    client = as_(client, secretary)

    changed = client.post(f"/diary/{entry.key}/edit/", sent(county, key=str(entry.key), idea="换灯"))
    client.post(f"/diary/{entry.key}/issue/")
    refused = client.post(f"/diary/{entry.key}/edit/", sent(county, key=str(entry.key), idea="再换"))

    assert (changed.status_code, refused.status_code) == (302, 409)
    assert DiaryEntry.objects.get().idea == "换灯"


def test_entry_of_somebody_else_when_its_key_is_sent_again_stays_theirs(county: Scene, secretary: Person, cadre: Person):
    entry = written(county, cadre)

    with pytest.raises(OutOfScope):
        diary.write(entry.key, Elements(visited_at=county.at, area=entry.area, raised="x"), by=secretary, at=county.at)


# --- who reads ---


def test_entry_is_read_by_writer_and_secretary_of_the_village_and_does_not_exist_for_others(
    client: Client, county: Scene, secretary: Person, cadre: Person
):
    entry = written(county, cadre, spoken_to="村民A", learned="多听少说")
    address = f"/diary/{entry.key}/"

    own, theirs = (as_(client, who).get(address).content.decode() for who in (cadre, secretary))

    assert all(words in own for words in (RAISED, "村民A", "多听少说"))
    assert RAISED in theirs
    assert not any(words in theirs for words in ("村民A", "多听少说", cadre.name))
    for role in (Role.PARTY_REPRESENTATIVE, Role.TOWNSHIP_COMMITTEE, Role.COUNTY_LEADER):
        assert as_(client, county[role]).get(address).status_code == 404
    for role in (Role.ORGANISATION_OFFICE, Role.SYSTEM_ADMIN, Role.GRID_MEMBER, Role.DEPARTMENT):
        assert as_(client, county[role]).get(address).status_code == 403
    assert RAISED not in as_(client, secretary).get("/diary/").content.decode()  # the list is of one's own


def test_entry_when_another_than_its_writer_drops_it_stays(client: Client, county: Scene, secretary: Person, cadre: Person):
    entry = written(county, cadre)

    assert as_(client, secretary).post(f"/diary/{entry.key}/drop/").status_code == 404
    assert as_(client, cadre).post(f"/diary/{entry.key}/drop/").status_code == 302
    assert not DiaryEntry.objects.exists()


# --- to an issue, once ---


def test_entry_when_made_an_issue_twice_is_one_report_of_what_was_raised_alone(client: Client, county: Scene, cadre: Person):
    entry = written(county, cadre, spoken_to="村民A", idea="换灯", learned="多听少说")
    client = as_(client, cadre)

    answers = [client.post(f"/diary/{entry.key}/issue/", {"category": "road.light"}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    report = Submission.objects.get()
    assert (report.uuid, report.text, report.entered_by, report.requester) == (entry.key, RAISED, cadre, None)
    assert (report.issue.area, report.issue.category.code) == (county.town["A"], "road.light")
    page = client.get(f"/diary/{entry.key}/").content.decode()
    assert report.issue.number in page
    assert "make-issue" not in page
    assert f'href="/issues/{report.issue.number}/"' not in page  # a linked cadre reads no issue: the receipt is their way
    assert report.receipt_code in page


def test_issue_from_an_entry_leads_back_to_it_for_its_writer_alone(client: Client, county: Scene, secretary: Person):
    entry = written(county, secretary)
    number = diary.make_issue(entry.key, danger=False, by=secretary, at=county.at).issue.number

    link = f'href="/diary/{entry.key}/"'
    assert link in as_(client, secretary).get(f"/issues/{number}/").content.decode()
    assert link not in as_(client, county[Role.TOWNSHIP_COMMITTEE]).get(f"/issues/{number}/").content.decode()


# --- review and ledger ---


def reviewed(county: Scene, by: Person, entries: list[UUID], issues: list[str]) -> MonthlyReview:
    today = localdate(county.at)
    return diary.review(
        county.town.villages["上京社区"], today.replace(day=1), held_on=today, entries=entries, issues=issues, by=by, at=county.at
    )


def test_review_when_kept_again_replaces_what_it_chose_and_takes_nothing_of_another_village(county: Scene, secretary: Person):
    mine = written(county, secretary)
    stranger = post(Role.VILLAGE_SECRETARY, county.town.villages["富河村"], sc.person("白书记"), since=START)
    theirs, other = written(county, stranger, cell="E"), county.report(cell="E")

    reviewed(county, secretary, [mine.key], [])
    reviewed(county, secretary, [mine.key, theirs.key], [other.number, county.report().number])

    assert MonthlyReview.objects.count() == 1
    picks = ReviewPick.objects.all()
    assert sorted(pick.entry_id or 0 for pick in picks) == [0, mine.pk]
    assert {pick.issue.path for pick in picks if pick.issue} == {county.town["A"].path}
    with pytest.raises(Forbidden):
        reviewed(county, stranger, [], [])


def test_review_with_more_than_it_lists_says_so(client: Client, county: Scene, secretary: Person, monkeypatch):
    monkeypatch.setattr("mapui.diary_page.LISTED", 2)
    for n in range(2):
        written(county, secretary, raised=f"第{n}件")
    assert "the newest are listed" not in as_(client, secretary).get("/diary/review/").content.decode()

    written(county, secretary, raised="第3件")
    assert "the newest are listed" in client.get("/diary/review/").content.decode()


def test_ledger_has_what_became_an_issue_and_what_was_chosen_with_slips_and_nobodys_name(
    client: Client, county: Scene, secretary: Person, cadre: Person
):
    made, chosen, left = (written(county, cadre, raised=words) for words in ("井水浑浊", "广场缺凳子", "没有被选中"))
    issue = diary.make_issue(made.key, danger=False, category="road.bridge", by=cadre, at=county.at).issue
    issue = county.move(issue, Verb.ACCEPT, Role.TOWNSHIP_COMMITTEE)
    county.move(issue, Verb.DISPATCH, Role.TOWNSHIP_COMMITTEE, unit=county.units["roads"].pk, text="查明")
    reviewed(county, secretary, [chosen.key], [county.report("另一件").number])

    page = as_(client, secretary).get("/diary/ledger/").content.decode()

    assert all(
        words in page for words in ("井水浑浊", "广场缺凳子", "另一件", issue.number, f"/issues/{issue.number}/papers/assignment/")
    )
    assert left.raised not in page
    assert cadre.name not in page
    paper = client.get("/diary/ledger.pdf")
    words = pdfs.words(b"".join(paper))
    assert pdfs.squeezed(issue.number) in words
    assert "广场缺凳子" in words
    assert client.get("/diary/ledger/?village=nowhere").status_code == 404
    assert as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/diary/ledger/").status_code == 200
    assert as_(client, county[Role.PARTY_REPRESENTATIVE]).get("/diary/ledger/").status_code == 403


# --- what nobody gets ---


def test_reminder_is_off_until_one_asks_for_it_and_is_seen_by_nobody_else(client: Client, county: Scene, secretary: Person):
    assert "data-reminder" not in as_(client, secretary).get("/diary/").content.decode()

    client.post("/diary/reminder/", {"visits": "4"})
    assert "data-reminder" in client.get("/diary/").content.decode()
    assert "data-reminder" not in as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/diary/").content.decode()
    assert as_(client, secretary).post("/diary/reminder/", {"visits": "99"}).status_code == 409

    client.post("/diary/reminder/", {"visits": "0"})
    assert not DiaryReminder.objects.exists()


def test_totals_are_for_the_organisation_department_only_if_switched_on_and_not_of_few(client: Client, county: Scene, settings):
    writers = [post(Role.LINKED_CADRE, county.town["A"], sc.person(f"干部{n}"), since=START) for n in range(5)]
    for who in writers[:4] * 3:
        written(county, who)
    office = as_(client, county[Role.ORGANISATION_OFFICE])
    assert office.get("/diary/totals/").status_code == 404
    assert 'href="/diary/totals/"' not in office.get("/cover/").content.decode()

    settings.DIARY_TOTALS = True
    assert 'href="/diary/totals/"' in office.get("/cover/").content.decode()
    few = office.get("/diary/totals/").content.decode()
    written(county, writers[4])
    enough = office.get("/diary/totals/").content.decode()

    assert ">12<" not in few
    assert ">13<" in enough
    assert not any(who.name in enough for who in writers)
    assert as_(client, county[Role.TOWNSHIP_COMMITTEE]).get("/diary/totals/").status_code == 404
    assert 'href="/diary/totals/"' not in client.get("/cover/").content.decode()


def test_words_are_erased_as_late_as_photos_and_the_issue_stays(county: Scene, secretary: Person):
    entry = written(county, secretary, learned="多听")
    issue = diary.make_issue(entry.key, danger=False, by=secretary, at=county.at).issue

    assert diary.purge(at=county.at + timedelta(days=729)) == 0
    assert diary.purge(at=county.at + timedelta(days=731)) == 1

    entry.refresh_from_db()
    assert (entry.raised, entry.learned, entry.submission.issue if entry.submission else None) == ("", "", issue)


# --- the way of every page ---


def test_pages_read_little_and_write_nothing(client: Client, county: Scene, secretary: Person, django_assert_max_num_queries):
    for n in range(4):
        entry = written(county, secretary, raised=f"第{n}件")
        if n % 2:
            diary.make_issue(entry.key, danger=False, by=secretary, at=county.at)
    reviewed(county, secretary, [entry.key], [county.report().number])
    diary.remind(4, by=secretary)
    as_(client, secretary)
    before = [model.objects.count() for model in (DiaryEntry, ReviewPick, Issue, DiaryReminder)]

    for address in ("/diary/", "/diary/new/", f"/diary/{entry.key}/", "/diary/review/", "/diary/ledger/", "/diary/?month=2020-01"):
        client.get(address)
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200

    assert before == [model.objects.count() for model in (DiaryEntry, ReviewPick, Issue, DiaryReminder)]


def test_posts_without_a_token_or_as_get_are_refused(county: Scene, secretary: Person):
    entry = written(county, secretary)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(secretary)

    for address in (f"/diary/{entry.key}/issue/", f"/diary/{entry.key}/drop/", "/diary/reminder/"):
        assert strict.get(address).status_code == 405
        assert strict.post(address).status_code == 403
    assert strict.post("/diary/review/").status_code == 403
    assert DiaryEntry.objects.get().submission is None
