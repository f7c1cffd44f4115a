"""The list of what people say of the platform, for those who read and answer it. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator

from issues.community import suggestions
from issues.community.suggestions import ANSWERERS
from issues.models import Suggestion
from representatives.models import Person
from representatives.scopes import scope_of

ROWS_PER_PAGE = 30
OPEN, ANSWERED = "open", "answered"


@dataclass
class SuggestionsPage:
    """What waits for an answer, longest first, or what was answered, newest first; three statements, however much there is."""

    person: Person
    at: datetime
    tab: str = OPEN
    page: str = "1"

    @cached_property
    def leaf(self) -> Leaf[Suggestion]:
        found = Suggestion.objects.visible_to(self.person, self.at).for_rows()
        rows = found.answered().newest_first() if self.tab == ANSWERED else found.unanswered().longest_waiting_first()
        return Paginator(rows, ROWS_PER_PAGE).get_page(self.page)

    @property
    def answers(self) -> bool:
        """Whether the person answers for the platform anywhere; the monitor reads along."""
        return bool(scope_of(self.person, self.at).roles & ANSWERERS)


@dataclass
class SuggestionPage:
    """One of them, with its answers, for whoever reads it."""

    suggestion: Suggestion
    person: Person
    at: datetime

    @property
    def may_answer(self) -> bool:
        return suggestions.may_answer(self.suggestion, self.person, self.at)
