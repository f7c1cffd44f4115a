"""Staff and postings from a spreadsheet: tried, then entered whole or not at all; and the first password."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from openpyxl import Workbook

from grids.errors import Refusal
from representatives import staffing
from representatives.models import Assignment, Person
from representatives.querysets import PersonManager
from representatives.register_guard import banned_terms
from representatives.roles import Role
from representatives.staff_file import rows_of_text
from tests.mapui.scene import Scene

HEADER = "姓名,用户名,单位编码,办公电话,角色,区域编码,起,止"


def client_of(county: Scene, role: Role) -> Client:
    client = Client()
    client.force_login(county[role])
    return client


@pytest.fixture
def office(county: Scene) -> Client:
    return client_of(county, Role.ORGANISATION_OFFICE)


def csv_of(*lines: str, header: str = HEADER, encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    return SimpleUploadedFile("staff.csv", "\n".join([header, *lines]).encode(encoding))


def post(client: Client, file: SimpleUploadedFile) -> Any:
    return client.post("/staff/", {"file": file})


def confirm(client: Client, tried: Any) -> Any:
    return client.post("/staff/", {"text": tried.context["text"], "confirm": "on"})


def test_list_when_tried_says_what_it_brings_and_writes_nothing(county, office):
    cell, people = county.town["B"].code, Person.objects.count()

    answer = post(
        office, csv_of(f"何网格,he,T01,0476-1,网格员,{cell},2026-01-01,2026-12-31", f"何网格,he,,,party representative,{cell},,")
    )

    assert answer.status_code == 200
    assert "1 new accounts" in answer.content.decode()
    assert "2 postings" in answer.content.decode()
    assert Person.objects.count() == people


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_list_when_confirmed_makes_accounts_without_password_their_postings_and_a_link(county, office, encoding):
    cell = county.town["B"]
    tried = post(office, csv_of(f"何网格,he,T01,0476-1,网格员,{cell.code},2026-01-01,2026-12-31", encoding=encoding))

    done = confirm(office, tried)
    he = Person.objects.get(username="he")

    assert (he.name, he.office_phone, he.unit, he.has_usable_password()) == ("何网格", "0476-1", county.units["township"], False)
    posting = Assignment.objects.get(person=he)
    assert (posting.role, posting.area) == (Role.GRID_MEMBER, cell)
    assert (f"{posting.term.lower:%Y-%m-%d %H}", f"{posting.term.upper:%Y-%m-%d %H}") == ("2025-12-31 16", "2026-12-31 16")
    assert LogEntry.objects.filter(user=county[Role.ORGANISATION_OFFICE]).count() == 2
    (link,) = re.findall(r">(http[^<]+/password/set/[^<]+)<", done.content.decode())
    assert done["Cache-Control"].count("no-store")
    visitor = Client()
    form = visitor.get(link, follow=True)
    password = "four-lights-on-a-hill"
    visitor.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})
    assert Person.objects.get(pk=he.pk).check_password(password)
    assert "has been used" in Client().get(link, follow=True).content.decode()


def test_list_when_an_excel_workbook_is_read_alike(county, office):
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["name", "user name", "role", "area code", "from"])
    sheet.append(["Ho", "ho", "grid member", int(county.town["B"].code), None])
    out = BytesIO()
    book.save(out)

    answer = post(office, SimpleUploadedFile("staff.xlsx", out.getvalue()))

    assert answer.status_code == 200
    assert confirm(office, answer).status_code == 200
    assert Assignment.objects.filter(person__username="ho").count() == 1


def test_list_when_rows_are_faulty_names_each_and_enters_none(county, office):
    cell, known = county.town["B"].code, county[Role.GRID_MEMBER]
    lines = [
        f"好人,good,,,网格员,{cell},,",
        f",nobody,,,网格员,{cell},,",
        f"Other,{known.username},,,网格员,{cell},,",
        f"甲,jia,X99,,网格员,{cell},,",
        f"乙,yi,,,神仙,{cell},,",
        "丙,bing,,,网格员,999,,",
        "丁,ding,,,督查室,150422,,",
        f"戊,wu,,,网格员,{cell},明天,",
        f"己,ji,,,网格员,{cell},2026-02-01,2026-01-01",
        f"庚,geng geng,,,网格员,{cell},,",
        f"辛,xin,,,网格员,{county.town.county.code},,",
        "壬,ren,,,网格员,,,",
        f"好人,good,,,网格员,{cell},,",
    ]

    answer = post(office, csv_of(*lines))

    assert answer.status_code == 422
    assert [fault.number for fault in answer.context["entered"].faults] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert not Person.objects.filter(username="good").exists()
    refused = office.post("/staff/", {"text": answer.context["text"], "confirm": "on"})
    assert refused.status_code == 409
    assert not Person.objects.filter(username="good").exists()
    assert not LogEntry.objects.exists()


def test_account_when_it_exists_keeps_what_it_has_and_gets_the_posting(county, office):
    known = county[Role.GRID_MEMBER]

    done = confirm(office, post(office, csv_of(f"{known.name},{known.username},T01,000,网格员,{county.town['C'].code},,")))

    assert done.status_code == 200
    assert "/password/set/" not in done.content.decode()
    assert Person.objects.get(pk=known.pk).office_phone == known.office_phone
    assert Assignment.objects.filter(person=known, area=county.town["C"]).exists()


def test_columns_when_they_are_those_of_a_register_or_unknown_are_refused(county, office):
    for column in (banned_terms().terms[0], "shoe size"):
        answer = post(office, csv_of("甲,jia,x", header=f"姓名,用户名,{column}"))

        assert answer.status_code == 422
        assert column in answer.content.decode()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (csv_of("甲,jia,15042219800101123X,", header="name,username,office phone,role"), "identity document"),
        (csv_of(), "no row"),
        (csv_of("甲", header="姓名"), "lacks the columns"),
        (csv_of("甲,jia,x,y", header="姓名,用户名"), "more cells"),
        (SimpleUploadedFile("staff.xlsx", b"PK nonsense"), "neither"),
        (SimpleUploadedFile("staff.csv", b"\xff\xfe\x00\x01"), "neither"),
    ],
)
def test_file_when_it_cannot_be_taken_is_refused_in_a_sentence(county, office, file, sentence):
    answer = post(office, file)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.SYSTEM_ADMIN, 200), (Role.VILLAGE_SECRETARY, 403), (Role.AUDITOR, None)])
def test_page_when_asked_for_opens_for_those_who_arrange_only(county, role, status):
    if status is None:
        assert Client().get("/staff/").status_code == 302
        return

    client = client_of(county, role)

    assert client.get("/staff/").status_code == status
    assert client.get("/staff/template.csv").status_code == status
    if status == 200:
        assert "/staff/" in client.get("/cover/").content.decode()
        template: Any = client.get("/staff/template.csv")
        header = b"".join(template.streaming_content).decode("utf-8-sig").strip()
        assert header.split(",")[0] in ("姓名", "name")


def people_of(county: Scene, many: int) -> list[str]:
    """So many new people, each posted twice."""
    cells = [county.town[letter].code for letter in "AB"]
    return [f"人{number},p{number},T01,,网格员,{cell},," for number in range(many) for cell in cells]


@pytest.mark.parametrize("confirmed", [False, True], ids=["tried", "entered"])
def test_list_costs_the_same_statements_however_long_it_is(county, confirmed):
    counts = []
    for many in (2, 40):
        person = Person.objects.get(pk=county[Role.ORGANISATION_OFFICE].pk)
        rows = rows_of_text("\n".join([HEADER, *people_of(county, many)]))
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            done = (staffing.enter_list if confirmed else staffing.try_list)(rows, by=person, at=now())
            transaction.set_rollback(True)
        assert (len(done.people), len(done.postings), done.faults) == (many, 2 * many, [])
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in asked))

    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        (("2026-01-01", "2026-03-31"), ("2026-04-01", ""), True),
        (("2026-01-01", "2026-03-31"), ("2026-03-31", ""), False),
        (("2026-05-01", ""), ("2026-01-01", "2026-04-30"), True),
        (("2026-05-01", ""), ("2026-01-01", ""), False),
    ],
)
def test_two_terms_of_the_same_post_may_follow_one_another_but_not_overlap(county, office, first, second, fits):
    cell = county.town["B"].code

    answer = post(office, csv_of(*(f"何网格,he,,,网格员,{cell},{since},{until}" for since, until in (first, second))))

    assert answer.status_code == (200 if fits else 422)
    assert [fault.number for fault in answer.context["entered"].faults] == ([] if fits else [3])
    if fits:
        assert confirm(office, answer).status_code == 200
        assert Assignment.objects.filter(person__username="he").count() == 2


def test_post_that_an_account_holds_already_is_refused_with_the_one_in_the_way(county, office):
    known, cell = county[Role.GRID_MEMBER], county.town["A"].code

    answer = post(office, csv_of(f"{known.name},{known.username},,,网格员,{cell},,"))

    (fault,) = answer.context["entered"].faults
    assert "is already “grid member”" in fault.sentence
    assert "until further notice" in fault.sentence


def test_account_entered_by_somebody_else_meanwhile_is_a_sentence_and_nothing_is_kept(county, monkeypatch):
    rows = rows_of_text(f"{HEADER}\n何网格,he,,,网格员,{county.town['B'].code},,")
    monkeypatch.setattr(PersonManager, "named", lambda _self, _names: Person.objects.none())  # read before the other one wrote
    Person.objects.create_user("he", name="何网格")

    with pytest.raises(Refusal, match="Meanwhile somebody entered some of it"):
        staffing.enter_list(rows, by=county[Role.ORGANISATION_OFFICE], at=now())

    assert not Assignment.objects.filter(person__username="he").exists()


def test_user_name_is_kept_as_accounts_keep_it(county, office):
    lines = [f"何网格,ｈｅ１,,,网格员,{county.town[letter].code},," for letter in "BC"]

    assert confirm(office, post(office, csv_of(*lines))).status_code == 200

    assert Assignment.objects.filter(person__username="he1").count() == 2
