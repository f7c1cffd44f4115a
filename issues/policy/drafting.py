"""A policy as people own it: a file is handed in and kept, faults and all, put right, compared, tried out, and signed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from issues import policy
from issues.errors import Forbidden, Refusal
from issues.models import PolicyDraft, SlaPolicy
from issues.policy import versions
from issues.policy.reading import Fault, PolicyFaults
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

LONGEST = 200_000  # characters of a policy file; ours has 5,000


def check(text: str) -> tuple[policy.Policy | None, list[Fault]]:
    """The policy in that text, or what is wrong with it."""
    try:
        return policy.read(text), []
    except PolicyFaults as found:
        return None, found.faults


@transaction.atomic
def keep(text: str, *, by: Person, at: datetime, draft: PolicyDraft | None = None) -> tuple[PolicyDraft, list[Fault]]:
    """The text as a draft, new or in place of what stood there; sound or not, nothing that somebody wrote is lost."""
    check_may(by, at)
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if not text.strip():
        raise Refusal(gettext("The file is empty."), field="text")
    if len(text) > LONGEST:
        raise Refusal(gettext("That is too large for a policy."), field="text")
    if draft and draft.version_id:
        raise Refusal(gettext("This draft has been signed; a version is never edited. Begin a new one."))
    terms, faults = check(text)
    draft = draft or PolicyDraft(made_by=by, made_at=at)
    draft.text, draft.changed_at = text, at
    draft.body = terms.model_dump(mode="json") if terms else None
    draft.name = terms.id if terms else draft.name or gettext("faulty file")
    draft.save()
    return draft, faults


@transaction.atomic
def sign(draft: PolicyDraft, *, signed_by: str, active_from: datetime, by: Person, at: datetime) -> SlaPolicy:
    """The draft becomes a version, in force from then on. Open issues keep the one they were reported under."""
    check_may(by, at)
    if draft.version_id:
        raise Refusal(gettext("This draft has been signed already."))
    if not signed_by.strip():
        raise Refusal(gettext("Name who has signed it."), field="signed_by")
    if active_from < at:
        raise Refusal(
            gettext("A new version cannot begin in the past: issues were reported under the old one."), field="active_from"
        )
    terms, faults = check(draft.text)
    if terms is None:
        raise Refusal(gettext("The file has faults: %(first)s") % {"first": faults[0]}, field="text")
    if SlaPolicy.objects.identified(terms.id):
        sentence = gettext("The policy “%(id)s” exists already; give this one a new id.") % {"id": terms.id}
        raise Refusal(sentence, field="text")
    version, _is_new = versions.store(draft.text, active_from=active_from, signed_by=signed_by.strip()[:120], at=at)
    draft.version, draft.changed_at = version, at
    draft.save(update_fields=["version", "changed_at"])
    return version


@transaction.atomic
def drop(draft: PolicyDraft, *, by: Person, at: datetime) -> None:
    """Away with a draft that nobody signed, its simulations with it."""
    check_may(by, at)
    if draft.version_id:
        raise Refusal(gettext("This draft has been signed; a version is never thrown away."))
    draft.delete()


def check_may(by: Person, at: datetime) -> None:
    if Role.SYSTEM_ADMIN not in scope_of(by, at).roles:
        raise Forbidden(gettext("Only the system administrator loads policies."))
