"""The words for sets of issues, submissions, events and notices. Nobody else spells `filter()` on them."""

from issues.querysets.config import CategoryQuerySet, CountyDayQuerySet, PolicyQuerySet
from issues.querysets.desk import ReplyTemplateQuerySet, SavedFilterQuerySet
from issues.querysets.files import AttachmentQuerySet, EvidenceQuerySet, PublicationQuerySet
from issues.querysets.governing import CalendarChangeQuerySet, PolicyDraftQuerySet, SimulationQuerySet
from issues.querysets.hot import HotPlaceQuerySet, HotRunQuerySet, HotSpotQuerySet, TopicQuerySet
from issues.querysets.issues import IssueQuerySet
from issues.querysets.joint import JudgementQuerySet, NotifiedUnitQuerySet, PollQuerySet, SubTaskQuerySet
from issues.querysets.ledger import EventQuerySet, EventTextQuerySet
from issues.querysets.looks import ContactListQuerySet, ContactLookQuerySet
from issues.querysets.notices import NoticeChoiceQuerySet, NoticeQuerySet, OutletQuerySet
from issues.querysets.reports import RatingQuerySet, RequesterQuerySet, SubmissionQuerySet
from issues.querysets.requests import HolderRequestQuerySet, MilestoneQuerySet
from issues.querysets.slips import EscalationRequestQuerySet
from issues.querysets.supervision import KeySupervisionQuerySet, LetterQuerySet, ListingQuerySet, StepQuerySet
from issues.querysets.wire import SentMoveQuerySet

__all__ = [
    "AttachmentQuerySet",
    "CalendarChangeQuerySet",
    "CategoryQuerySet",
    "ContactListQuerySet",
    "ContactLookQuerySet",
    "CountyDayQuerySet",
    "EscalationRequestQuerySet",
    "EventQuerySet",
    "EventTextQuerySet",
    "EvidenceQuerySet",
    "HolderRequestQuerySet",
    "HotPlaceQuerySet",
    "HotRunQuerySet",
    "HotSpotQuerySet",
    "IssueQuerySet",
    "JudgementQuerySet",
    "KeySupervisionQuerySet",
    "LetterQuerySet",
    "ListingQuerySet",
    "MilestoneQuerySet",
    "NoticeChoiceQuerySet",
    "NoticeQuerySet",
    "NotifiedUnitQuerySet",
    "OutletQuerySet",
    "PolicyDraftQuerySet",
    "PolicyQuerySet",
    "PollQuerySet",
    "PublicationQuerySet",
    "RatingQuerySet",
    "ReplyTemplateQuerySet",
    "RequesterQuerySet",
    "SavedFilterQuerySet",
    "SentMoveQuerySet",
    "SimulationQuerySet",
    "StepQuerySet",
    "SubTaskQuerySet",
    "SubmissionQuerySet",
    "TopicQuerySet",
]
