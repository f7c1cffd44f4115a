"""民心日记: what staff wrote down of a visit, what their village makes of it once a month, and a reminder for themselves.

About what is the matter at a place, never about who was visited: whom one spoke to is a pseudonym. Nothing here counts
by writer, and no index does; see the guard, tests/test_no_person_register.py.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from issues.models.casework import Issue
from issues.models.intake import Submission
from issues.querysets.diary import DiaryEntryQuerySet, DiaryReminderQuerySet, MonthlyReviewQuerySet, ReviewPickQuerySet
from representatives.models import Person


class DiaryEntry(models.Model):
    """One matter of one visit (一事一记), in six elements: time, place, whom, what, how to solve it, what was learned.

    `key` is that of the report which it may become, so that it becomes one at most once. `path` is that of `area`.
    """

    key = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    writer = models.ForeignKey(Person, models.PROTECT, related_name="diary_entries", verbose_name=_("written by"))
    visited_at = models.DateTimeField(_("when"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="diary_entries", verbose_name=_("place"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    place_text = models.CharField(_("place in words"), max_length=200, blank=True)
    spoken_to = models.CharField(_("whom you spoke to"), max_length=20, blank=True)
    raised = models.TextField(_("what was raised"), blank=True)  # empty only once it was erased
    idea = models.TextField(_("how to solve it"), blank=True)
    learned = models.TextField(_("what you learned"), blank=True)
    submission = models.OneToOneField(
        Submission, models.PROTECT, null=True, blank=True, related_name="diary_entry", verbose_name=_("report")
    )
    written_at = models.DateTimeField(_("written at"))
    erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)

    objects = DiaryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("diary entry")
        verbose_name_plural = _("diary entries")
        ordering = ("-visited_at", "-pk")
        constraints = (models.CheckConstraint(condition=~Q(raised="") | Q(erased_at__isnull=False), name="diary_says_something"),)
        indexes = (
            models.Index(fields=("path", "visited_at"), name="diary_by_place"),
            models.Index(fields=("written_at",), condition=Q(erased_at=None), name="diary_to_erase"),
        )

    def __str__(self) -> str:
        return f"{self.area.name} · {self.visited_at:%Y-%m-%d}"

    @property
    def issue(self) -> Issue | None:
        """The issue that its report belongs to now; None if none was made of it."""
        return self.submission.issue if self.submission else None


class MonthlyReview(models.Model):
    """月梳理: the meeting at which a village chose what of a month it follows up. One per village and month (its first day)."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="diary_reviews", verbose_name=_("village"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    month = models.DateField(_("month"))
    held_on = models.DateField(_("held on"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="diary_reviews", verbose_name=_("written by"))
    at = models.DateTimeField(_("written at"))

    objects = MonthlyReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly review")
        verbose_name_plural = _("monthly reviews")
        ordering = ("-month",)
        constraints = (
            models.UniqueConstraint(fields=("area", "month"), name="review_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="review_month_by_first_day"),
        )

    def __str__(self) -> str:
        return f"{self.area.name} · {self.month:%Y-%m}"


class ReviewPick(models.Model):
    """Something that a review chose to follow: an entry of the diary, or an issue that came another way."""

    review = models.ForeignKey(MonthlyReview, models.CASCADE, related_name="picks", verbose_name=_("monthly review"))
    entry = models.ForeignKey(
        DiaryEntry, models.PROTECT, null=True, blank=True, related_name="picks", verbose_name=_("diary entry")
    )
    issue = models.ForeignKey(Issue, models.PROTECT, null=True, blank=True, related_name="diary_picks", verbose_name=_("issue"))

    objects = ReviewPickQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick of a monthly review")
        verbose_name_plural = _("picks of monthly reviews")
        constraints = (
            models.CheckConstraint(
                condition=Q(entry=None, issue__isnull=False) | Q(entry__isnull=False, issue=None), name="pick_of_one_thing"
            ),
            models.UniqueConstraint(fields=("review", "entry"), name="pick_entry_once"),
            models.UniqueConstraint(fields=("review", "issue"), name="pick_issue_once"),
        )

    def __str__(self) -> str:
        return str(self.entry or self.issue)


class DiaryReminder(models.Model):
    """How many visits a month somebody wants to be reminded of, by their own wish. No row: none. Nobody else reads it."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="diary_reminder", verbose_name=_("whose"))
    visits = models.PositiveSmallIntegerField(_("visits a month"))

    objects = DiaryReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder of one's diary")
        verbose_name_plural = _("reminders of one's diary")
        constraints = (models.CheckConstraint(condition=Q(visits__gte=1, visits__lte=31), name="reminder_of_one_to_31"),)

    def __str__(self) -> str:
        return str(self.visits)
