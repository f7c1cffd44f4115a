"""A list with contacts leaves the program only if two people want it: one asks and says what for, another approves.

Of open red issues alone, for the supervision office that holds them (domain notes §5.4, §6); what is in it is decided when
it is taken out, by who may see which contact at that moment. Each time is a look at every contact in it, and is kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext

from grids.models import Area
from issues import policy
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import ContactList, ContactLook, Issue, Submission
from issues.privacy import contacts, masking
from issues.querysets.looks import APPROVERS, ASKERS
from issues.writing import numbers
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.contacts")

MOST = 500  # rows; a longer list is asked for by township
WORDS_MAX = 200
SHORTEST = 4  # characters that can say what something is for


@dataclass(frozen=True)
class Taken:
    """A list as it leaves: its row, who approved it, and the reports with their contacts, by place."""

    row: ContactList
    reports: list[Submission]


@transaction.atomic
def ask(area: Area, purpose: str, *, by: Person, at: datetime) -> ContactList:
    """Somebody of the supervision office asks for the list of a county or a township of it. Raises Forbidden, Refusal."""
    if not ASKERS & scope_of(by, at).roles_at(area.path):
        raise Forbidden(gettext("Only the supervision office asks for a list with contacts, of the red issues that it holds."))
    if ContactList.objects.pending().asked_by(by).exists():
        raise Refusal(gettext("You have asked for a list already; it waits for a second person."))
    return ContactList.objects.create(
        number=numbers.contact_list_number(localtime(at)),
        path=area.path,
        purpose=_said(purpose, "purpose"),
        asked_by=by,
        asked_at=at,
    )


@transaction.atomic
def decide(number: str, granted: bool, reason: str, *, by: Person, at: datetime) -> ContactList:
    """A second person approves it, or refuses and says why. Raises OutOfScope, Forbidden, Refusal."""
    row = _locked(number, by, at)
    if row.asked_by_id == by.pk:
        raise Forbidden(gettext("Whoever asked for a list cannot approve it: it takes two."))
    if not APPROVERS & scope_of(by, at).roles_at(row.path):
        raise Forbidden(gettext("Another person of the supervision office or a leader of the county decides this."))
    if row.decision != ContactList.Decision.PENDING:
        raise Refusal(gettext("This list is “%(state)s” already.") % {"state": row.get_decision_display()})
    row.decision_reason = masking.without_numbers(reason.strip())[:WORDS_MAX] if granted else _said(reason, "reason")
    row.decided_by, row.decided_at = by, at
    row.decision = ContactList.Decision.GRANTED if granted else ContactList.Decision.REFUSED
    if granted:
        row.until = at + policy.terms(policy.in_force(at, row.path).pk).retention.contact_list.on_calendar
    row.save()
    return row


@transaction.atomic
def take_out(number: str, *, by: Person, at: datetime) -> Taken:
    """What leaves the program now, for who asked; every contact in it is written down as seen. Raises as the others do."""
    row = _locked(number, by, at)
    if row.asked_by_id != by.pk:
        raise Forbidden(gettext("Only who asked for the list takes it out."))
    if not row.may_be_taken(at):
        raise Refusal(gettext("This list has not been approved, or the time for it is over; ask for it anew."))
    reports = _reports(row, by, at)
    row.taken_at = at
    row.save(update_fields=["taken_at"])
    ContactLook.objects.bulk_create(
        ContactLook(
            issue=one.issue,
            report=one,
            by=by,
            role=Role.SUPERVISION_OFFICE,
            at=at,
            purpose=ContactLook.Purpose.EXPORT,
            words=row.number,
        )
        for one in reports
    )
    logger.info("list with contacts %s (%d reports) taken out by %s", row.number, len(reports), by.pk)
    return Taken(row, reports)


def _reports(row: ContactList, by: Person, at: datetime) -> list[Submission]:
    """Reports of open red issues there whose contact was left, is not erased, and may be seen by that person now."""
    issues = Issue.objects.visible_to(by, at).red_list().under(row.path)
    found = list(Submission.objects.reachable_of(issues)[: MOST + 1])
    if len(found) > MOST:
        words = {"most": MOST}
        raise Refusal(gettext("The list would have more than %(most)d rows; ask for that of one township.") % words)
    return [report for report in found if contacts.may_see_contact(report.issue, by, at, report)]


def _locked(number: str, by: Person, at: datetime) -> ContactList:
    row = ContactList.objects.visible_to(by, at).lock(number)
    if row is None:
        raise OutOfScope(gettext("There is no such list here."))
    return row


def _said(text: str, field: str) -> str:
    """What somebody wrote, without anybody's number; nothing said is a refusal."""
    words = masking.without_numbers(text.strip())[:WORDS_MAX]
    if len(words) < SHORTEST:
        raise Refusal(gettext("Say in words what for, or why not."), field=field)
    return words
