"""The desk's own things: kept filters and text templates. None of it touches an issue, so none of it is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from issues.errors import Forbidden, Refusal
from issues.models import ReplyTemplate, SavedFilter
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

FILTERS_AT_MOST = 30
QUERY_LENGTH = 500
_PLACE = frozenset({"page", "after", "before"})  # where in the list one was
# Whose desk keeps templates for its area; a department keeps those of its unit.
DESKS = frozenset({Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE})


@transaction.atomic
def save_filter(person: Person, page: str, name: str, query: str, at: datetime) -> SavedFilter:
    """Keeps the filter under that name, in place of one of the same name. `query`: part of an address, without where in the list it was."""
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Give the filter a name."), field="name")
    if len(name) > 40:
        raise Refusal(_("The name may have 40 characters at most."), field="name")
    wanted = QueryDict(query, mutable=True)
    for key in [key for key, values in wanted.lists() if key in _PLACE or not any(values)]:
        del wanted[key]
    if not wanted:
        raise Refusal(_("Nothing is filtered yet: choose something first, then keep it."), field="name")
    if len(wanted.urlencode()) > QUERY_LENGTH:
        raise Refusal(_("This filter is too long to be kept."), field="name")
    kept = SavedFilter.objects.of(person, page)
    if not kept.named(name).exists() and kept.count() >= FILTERS_AT_MOST:
        raise Refusal(_("You keep %(n)d filters already: remove one first.") % {"n": FILTERS_AT_MOST}, field="name")
    saved, _made = SavedFilter.objects.update_or_create(
        person=person, page=page, name=name, defaults={"query": wanted.urlencode(), "made_at": at}
    )
    return saved


def drop_filter(person: Person, pk: int) -> int:
    """Removes a filter of the person's own; how many that were."""
    return SavedFilter.objects.with_key(person, pk).delete()[0]


def template_paths(person: Person, at: datetime) -> tuple[str, ...]:
    """Paths of the areas for whose desks the person may keep templates."""
    return tuple(sorted({path for role, path in scope_of(person, at).held if role in DESKS}))


def template_unit(person: Person, at: datetime) -> int | None:
    """The unit for which the person may keep templates; None: none."""
    return person.unit_id if Role.DEPARTMENT in scope_of(person, at).roles else None


def may_keep(template: ReplyTemplate, person: Person, at: datetime) -> bool:
    """Whether the template is kept by a desk of the person's."""
    if template.area is not None:
        return template.area.path in template_paths(person, at)
    return template.unit_id is not None and template.unit_id == template_unit(person, at)


@transaction.atomic
def save_template(template: ReplyTemplate, texts: Mapping[str, str], *, by: Person, at: datetime) -> ReplyTemplate:
    """Stores a new or changed template. Raises Forbidden if its desk is not the person's, Refusal if it says nothing."""
    if not may_keep(template, by, at):
        raise Forbidden(_("You can change templates of your own desk only."))
    template.texts = {field: text.strip() for field, text in texts.items() if text.strip()}
    if not template.texts:
        raise Refusal(_("Write at least one text."), field="texts")
    template.changed_by, template.changed_at = by, at
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise Refusal(_("Your desk has a template of that name for this verb and category already."), field="name") from None
    return template


def drop_template(template: ReplyTemplate, *, by: Person, at: datetime) -> None:
    """Removes a template of the person's own desk."""
    if not may_keep(template, by, at):
        raise Forbidden(_("You can change templates of your own desk only."))
    template.delete()
