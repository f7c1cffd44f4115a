"""The menu: which pages a person is offered, read from the table of roles. Offers only: each page asks for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from grids.levels import Level
from representatives.roles import POSTS, Post, Role, Sees


@dataclass(frozen=True)
class Entry:
    """A line of the menu. `offered` gets the posts that the person holds; None: nobody is logged in."""

    name: str  # of the URL; a page that is not it but belongs to it gives it as `nav`
    label: Promise
    offered: Callable[[frozenset[Post] | None], bool]

    @property
    def url(self) -> str:
        return reverse(self.name)


def _everybody(posts: frozenset[Post] | None) -> bool:
    return True


def _residents(posts: frozenset[Post] | None) -> bool:
    return posts is None


def _who_handle_issues(posts: frozenset[Post] | None) -> bool:
    return any(post.sees not in (Sees.NOTHING, Sees.OWN) for post in posts or ())


def _who_see_raised(posts: frozenset[Post] | None) -> bool:
    return any(post.sees in (Sees.RAISED, Sees.RED) or (post.answers_at or 0) >= Level.TOWNSHIP for post in posts or ())


def _who_see_figures(posts: frozenset[Post] | None) -> bool:
    return any(post.counts for post in posts or ())


def _who_look_after_posts(posts: frozenset[Post] | None) -> bool:
    return any(post.counts and (not post.on_card or (post.answers_at or 0) >= Level.VILLAGE) for post in posts or ())


MENU: tuple[Entry, ...] = (
    Entry("dashboard", pgettext_lazy("menu", "Overview"), _everybody),
    Entry("queue", pgettext_lazy("menu", "To do"), _who_handle_issues),
    Entry("report", pgettext_lazy("menu", "Report"), _everybody),
    Entry("track-find", pgettext_lazy("menu", "Track a report"), _residents),
    Entry("red", pgettext_lazy("menu", "Red list"), _who_see_raised),
    Entry("heat", pgettext_lazy("menu", "Heat map"), _who_see_figures),
    Entry("cover", pgettext_lazy("menu", "Cover"), _who_look_after_posts),
)


def menu(roles: Iterable[Role] | None) -> list[Entry]:
    """The entries for somebody with these roles; None for a visitor who is not logged in."""
    posts = None if roles is None else frozenset(POSTS[role] for role in roles)
    return [entry for entry in MENU if entry.offered(posts)]
