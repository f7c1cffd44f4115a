"""A satisfaction poll among those who are affected: counts only, never who said what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from issues.models.casework import Issue
from issues.querysets import PollQuerySet
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
