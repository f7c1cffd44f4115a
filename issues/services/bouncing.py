"""退单: a unit to which an order does not belong returns it, soon, with the duty list and the right unit; not for ever."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from issues import policy
from issues.errors import Refusal
from issues.models import Event, Issue
from issues.services.acting import Act, does, unless
from issues.services.extending import in_words
from issues.services.units import chosen_unit
from issues.terms import Field, Verb
from issues.timing import clock
from representatives.models import Unit

_HANDED_OUT = frozenset({Verb.DISPATCH, Verb.ENTER_RED, Verb.APPOINT})


def returns_of(events: Iterable[Event]) -> list[Event]:
    """Of an issue's events: every time the order was returned, in order."""
    returned = [event for event in events if event.verb == Verb.RETURN_ORDER]
    return sorted(returned, key=lambda event: event.number)


def handed_out(events: Iterable[Event]) -> list[Event]:
    """Of an issue's events: every time a unit was given the order, in order. Other helpers alone hand out nothing."""
    found: list[Event] = []
    for event in sorted(events, key=lambda event: event.number):
        if event.verb not in _HANDED_OUT or "unit" not in event.facts:
            continue
        if event.verb != Verb.APPOINT or not found or found[-1].facts["unit"] != event.facts["unit"]:
            found.append(event)
    return found


def proposed_unit(issue: Issue) -> int | None:
    """The unit to offer whoever dispatches again: the one proposed last; after the last return that is allowed, the first
    to have had the order (首接负责). None if it was never returned.
    """
    returned = returns_of(issue.events.all())
    if not returned or issue.lead_unit_id is not None:
        return None
    enough = len(returned) >= policy.terms(issue.policy_id).returns.bounce_total
    code = returned[0].facts.get("from") if enough else returned[-1].facts.get("proposed")
    unit = Unit.objects.coded(str(code))
    return unit.pk if unit else None


@unless(Verb.RETURN_ORDER)
def _not_returnable(act: Act) -> str:
    issue, rules = act.issue, act.terms.returns
    unit, returned = issue.lead_unit, returns_of(act.events)
    if unit is None:
        return gettext("No unit has the order.")
    if len(returned) >= rules.bounce_total:
        words = {"n": len(returned)}
        return gettext("It was returned %(n)d times: whoever dispatched it has named the lead unit, and that stands.") % words
    if any(event.facts.get("from") == unit.code for event in returned):
        return gettext("Your unit has returned it once already.")
    given = handed_out(act.events)
    latest = clock.after(rules.bounce_within, given[-1].at, act.calendar) if given else None
    if latest and act.at > latest:
        limit = {"until": in_words(latest), "time": rules.bounce_within.label}
        return gettext("It could be returned until %(until)s (%(time)s); since then it counts as accepted.") % limit
    return ""


@does(Verb.RETURN_ORDER)
def return_order(act: Act) -> Event:
    """Back to whoever dispatched it; all clocks run on."""
    issue, proposed = act.issue, chosen_unit(act)
    assert issue.lead_unit is not None  # noqa: S101 - asked by the guard
    if proposed.pk == issue.lead_unit_id:
        raise Refusal(gettext("Name the unit to which it belongs, not your own."), field=Field.UNIT.value)
    facts: dict[str, object] = {"from": issue.lead_unit.code, "proposed": proposed.code, "returns": len(returns_of(act.events)) + 1}
    issue.lead_unit = None
    act.set_status()
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)
    return act.write(facts, texts=act.texts(Field.BASIS))
