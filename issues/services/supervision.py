"""How an issue stands under the county's supervision: a stay begins, changes and ends, and every step of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext

from grids.levels import Level
from grids.together import forget
from issues.errors import Refusal
from issues.models import EscalationRequest, KeySupervisionEntry, ListingRequest, SupervisionStep
from issues.services.acting import Act
from issues.terms import Field
from issues.timing import clock
from issues.writing.linked import insert_linked, relink
from representatives.models import Person, Unit


def enter(
    act: Act,
    grade: str,
    unit: Unit,
    helpers: Iterable[Unit] = (),
    *,
    slip: EscalationRequest | None = None,
    leader: Person | None = None,
    due_at: datetime | None = None,
) -> KeySupervisionEntry:
    """A supervision begins, by a person: the database takes none without. `leader`, `due_at`: of listed supervision."""
    assert act.by is not None  # noqa: S101 - the table lets only people do it
    entry = KeySupervisionEntry(
        issue=act.issue,
        slip=slip,
        grade=grade,
        lead_unit=unit,
        leader=leader,
        due_at=due_at,
        entered_by=act.by,
        entered_at=act.at,
        reason=act.text(Field.REASON),
    )
    entry.helper_keys = [helper.pk for helper in helpers]
    insert_linked(entry, "helpers", entry.helper_keys)
    forget(act.issue, "red_entries")
    await_progress(act)
    record_step(act, entry, act.text(Field.REASON), due_at=act.issue.level_due_at)
    return entry


def record_step(
    act: Act, entry: KeySupervisionEntry, text: str = "", *, due_at: datetime | None = None, is_public: bool = False
) -> None:
    """Write down what was done to it and how it stands since."""
    step = SupervisionStep(
        entry=entry,
        verb=act.verb,
        at=act.at,
        by=act.by,
        grade=entry.grade,
        lead_unit=entry.lead_unit,
        leader=entry.leader,
        due_at=due_at or entry.due_at,
        text=text,
        is_public=is_public,
    )
    insert_linked(step, "helpers", entry.helper_keys)


def relink_helpers(entry: KeySupervisionEntry, keys: Sequence[int]) -> None:
    """These units help from now on."""
    relink(entry, "helpers", were=entry.helper_keys, keys=keys)
    entry.helper_keys = list(keys)


def await_progress(act: Act) -> None:
    """From now the lead unit has so long, by the policy, to say how it stands."""
    act.issue.progress_due_at = clock.after(act.terms.supervision.progress_every, act.at, act.calendar)
    act.clocks.plan_warning(act.at)


def supervised(act: Act) -> KeySupervisionEntry:
    """What the issue is under now, of whatever grade."""
    entry = act.issue.supervision
    if entry is None:
        raise Refusal(gettext("It is not under supervision."))
    return entry


def standing(act: Act) -> KeySupervisionEntry:
    """The issue's stay in the red list."""
    entry = act.issue.standing_entry
    if entry is None:
        raise Refusal(gettext("It is not on the red list."))
    return entry


def end_supervision(act: Act) -> None:
    """Whatever supervision the issue is under ends with this verb; a proposal to sign falls with it."""
    act.issue.progress_due_at = None
    entry = act.issue.supervision
    if entry is None:
        return
    drop_listing(act, entry)
    entry.exited_at, entry.exit_verb = act.at, act.verb
    entry.exit_reason = entry.exit_reason or act.text(Field.REASON)
    if entry.exit_approved_by_id is None:
        entry.exit_approved_by = act.by
    entry.save()
    record_step(act, entry, act.text(Field.REASON))


def drop_listing(act: Act, entry: KeySupervisionEntry) -> None:
    """A proposal of listed supervision that nobody has signed is void."""
    pending = ListingRequest.objects.pending_for(act.issue)
    if pending:
        pending.decision, pending.decided_at = ListingRequest.Decision.DROPPED, act.at
        pending.save(update_fields=["decision", "decided_at"])
    entry.listing_asked_at = None


def lead_changed(act: Act, unit: Unit) -> None:
    """The order went to another unit: the entry says so too. General supervision stays with whom it was laid on."""
    entry = act.issue.standing_entry if act.issue.level == Level.COUNTY else None
    if entry and entry.lead_unit_id != unit.pk:
        entry.lead_unit = unit
        entry.save(update_fields=["lead_unit"])
        relink_helpers(entry, [key for key in entry.helper_keys if key != unit.pk])
        record_step(act, entry, act.text(Field.REASON) or act.text(Field.TEXT))
