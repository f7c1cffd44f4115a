"""现场即办: who is there solves it there and then, and says so in the same breath; the requester's word stands for the check."""

from __future__ import annotations

from django.utils.translation import gettext

from issues.models import Event
from issues.services.acting import Act, does, unless
from issues.services.ending import open_feedback
from issues.services.handling import take_outcome
from issues.terms import Field, Verb


@unless(Verb.HANDLE_ON_THE_SPOT)
def _not_of_the_spot(act: Act) -> str:
    if act.issue.sealed:
        return gettext("A sealed matter is not solved on the spot.")
    return ""


@does(Verb.HANDLE_ON_THE_SPOT)
def handle_on_the_spot(act: Act) -> Event:
    """Accepted, spoken about, done: all at this moment, by the person who stands there and therefore never rates it."""
    issue = act.issue
    issue.accepted_at = issue.acknowledged_at = issue.first_contact_at = issue.resolved_at = act.at
    issue.handler, issue.handler_fallback, issue.resolved_by = act.by, False, act.by
    issue.resolution, issue.on_the_spot = act.text(Field.RESOLUTION), True
    take_outcome(act)
    if not (issue.public_line or issue.non_public_reason or issue.non_public):
        issue.non_public_reason = gettext("Solved on the spot; no line was written for the public.")
    act.clocks.accepted(act.at)
    act.set_status()
    act.clocks.solved(act.at)
    open_feedback(act)
    return act.write(texts=act.texts(Field.RESOLUTION, Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON), is_public=True)
