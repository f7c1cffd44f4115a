"""What people told us. A requester is a way to answer, not a person on file: see the guard, tests/test_no_person_register.py."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedCharField

from grids.models import Area
from issues.models.casework import Issue
from issues.models.config import Category
from issues.privacy.masking import masked_email, masked_name, masked_phone
from issues.querysets import AttachmentQuerySet, EvidenceQuerySet, RatingQuerySet, RequesterQuerySet, SubmissionQuerySet
from issues.terms import RequestType
from representatives.models import Person


class Requester(models.Model):
    """How to answer somebody; emptied (`erased_at`) on schedule or on request. Contacts are encrypted at rest."""

    class Channel(models.TextChoices):
        NONE = "none", _("looks it up by receipt code")
        PHONE = "phone", _("phone call")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("e-mail")

    nickname = models.CharField(_("how to address you"), max_length=40, blank=True)
    # Nothing to encrypt is stored as NULL by the field.
    phone = EncryptedCharField(_("phone"), max_length=40, null=True, blank=True)
    email = EncryptedCharField(_("e-mail"), max_length=120, null=True, blank=True)
    channel = models.CharField(_("answer by"), max_length=8, choices=Channel.choices, default=Channel.NONE)
    language = models.CharField(_("language"), max_length=10, blank=True)
    # Where notices are asked for and nobody has shown yet that they read them: it counts once the code sent there comes back.
    asked_channel = models.CharField(_("asked to be answered by"), max_length=8, choices=Channel.choices, blank=True)
    asked_address = EncryptedCharField(_("address to be confirmed"), max_length=120, null=True, blank=True)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = RequesterQuerySet.as_manager()

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")

    @property
    def masked(self) -> str:
        """For whoever does not hold the issue: “郭** · 139****5678”; empty if nothing was left."""
        parts = (masked_name(self.nickname), self.masked_phone, self.masked_email)
        return " · ".join(part for part in parts if part)

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone or "")

    @property
    def masked_email(self) -> str:
        return masked_email(self.email or "")

    @property
    def masked_asked(self) -> str:
        """Where a code was sent that has not come back; empty if none was."""
        mask = masked_email if self.asked_channel == self.Channel.EMAIL else masked_phone
        return mask(self.asked_address or "") if self.asked_channel else ""

    def __str__(self) -> str:
        return self.nickname or str(_("requester"))


class Submission(models.Model):
    """One report of one problem. Belongs to an issue, with its own receipt and rating.

    `uuid` was minted where the form was opened; a repeat of it is a replay. `device_at` is the phone's clock
    (untrusted, shown); `received_at` is ours, and orders everything. Three problems named at one visit are three
    submissions with one `contact_uuid`.
    """

    class Channel(models.TextChoices):
        WEB = "web", _("web page")
        CARD = "card", _("QR card")
        PROXY = "proxy", _("entered for somebody")
        SITE = "site", _("seen on site by staff")
        HOTLINE = "hotline", _("hotline")
        IMPORT = "import", _("imported")

    class PlaceSource(models.TextChoices):
        GPS = "gps", _("position of the phone")
        PIN = "pin", _("pin on the map")
        LIST = "list", _("chosen from lists")

    uuid = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    body_digest = models.CharField(_("digest of the body"), max_length=64, editable=False)
    contact_uuid = models.UUIDField(_("visit"), default=uuid4, editable=False)
    receipt_code = models.CharField(_("receipt code"), max_length=24, editable=False)
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="submissions", verbose_name=_("issue"))
    # The issue that it opened, once that was merged into another; None while it still belongs to it.
    filed_as = models.ForeignKey(
        Issue,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="filed",
        editable=False,
        verbose_name=_("filed as"),
    )
    requester = models.OneToOneField(
        Requester, models.PROTECT, null=True, blank=True, related_name="submission", verbose_name=_("requester")
    )
    entered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, db_index=False, related_name="entered", verbose_name=_("entered by")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.WEB)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False, related_name="submissions", verbose_name=_("category"))
    request_type = models.CharField(_("kind of request"), max_length=12, choices=RequestType.choices, default=RequestType.HELP)
    text = models.TextField(_("what is the matter"))
    danger = models.BooleanField(_("somebody is in danger"), default=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True, spatial_index=False)
    source_crs = models.CharField(_("coordinates as sent"), max_length=12, blank=True)  # wgs84, gcj02, bd09, cgcs2000
    source_xy = models.JSONField(_("coordinates before conversion"), null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy"), null=True, blank=True)
    altitude_m = models.FloatField(_("height"), null=True, blank=True)
    fixed_at = models.DateTimeField(_("position found at"), null=True, blank=True)  # by the phone's clock
    place_source = models.CharField(_("how the place was found"), max_length=4, choices=PlaceSource.choices, blank=True)
    place_text = models.CharField(_("place in words"), max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="submissions", verbose_name=_("area"))
    device_at = models.DateTimeField(_("by the phone's clock"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("happened at"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    # Files that the phone said it has, in order: [{"sha256", "bytes", "type"}]; they come after the text, or never.
    declared = models.JSONField(_("files announced"), default=list, blank=True, editable=False)
    text_erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)
    erase_asked_at = models.DateTimeField(_("asked to be erased at"), null=True, blank=True)  # once the issue has ended

    rated_rounds: Sequence[int]  # as `SubmissionQuerySet.with_requester` reads them

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ("received_at",)
        constraints = (models.UniqueConstraint(fields=("receipt_code",), name="submission_by_receipt"),)
        indexes = (
            *(
                models.Index(fields=(name,), condition=Q(**{f"{name}__isnull": False}), name=f"submission_{name}")
                for name in ("filed_as", "entered_by")
            ),
            models.Index(
                fields=("issue",), condition=Q(erase_asked_at__isnull=False, text_erased_at=None), name="submission_to_erase"
            ),
        )

    def __str__(self) -> str:
        return f"{self.issue.number} · {self.received_at:%Y-%m-%d}"


class Attachment(models.Model):
    """A photo or voice note, encoded anew on arrival (no EXIF, no tags), stored outside the web root.

    `sha256` is of the bytes as they were sent. Once erased, the row alone stays with it, so that a telephone which sends
    the same again is told that it has arrived. `transcript` is what is being written down of a voice note, until it is
    done and belongs to the report; `by_machine`: nobody has looked at it yet.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="attachments", verbose_name=_("submission"))
    sha256 = models.CharField(_("hash as sent"), max_length=64)
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/", blank=True)
    media_type = models.CharField(_("media type"), max_length=40)
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    seconds = models.FloatField(_("length in seconds"), null=True)
    transcript = models.TextField(_("written down so far"), blank=True)
    by_machine = models.BooleanField(_("written by speech recognition"), default=False)
    recognised_at = models.DateTimeField(_("given to speech recognition at"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = (models.UniqueConstraint(fields=("submission", "sha256"), name="attachment_once"),)
        indexes = (
            models.Index(
                fields=("received_at",), condition=Q(media_type__startswith="audio/", erased_at=None), name="attachment_voice"
            ),
            models.Index(fields=("erased_at",), condition=Q(erased_at__isnull=False) & ~Q(file=""), name="attachment_half_erased"),
        )

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def is_voice(self) -> bool:
        return self.media_type.startswith("audio/")

    @property
    def whole_seconds(self) -> int:
        return round(self.seconds or 0)


class Evidence(models.Model):
    """A photo of what was done, added by who did it; never compulsory but by the county's switch for works on site.

    Re-encoded and stored like an `Attachment`; belongs to the round of work in which it was added.
    """

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="evidence", verbose_name=_("issue"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    sha256 = models.CharField(_("hash as sent"), max_length=64)
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/")
    media_type = models.CharField(_("media type"), max_length=40)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="evidence_added", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("added_at", "pk")
        constraints = (models.UniqueConstraint(fields=("issue", "round", "sha256"), name="evidence_once"),)

    def __str__(self) -> str:
        return self.sha256[:12]


class Rating(models.Model):
    """What a requester says of the result: by themselves, through a caller who is not the handler, or passed on by a neighbour."""

    class Value(models.TextChoices):
        SATISFIED = "satisfied", _("satisfied")
        MOSTLY = "mostly", _("mostly satisfied")
        DISSATISFIED = "dissatisfied", _("dissatisfied")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="ratings", verbose_name=_("submission"))
    round = models.PositiveSmallIntegerField(_("round"), default=0)
    value = models.CharField(_("rating"), max_length=12, choices=Value.choices)
    comment = models.TextField(_("comment"), blank=True)
    taken_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="ratings_taken", verbose_name=_("taken by")
    )
    passed_on = models.BooleanField(_("passed on by a contact household"), default=False, db_default=False)
    rated_at = models.DateTimeField(_("rated at"))

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ("rated_at",)
        constraints = (
            models.UniqueConstraint(fields=("submission", "round"), name="rating_once_per_round"),
            models.CheckConstraint(condition=Q(passed_on=False) | Q(taken_by__isnull=False), name="rating_passed_on_by_somebody"),
        )
        indexes = (models.Index(fields=("rated_at",), name="rating_by_time"),)

    def __str__(self) -> str:
        return str(self.get_value_display())
