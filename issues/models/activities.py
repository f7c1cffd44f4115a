"""“六个一”: what representatives of the party did at a place (domain notes §1, row 3): kind, day, place, issues raised.

Not the diary: an entry there is one matter in somebody's words, read by its writer; an activity may raise nothing, or several
issues, and has no words. It is the log of the place: who did it is not kept, so nothing can be counted or ranked by person,
and there is no time of day, no point and no proof of having been there.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from issues.models.casework import Issue
from issues.querysets.activities import RepActivityQuerySet


class RepActivity(models.Model):
    """One activity at a place. `key` was minted with the form, so that a repeat is the same one; `path` is that of `area`."""

    class Kind(models.TextChoices):
        RECEPTION = "reception", _("received party members and residents")  # 接待一次党员群众
        SUPPORT = "support", _("took a group under one's wing")  # 包联一批
        HOME_VISIT = "home_visit", _("visited homes")  # 民情家访
        SURVEY = "survey", _("looked into a question")  # 调查研究
        EXAMPLE = "example", _("set an example")  # 争当一个示范典型
        VOLUNTEERING = "volunteering", _("volunteered")  # 志愿服务

    key = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    day = models.DateField(_("day"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="rep_activities", verbose_name=_("place"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    issues = models.ManyToManyField(Issue, related_name="rep_activities", blank=True, verbose_name=_("issues raised"))
    written_at = models.DateTimeField(_("written at"))

    objects = RepActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity of representatives")
        verbose_name_plural = _("activities of representatives")
        ordering = ("-day", "-pk")
        indexes = (models.Index(fields=("path", "-day"), name="rep_activity_by_place"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.day:%Y-%m-%d}"
