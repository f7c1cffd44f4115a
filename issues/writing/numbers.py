"""Numbers that people read out: of issues, slips and letters, from sequences, so no two are ever alike."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from issues.models import Issue

ISSUE, SLIP, LETTER = "issues_issue_number", "issues_slip_number", "issues_letter_number"
CONTACT_LIST = "issues_contact_list_number"


def issue_number(at: datetime) -> str:
    """A new number such as 2026-0000123; `at` in the time zone that decides the year."""
    return _issue_number(at, _next(ISSUE))


def key_and_number(at: datetime) -> tuple[int, str]:
    """A new issue's primary key and its number, in one statement: with its key known, it is written once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')), nextval(%s::regclass)", [Issue._meta.db_table, ISSUE])
        key, number = cursor.fetchone()
    return int(key), _issue_number(at, int(number))


def _issue_number(at: datetime, number: int) -> str:
    return f"{at.year}-{number:07d}"


def slip_number(at: datetime) -> str:
    """A new number of an escalation slip (申办单), such as 2026-S000045."""
    return slip_numbered(at, _next(SLIP))


def slip_numbered(at: datetime, number: int) -> str:
    """The number of a slip for which the sequence gave that value."""
    return f"{at.year}-S{number:06d}"


def letter_number(at: datetime) -> str:
    """A new number of a letter to a unit (督办函, 提示函), such as 2026-D000007."""
    return f"{at.year}-D{_next(LETTER):06d}"


def contact_list_number(at: datetime) -> str:
    """A new number of a list with contacts, such as 2026-C000003."""
    return f"{at.year}-C{_next(CONTACT_LIST):06d}"


def _next(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        return int(cursor.fetchone()[0])
