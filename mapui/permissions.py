"""What each role may configure in the Django admin; the only place that knows the models of every app at once.

Django's groups and single permissions are not used: who may do what follows from the postings, and from them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.timezone import now

from grids.models import Area, Dispute, Layer, Territory
from issues.models import Category, ContactList, ContactLook, CountyDay, SlaPolicy
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role
from representatives.scopes import scope_of

_READ = ("view",)
_WRITE = ("view", "add", "change")
_ALL = ("view", "add", "change", "delete")

# No issue, no submission, no contact, no text: an administrator configures and never reads (domain notes §6).
CONFIGURES: Mapping[Role, Mapping[type[Model], tuple[str, ...]]] = {
    Role.SYSTEM_ADMIN: {
        Person: _WRITE,
        Unit: _WRITE,
        Assignment: _WRITE,
        Area: _WRITE,
        Territory: _WRITE,
        Dispute: _WRITE,
        Layer: _READ,
        Category: _WRITE,
        SlaPolicy: _WRITE,
        CountyDay: ("view", "add"),
        AccessAttempt: ("view", "delete"),  # deleting one unlocks the account
    },
    Role.ORGANISATION_OFFICE: {
        Person: _READ,
        Unit: _READ,
        Area: _READ,
        Assignment: _WRITE,  # grid postings only: `representatives.services.may_post`
    },
    Role.AUDITOR: {
        ContactList: _READ,
        ContactLook: _READ,
        LogEntry: _READ,
        AccessAttempt: _READ,
        AccessFailureLog: _READ,
        AccessLog: _READ,
    },
}


def permissions_of(roles: Iterable[Role]) -> set[str]:
    """Django's names of what these roles may do: “representatives.add_assignment” …"""
    found = set()
    for role in roles:
        for model, actions in CONFIGURES.get(role, {}).items():
            found |= {f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}" for action in actions}
    return found


class RoleBackend(ModelBackend):
    """Logs in by user name and password, and reads permissions from the postings of the moment."""

    def get_user(self, user_id: int) -> Person | None:
        """The person of a session with their unit, which the head of every page names, and their postings: one statement."""
        person = Person.objects.of_session(user_id)
        return person if person and self.user_can_authenticate(person) else None

    def get_all_permissions(self, user_obj: Person | AnonymousUser, obj: Model | None = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return permissions_of(scope_of(user_obj, now()).roles)
