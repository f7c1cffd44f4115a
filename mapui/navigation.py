"""The menu: which pages a person is offered, read from the table of roles. Offers only: each page asks for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from mapui.diary_page import totals_paths
from representatives.roles import Page
from representatives.scopes import Scope


@dataclass(frozen=True)
class Entry:
    """A line of the menu; `name` is that of the URL. A page that is not it but belongs to it gives it as `nav`."""

    name: str
    label: Promise
    for_staff: bool = True
    for_visitors: bool = False
    key: str = ""  # “g” and then this goes there
    when: Callable[[Scope], object] | None = None  # where no role's page says it: to whom it is offered

    @cached_property
    def url(self) -> str:
        return reverse(self.name)

    def is_for(self, scope: Scope | None) -> bool:
        """Whether somebody with that scope is offered it; None: a visitor who is not logged in."""
        if scope is None:
            return self.for_visitors
        if self.when is not None:
            return bool(self.when(scope))
        return self.for_staff and (self.name not in Page.values or scope.may_open(Page(self.name)))


MENU: tuple[Entry, ...] = (
    Entry("dashboard", pgettext_lazy("menu", "Overview"), for_visitors=True, key="o"),
    Entry(Page.QUEUE, Page.QUEUE.label, key="q"),
    Entry(Page.DESK, Page.DESK.label, key="d"),
    Entry(Page.DIARY, Page.DIARY.label),
    Entry("diary-totals", pgettext_lazy("menu", "Diary figures"), when=totals_paths),
    Entry(Page.SEARCH, Page.SEARCH.label, key="s"),
    Entry("report", pgettext_lazy("menu", "Report"), for_visitors=True, key="n"),
    Entry("track-find", pgettext_lazy("menu", "Track a report"), for_staff=False, for_visitors=True),
    Entry("results", pgettext_lazy("menu", "Results"), for_visitors=True),
    Entry(Page.RED, Page.RED.label, key="r"),
    Entry(Page.HEAT, Page.HEAT.label, for_visitors=True, key="h"),
    Entry(Page.FIGURES, Page.FIGURES.label, key="f"),
    Entry(Page.COVER, Page.COVER.label, key="c"),
    Entry(Page.VILLAGE_NOTICES, Page.VILLAGE_NOTICES.label),
    Entry(Page.DELIVERIES, Page.DELIVERIES.label),
    Entry(Page.SUGGESTIONS, Page.SUGGESTIONS.label),
    Entry(Page.POLICY, Page.POLICY.label),
    Entry(Page.AUDIT, Page.AUDIT.label),
    Entry(Page.ADMIN, Page.ADMIN.label),
)


def menu(scope: Scope | None) -> list[Entry]:
    """The entries for somebody with that scope; None for a visitor who is not logged in."""
    return [entry for entry in MENU if entry.is_for(scope)]
