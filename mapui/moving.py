"""A form was sent: make the move it asks for, or say why not with every word kept. Knows no template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from grids.prepared import Prepared
from issues import services
from issues.errors import Conflict, OutOfScope, Refusal
from issues.models import Event, Issue
from issues.terms import Verb
from mapui.forms import MoveForm
from mapui.issue_page import IssuePage
from representatives.models import Person


@dataclass(frozen=True)
class Attempt:
    """What came of it. Refused: the page was read anew and the form holds the sentence beside what has to change."""

    page: IssuePage
    form: MoveForm
    refusal: Refusal | None = None
    status: int = 200
    event: Event | None = None  # what was written down; None: refused, or done before


class Incomplete(Refusal):
    """The form lacks something (HTTP 422)."""

    status = 422


_sent_for = Prepared(lambda number, person, at: Issue.objects.visible_to(person, at).for_moving().numbered(number))


def issue_to_move(number: str, person: Person, at: datetime) -> Issue | None:
    """The issue that a form was sent for, without what only its page shows; None if it is out of the person's scope."""
    return next(iter(_sent_for(number, person, at)), None)


def attempt(page: IssuePage, verb: Verb, data: QueryDict) -> Attempt:
    """Make the move. Raises Http404 if the issue has left the person's sight meanwhile."""
    form = page.form(page.move(verb), data)
    if not form.is_valid() and (shown := page.read_again()).offers(verb):
        return Attempt(shown, form, Incomplete(_("Something is missing: see below.")), Incomplete.status)
    try:
        event = services.move(page.issue.pk, verb, by=page.person, at=page.at, facts=form.facts(), seen=form.seen_count)
    except OutOfScope:
        raise Http404 from None
    except Refusal as refusal:
        return _refused(page.read_again(), form, refusal)
    return Attempt(page, form, event=event)


def _refused(page: IssuePage, form: MoveForm, refusal: Refusal) -> Attempt:
    """Refused; but a button that was pressed twice has done its work the first time."""
    if isinstance(refusal, Conflict) and page.repeats(form):
        return Attempt(page, form)
    form.refuse(refusal)
    form.look_again(page.issue.event_count)
    return Attempt(page, form, refusal, refusal.status)
