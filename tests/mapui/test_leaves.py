"""Pages of long lists: each row once, forth and back, whatever happens meanwhile; never by counting off those before."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grids.prepared import Prepared
from issues.models import Issue
from issues.terms import Status
from mapui import queue_page, search_page
from representatives.roles import Role
from tests.mapui.paging import way
from tests.mapui.scene import Scene

ROWS = 7
SIZE = 3
LISTS = {
    "queue": ("/queue/", Role.TOWNSHIP_COMMITTEE),
    "search, best first": ("/search/?q=桥面", Role.SUPERVISION_OFFICE),
    "search, newest first": ("/search/?q=桥面&order=new", Role.SUPERVISION_OFFICE),
    "results": ("/results/", None),
}


@pytest.fixture
def lists(county: Scene, client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Seven rows on pages of three; gives the address of a list for whoever reads it."""
    for module in ("queue_page", "search_page", "results_page"):
        monkeypatch.setattr(f"mapui.{module}.ROWS_PER_PAGE", SIZE)
    # Those that are kept have their own size.
    monkeypatch.setattr(queue_page, "_leaves", Prepared(queue_page._waits))
    monkeypatch.setattr(search_page, "_leaves", Prepared(search_page._page))
    for number in range(ROWS):
        county.report(f"村口桥面塌陷第{number}处")

    def open_list(name: str) -> str:
        address, role = LISTS[name]
        if role:
            client.force_login(county[role])
        else:
            close_all()
        return address

    return open_list


def close_all() -> None:
    """Closed with a line for everybody, two in the same moment."""
    for number, issue in enumerate(Issue.objects.order_by("pk")):
        issue.status, issue.public_line, issue.non_public = Status.CLOSED, f"桥面第{number}处已修复", False
        issue.closed_at = issue.reported_at + timedelta(hours=number // 2)
        issue.save()


def rows_of(page: str) -> list[str]:
    """What tells one row from another: “第3处”. The notices above the list, which are there by day, name the same issues."""
    main = re.sub(r'(?s)<details class="notices".*?</details>', "", page.split('id="main"', 1)[1])
    return list(dict.fromkeys(re.findall(r"第\d+处", main)))


def walk(client: Client, address: str, rel: str = "next") -> Iterator[str]:
    """The pages, one after the other."""
    path = address.split("?")[0]
    while address:
        page = client.get(address).content.decode()
        yield page
        query = way(rel, page)
        address = f"{path}{query}" if query else ""


@pytest.mark.parametrize("name", LISTS)
def test_pages_when_walked_forth_and_back_show_every_row_once_and_skip_none(lists, client: Client, name: str):
    address = lists(name)

    pages = list(walk(client, address))

    assert [len(rows_of(page)) for page in pages] == [3, 3, 1]
    assert len({row for page in pages for row in rows_of(page)}) == ROWS
    last = f"{address.split('?')[0]}{way('next', pages[1])}"
    assert [rows_of(page) for page in walk(client, last, "prev")] == [rows_of(page) for page in reversed(pages)]


@pytest.mark.parametrize("name", LISTS)
def test_page_far_back_when_read_does_not_count_off_the_rows_before(lists, client: Client, name: str):
    address = lists(name)
    first, *_rest = walk(client, address)

    with CaptureQueriesContext(connection) as asked:
        client.get(f"{address.split('?')[0]}{way('next', first)}")

    assert not [each["sql"] for each in asked if re.search(r" OFFSET \d+$", each["sql"])]


def test_row_that_goes_while_one_reads_moves_no_other_out_of_sight(lists, client: Client, county: Scene):
    address = lists("queue")
    first, *rest = walk(client, address)
    gone = rows_of(first)[0]
    Issue.objects.filter(title__contains=gone).update(closed_at=county.at, status=Status.CLOSED)

    second = client.get(f"/queue/{way('next', first)}").content.decode()

    assert rows_of(second) == rows_of(rest[0])


@pytest.mark.parametrize("name", LISTS)
def test_mark_of_another_list_or_of_nobody_leads_to_the_first_page(lists, client: Client, name: str):
    other = "results" if name == "queue" else "queue"
    foreign = re.search(r"after=([\w-]+)", way("next", client.get(lists(other)).content.decode())) if other == "queue" else None
    address = lists(name)
    first = rows_of(client.get(address).content.decode())

    for mark in ("x", "é", "A" * 500, *([foreign[1]] if foreign else [])):
        page = client.get(address, {**query_of(address), "after": mark, "page": "9"}).content.decode()
        assert rows_of(page) == first, mark


def query_of(address: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in address.partition("?")[2].split("&") if part)


def test_page_of_which_nothing_is_left_begins_anew(lists, client: Client, county: Scene):
    address = lists("queue")
    *_others, last = walk(client, address)
    before_last = list(walk(client, address))[1]
    Issue.objects.filter(title__contains=rows_of(last)[0]).update(closed_at=county.at, status=Status.CLOSED)

    page = client.get(f"/queue/{way('next', before_last)}").content.decode()

    assert len(rows_of(page)) == SIZE
    assert not way("prev", page)


def test_mark_in_a_public_address_tells_neither_time_nor_key(lists, client: Client):
    page = client.get(lists("results")).content.decode()

    mark = way("next", page).partition("after=")[2].partition("&")[0]
    told = urlsafe_b64decode(f"{mark}{'=' * (-len(mark) % 4)}")

    assert mark
    assert not [issue for issue in Issue.objects.all() if issue.closed_at and issue.closed_at.isoformat().encode() in told]
