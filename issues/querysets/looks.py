"""The words for sets of looks at contacts, and of lists with contacts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from grids.querysets import within_paths
from representatives.roles import Role
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import ContactList, ContactLook, Issue, Submission
    from representatives.models import Person

    Who = Person | AnonymousUser

# Who asks for a list and who may be the second person to approve it.
ASKERS = frozenset({Role.SUPERVISION_OFFICE})
APPROVERS = frozenset({Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER})


class ContactLookQuerySet(models.QuerySet["ContactLook"]):
    def of_issue(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def of_report(self, report: Submission) -> Self:
        """At the contact of that report, the latest first."""
        return self.filter(report=report).order_by("-at", "-pk")

    def for_log(self) -> Self:
        """With whose issue and who looked, for a list of many."""
        return self.select_related("issue", "by")


class ContactListQuerySet(models.QuerySet["ContactList"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Lists of the counties in which the person may ask for one or approve one."""
        held = scope_of(person, at).held
        return self.filter(within_paths(path for role, path in held if role in APPROVERS))

    def numbered(self, number: str) -> Self:
        return self.filter(number=number)

    def asked_by(self, person: Person) -> Self:
        return self.filter(asked_by=person)

    def pending(self) -> Self:
        return self.filter(decision="pending")

    def for_page(self) -> Self:
        """Newest first, each with who asked and who decided."""
        return self.select_related("asked_by__unit", "decided_by").order_by("-asked_at", "-pk")

    def lock(self, number: str) -> ContactList | None:
        return self.select_for_update(of=("self",)).select_related("asked_by", "decided_by").filter(number=number).first()
