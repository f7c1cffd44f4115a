"""What a page with a list costs: eight statements at most, with three rows and with sixty, whoever asks included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from issues.community import diary
from issues.models import Category, DiaryEntry, Notice
from issues.terms import Status
from representatives.roles import Role
from tests.mapui.scene import PHONE, Scene
from tests.representatives.factories import area as place

MOST = 8
FEW, MANY = 3, 60


def reported(county: Scene, rows: int) -> None:
    for number in range(rows):
        county.report(f"村口桥面塌陷第{number}处", cell="ABCD"[number % 4])


def undelivered(county: Scene, rows: int) -> None:
    """Notices that did not reach their requesters, each of a report of its own."""
    issue = county.report(phone=PHONE)
    told = {"event": issue.events.get(), "channel": "sms", "state": "failed", "not_before": county.at}
    for _row in range(rows):
        report = county.report(phone=PHONE).submissions.get()
        Notice.objects.create(**told, submission=report, last_error="没有信号")


def written(county: Scene, rows: int) -> None:
    said = {"writer": county[Role.VILLAGE_SECRETARY], "area": county.town["A"], "path": county.town["A"].path}
    DiaryEntry.objects.bulk_create(
        DiaryEntry(**said, key=uuid4(), raised="路灯不亮", visited_at=county.at - timedelta(minutes=n), written_at=county.at)
        for n in range(rows)
    )


def followed(county: Scene, rows: int) -> None:
    """Entries that the month's review chose: they stand in the ledger of the village."""
    written(county, rows)
    secretary, village = county[Role.VILLAGE_SECRETARY], county.town.village
    keys = DiaryEntry.objects.values_list("key", flat=True)
    diary.review(village, localdate(county.at).replace(day=1), held_on=localdate(), entries=keys, issues=(), by=secretary, at=now())


def vacant(county: Scene, rows: int) -> None:
    """Cells that nobody is posted to."""
    for _row in range(rows):
        place(f"{county.town.village.path}.{uuid4().hex[:12]}")


def solved(county: Scene, rows: int) -> None:
    """Closed with a line for the public, half of them of a group that holds private kinds too."""
    town, kinds = county.town, ("road.light", "village.public")
    open_kind = {"names": {"en": "Village accounts"}, "group": county.categories["village"], "level": 30}
    county.categories["village.public"] = Category.objects.get_or_create(code="village.public", defaults=open_kind)[0]
    for number in range(rows):
        issue = county.report(f"第{number}盏路灯不亮")
        issue.category, issue.area, issue.path = county.categories[kinds[number % 2]], town["A"], town["A"].path
        issue.status, issue.closed_at, issue.public_line, issue.non_public = Status.CLOSED, county.at, "已修复。", False
        issue.save()


PAGES: dict[str, tuple[Role, str, Callable[[Scene, int], None]]] = {
    "search": (Role.SUPERVISION_OFFICE, "/search/?q=桥面", reported),
    "behind a figure": (Role.SUPERVISION_OFFICE, "/figures/issues/?of=received", reported),
    "results": (Role.PARTY_REPRESENTATIVE, "/results/?place={township}&place={village}", solved),
    "deliveries": (Role.SYSTEM_ADMIN, "/deliveries/", undelivered),
    "diary": (Role.VILLAGE_SECRETARY, "/diary/", written),
    "review": (Role.VILLAGE_SECRETARY, "/diary/review/", written),
    "ledger": (Role.VILLAGE_SECRETARY, "/diary/ledger/", followed),
    "cover": (Role.ORGANISATION_OFFICE, "/cover/", vacant),
}


@pytest.mark.parametrize("page", PAGES)
def test_list_costs_eight_statements_at_most_however_long_it_is(county: Scene, client: Client, page: str):
    role, address, fill = PAGES[page]
    address = address.format(township=county.town.township.code, village=county.town.village.code)
    client.force_login(county[role])

    lengths = []
    for rows in (FEW, MANY - FEW):
        fill(county, rows)
        client.get(address)  # what is remembered between two requests is in memory from now on
        with CaptureQueriesContext(connection) as sent:
            answer = client.get(address)
        assert answer.status_code == 200
        assert len(sent) <= MOST, "\n".join(query["sql"][:300] for query in sent)
        lengths.append(len(answer.content))

    assert lengths[1] > lengths[0], "The longer list is no longer: the test fills nothing."


def test_pages_of_staff_cost_eight_statements_at_most(county: Scene, client: Client):
    client.force_login(county[Role.ORGANISATION_OFFICE])

    for address in ("/staff/", "/staff/template.csv", "/password/"):
        with CaptureQueriesContext(connection) as sent:
            assert client.get(address).status_code == 200
        assert len(sent) <= MOST, address
