"""What the tests of the red list need: its rows, its addresses, and what was put under supervision or written about."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client
from django.urls import reverse

from issues import services
from issues.models import Issue, ReminderLetter
from issues.services.letters import Draft
from issues.terms import Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import Scene

HTMX = {"HX-Request": "true"}
RED = "/red/"


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def rows(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('<tr id="red-')[1:]]


def decide(issue: Issue, verb: Verb) -> str:
    return reverse("red-move", args=[issue.number, verb])


def supervised(county: Scene, issue: Issue) -> Issue:
    unit = county.units["township"].pk
    return county.move(issue, Verb.SUPERVISE, Role.SUPERVISION_OFFICE, reason="跟踪督办", unit=unit)


def write(county: Scene, issue: Issue) -> ReminderLetter:
    draft = Draft(uuid4(), county.units["roads"], ReminderLetter.Kind.SUPERVISION, [issue.pk], "请尽快办结。")
    return services.send_letter(draft, by=county[Role.SUPERVISION_OFFICE], at=county.at)
