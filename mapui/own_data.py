"""Everything that is kept about one report, in sections: what the page, the file to read and the file for programs are drawn from.

How somebody can be reached is shown in part: whoever finds the code may open this, and who left it knows the rest. Staff
are told by role, never by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from issues import policy
from issues.intake import receipts
from issues.models import Attachment, ContactLook, Event, Notice, Submission
from issues.privacy import erasing
from issues.terms import Verb
from representatives.roles import Role


@dataclass(frozen=True)
class Entry:
    """One thing that is kept: its name for programs, its label, and its value (text, number, truth, or a moment)."""

    key: str
    label: str
    value: object

    @property
    def shown(self) -> str:
        if isinstance(self.value, datetime):
            return date_format(localtime(self.value), "DATETIME_FORMAT")
        if isinstance(self.value, bool):
            return _("yes") if self.value else _("no")
        return str(self.value)

    @property
    def plain(self) -> object:
        """As JSON has it: moments in ISO 8601 with their zone."""
        return localtime(self.value).isoformat(timespec="seconds") if isinstance(self.value, datetime) else self.value


@dataclass(frozen=True)
class Section:
    """Rows of entries under a heading: one row where there is one of the kind; `none`: what is said if there is no row."""

    key: str
    title: str
    rows: list[list[Entry]] = field(default_factory=list)
    none: str = ""
    is_list: bool = True


class OwnData:
    """What is kept about the report at that moment. Each section costs at most one statement."""

    def __init__(self, submission: Submission, at: datetime) -> None:
        self.submission = submission
        self.at = at

    @property
    def receipt(self) -> str:
        return receipts.grouped(self.submission.receipt_code)

    @property
    def is_open(self) -> bool:
        return self.submission.issue.is_open

    @cached_property
    def may_erase(self) -> bool:
        return erasing.is_anything_left(self.submission)

    @property
    def may_ask(self) -> bool:
        """Whether erasing may still wait for the answer."""
        return self.is_open and self.may_erase and self.submission.erase_asked_at is None

    @cached_property
    def sections(self) -> list[Section]:
        return [
            self._report(),
            self._contact(),
            self._files(),
            self._said(),
            self._ratings(),
            self._sent(),
            self._looks(),
            self._kept(),
        ]

    def as_json(self) -> dict[str, object]:
        made: dict[str, object] = {"copy_of": "gridgov report", "made_at": Entry("", "", self.at).plain}
        for section in self.sections:
            rows = [{entry.key: entry.plain for entry in row} for row in section.rows]
            made[section.key] = rows if section.is_list else (rows[0] if rows else {})
        return made

    def _report(self) -> Section:
        one = self.submission
        entries = [
            Entry("receipt", _("Receipt code"), self.receipt),
            Entry("number", _("Issue number"), (one.filed_as or one.issue).number),
            Entry("received_at", _("Received at"), one.received_at),
            Entry("channel", _("How it came"), str(one.get_channel_display())),
            Entry("category", _("What it is about"), one.category.name),
            Entry("request_type", _("Kind of request"), str(one.get_request_type_display())),
            Entry("text", _("What you wrote"), one.text),
            Entry("danger", _("Somebody in danger"), one.danger),
            Entry("area", _("Place"), f"{one.area.name} ({one.area.code})"),
            Entry("place_text", _("Place in words"), one.place_text),
            Entry("coordinates", _("Position (longitude, latitude)"), self._coordinates()),
            Entry("accuracy_m", _("Accuracy of the position in metres"), one.accuracy_m and round(one.accuracy_m)),
            Entry("occurred_at", _("When it happened"), one.occurred_at),
            Entry("device_at", _("Sent, by your phone's clock"), one.device_at),
            Entry("language", _("Language"), one.language),
            Entry("text_erased_at", _("Erased at"), one.text_erased_at),
            Entry("erase_asked_at", _("To be erased once it is closed; asked at"), one.erase_asked_at),
        ]
        return Section("report", _("What you reported"), [_filled(entries)], is_list=False)

    def _coordinates(self) -> str:
        point = self.submission.point
        return f"{point.x:.6f}, {point.y:.6f}" if point else ""

    def _contact(self) -> Section:
        left, title = self.submission.requester, _("How you can be reached")
        if left is None:
            return Section("contact", title, none=_("You left nothing."), is_list=False)
        if left.erased_at:
            return Section("contact", title, [[Entry("erased_at", _("Erased at"), left.erased_at)]], is_list=False)
        entries = [
            Entry("nickname", _("How to address you"), left.nickname),
            Entry("phone", _("Phone"), left.masked_phone),
            Entry("email", _("E-mail"), left.masked_email),
            Entry("answer_by", _("Answer by"), str(left.get_channel_display())),
            Entry("to_confirm", _("A code was sent to"), left.masked_asked),
            Entry("language", _("Language"), left.language),
        ]
        return Section("contact", title, [_filled(entries)], is_list=False)

    def _files(self) -> Section:
        rows = [
            _filled(
                [
                    Entry("media_type", _("Kind of file"), file.media_type),
                    Entry("size", _("Size"), f"{file.width} × {file.height}" if file.width else ""),
                    Entry("received_at", _("Received at"), file.received_at),
                    Entry("sha256", _("Fingerprint of what you sent"), file.sha256),
                ]
            )
            for file in Attachment.objects.kept().of_report(self.submission)
        ]
        return Section("files", _("Photos and recordings"), rows, _("None are kept."))

    def _said(self) -> Section:
        """What the requester wrote later, or was taken down from them."""
        rows = [
            _filled(
                [
                    Entry("at", _("When"), event.at),
                    Entry("what", _("Step"), str(Verb(event.verb).label)),
                    Entry("text", _("Text"), text),
                ]
            )
            for event in Event.objects.of_report(self.submission)
            for text in (event.texts or {"": ""}).values()
        ]
        return Section("later", _("What you did later"), rows, _("Nothing."))

    def _ratings(self) -> Section:
        rows = [
            _filled(
                [
                    Entry("rated_at", _("When"), rating.rated_at),
                    Entry("value", _("Your rating"), str(rating.get_value_display())),
                    Entry("comment", _("Comment"), rating.comment),
                    Entry(
                        "by_caller", _("Taken down by somebody who called you"), bool(rating.taken_by_id) and not rating.passed_on
                    ),
                    Entry("passed_on", _("Passed on by the household that reported for you"), rating.passed_on),
                ]
            )
            for rating in self.submission.ratings.all()
        ]
        return Section("ratings", _("Your ratings"), rows, _("None."))

    def _sent(self) -> Section:
        rows = [
            [
                Entry("at", _("When"), notice.announced_at or notice.not_before),
                Entry("what", _("About"), str(Verb(notice.verb).label)),
                Entry("channel", _("Way out"), str(notice.get_channel_display())),
                Entry("state", _("State"), str(notice.get_state_display())),
            ]
            for notice in Notice.objects.sent_to(self.submission)
        ]
        return Section("notices", _("Messages sent to you"), rows, _("None: you look it up here."))

    def _looks(self) -> Section:
        rows = [
            [
                Entry("at", _("When"), look.at),
                Entry("role", _("Who, by role"), str(Role(look.role).label) if look.role else _("staff")),
                Entry("purpose", _("What for"), str(look.get_purpose_display())),
            ]
            for look in ContactLook.objects.of_report(self.submission)
        ]
        return Section("looks", _("Who looked at how you can be reached"), rows, _("Nobody so far."))

    def _kept(self) -> Section:
        """For how long, by the policy under which the report came."""
        kept = policy.terms(self.submission.issue.policy_id).retention
        after = _("%(time)s after the report is closed")
        entries = [
            Entry("contacts", _("How you can be reached"), after % {"time": kept.contacts.label}),
            Entry("attachments", _("Photos"), after % {"time": kept.attachments.label}),
            Entry("voice", _("Recordings"), _("%(time)s after they came") % {"time": kept.voice.label}),
            Entry("text_if_declined", _("Your words, if the report is not accepted"), after % {"time": kept.declined_text.label}),
            Entry("text", _("Your words otherwise"), _("until you have them erased")),
        ]
        return Section("kept_for", _("How long it is kept"), [entries], is_list=False)


def _filled(entries: list[Entry]) -> list[Entry]:
    """Without what is not known."""
    return [entry for entry in entries if entry.value not in ("", None)]
