"""催办: a reminder from above to whoever holds the issue, so often as the policy lets it."""

from __future__ import annotations

from django.utils.translation import gettext

from issues.models import Event
from issues.services.acting import Act, does, unless
from issues.terms import Field, Verb


@unless(Verb.NUDGE)
def _enough_today(act: Act) -> str:
    today = act.calendar.local(act.at).date()
    reminders = [event for event in act.events if event.verb == Verb.NUDGE]
    if sum(act.calendar.local(event.at).date() == today for event in reminders) >= act.terms.nudges_per_day:
        return gettext("They have been reminded of it today; that can be done again tomorrow.")
    return ""


@does(Verb.NUDGE)
def nudge(act: Act) -> Event:
    """Pressure on whoever holds it; nothing about the issue changes."""
    return act.write(texts=act.texts(Field.TEXT))
