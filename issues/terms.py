"""The words of the casework: lights, statuses, verbs, and what a verb asks for. Stored as written here, shown through gettext.

What may be done with them stands in the tables of `issues.workflow`. Source: domain notes §2.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Light(TextChoices):
    """Who decides; follows from the level and is never stored."""

    GREEN = "green", _("green")
    BLUE = "blue", _("blue")
    YELLOW = "yellow", _("yellow")
    RED = "red", _("red")


class Urgency(TextChoices):
    CRITICAL = "critical", _("critical")
    URGENT = "urgent", _("urgent")
    NORMAL = "normal", _("normal")


class ClockState(TextChoices):
    ON_TRACK = "on_track", _("on track")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")
    PAUSED = "paused", _("paused")


class RequestType(TextChoices):
    CONSULT = "consult", _("question")
    HELP = "help", _("request for help")
    COMPLAINT = "complaint", _("complaint")
    REPORT = "report", _("report of a fault")
    SUGGESTION = "suggestion", _("suggestion")


class Nature(TextChoices):
    """诉求性质 of domain notes §2, mechanism 34."""

    INDIVIDUAL = "individual", _("individual")
    COMMON = "common", _("common")
    LEGACY = "legacy", _("legacy")
    NOT_YET_FEASIBLE = "not_yet_feasible", _("not yet feasible")


class Status(TextChoices):
    DRAFT = "draft", _("draft")  # only ever on a phone
    SUBMITTED = "submitted", _("awaiting acceptance")
    ACCEPTED = "accepted", _("accepted")
    ASSIGNED = "assigned", _("awaiting acknowledgement")
    IN_PROGRESS = "in_progress", _("in progress")
    SUSPENDED = "suspended", _("suspended")
    DEFERRED = "deferred", _("deferred")
    PENDING_VERIFICATION = "pending_verification", _("awaiting verification")
    PENDING_FEEDBACK = "pending_feedback", _("awaiting rating")
    CLOSED = "closed", _("closed")
    CLOSED_EXPLAINED = "closed_explained", _("closed with explanation")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    MERGED = "merged", _("merged")


SOLVED = frozenset({Status.CLOSED, Status.CLOSED_EXPLAINED})
ENDS = frozenset({Status.CLOSED, Status.CLOSED_EXPLAINED, Status.DECLINED, Status.WITHDRAWN, Status.MERGED})
OPEN = frozenset(Status) - ENDS - {Status.DRAFT}


class Cause(TextChoices):
    """Why an issue climbed; a late one can never hide as a hard one."""

    COMPLEXITY = "complexity", _("beyond this level")
    OVERDUE = "overdue", _("overdue")
    CLUSTER = "cluster", _("cluster of issues")
    REOPEN = "reopen", _("reopened twice")
    SKIP = "skip", _("started above green")


class Beyond(TextChoices):
    """Why a yellow issue is beyond its township (domain notes §3.2): one of these, and words."""

    AUTHORITY = "authority", _("no authority over it")  # 权限
    FUNDS = "funds", _("not enough money")  # 资金
    CROSSES = "crosses", _("crosses the township's border")  # 跨乡镇
    LEGACY = "legacy", _("a legacy of the past")  # 历史遗留


class Ground(TextChoices):
    """Why an issue goes back to the level below (domain notes §3.2): one of these, and words."""

    NOT_TRIED = "not_tried", _("the level below has the power and has not tried")
    INCOMPLETE = "incomplete", _("something is missing in what was handed up")


class Verb(TextChoices):
    SUBMIT = "submit", _("Submit")
    JOIN = "join", _("Report the same")
    SUPPLEMENT = "supplement", _("Add to the report")
    PLACE = "place", _("Put in the right place")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    DISPATCH = "dispatch", _("Dispatch")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    CONTACT = "contact", _("Record first contact")
    MAKE_SAFE = "make_safe", _("Record that the danger is over")
    NOTE = "note", _("Add progress")
    ESCALATE = "escalate", _("Pass up")
    RETURN_DOWN = "return_down", _("Return down")
    DRAFT_RED = "draft_red", _("Draft a red-list proposal")
    PROPOSE_RED = "propose_red", _("Propose for the red list")
    ENTER_RED = "enter_red", _("Enter in the red list")
    REFUSE_RED = "refuse_red", _("Refuse the red list")
    APPROVE_EXIT = "approve_exit", _("Approve leaving the red list")
    WARN = "warn", _("Warn")
    RESOLVE = "resolve", _("Report as solved")
    VERIFY = "verify", _("Confirm on site")
    REJECT = "reject", _("Not solved, send back")
    RATE = "rate", _("Rate")
    PASS_ON_RATING = "pass_on_rating", _("Pass on a rating")  # of a neighbour for whom one reported
    CALL_BACK = "call_back", _("Record a call without answer")
    TOLD = "told", _("Told by telephone")
    CLOSE = "close", _("Close")
    REOPEN = "reopen", _("Reopen")
    WITHDRAW = "withdraw", _("Withdraw")
    MERGE = "merge", _("Merge into another issue")
    SPLIT = "split", _("Split")
    HANDLE_ON_THE_SPOT = "handle_on_the_spot", _("Handled on the spot")
    EXTEND = "extend", _("Grant more time")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    DEFER = "defer", _("Put on the deferred list")
    REVIEW = "review", _("Review the deferred issue")
    OBJECT = "object", _("Object")
    EXPLAIN = "explain", _("Close with explanation")
    RETURN_ORDER = "return_order", _("Return the order")
    ASK_HELP = "ask_help", _("Ask units to help")
    WHISTLE = "whistle", _("Call departments to the spot")
    TAKE_TASK = "take_task", _("Take on the sub-task")
    ANSWER = "answer", _("Answer the sub-task")
    WAIVE = "waive", _("Waive an open sub-task")
    MARK_TASK = "mark_task", _("Rate how a call was answered")
    DELEGATE = "delegate", _("Have a unit check it")
    ADD_EVIDENCE = "add_evidence", _("Add evidence")
    TRANSCRIBE = "transcribe", _("Write down a voice note")
    PUBLISH_PHOTO = "publish_photo", _("Make a photo public")
    HIDE_PHOTO = "hide_photo", _("Take a photo out of public view")
    DRAFT_RAISE = "draft_raise", _("Propose to raise")
    TAKE_UP = "take_up", _("Take it up a level")
    LET_STAY = "let_stay", _("Let it stay")
    NUDGE = "nudge", _("Remind")
    SUPERVISE = "supervise", _("Put under general supervision")
    LIFT = "lift", _("Lift the supervision")
    PROPOSE_LISTED = "propose_listed", _("Propose listed supervision")
    LIST = "list", _("Sign listed supervision")
    REFUSE_LISTED = "refuse_listed", _("Refuse listed supervision")
    APPOINT = "appoint", _("Change lead and helpers")
    REPORT_PROGRESS = "report_progress", _("Report progress")
    EXIT_DOWN = "exit_down", _("Take off the red list, back to the township")
    LETTER = "letter", _("Send a letter to the unit")
    ANSWER_LETTER = "answer_letter", _("Answer the letter")
    ASK_EXTENSION = "ask_extension", _("Ask for more time")
    ASK_SUSPENSION = "ask_suspension", _("Ask to suspend")
    ASK_DEFERRAL = "ask_deferral", _("Ask for the deferred list")
    ASK_EXPLANATION = "ask_explanation", _("Ask to close with explanation")
    FORWARD = "forward", _("Pass the question on to a county leader")
    REFUSE_REQUEST = "refuse_request", _("Refuse what was asked")
    UPHOLD = "uphold", _("Uphold the objection")
    OVERRULE = "overrule", _("Reject the objection")
    DISPUTE = "dispute", _("Disagree: let the level above decide")
    DECIDE_LEVEL = "decide_level", _("Decide who handles it")
    TAKE_AS_PROJECT = "take_as_project", _("Take on as a project")
    FILE_PLAN = "file_plan", _("Hand in the plan")
    APPROVE_PLAN = "approve_plan", _("Approve the plan")
    MILESTONE = "milestone", _("Milestone reached")
    POLL = "poll", _("Record a satisfaction poll")
    RECALENDAR = "recalendar", _("Move the dates with the calendar")
    CHOOSE_ANSWER = "choose_answer", _("Choose how to be answered")
    CONFIRM_ANSWER = "confirm_answer", _("Confirm the way of notice")
    ASK_ERASURE = "ask_erasure", _("Ask to erase once it is closed")
    ERASE = "erase", _("Erase what was left")
    PURGE = "purge", _("Erase personal data")


def verbs() -> Sequence[tuple[str, Promise]]:
    """The choices of a column that holds a verb; a function, so that a new verb needs no migration."""
    return Verb.choices


class Actor(TextChoices):
    """Who acts by what they are to this issue, not by a role: who reported it, the program, units asked to help or to check."""

    REQUESTER = "requester", _("requester")
    SYSTEM = "system", _("system")
    HELPER = "helper", _("helper unit")  # a unit that was asked to help; its people hold Role.DEPARTMENT, but do not lead
    DELEGATE = "delegate", _("delegate of the supervision office")  # who checks a red issue on its behalf


class Field(TextChoices):
    """What a move asks for; forms, the API and the refusals are made from these."""

    REASON = "reason", _("Reason")
    TRIED = "tried", _("What was tried")
    MINUTE = "minute", _("Minute: date, people, outcome")
    RESOLUTION = "resolution", _("What was done")
    PUBLIC_LINE = "public_line", _("Line for the public page")
    NON_PUBLIC_REASON = "non_public_reason", _("Why it is not made public")
    TEXT = "text", _("Text")
    UNIT = "unit", _("Lead unit")
    PERSON = "person", _("Who handles it")
    ISSUE = "issue", _("Number of the other issue")
    RATING = "rating", _("Rating")
    CONSENT = "consent", _("Consent")
    DUE = "due", _("New date")
    CATEGORY = "category", _("Category")
    URGENCY = "urgency", _("Urgency")
    LEVEL = "level", _("Who decides")
    AREA = "area", _("Code of the place")
    REPLY = "reply", _("Reply to the requester")
    SUBMISSION = "submission", _("On behalf of which report")
    BEYOND = "beyond", _("What the township lacks")
    GROUND = "ground", _("On which ground")
    UNITS = "units", _("Helping units")
    NOTIFIED = "notified", _("Units that are to know")
    LEADER = "leader", _("Named leader")
    PROGRESS = "progress", _("Progress")
    SHOWN = "shown", _("Who reads it")
    TASK = "task", _("What the unit is to do")
    SUB_TASK = "sub_task", _("Which sub-task")
    MARK = "mark", _("How it went")
    TITLE = "title", _("What the other problem is")
    SUBMISSIONS = "submissions", _("Which reports go with it")
    BALLOTS = "ballots", _("Ballots")
    SUSPENSION = "suspension", _("Why it has to rest")
    RESUME_ON = "resume_on", _("Work goes on on")
    INTERIM = "interim", _("What is done meanwhile")
    BASIS = "basis", _("Duty list that it does not fall under")
    VERDICT = "verdict", _("Decision")
    PLAN = "plan", _("Plan")
    MILESTONES = "milestones", _("Milestones")
    WAY = "way", _("How should we answer?")
    ADDRESS = "address", _("Where to")
    CODE = "code", _("Code")
