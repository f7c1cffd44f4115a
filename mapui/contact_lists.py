"""The page of lists with contacts: who may ask, what waits for a second person, what may be taken out. Knows no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from grids.levels import Level
from grids.models import Area
from issues.errors import Refusal
from issues.models import ContactList
from issues.querysets.looks import APPROVERS, ASKERS
from representatives.models import Person
from representatives.roles import Page
from representatives.scopes import Scope, scope_of

SHOWN = 50


class Row(NamedTuple):
    """A list, and what the person may do with it now."""

    list: ContactList
    place: str
    may_decide: bool
    may_take: bool
    refusal: Refusal | None


@dataclass
class ContactListsPage:
    """Everything on the page, for one person at one moment; `refused`: what was wrong with what they sent last.

    `said`: the words of that form, kept; `about`: the number of the list it was about, empty for the form that asks.
    """

    person: Person
    at: datetime
    refused: Refusal | None = None
    about: str = ""
    said: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _scope(self) -> Scope:
        return scope_of(self.person, self.at)

    @property
    def may_ask(self) -> bool:
        return bool(ASKERS & self._scope.roles)

    @property
    def is_for_them(self) -> bool:
        """Whether the page is theirs: who asks, or who may approve."""
        return bool(APPROVERS & self._scope.roles)

    @cached_property
    def places(self) -> list[Area]:
        """The county and its townships, of which a list may be asked for."""
        paths = self._scope.page_paths(Page.RED)
        return list(Area.objects.current().under_any(paths).at_or_above(Level.TOWNSHIP).without_boundary().order_by("path"))

    @cached_property
    def rows(self) -> list[Row]:
        names = {area.path: area.name for area in self.places}
        lists = ContactList.objects.visible_to(self.person, self.at).for_page()[:SHOWN]
        return [self._row(one, names.get(one.path, one.path)) for one in lists]

    def _row(self, one: ContactList, place: str) -> Row:
        is_own = one.asked_by_id == self.person.pk
        decides = one.decision == ContactList.Decision.PENDING and not is_own
        return Row(
            one,
            place,
            may_decide=decides and bool(APPROVERS & self._scope.roles_at(one.path)),
            may_take=is_own and one.may_be_taken(self.at),
            refusal=self.refused if self.about == one.number else None,
        )
