"""Where nothing was received lately the overview says so, when something last was, and shows the way to it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from issues import tally
from issues.models import Issue
from issues.terms import Light, Status
from representatives.roles import Role
from tests.mapui.scene import Scene, scene

LAST = re.compile(r'SELECT "issues_issue"."reported_at".* DESC LIMIT 1$', re.DOTALL)
SILENT = "No issue was received in the last 90 days"


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()
    tally.index_of.cache_clear()


@pytest.fixture
def made(db: None) -> Scene:
    return scene()


def figures(made: Scene, role: Role | None, **query: str) -> str:
    """What the fragment says, in one line."""
    client = Client()
    if role:
        client.force_login(made[role])
    answer = client.get(reverse("key-figures"), query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def reported(issue: Issue, at: datetime) -> Issue:
    Issue.objects.filter(pk=issue.pk).update(reported_at=at, contact_due_at=None)
    cache.clear()
    return issue


def test_figures_when_the_last_issue_is_years_old_say_when_and_lead_there(made):
    long_ago = now() - timedelta(days=2000)
    reported(made.accepted(cell="A"), long_ago - timedelta(days=3))
    reported(made.accepted(cell="B"), long_ago)

    html = figures(made, Role.SUPERVISION_OFFICE)

    assert SILENT in html
    assert f"the last one came on {localdate(long_ago):%B} {localdate(long_ago).day}, {localdate(long_ago).year}" in html
    first, last = localdate(long_ago) - timedelta(days=89), localdate(long_ago)
    assert f'href="/figures/?period=own&amp;from={first}&amp;to={last}"' in html


def test_way_back_when_it_is_followed_shows_those_days(made):
    reported(made.accepted(cell="A"), now() - timedelta(days=2000))
    client = Client()
    client.force_login(made[Role.SUPERVISION_OFFICE])
    href = re.search(r'href="(/figures/\?period=own[^"]+)"', figures(made, Role.SUPERVISION_OFFICE))

    assert href is not None
    answer = client.get(href[1].replace("&amp;", "&"))

    assert answer.status_code == 200
    assert answer.context["figures"].total.counts["received"] == 1


def test_figures_when_something_was_received_say_nothing_of_it(made):
    made.accepted(cell="A")

    assert SILENT not in figures(made, Role.SUPERVISION_OFFICE)


def test_figures_when_nothing_ever_was_received_say_so(made):
    html = figures(made, Role.SUPERVISION_OFFICE)

    assert "No issue has been received yet" in html
    assert "/figures/?period=own" not in html


def test_figures_when_what_was_received_was_declined_are_silent_too(made):
    issue = reported(made.accepted(cell="A"), now() - timedelta(days=200))
    declined = made.report(cell="B")
    Issue.objects.filter(pk=declined.pk).update(status=Status.DECLINED, closed_at=now())
    cache.clear()

    html = figures(made, Role.SUPERVISION_OFFICE)

    assert SILENT in html
    assert f"to={localdate(now() - timedelta(days=200))}" in html
    assert issue.number not in html


def test_figures_of_a_township_lead_to_its_own(made):
    made.report(cell="E")
    reported(made.accepted(cell="A"), now() - timedelta(days=100))

    html = figures(made, Role.SUPERVISION_OFFICE, area=made.town.township.code)

    assert SILENT in html
    assert f"town={made.town.township.code}" in html


def test_figures_when_narrowed_to_what_is_not_received_say_that_it_is_the_filters(made):
    made.accepted(cell="A")

    html = figures(made, Role.SUPERVISION_OFFICE, light=Light.YELLOW.value)

    assert "No issue that these filters let through has been received yet" in html


def test_visitor_where_nothing_was_received_is_led_to_the_heat_map(made):
    reported(made.accepted(cell="A"), now() - timedelta(days=100))

    html = figures(made, None)

    assert SILENT in html
    assert 'href="/heat/"' in html
    assert "/figures/" not in html


def test_silence_costs_one_statement_and_none_while_it_is_kept(made, django_assert_max_num_queries):
    reported(made.accepted(cell="A"), now() - timedelta(days=100))
    client = Client()
    client.force_login(made[Role.SUPERVISION_OFFICE])
    client.get(reverse("key-figures"))
    cache.clear()

    with django_assert_max_num_queries(8) as first:
        client.get(reverse("key-figures"))
    with django_assert_max_num_queries(8) as second:
        client.get(reverse("key-figures"))

    asked = [each["sql"] for each in first.captured_queries if LAST.search(each["sql"])]
    assert len(asked) == 1
    assert not any("issues_issue" in each["sql"] for each in second.captured_queries)
