"""Casework: what somebody told us (`Submission`), what is wrong at a place (`Issue`), and all that was done (`Event`)."""

from issues.models.casework import EscalationRequest, Issue, KeySupervisionEntry, Minute
from issues.models.config import Category, CountyDay, SlaPolicy
from issues.models.desk import IssueWords, ReplyTemplate, SavedFilter
from issues.models.heat import HeatArea, HeatBin, HeatState
from issues.models.intake import Attachment, Rating, Requester, Submission
from issues.models.ledger import Event, EventText, Notice

__all__ = [
    "Attachment",
    "Category",
    "CountyDay",
    "EscalationRequest",
    "Event",
    "EventText",
    "HeatArea",
    "HeatBin",
    "HeatState",
    "Issue",
    "IssueWords",
    "KeySupervisionEntry",
    "Minute",
    "Notice",
    "Rating",
    "ReplyTemplate",
    "Requester",
    "SavedFilter",
    "SlaPolicy",
    "Submission",
]
