"""What is to be told to whom and by which way out, and how far each telling has come: the outbox."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from encrypted_fields.fields import EncryptedCharField

from grids.models import Area
from issues.models.intake import Submission
from issues.models.ledger import Event
from issues.models.public_notices import PublicNotice
from issues.models.suggestions import Suggestion
from issues.notices.ways import TO_PEOPLE
from issues.querysets import NoticeChoiceQuerySet, NoticeQuerySet, OutletQuerySet
from representatives.models import Person, Unit


class Channel(models.TextChoices):
    IN_APP = "in_app", _("in the program")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    CALL = "call", _("telephone call")
    WEBHOOK = "webhook", _("webhook")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")


class Outlet(models.Model):
    """A way out of the program and how it fares. E-mail, SMS and calls have one row each; webhooks and robots one per address.

    An address hears of issues of its area and, if a unit is named, of those that the unit leads; `verbs` empty: of
    everything. `held_until`: after failures nothing is tried before that time, then one message as a trial.
    """

    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="outlets", verbose_name=_("area"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="outlets", verbose_name=_("unit"))
    verbs = models.JSONField(_("of which steps"), default=list, blank=True)
    # Encrypted: a robot's address is its password.
    url = EncryptedCharField(_("address"), max_length=500, null=True, blank=True)
    secret = EncryptedCharField(_("secret"), max_length=200, null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("created at"))
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    last_sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True)

    area_path: str | None  # of its area, as `with_area_path` reads it

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = _("way out")
        verbose_name_plural = _("ways out")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("channel",), condition=Q(channel__in=TO_PEOPLE), name="outlet_one_per_post"),
        )

    def __str__(self) -> str:
        return self.name or str(self.get_channel_display())

    @property
    def is_post(self) -> bool:
        """E-mail, SMS and calls go to people; everything else to one address of its own."""
        return self.channel in TO_PEOPLE

    def hears(self, event: Event) -> bool:
        """Whether it is to hear of that event; of an outlet that was read `with_area_path`."""
        issue, path = event.issue, self.area_path
        is_near = path is None or issue.path == path or issue.path.startswith(f"{path}.")
        return is_near and self.unit_id in (None, issue.lead_unit_id) and (not self.verbs or event.verb in self.verbs)

    def is_held(self, at: datetime) -> bool:
        return self.held_until is not None and self.held_until > at


class Occasion(models.Model):
    """Something besides an issue that staff are told of: a step of a village notice, or a suggestion about the platform.

    Codes and keys alone, as in an event; `by`: who brought it about, if that was somebody with an account that may be named.
    """

    class Kind(models.TextChoices):
        NOTICE_WAITS = "notice_waits", pgettext_lazy("told of", "a village notice waits to be released")
        NOTICE_RELEASED = "notice_released", pgettext_lazy("told of", "the village notice was released")
        NOTICE_SENT_BACK = "notice_sent_back", pgettext_lazy("told of", "the village notice was sent back")
        NOTICE_TAKEN_DOWN = "notice_taken_down", pgettext_lazy("told of", "the village notice was taken down")
        SUGGESTION_WAITS = "suggestion_waits", pgettext_lazy("told of", "a suggestion about the platform waits for an answer")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="occasions", verbose_name=_("area"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="occasions", verbose_name=_("by"))
    public_notice = models.ForeignKey(
        PublicNotice, models.PROTECT, null=True, blank=True, related_name="occasions", verbose_name=_("village notice")
    )
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="occasions", verbose_name=_("suggestion about the platform")
    )

    class Meta:
        verbose_name = _("occasion")
        verbose_name_plural = _("occasions")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(public_notice__isnull=False, suggestion=None) | Q(public_notice=None, suggestion__isnull=False),
                name="occasion_of_one",
            ),
        )

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Notice(models.Model):
    """One event, or occasion, told to one addressee by one channel, written in its transaction.

    `message`: the key of the letter that it went into, or was to go into; a repeated letter carries the same key.
    """

    Channel = Channel

    class Kind(models.TextChoices):
        NOW = "now", pgettext_lazy("notice", "what concerns me now")
        WARNING = "warning", pgettext_lazy("notice", "warnings")
        DIGEST = "digest", pgettext_lazy("notice", "the morning's digest")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "waiting")
        FAILED = "failed", pgettext_lazy("notice", "failed for now")
        SENT = "sent", pgettext_lazy("notice", "sent")
        GIVEN_UP = "given_up", pgettext_lazy("notice", "given up")
        UNWANTED = "unwanted", pgettext_lazy("notice", "not wanted")
        CALLED = "called", pgettext_lazy("notice", "given up, then called by telephone")

    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("event"))
    occasion = models.ForeignKey(
        Occasion, models.PROTECT, null=True, blank=True, related_name="notices", db_index=False, verbose_name=_("occasion")
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("addressee"))
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("to the requester of")
    )
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("to the address")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.IN_APP)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.NOW)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    message = models.UUIDField(_("key of the message"), null=True, blank=True, editable=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("event", "person", "channel"), name="notice_once", nulls_distinct=True),
            models.UniqueConstraint(fields=("event", "submission", "channel"), name="notice_once_requester", nulls_distinct=True),
            models.UniqueConstraint(fields=("event", "outlet"), name="notice_once_outlet", nulls_distinct=True),
            models.UniqueConstraint(
                fields=("occasion", "person", "channel"), condition=Q(occasion__isnull=False), name="notice_once_of_occasion"
            ),
            # Besides issues only staff are told of anything.
            models.CheckConstraint(
                condition=Q(event__isnull=False, occasion=None) | Q(event=None, occasion__isnull=False, person__isnull=False),
                name="notice_of_one",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, submission=None, outlet=None)
                | Q(person=None, submission__isnull=False, outlet=None)
                | Q(person=None, submission=None, outlet__isnull=False),
                name="notice_to_one",
            ),
        )
        indexes = (
            models.Index(
                fields=("channel", "not_before"),
                condition=Q(state__in=("waiting", "failed"), announced_at=None),
                name="notice_outbox",
            ),
            models.Index(fields=("channel", "id"), condition=Q(state="given_up"), name="notice_given_up"),
            models.Index(fields=("event",), condition=Q(submission__isnull=False, announced_at=None), name="notice_unanswered"),
            models.Index(fields=("person", "-id"), name="notice_by_person"),
            models.Index(fields=("person",), condition=Q(channel="in_app", read_at=None), name="notice_unread"),
        )

    def __str__(self) -> str:
        return f"{self.event or self.occasion} → {self.person_id or self.submission_id or self.outlet_id}"

    @property
    def step(self) -> Event:
        """The event, of a notice that tells of an issue."""
        assert self.event is not None, "It tells of no issue."  # noqa: S101 - the database holds one of the two
        return self.event

    @property
    def verb(self) -> str:
        """Of an issue's step; empty of anything else."""
        return self.event.verb if self.event else ""


class NoticeChoice(models.Model):
    """By which channels a member of staff wants to hear what: {“warning:sms”: true}; what is not named is as usual.

    The number of the duty telephone is given by the person for this alone, encrypted, and shown to nobody else.
    """

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="notice_choice", verbose_name=_("person"))
    chosen = models.JSONField(_("chosen"), default=dict, blank=True)
    mobile = EncryptedCharField(_("telephone for SMS and calls"), max_length=40, null=True, blank=True)

    objects = NoticeChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of channels")
        verbose_name_plural = _("choices of channels")

    def __str__(self) -> str:
        return str(self.person_id)
