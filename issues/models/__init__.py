"""Casework: what somebody told us (`Submission`), what is wrong at a place (`Issue`), and all that was done (`Event`)."""

from issues.models.activities import RepActivity
from issues.models.casework import EscalationRequest, Issue, Minute
from issues.models.config import Category, CountyDay, SlaPolicy
from issues.models.desk import IssueWords, ReplyTemplate, SavedFilter
from issues.models.diary import DiaryEntry, DiaryReminder, MonthlyReview, ReviewPick
from issues.models.governing import CalendarChange, PolicyDraft, Simulation, Stage
from issues.models.heat import HeatArea, HeatBin, HeatState
from issues.models.hot import HotPlace, HotRun, HotSpot, Kind, Topic, TopicLine, Trend
from issues.models.intake import Attachment, Evidence, Rating, Requester, Submission
from issues.models.joint import Mark, NotifiedUnit, SubTask
from issues.models.ledger import Event, EventText
from issues.models.looks import ContactList, ContactLook
from issues.models.notices import Notice, NoticeChoice, Occasion, Outlet
from issues.models.poll import Judgement, Poll
from issues.models.public_notices import PublicNotice, PublicNoticeStep
from issues.models.publication import Publication
from issues.models.requests import HolderRequest, Milestone, Project
from issues.models.suggestions import Suggestion, SuggestionAnswer
from issues.models.supervision import KeySupervisionEntry, LetterItem, ListingRequest, ReminderLetter, SupervisionStep
from issues.models.wire import SentMove

__all__ = [
    "Attachment",
    "CalendarChange",
    "Category",
    "ContactList",
    "ContactLook",
    "CountyDay",
    "DiaryEntry",
    "DiaryReminder",
    "EscalationRequest",
    "Event",
    "EventText",
    "Evidence",
    "HeatArea",
    "HeatBin",
    "HeatState",
    "HolderRequest",
    "HotPlace",
    "HotRun",
    "HotSpot",
    "Issue",
    "IssueWords",
    "Judgement",
    "KeySupervisionEntry",
    "Kind",
    "LetterItem",
    "ListingRequest",
    "Mark",
    "Milestone",
    "Minute",
    "MonthlyReview",
    "Notice",
    "NoticeChoice",
    "NotifiedUnit",
    "Occasion",
    "Outlet",
    "PolicyDraft",
    "Poll",
    "Project",
    "PublicNotice",
    "PublicNoticeStep",
    "Publication",
    "Rating",
    "ReminderLetter",
    "RepActivity",
    "ReplyTemplate",
    "Requester",
    "ReviewPick",
    "SavedFilter",
    "SentMove",
    "Simulation",
    "SlaPolicy",
    "Stage",
    "SubTask",
    "Submission",
    "Suggestion",
    "SuggestionAnswer",
    "SupervisionStep",
    "Topic",
    "TopicLine",
    "Trend",
]
