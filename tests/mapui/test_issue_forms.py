"""Forms of verbs come when they are opened: within the page by a fetch, without JavaScript by a page with that form open."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from issues.models import Issue
from issues.terms import Verb
from representatives.roles import Role
from tests.mapui.issue_pages import HTMX, as_, button, page, verbs_offered
from tests.mapui.scene import Scene

INPUTS = re.compile(r'<(?:input|select|textarea)[^>]* name="(\w+)"')


def form_of(issue: Issue, verb: Verb, **query: str) -> str:
    return reverse("issue-form", args=[issue.number, verb], query=query)


def inputs_of(html: str, verb: Verb) -> set[str]:
    """The names of what can be filled in in the form of the verb; empty: it is not there."""
    form = re.search(rf'<form class="move__form stack" id="move-{verb}[^"]*".*?</form>', html, re.DOTALL)
    return set(INPUTS.findall(form[0])) - {"csrfmiddlewaretoken", "seen", "back"} if form else set()


def test_page_has_a_way_to_each_form_and_makes_none_that_nobody_opened(county: Scene, client: Client):
    issue = county.in_progress()

    html = as_(client, county[Role.PARTY_REPRESENTATIVE]).get(page(issue)).content.decode()

    assert {Verb.RESOLVE, Verb.NOTE} <= verbs_offered(html)
    for verb in (Verb.RESOLVE, Verb.NOTE):
        assert not inputs_of(html, verb)
        assert f'href="{form_of(issue, verb)}"' in html


def test_form_when_it_opens_is_fetched_within_ten_statements(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    issue = county.in_progress()
    as_(client, county[Role.PARTY_REPRESENTATIVE]).get(page(issue))

    with django_assert_max_num_queries(10):
        html = client.get(form_of(issue, Verb.RESOLVE), headers=HTMX).content.decode()

    assert {"resolution", "public_line"} <= inputs_of(html, Verb.RESOLVE)
    assert f'hx-post="{reverse("issue-move", args=[issue.number, Verb.RESOLVE])}"' in html
    assert "<html" not in html


def test_without_javascript_the_way_leads_to_the_page_with_that_form_open(county: Scene, client: Client):
    issue = county.in_progress()

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).get(form_of(issue, Verb.RESOLVE), follow=True)

    html = answer.content.decode()
    assert answer.redirect_chain == [(f"{page(issue)}?verb=resolve#move-resolve", 302)]
    assert inputs_of(html, Verb.RESOLVE)
    assert not inputs_of(html, Verb.NOTE)
    assert len(re.findall(r'<details class="move"[^>]* open>', html)) == 1


def test_press_that_needs_no_word_has_its_form_at_once_and_what_may_be_corrected_when_it_is_asked_for(
    county: Scene, client: Client
):
    issue = county.report()
    as_(client, county[Role.TOWNSHIP_COMMITTEE])

    html = client.get(page(issue)).content.decode()
    whole = client.get(form_of(issue, Verb.ACCEPT), headers=HTMX).content.decode()

    assert f'action="{reverse("issue-move", args=[issue.number, Verb.ACCEPT])}"' in html
    assert not inputs_of(html, Verb.ACCEPT)
    assert {"category", "urgency"} <= inputs_of(whole, Verb.ACCEPT)
    assert re.search(r'<details class="move__more" open>', whole)
    assert {"category", "urgency"} <= inputs_of(client.get(f"{page(issue)}?verb=accept").content.decode(), Verb.ACCEPT)


def test_form_that_opens_later_is_of_the_page_that_was_looked_at(county: Scene, client: Client):
    issue = county.in_progress()
    html = as_(client, county[Role.PARTY_REPRESENTATIVE]).get(page(issue)).content.decode()
    address = re.search(rf'hx-get="({form_of(issue, Verb.RESOLVE)}[^"]*)"', html)
    assert address
    county.move(issue, Verb.NOTE, Role.VILLAGE_SECRETARY, text="先别动")

    form = client.get(address[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    sent = {"seen": issue.event_count, "resolution": "已修复", "public_line": "已修复"}
    answer = client.post(reverse("issue-move", args=[issue.number, Verb.RESOLVE]), sent)

    assert f'name="seen" value="{issue.event_count}"' in form
    assert answer.status_code == 409
    assert "先别动" in answer.content.decode()


def test_form_of_what_can_no_longer_be_done_makes_the_page_look_again(county: Scene, client: Client):
    issue = county.resolved()

    answer = as_(client, county[Role.PARTY_REPRESENTATIVE]).get(form_of(issue, Verb.RESOLVE), headers=HTMX)

    assert answer.headers["HX-Refresh"] == "true"
    assert not answer.content


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_form_of_what_is_out_of_sight_or_is_no_verb_is_404(county: Scene, client: Client, headers: dict[str, str]):
    issue = county.in_progress()
    as_(client, county[Role.COUNTY_LEADER])

    assert client.get(form_of(issue, Verb.RESOLVE), headers=headers, follow=True).status_code == 404
    assert client.get(f"/issues/{issue.number}/form/dance/", headers=headers).status_code == 404


def test_form_in_the_red_list_is_sent_to_the_list_and_swapped_there(county: Scene, client: Client):
    issue = county.proposed()
    html = as_(client, county[Role.SUPERVISION_OFFICE]).get("/red/?tab=proposals").content.decode()

    address = re.search(rf'hx-get="({form_of(issue, Verb.ENTER_RED)}[^"]*)"', html)
    assert address
    fetched = client.get(address[1].replace("&amp;", "&"), headers=HTMX).content.decode()

    assert not inputs_of(html, Verb.ENTER_RED)
    assert {"unit", "reason"} <= inputs_of(fetched, Verb.ENTER_RED)
    assert f'hx-post="{reverse("red-move", args=[issue.number, Verb.ENTER_RED])}"' in fetched
    assert 'name="back" value="red"' in fetched
    assert f'id="move-enter_red-{issue.number}"' in fetched


def test_long_lists_of_which_nothing_was_sent_are_not_read(
    county: Scene, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    first, second = county.report(), county.report()
    as_(client, county[Role.VILLAGE_SECRETARY])

    with django_assert_max_num_queries(15) as sent:
        assert client.post(button(first, Verb.ACCEPT), {"level": "green"}).status_code == 302
    assert not [query for query in sent.captured_queries if 'FROM "issues_category"' in query["sql"]]

    assert client.post(button(second, Verb.ACCEPT), {"level": "green", "category": "nonsense"}).status_code == 422
