"""A satisfaction poll among those who are affected: counts only, never who said what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.models.casework import Issue
from issues.models.intake import Rating
from issues.querysets import JudgementQuerySet, PollQuerySet
from representatives.models import Person


class Poll(models.Model):
    """评议 of one round. `silent`: ballots given out that came back without an opinion, counted apart.

    Who says nothing is neither content nor discontent: silent ballots are in no share and fill no quorum (domain notes
    §3.2: no answer is “excluded from 满意率 and reported”; 满意率 = content ÷ rated), and stand beside it in the report.
    """

    class Method(models.TextChoices):
        MEETING = "meeting", _("meeting")
        VISIT = "visit", _("visits from door to door")
        QUESTIONNAIRE = "questionnaire", _("questionnaire")

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="polls", verbose_name=_("issue"))
    round = models.PositiveSmallIntegerField(_("round"))
    households = models.PositiveIntegerField(_("households affected"))
    held_on = models.DateField(_("held on"))
    method = models.CharField(_("how it was taken"), max_length=14, choices=Method.choices)
    satisfied = models.PositiveIntegerField(_("satisfied"))
    mostly_satisfied = models.PositiveIntegerField(_("mostly satisfied"))
    dissatisfied = models.PositiveIntegerField(_("dissatisfied"))
    silent = models.PositiveIntegerField(_("without an answer"))
    taken_by = models.ForeignKey(Person, models.PROTECT, related_name="polls_taken", verbose_name=_("taken by"))
    at = models.DateTimeField(_("entered at"))

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("satisfaction poll")
        verbose_name_plural = _("satisfaction polls")
        ordering = ("issue", "round")
        constraints = (
            models.UniqueConstraint(fields=("issue", "round"), name="poll_once_per_round"),
            models.CheckConstraint(
                condition=Q(households__gte=F("satisfied") + F("mostly_satisfied") + F("dissatisfied") + F("silent")),
                name="poll_one_ballot_a_household",
            ),
        )

    def __str__(self) -> str:
        return f"{self.issue.number} · {self.held_on}"

    @property
    def content(self) -> int:
        """Ballots that are content, fully or mostly."""
        return self.satisfied + self.mostly_satisfied

    @property
    def rated(self) -> int:
        """Ballots that say something."""
        return self.content + self.dissatisfied

    @property
    def percent(self) -> str:
        """The share with one decimal, as people say it; rounded down, so that 79.96 is not called 80."""
        return f"{int(self.share * 1000 + 1e-9) / 10:.1f}"

    @property
    def share(self) -> float:
        """Content of rated, 0 to 1; 0 if nobody rated."""
        return self.content / self.rated if self.rated else 0.0


class Judgement(models.Model):
    """What was said of a result, as the figures count it: a view of the database over ratings and polls, read only.

    A round that was polled has the ballots of its poll and no ratings beside them, for a household that reported is one
    of those polled: the same choice as the gate before closing makes (`closing.Standing.verdict`). One row for a rating,
    one for a poll; `rated`: how many spoke, `content` of them content, `silent`: ballots that said nothing.
    """

    issue = models.ForeignKey(Issue, models.DO_NOTHING, related_name="judgements", verbose_name=_("issue"))
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("rated at"))
    value = models.CharField(_("rating"), max_length=12, choices=Rating.Value.choices, blank=True)  # empty: a poll
    rated = models.PositiveIntegerField(_("rated"))
    content = models.PositiveIntegerField(_("satisfied"))
    silent = models.PositiveIntegerField(_("silent"))

    objects = JudgementQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "issues_judgement"
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")

    def __str__(self) -> str:
        """The rating in a word; of a poll, how many of how many were content."""
        if self.value:
            return str(self.get_value_display())
        return gettext("poll: %(content)d of %(rated)d content") % {"content": self.content, "rated": self.rated}
