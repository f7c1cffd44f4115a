"""What a press costs: the whole request, with whoever asks, the transaction's own statements, and the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import Issue
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.mapui.scene import MINUTE, Scene

MOST = 15
HTMX = {"HX-Request": "true"}
PLAIN: dict[str, str] = {}
HELD = {f"minute_{part}": value for part, value in MINUTE.items()}
Step = tuple[Verb, Role, dict[str, object]]

# From report to red list, back, and to the rating: every verb as its usual actor presses it.
WAY: tuple[Step, ...] = (
    (Verb.ACCEPT, Role.VILLAGE_SECRETARY, {"level": Light.GREEN.value}),
    (Verb.ACKNOWLEDGE, Role.PARTY_REPRESENTATIVE, {}),
    (Verb.CONTACT, Role.PARTY_REPRESENTATIVE, {"text": "已联系"}),
    (Verb.NOTE, Role.PARTY_REPRESENTATIVE, {"text": "在办"}),
    (Verb.ESCALATE, Role.PARTY_REPRESENTATIVE, {"tried": "已上门两次", **HELD}),
    (Verb.ACKNOWLEDGE, Role.VILLAGE_SECRETARY, {}),
    (Verb.ESCALATE, Role.VILLAGE_SECRETARY, {"tried": "村里议过", **HELD}),
    (Verb.RETURN_DOWN, Role.TOWNSHIP_COMMITTEE, {"ground": "not_tried", "reason": "村里能办"}),
    (Verb.ACKNOWLEDGE, Role.VILLAGE_SECRETARY, {}),
    (Verb.RESOLVE, Role.VILLAGE_SECRETARY, {"resolution": "已修好", "public_line": "路灯已修复。"}),
    (Verb.REJECT, Role.GRID_MEMBER, {"reason": "还是不亮"}),
    (Verb.RESOLVE, Role.VILLAGE_SECRETARY, {"resolution": "换了灯", "public_line": "路灯已修复。"}),
    (Verb.VERIFY, Role.GRID_MEMBER, {}),
    (Verb.RATE, Role.GRID_MEMBER, {"rating": "satisfied"}),
)


@pytest.mark.parametrize("headers", [PLAIN, HTMX], ids=["plain", "htmx"])
def test_press_of_every_verb_on_the_way_costs_few_statements(county: Scene, client: Client, headers: dict[str, str]) -> None:
    issue = county.report(category="road.light")
    spent: dict[str, list[str]] = {}

    for place, (verb, role, said) in enumerate(WAY):
        client.force_login(county[role])
        client.get(reverse("queue"))  # the policies are in memory from now on
        address, sent = reverse("issue-move", args=[issue.number, verb]), {**said, "seen": seen(issue)}
        with counted(spent, f"{place} {verb}"):
            answer = client.post(address, sent, headers=headers)
        assert answer.status_code in (302, 303), f"{verb}: {answer.content.decode()[:2000]}"

    assert county.again(issue).status == "closed"
    dear = {name: statements for name, statements in spent.items() if len(statements) > MOST}
    assert not dear, "\n\n".join([f"{name}: {len(found)}\n" + "\n".join(found) for name, found in dear.items()])


def seen(issue: Issue) -> int:
    issue.refresh_from_db()
    return issue.event_count


@contextmanager
def counted(spent: dict[str, list[str]], name: str) -> Iterator[None]:
    """Every statement that is sent within, what begins and ends a transaction as well."""
    with CaptureQueriesContext(connection) as sent:
        yield
    spent[name] = [query["sql"][:400] for query in sent.captured_queries]
