"""How a requester can be reached is shown only to whoever holds their issue and says what for; each look is kept (domain
notes §5.4, §6).

Masked before and after; the unit complained about never sees it, for a sealed issue is not there for it at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from grids.levels import Level
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import ContactLook, Issue, Requester, Submission
from issues.privacy import masking
from issues.terms import Status, Verb
from issues.workflow import MOVE
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.contacts")
WORDS_MAX = 120
# What a person can say; a list is written down by the program.
PURPOSES = tuple(purpose for purpose in ContactLook.Purpose if purpose != ContactLook.Purpose.EXPORT)


@dataclass(frozen=True)
class Look:
    """Who looks at which open issue; `report`: the one of its reports whose contact is meant, if one is."""

    issue: Issue
    person: Person
    report: Submission | None = None

    @property
    def entered_it(self) -> bool:
        if self.report is not None:
            return self.report.entered_by_id == self.person.pk
        return self.issue.submissions.entered_by(self.person).exists()


_DUTIES = {Status.SUBMITTED: Verb.ACCEPT, Status.PENDING_VERIFICATION: Verb.VERIFY}


def _grid(look: Look) -> bool:
    """At green; above it only where the people of the grid are the ones to take a report in, or to look at the result."""
    duty = _DUTIES.get(Status(look.issue.status))
    return look.issue.level == Level.GRID or (duty is not None and Role.GRID_MEMBER in MOVE[duty].who(look.issue.level))


def _representative(look: Look) -> bool:
    is_handler = look.issue.handler_id == look.person.pk
    return (look.issue.level == Level.GRID and is_handler) or look.issue.level == Level.VILLAGE


def _township(look: Look) -> bool:
    return look.issue.level == Level.TOWNSHIP or look.issue.handler_id == look.person.pk


def _lead(look: Look) -> bool:
    return look.issue.lead_unit_id is not None and look.issue.lead_unit_id == look.person.unit_id


MAY_SEE: Mapping[Role, Callable[[Look], bool]] = {
    Role.CONTACT_HOUSEHOLD: lambda look: look.issue.status == Status.SUBMITTED and look.entered_it,
    Role.GRID_MEMBER: _grid,
    Role.GRID_LEADER: _grid,
    Role.PARTY_REPRESENTATIVE: _representative,
    Role.VILLAGE_SECRETARY: lambda look: look.issue.level <= Level.VILLAGE,
    Role.TOWNSHIP_COMMITTEE: _township,
    Role.DEPARTMENT: _lead,
    Role.SUPERVISION_OFFICE: lambda look: look.issue.level == Level.COUNTY,
    Role.HOTLINE_OPERATOR: lambda look: look.entered_it,
}


def may_see_contact(issue: Issue, person: Person, at: datetime, report: Submission | None = None) -> bool:
    """Whether the person may see how the issue's requester can be reached: while a role of theirs holds it, while it is open."""
    return _sees_as(issue, person, at, report) is not None


def _sees_as(issue: Issue, person: Person, at: datetime, report: Submission | None) -> Role | None:
    """The role in which they may; None if in none."""
    if issue.closed_at is not None:
        return None
    held = scope_of(person, at).roles_at(issue.path)
    if issue.sealed:
        return Role.TOWNSHIP_DISCIPLINE if Role.TOWNSHIP_DISCIPLINE in held else None
    look = Look(issue, person, report)
    return next((role for role in Role if role in held and role in MAY_SEE and MAY_SEE[role](look)), None)


def check_may_see(report: Submission, person: Person, at: datetime) -> Role:
    """The role in which the person may see it. Raises Forbidden for whoever does not hold the issue of that report."""
    role = _sees_as(report.issue, person, at, report)
    if role is None:
        raise Forbidden(gettext("Only whoever holds the issue may see the contact."))
    return role


@transaction.atomic
def show_contact(report: Submission, person: Person, at: datetime, purpose: str, words: str = "") -> Requester:
    """The requester of the report, for somebody who may see it now and says what for; the look is written down first.

    `purpose`: a value of `ContactLook.Purpose`; `words` say more, and must where it is something else. Raises Forbidden;
    Refusal if the purpose is missing; OutOfScope if nothing was left, or it was erased.
    """
    role = check_may_see(report, person, at)
    requester = report.requester
    if requester is None or requester.erased_at is not None:
        raise OutOfScope(gettext("No contact was left, or it was erased."))
    words = masking.without_numbers(words.strip())[:WORDS_MAX]
    if purpose not in PURPOSES:
        raise Refusal(gettext("Say what you look at the contact for."), field="purpose")
    if purpose == ContactLook.Purpose.OTHER and not words:
        raise Refusal(gettext("Say in words what you look at the contact for."), field="words")
    look = ContactLook(issue=report.issue, report=report, by=person, role=role, at=at, purpose=purpose, words=words)
    look.save(force_insert=True)
    logger.info("contact of report %s (issue %s) shown to %s for: %s", report.pk, report.issue.number, person.pk, purpose)
    return requester
