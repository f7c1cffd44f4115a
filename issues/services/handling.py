"""What the holder does, and who checks it: dispatch, acknowledge, contact, note, resolve, verify, reject, resume."""

from __future__ import annotations

from django.utils.translation import gettext

from grids.levels import Level
from issues.errors import Refusal
from issues.models import Event
from issues.services.acting import Act, does, unless
from issues.services.ending import close_if_complete, open_feedback
from issues.services.knowing import let_know
from issues.services.projects import report_progress
from issues.services.red import drop_proposal, stay_on_red_list
from issues.services.supervision import lead_changed
from issues.services.units import chosen_representative, chosen_unit
from issues.terms import Actor, Field, Status, Urgency, Verb
from issues.timing import clock


@does(Verb.DISPATCH)
def dispatch(act: Act) -> Event:
    """Hand it to a unit; at green the program hands it to the representative of the place, the village puts that right."""
    issue = act.issue
    if act.acting_as == Actor.SYSTEM:
        answer = act.answer(issue.level)
        issue.handler, issue.handler_fallback = answer.person, answer.by_succession
        record: dict[str, object] = {"handler": issue.handler_id, "fallback": issue.handler_fallback}
    elif issue.level == Level.GRID:
        issue.handler, issue.handler_fallback = chosen_representative(act), False
        record = {"handler": issue.handler_id}
    else:
        issue.lead_unit = chosen_unit(act)
        record = {"unit": issue.lead_unit.code}
        lead_changed(act, issue.lead_unit)
        let_know(act)
    act.set_status()
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)
    return act.write(record | act.dues(), texts=act.texts(Field.TEXT), is_public=True)


@does(Verb.ACKNOWLEDGE)
def acknowledge(act: Act) -> Event:
    """“I have it.” Never starts a clock: all of them run already."""
    issue = act.issue
    issue.acknowledged_at = act.at
    if issue.lead_unit_id is None and act.by:
        issue.handler = act.by
    act.set_status()
    act.clocks.plan_warning(act.at)
    return act.write(is_public=True)


@does(Verb.CONTACT)
def contact(act: Act) -> Event:
    """The requester was spoken to."""
    if act.issue.first_contact_at is None:
        act.issue.first_contact_at = act.at
        act.clocks.plan_warning(act.at)
    return act.write(texts=act.texts(Field.TEXT), is_public=True)


@unless(Verb.MAKE_SAFE)
def _nobody_in_danger(act: Act) -> str:
    if act.issue.urgency != Urgency.CRITICAL:
        return gettext("Nobody was said to be in danger.")
    return gettext("It was made safe already.") if act.issue.made_safe_at else ""


@does(Verb.MAKE_SAFE)
def make_safe(act: Act) -> Event:
    """Whoever is on the spot: nobody is in danger any more. What is left has the time of an urgent issue."""
    act.clocks.made_safe(act.at)
    return act.write(texts=act.texts(Field.TEXT), is_public=True)


@does(Verb.NOTE)
def note(act: Act) -> Event:
    """A line of progress among staff; with a reply, the requester reads that; the public line may be put right."""
    take_outcome(act)
    if act.issue.is_project:
        report_progress(act)
    event = act.write(
        texts=act.texts(Field.TEXT, Field.REPLY, Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON),
        is_public=act.has(Field.REPLY) or act.has(Field.PUBLIC_LINE),
    )
    if act.issue.status == Status.PENDING_FEEDBACK:
        close_if_complete(act)
    return event


@does(Verb.RESOLVE)
def resolve(act: Act) -> Event:
    """“It is solved, this is what was done.” Works on site are checked by somebody else; the rest goes to the requester."""
    issue = act.issue
    issue.resolution = act.text(Field.RESOLUTION)
    take_outcome(act)
    if not (issue.public_line or issue.non_public_reason or issue.non_public or issue.sealed):
        raise Refusal(
            gettext("Say in one line what may stand on the public page, or why nothing may."), field=Field.PUBLIC_LINE.value
        )
    issue.resolved_by, issue.resolved_at = act.by, act.at
    checked = issue.category.physical or issue.level == Level.COUNTY
    act.set_status(None if checked else Status.PENDING_FEEDBACK)
    issue.progress_due_at = None
    drop_proposal(act, is_pending=issue.level == Level.TOWNSHIP)
    act.clocks.solved(act.at)
    if not checked:
        open_feedback(act)
    return act.write(texts=act.texts(Field.RESOLUTION, Field.PUBLIC_LINE, Field.NON_PUBLIC_REASON), is_public=True)


def take_outcome(act: Act) -> None:
    """The line for the public page, or why there is none, if either was handed in."""
    if act.has(Field.PUBLIC_LINE):
        act.issue.public_line, act.issue.non_public_reason = act.text(Field.PUBLIC_LINE), ""
    elif act.has(Field.NON_PUBLIC_REASON):
        act.issue.non_public_reason = act.text(Field.NON_PUBLIC_REASON)


@does(Verb.VERIFY)
def verify(act: Act) -> Event:
    """Somebody other than the handler has seen that it is so; the requester is asked."""
    act.issue.verified_at = act.at
    act.set_status()
    open_feedback(act)
    return act.write(texts=act.texts(Field.TEXT), is_public=True)


@does(Verb.DELEGATE)
def delegate(act: Act) -> Event:
    """The supervision office has another unit check it on site; never the one that leads."""
    unit = chosen_unit(act)
    if unit.pk == act.issue.lead_unit_id:
        raise Refusal(gettext("“%(unit)s” leads; somebody else has to check it.") % {"unit": unit.name}, field=Field.UNIT.value)
    act.issue.delegate_unit = unit
    return act.write({"delegate": unit.code}, texts=act.texts(Field.TEXT))


@does(Verb.REJECT)
def reject(act: Act) -> Event:
    """It is not so: back to whoever holds it, on the same clock, with no less time than the policy keeps."""
    issue = act.issue
    back_to_work(act)
    kept = clock.after(act.terms.returns.keep_at_least, act.at, act.calendar)
    act.clocks.set_due(max(issue.level_due_at or kept, kept), now=act.at)
    return act.write(texts=act.texts(Field.REASON), is_public=True)


def back_to_work(act: Act) -> None:
    """It counts as unsolved again."""
    issue = act.issue
    issue.status = Status.IN_PROGRESS
    issue.resolved_by = issue.resolved_at = issue.verified_at = issue.silent_close_at = None
    issue.on_the_spot = issue.to_call = False
    stay_on_red_list(act)
