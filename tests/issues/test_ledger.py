"""The ledger: nothing in it can be changed by way of the database, and nothing changed behind its back goes unseen."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from issues import ledger
from issues.models import Event, EventText, Issue
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, do

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue() -> Issue:
    return make.closed(make.county(), MONDAY)


def execute(statement: str, *parameters: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def tamper(statement: str, *parameters: str | int) -> None:
    """What somebody with the keys to the database could do: the guards off, the statement, the guards on."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("issues_event", "issues_eventtext"):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    execute(statement, *parameters)
    for table in ("issues_event", "issues_eventtext"):
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(number: str = "") -> list[str]:
    _count, walk = ledger.verify_all(number)
    return [f"{fault.event}: {fault.sentence}" for fault in walk if fault]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE issues_event SET verb = 'note'",
        "UPDATE issues_event SET at = at",
        "DELETE FROM issues_event",
        'UPDATE issues_eventtext SET texts = \'{"reason": "other"}\'',
        "UPDATE issues_eventtext SET texts = '{}'",  # erased, but not said so
        "UPDATE issues_eventtext SET erased_at = now()",  # said so, but not erased
        "DELETE FROM issues_eventtext",
    ],
)
def test_database_refuses_to_change_the_ledger(issue, statement):
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(statement)


@pytest.mark.parametrize("table", ["issues_event", "issues_eventtext"])
def test_database_refuses_to_empty_the_ledger(issue, table):
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="append-only: TRUNCATE"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")


def test_words_when_erased_leave_a_ledger_that_is_whole(issue):
    execute("UPDATE issues_eventtext SET texts = '{}', erased_at = now()")

    assert not any(EventText.objects.values_list("texts", flat=True))
    assert faults() == []


def test_untouched_ledger_is_whole_and_chained(issue):
    events = list(issue.events.order_by("number"))

    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events] == ["", *(event.hash for event in events[:-1])]
    assert (issue.event_count, issue.head) == (len(events), events[-1].hash)
    assert faults() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE issues_event SET actor = 'auditor' WHERE number = 3", ["3: the row was changed after it was written."]),
        (
            "UPDATE issues_event SET at = at + interval '1 second' WHERE number = 3",
            ["3: the row was changed after it was written."],
        ),
        ("UPDATE issues_event SET facts = '{}' WHERE number = 2", ["2: the row was changed after it was written."]),
        ("UPDATE issues_event SET is_public = NOT is_public WHERE number = 2", ["2: the row was changed after it was written."]),
        ('UPDATE issues_eventtext SET texts = \'{"resolution": "other"}\'', ["5: its words were changed after they were written."]),
        ("DELETE FROM issues_eventtext", ["5: its words are missing."]),
        ("UPDATE issues_issue SET head = 'x'", ["0: the last event is not the one that the issue names."]),
        ("UPDATE issues_issue SET event_count = 7", ["0: the last event is not the one that the issue names."]),
    ],
)
def test_tampered_row_is_named(issue, statement, found):
    tamper(statement)

    assert faults() == found
    assert faults(issue.number) == found


def test_deleted_last_event_is_noticed(issue):
    last = issue.events.last()
    tamper("DELETE FROM issues_notice WHERE event_id = %s", last.pk)
    tamper("DELETE FROM issues_event WHERE id = %s", last.pk)

    assert faults() == ["0: the last event is not the one that the issue names."]


def test_deleted_event_in_the_middle_is_noticed(issue):
    middle = issue.events.get(number=4)
    tamper("DELETE FROM issues_notice WHERE event_id = %s", middle.pk)
    tamper("DELETE FROM issues_event WHERE id = %s", middle.pk)

    assert faults() == ["5: the event before it is missing."]


def test_row_rewritten_with_its_own_new_hash_breaks_the_next(issue):
    event = issue.events.get(number=3)
    event.actor = "auditor"
    tamper("UPDATE issues_event SET actor = %s, hash = %s WHERE id = %s", event.actor, ledger.hash_of(event), event.pk)

    assert faults() == ["4: it does not follow from the event before it."]


def test_words_of_two_events_swapped_are_noticed(issue):
    other = make.reported(make.County({issue.area.path: issue.area}), MONDAY)
    make.ask(other, Verb.SUPPLEMENT, MONDAY)
    make.ask(other, Verb.SUPPLEMENT, MONDAY, text="something else")
    first, second = EventText.objects.filter(event__issue=other).order_by("event__number")
    tamper("UPDATE issues_eventtext SET texts = %s::jsonb WHERE event_id = %s", '{"text": "something else"}', first.pk)
    tamper("UPDATE issues_eventtext SET texts = %s::jsonb WHERE event_id = %s", '{"text": "It is worse now"}', second.pk)

    assert faults() == ["2: its words were changed after they were written.", "3: its words were changed after they were written."]


def test_issue_robbed_of_all_its_events_is_noticed(issue):
    tamper("DELETE FROM issues_notice")
    tamper("DELETE FROM issues_eventtext")
    tamper("DELETE FROM issues_event")

    assert faults() == ["0: the last event is not the one that the issue names."]


def test_equal_words_have_unlike_digests(issue):
    county = make.County({issue.area.path: issue.area})
    first, second = make.reported(county, MONDAY), make.reported(county, MONDAY)
    events = [make.ask(one, Verb.SUPPLEMENT, MONDAY) for one in (first, second)]

    assert events[0].text_digest != events[1].text_digest


def test_command_says_what_is_wrong_and_fails(issue):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "The ledger of 1 issues is whole." in out.getvalue()

    tamper("UPDATE issues_event SET actor = 'auditor' WHERE number = 3")

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_ledger", stdout=out, stderr=StringIO())
    assert f"Issue {issue.number}, event 3" in out.getvalue()
    with pytest.raises(CommandError, match="no issue 1999"):
        call_command("verify_ledger", issue="1999", stdout=out)


def test_verification_streams_both_tables_once(issue, django_assert_num_queries):
    for _ in range(3):
        make.reported(make.County({issue.area.path: issue.area}), MONDAY)

    with django_assert_num_queries(3):
        assert faults() == []


def test_event_of_a_move_that_is_refused_is_not_written(issue):
    before = Event.objects.count()

    with pytest.raises(Exception, match="not possible while"):
        do(issue, Verb.NOTE, issue.handler, MONDAY)

    assert Event.objects.count() == before
