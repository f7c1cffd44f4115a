"""Two levels disagree for the second time about whose it is: the level above both decides, and that is final."""

from __future__ import annotations

from django.utils.translation import gettext

from grids.levels import Level
from issues.errors import Refusal
from issues.models import Event, HolderRequest
from issues.moves.asking import Kind, Verdict
from issues.services.acting import Act, does, unless
from issues.services.ladder import decided_above, hand_down, too_late_to_return, was_returned
from issues.services.requests import already_asked, ask, decide, record
from issues.terms import Field, Verb


@unless(Verb.DISPUTE)
def _cannot_dispute(act: Act) -> str:
    if decided_above(act):
        return gettext("The level above has decided that it stays here; that is final.")
    if act.issue.level != Level.COUNTY and act.terms.rung_down(act.issue.level) is None:
        return gettext("There is no level below to return it to.")
    if was_returned(act) < act.terms.returns.down_per_hop:
        return gettext("It has not been returned from here yet; return it first, with the reason.")
    return too_late_to_return(act) or already_asked(act)


@does(Verb.DISPUTE)
def dispute(act: Act) -> Event:
    """It was returned, came back, and still belongs below, says the receiver: the level above both is asked."""
    request = ask(act, Kind.DISPUTE)
    return act.write(record(request), texts=act.texts(Field.REASON))


@does(Verb.DECIDE_LEVEL)
def decide_level(act: Act) -> Event:
    """The last word: it stays, or goes down with no less time than the policy keeps for it."""
    verdict = act.text(Field.VERDICT)
    if verdict not in (Verdict.STAYS, Verdict.BELOW):
        raise Refusal(gettext("Say whether it stays or goes to the level below."), field=Field.VERDICT.value)
    below = verdict == Verdict.BELOW
    request = decide(act, HolderRequest.Decision.GRANTED if below else HolderRequest.Decision.REFUSED)
    if below:
        hand_down(act)
    return act.write(record(request, verdict=verdict), texts=act.texts(Field.REASON), is_public=below)
