"""Photos that everybody may see: copies, looked at by a member of staff, faces and number plates destroyed in them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models.intake import Attachment, Evidence
from issues.querysets import PublicationQuerySet
from representatives.models import Person


class Publication(models.Model):
    """The public copy of one photo, of a report or of the result. While the row is there, it is public; who, when: the ledger.

    `key` is its address, new with every publication. `regions`: how many places were made unrecognisable; 0: somebody
    said that nobody is to be seen. Sizes in pixels.
    """

    key = models.UUIDField(_("address"), default=uuid4, unique=True, editable=False)
    attachment = models.OneToOneField(
        Attachment, models.PROTECT, null=True, blank=True, related_name="publication", verbose_name=_("attachment")
    )
    evidence = models.OneToOneField(
        Evidence, models.PROTECT, null=True, blank=True, related_name="publication", verbose_name=_("evidence")
    )
    file = models.FileField(_("file"), upload_to="public/%Y/%m/")
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    regions = models.PositiveSmallIntegerField(_("places made unrecognisable"))
    published_by = models.ForeignKey(Person, models.PROTECT, related_name="photos_published", verbose_name=_("published by"))
    published_at = models.DateTimeField(_("published at"))

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("public photo")
        verbose_name_plural = _("public photos")
        ordering = ("published_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(attachment__isnull=False, evidence=None) | Q(attachment=None, evidence__isnull=False),
                name="publication_of_one_photo",
            ),
        )

    def __str__(self) -> str:
        return str(self.key)
