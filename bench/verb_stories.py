"""What happens to issues in `bench.writing`: stories in which every verb that a person can do is done by whoever does it.

A step says the verb, who presses, what stands in the form, and what must be so before it. All of it goes through the pages.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate, now
from PIL import Image

from bench.cast import Cast, Subject
from issues import services
from issues.intake.receipts import grouped
from issues.models import Attachment, Evidence, Issue, ReminderLetter, Requester
from issues.moves.asking import Rest, Verdict
from issues.notices import confirming
from issues.terms import Beyond, Cause, Ground, Verb
from mapui.report_form import NOT_KNOWN
from representatives.roles import Role

Fields = Mapping[str, object]
Say = Callable[[Cast, Subject], Fields]
Whither = Callable[[Cast, Subject], str]
Before = Callable[[Cast, Sequence[Subject]], object]

GM, PR, VS = Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY
TC, DUC, CL = Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER
LEAD, HELPER, THIRD, HOUSEHOLD, HOLDER = "lead", "helper", "third", "household", ""  # HOLDER: of the receipt, not logged in
TEXT = {"text": "the heap behind the shop is still there"}
REASON = {"reason": "the lorry comes on Thursday"}
TRIED = {"tried": "we went there twice and could not move it"}
DONE = {"resolution": "the heap was taken away", "public_line": "The heap is gone."}


@dataclass(frozen=True)
class Step:
    """One press: the verb, who, what the form says, where it is sent, and what must be so before."""

    verb: Verb
    who: Role | str
    say: Say
    to: Whither
    before: Before | None = None
    name: str = ""  # if the verb is done in more than one way

    @property
    def label(self) -> str:
        return self.name or self.verb.value


def page(verb: Verb, who: Role | str, fields: Fields | Say | None = None, *, before: Before | None = None) -> Step:
    """A button of the issue's page."""
    say = fields if callable(fields) else lambda cast, subject: fields or {}
    return Step(verb, who, say, lambda cast, subject: f"/issues/{subject.number}/{verb}/", before)


def track(verb: Verb, fields: Fields | Say | None = None, *, before: Before | None = None) -> Step:
    """A form of the page for whoever holds the receipt."""

    def say(cast: Cast, subject: Subject) -> Fields:
        given = fields(cast, subject) if callable(fields) else fields or {}
        return {f"{verb}-{name}": value for name, value in given.items()}

    return Step(verb, HOLDER, say, lambda cast, subject: f"/t/{grouped(subject.receipt)}/{verb}/", before)


def report(who: Role | str = GM, **more: object) -> Step:
    """The report that opens the issue; at first there is no subject to speak of."""

    def say(cast: Cast, subject: Subject) -> Fields:
        return {
            "uuid": str(uuid4()), "text": "bench: a heap of waste behind the shop", "lon": f"{cast.point.x:.6f}",
            "lat": f"{cast.point.y:.6f}", "crs": "wgs84", "accuracy": "12", "danger": "no", "group": cast.category.partition(".")[0], "category": cast.category, "answer_by": "none",
            "join": NOT_KNOWN, **{name: value() if callable(value) else value for name, value in more.items()},
        }  # fmt: skip

    return Step(Verb.SUBMIT, who, say, lambda cast, subject: "/report/")


def joined() -> Step:
    """A neighbour reports the same."""
    alone = report(HOLDER)
    return Step(Verb.JOIN, HOLDER, lambda cast, subject: {**alone.say(cast, subject), "join": subject.number}, alone.to)


def day(ahead: int) -> str:
    return (localdate() + timedelta(days=ahead)).isoformat()


def held() -> dict[str, str]:
    """The minute of a meeting of today."""
    return {"minute_held_on": day(0), "minute_participants": "all five", "minute_outcome": "everybody agrees"}


def picture(colour: int = 120) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (1280, 960), (colour, colour, colour)).save(out, "JPEG")
    return SimpleUploadedFile("heap.jpg", out.getvalue(), content_type="image/jpeg")


def sound() -> SimpleUploadedFile:
    """A second of a tone, as a telephone records it."""
    from tests.issues.sounds import sound as made

    return SimpleUploadedFile("said.webm", made("webm", 1.0), content_type="audio/webm")


# --- What must be so before a step ---


def _each(subjects: Sequence[Subject], do: Callable[[Issue], object]) -> None:
    for subject in subjects:
        do(subject.issue)


def drafted(verb: Verb) -> Before:
    """The program has drafted a proposal to raise it."""

    def draft(issue: Issue) -> object:
        return services.move_by_program(issue, verb, at=now(), facts={"cause": Cause.REOPEN})

    return lambda cast, subjects: _each(subjects, draft)


def late(cast: Cast, subjects: Sequence[Subject]) -> None:
    """Its time was up an hour ago."""
    ids = [subject.issue_id for subject in subjects]
    Issue.objects.filter(pk__in=ids).update(level_due_at=now() - timedelta(hours=1))


# --- What forms say that depends on the issue ---


def lead_unit(cast: Cast, subject: Subject) -> Fields:
    return {"unit": cast.unit(LEAD).pk}


def with_reason(say: Say) -> Say:
    return lambda cast, subject: {**say(cast, subject), **REASON}


def helpers(cast: Cast, subject: Subject) -> Fields:
    return {"units": [cast.unit(HELPER).pk], "task": "send a loader"}


def proposal(cast: Cast, subject: Subject) -> Fields:
    return {**TRIED, **REASON, **held(), "beyond": Beyond.FUNDS.value}


def entered(cast: Cast, subject: Subject) -> Fields:
    return {**REASON, "unit": cast.unit(LEAD).pk, "units": [cast.unit(HELPER).pk], "beyond": Beyond.FUNDS.value}


def listing(cast: Cast, subject: Subject) -> Fields:
    return {**REASON, "leader": cast[CL].pk, "due": day(30), "public_line": "A county leader sees to it."}


def ballots(cast: Cast, subject: Subject) -> Fields:
    counts = {"households": 10, "satisfied": 8, "mostly_satisfied": 1, "dissatisfied": 0, "silent": 1}
    said = {"held_on": day(0), "method": "meeting", **counts}
    return {f"ballots_{name}": value for name, value in said.items()}


def code(cast: Cast, subject: Subject) -> Fields:
    requester = Requester.objects.get(submission__receipt_code=subject.receipt)
    return {"code": confirming.code_of(requester)}


def split(cast: Cast, subject: Subject) -> Fields:
    last = subject.issue.submissions.order_by("-pk")[0]
    return {**REASON, "title": "the second heap", "submissions": [last.pk]}


def _stored(model: type[Attachment] | type[Evidence], subject: Subject) -> int:
    found = Attachment.objects.filter(submission__issue=subject.issue_id, media_type__startswith="image/", erased_at=None)
    return found.latest("pk").pk


def to_photo(action: str) -> Whither:
    return lambda cast, subject: f"/photos/{_stored(Attachment, subject)}/{action}/"


def to_voice(cast: Cast, subject: Subject) -> str:
    found = Attachment.objects.filter(submission__issue=subject.issue_id, media_type__startswith="audio/").latest("pk")
    return f"/voice/{found.pk}/"


def to_letter(cast: Cast, subject: Subject) -> str:
    return f"/red/letters/new/?unit={cast.unit(LEAD).pk}&issue={subject.number}&kind=supervision"


def letter(cast: Cast, subject: Subject) -> Fields:
    return {"uuid": str(uuid4()), "issues": [subject.issue_id], "reply_by": day(10), "text": "Please say how it stands."}


def to_answer(cast: Cast, subject: Subject) -> str:
    return f"/red/letters/{ReminderLetter.objects.filter(issues=subject.issue_id).latest('pk').number}/answer/"


ROUND = (page(Verb.RESOLVE, PR, DONE), page(Verb.VERIFY, GM))
GREEN = (report(), page(Verb.ACCEPT, VS, {"level": "green"}), page(Verb.ACKNOWLEDGE, PR))
BLUE = (report(), page(Verb.ACCEPT, VS, {"level": "blue"}), page(Verb.ACKNOWLEDGE, VS))
YELLOW = (report(), page(Verb.ACCEPT, TC, {"level": "yellow"}))
ORDERED = (*YELLOW, page(Verb.DISPATCH, TC, lead_unit))
RED = (*YELLOW, page(Verb.PROPOSE_RED, TC, proposal), page(Verb.ENTER_RED, DUC, entered), page(Verb.ACKNOWLEDGE, LEAD))

# fmt: off
STORIES: Mapping[str, tuple[Step, ...]] = {
    "green, to the end and back": (
        report(),
        track(Verb.SUPPLEMENT, TEXT),
        page(Verb.PLACE, VS, lambda cast, subject: {"area": cast.other_cell.code}),
        page(Verb.PLACE, VS, lambda cast, subject: {"area": cast.cell.code}),
        page(Verb.ACCEPT, VS, {"level": "green"}),
        page(Verb.DISPATCH, VS, lambda cast, subject: {"person": cast[PR].pk}),
        page(Verb.ACKNOWLEDGE, PR),
        page(Verb.CONTACT, PR, TEXT),
        page(Verb.NOTE, PR, TEXT),
        page(Verb.NUDGE, VS, TEXT),
        page(Verb.ASK_EXTENSION, PR, lambda cast, subject: {**REASON, "due": _a_day_later(subject)}),
        page(Verb.EXTEND, VS),
        page(Verb.ASK_SUSPENSION, PR, {**REASON, "suspension": Rest.LEGAL.value}),
        page(Verb.SUSPEND, VS),
        page(Verb.RESUME, VS),
        Step(Verb.ADD_EVIDENCE, PR, lambda cast, subject: {"photos": [picture()]},
             lambda cast, subject: f"/issues/{subject.number}/evidence/"),
        page(Verb.RESOLVE, PR, DONE),
        page(Verb.REJECT, GM, REASON),
        *ROUND,
        page(Verb.CALL_BACK, GM),
        track(Verb.RATE, {"rating": "satisfied"}),
        track(Verb.REOPEN, TEXT),
        track(Verb.ASK_ERASURE),
        track(Verb.CHOOSE_ANSWER, lambda cast, subject: {"way": "email", "email": f"bench-{subject.issue_id}@example.org"}),
        track(Verb.CONFIRM_ANSWER, code),
        track(Verb.ERASE, {"sure": "on"}),
    ),
    "green, refused, deferred, objected": (
        *GREEN,
        page(Verb.ASK_DEFERRAL, PR, {**REASON, "reply": "not before spring"}),
        page(Verb.REFUSE_REQUEST, TC, REASON),
        page(Verb.ASK_DEFERRAL, PR, {**REASON, "reply": "not before spring"}),
        page(Verb.DEFER, TC, {"reply": "not before spring"}),
        page(Verb.REVIEW, TC, {**REASON, "verdict": Verdict.KEEP.value, "reply": "still frozen"}),
        track(Verb.OBJECT, TEXT),
        page(Verb.OVERRULE, DUC, {**REASON, "reply": "the ground is frozen"}),
        page(Verb.REVIEW, TC, {**REASON, "verdict": Verdict.TAKE_UP.value}),
    ),
    "declined, told, upheld": (
        report(phone="13912345678", answer_by="phone"),
        page(Verb.DECLINE, VS, {**REASON, "reply": "the heating company sees to that"}),
        page(Verb.TOLD, VS),
        track(Verb.OBJECT, TEXT),
        page(Verb.UPHOLD, TC, {**REASON, "reply": "we see to it after all"}),
    ),
    "danger": (report(danger="yes"), page(Verb.MAKE_SAFE, GM, TEXT)),
    "up, down, and who it belongs to": (
        *GREEN,
        page(Verb.ESCALATE, PR, TRIED),
        page(Verb.RETURN_DOWN, VS, {**REASON, "ground": Ground.NOT_TRIED.value}),
        page(Verb.ESCALATE, PR, TRIED),
        page(Verb.DISPUTE, VS, REASON),
        page(Verb.DECIDE_LEVEL, TC, {**REASON, "verdict": Verdict.STAYS.value}),
    ),
    "blue, with helpers, a project": (
        *BLUE,
        page(Verb.ASK_HELP, VS, helpers),
        page(Verb.TAKE_TASK, HELPER),
        page(Verb.WAIVE, VS, REASON),
        page(Verb.TAKE_AS_PROJECT, VS, REASON),
        page(Verb.FILE_PLAN, VS, lambda cast, subject: {"plan": "a bin", "milestones": f"{day(10)} ordered\n{day(20)} there"}),
        page(Verb.APPROVE_PLAN, TC),
        page(Verb.MILESTONE, VS, TEXT),
    ),
    "yellow, whistled, supervised, written to": (
        *ORDERED,
        page(Verb.RETURN_ORDER, LEAD, lambda cast, subject: {"basis": "not on our list", "unit": cast.unit(THIRD).pk}),
        page(Verb.DISPATCH, TC, lambda cast, subject: {"unit": cast.unit(THIRD).pk}),
        page(Verb.DISPATCH, TC, lead_unit),
        page(Verb.ACKNOWLEDGE, LEAD),
        page(Verb.WHISTLE, TC, helpers),
        page(Verb.ANSWER, HELPER, TEXT),
        page(Verb.MARK_TASK, TC, {"mark": "good"}),
        page(Verb.SUPERVISE, DUC, with_reason(lead_unit)),
        page(Verb.REPORT_PROGRESS, LEAD, {"progress": "half of it is gone", "shown": "staff"}),
        page(Verb.LIFT, DUC, REASON),
        Step(Verb.LETTER, DUC, letter, to_letter),
        Step(Verb.ANSWER_LETTER, LEAD, lambda cast, subject: TEXT, to_answer),
    ),
    "red, listed, checked, left": (
        *YELLOW,
        page(Verb.PROPOSE_RED, TC, proposal),
        page(Verb.REFUSE_RED, DUC, REASON),
        page(Verb.PROPOSE_RED, TC, proposal),
        page(Verb.ENTER_RED, DUC, entered),
        page(Verb.ACKNOWLEDGE, LEAD),
        page(Verb.APPOINT, DUC, lambda cast, subject: {**REASON, "unit": cast.unit(LEAD).pk, "units": [cast.unit(THIRD).pk]}),
        page(Verb.PROPOSE_LISTED, DUC, listing, before=late),
        page(Verb.REFUSE_LISTED, CL, REASON),
        page(Verb.PROPOSE_LISTED, DUC, listing),
        page(Verb.LIST, CL, listing),
        page(Verb.LIFT, CL, REASON),
        page(Verb.WAIVE, LEAD, lambda cast, subject: {**REASON, "sub_task": 1}),
        page(Verb.WAIVE, LEAD, REASON),
        page(Verb.RESOLVE, LEAD, DONE),
        page(Verb.DELEGATE, DUC, lambda cast, subject: {"unit": cast.unit(THIRD).pk}),
        page(Verb.VERIFY, THIRD),
        page(Verb.APPROVE_EXIT, DUC, REASON),
    ),
    "red, more time, back to the township": (
        *RED,
        page(Verb.ASK_EXTENSION, LEAD, lambda cast, subject: {**REASON, "due": _a_day_later(subject)}),
        page(Verb.FORWARD, DUC, TEXT),
        page(Verb.EXTEND, CL),
        page(Verb.EXIT_DOWN, DUC, REASON),
    ),
    "joined, split, merged": (
        report(),
        joined(),
        page(Verb.ACCEPT, VS, {"level": "green"}),
        page(Verb.SPLIT, VS, split),
        page(Verb.MERGE, VS, lambda cast, subject: {"issue": _another(subject)}),
    ),
    "on the spot": (report(), page(Verb.HANDLE_ON_THE_SPOT, GM, DONE)),
    "withdrawn": (report(), track(Verb.WITHDRAW)),
    "proposed to raise, taken up": (*GREEN, page(Verb.TAKE_UP, VS, REASON, before=drafted(Verb.DRAFT_RAISE))),
    "proposed to raise, left": (*GREEN, page(Verb.LET_STAY, VS, REASON, before=drafted(Verb.DRAFT_RAISE))),
    "explained": (
        *GREEN, *ROUND, track(Verb.RATE, {"rating": "dissatisfied"}),
        *ROUND, track(Verb.RATE, {"rating": "dissatisfied"}),
        *ROUND, track(Verb.RATE, {"rating": "dissatisfied"}),
        page(Verb.ASK_EXPLANATION, PR, {**REASON, "reply": "all that can be done is done"}),
        page(Verb.EXPLAIN, TC, {"reply": "all that can be done is done"}),
    ),
    "polled": (*GREEN, *ROUND, page(Verb.POLL, GM, ballots)),
    "rated for a neighbour": (
        report(HOUSEHOLD, phone="13912345678", answer_by="phone"),
        page(Verb.ACCEPT, VS, {"level": "green"}),
        page(Verb.ACKNOWLEDGE, PR),
        *ROUND,
        page(Verb.PASS_ON_RATING, HOUSEHOLD, {"rating": "satisfied", "consent": ["yes"]}),
    ),
    "with photo and voice": (
        report(HOLDER, photos=lambda: [picture()], voice=sound),
        page(Verb.ACCEPT, VS, {"level": "green"}),
        Step(Verb.PUBLISH_PHOTO, VS, lambda cast, subject: {"step": "publish", "nobody": "on", "strokes": ""}, to_photo("publish")),
        Step(Verb.HIDE_PHOTO, VS, lambda cast, subject: {}, to_photo("hide")),
        Step(Verb.TRANSCRIBE, VS, lambda cast, subject: {"step": "done", "text": "a heap", "compared": "on"}, to_voice),
    ),
}
# fmt: on
# The program's own: nobody can press them. What CLOSE writes is written with RATE, POLL, PASS_ON_RATING and APPROVE_EXIT.
BY_PROGRAM: Mapping[Verb, str] = {
    Verb.WARN: "a sweep warns",
    Verb.DRAFT_RED: "a sweep, or a reopening, drafts",
    Verb.DRAFT_RAISE: "a reopening drafts",
    Verb.CLOSE: "done with the rating that makes it complete, or by a sweep",
    Verb.RECALENDAR: "done for all issues of a county when its calendar changes",
    Verb.PURGE: "a sweep erases",
}


def _a_day_later(subject: Subject) -> str:
    due: datetime | None = subject.issue.level_due_at
    until: date = localdate(due) if due else localdate()
    return (until + timedelta(days=1)).isoformat()


def _another(subject: Subject) -> str:
    """The issue that was split off from this one."""
    return Issue.objects.get(closed_at=None, title="the second heap", events__facts__from=subject.issue.number).number


def missing() -> list[Verb]:
    """Verbs that no story does and that are not the program's."""
    done = {step.verb for steps in STORIES.values() for step in steps}
    return [verb for verb in Verb if verb not in done and verb not in BY_PROGRAM]
