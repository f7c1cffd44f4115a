"""What the tests of an issue's page need: its addresses, and the verbs that have a form on it."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from issues.models import Issue
from issues.terms import Verb
from representatives.models import Person

HTMX = {"HX-Request": "true"}


def page(issue: Issue) -> str:
    return reverse("issue", args=[issue.number])


def button(issue: Issue, verb: Verb) -> str:
    return reverse("issue-move", args=[issue.number, verb])


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def verbs_offered(html: str) -> set[str]:
    """The verbs that have a form on the page."""
    return {part.split('"')[0] for part in html.split('id="move-')[1:]}
