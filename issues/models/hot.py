"""Hot spots and places where the same keeps coming back, as the analysis of a night found them; topics of a month.

The first three are derived (`issues/hot/`) and replaced whole, county by county. A topic and its lines are a decision of
people: the database refuses to change or remove them.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.levels import Level
from grids.models import Area
from issues.models.config import Category
from issues.querysets import HotPlaceQuerySet, HotRunQuerySet, HotSpotQuerySet, TopicQuerySet
from representatives.models import Person


class Trend(models.TextChoices):
    """Whether there are more and more, by the Mann-Kendall test; `STEADY` also where that cannot be told from chance."""

    GROWING = "growing", pgettext_lazy("trend", "growing")
    STEADY = "steady", pgettext_lazy("trend", "steady")
    FADING = "fading", pgettext_lazy("trend", "fading")


class Kind(models.TextChoices):
    """What a spot is, in plain words; each has a shape of its own on the map (`mapui/hot_list.py`)."""

    HOT_GROWING = "hot_growing", _("Hot, and growing")
    HOT = "hot", _("Hot")
    GROWING = "growing", _("Growing")
    HOT_FADING = "hot_fading", _("Hot, but fading")


class HotRun(models.Model):
    """The latest analysis of a county: its number, of which weeks, and from what it was made (`key`), so it is made once."""

    path = models.CharField(_("county"), max_length=240, db_collation="C", unique=True)
    number = models.PositiveIntegerField(_("number"), default=0)
    key = models.CharField(_("made from"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"), null=True)
    first_week = models.PositiveSmallIntegerField(_("first week"), default=0)
    until_week = models.PositiveSmallIntegerField(_("until week"), default=0)

    objects = HotRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("analysis of hot spots")
        verbose_name_plural = _("analyses of hot spots")

    def __str__(self) -> str:
        return f"{self.path} #{self.number}"


class HotSpot(models.Model):
    """An area with significantly more issues than the county's average, or with more and more of them.

    `group`: code of the group of categories, empty for all together. `count`: issues in the weeks of the run; `counts`: the
    same by periods of four weeks, oldest first. `around`, `average`: issues per area in its neighbourhood and in the county.
    `score`, `chance`: Getis-Ord Gi* and its p, adjusted for all areas that were asked; `tau`, `drift_chance`: the trend's.
    """

    run = models.ForeignKey(HotRun, models.CASCADE, related_name="spots", verbose_name=_("analysis"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    is_public = models.BooleanField(_("of what everybody is told"))
    group = models.CharField(_("group of categories"), max_length=60, blank=True)
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    is_hot = models.BooleanField(_("hot"))
    trend = models.CharField(_("trend"), max_length=8, choices=Trend.choices)
    count = models.PositiveIntegerField(_("issues"))
    counts = ArrayField(models.PositiveIntegerField(), verbose_name=_("issues by period"))
    around = models.FloatField(_("issues per area around it"))
    average = models.FloatField(_("issues per area on average"))
    score = models.FloatField(_("standard score"))
    chance = models.FloatField(_("adjusted p"))
    tau = models.FloatField(_("Kendall's tau"))
    drift_chance = models.FloatField(_("adjusted p of the trend"))

    objects = HotSpotQuerySet.as_manager()

    class Meta:
        verbose_name = _("hot spot")
        verbose_name_plural = _("hot spots")
        constraints = (models.UniqueConstraint(fields=("run", "level", "is_public", "group", "path"), name="hot_spot_once"),)
        indexes = (models.Index(fields=("path", "group", "is_public"), name="hot_spot_by_place"),)

    def __str__(self) -> str:
        return f"{self.path} {self.group} {self.trend}"

    @property
    def kind(self) -> Kind:
        """What it is in one word."""
        if not self.is_hot:
            return Kind.GROWING
        return {Trend.GROWING: Kind.HOT_GROWING, Trend.FADING: Kind.HOT_FADING}.get(Trend(self.trend), Kind.HOT)


class HotPlace(models.Model):
    """Where issues of one category keep coming back, close together: a candidate for the topic of a month.

    Of the twelve whole months before `month` (its first day), `counts` by month, oldest first. `paths`: the cells it touches;
    `lon`, `lat` (degrees) its middle, `reach_m` the farthest issue that came back from there. Kept when the month is over.
    """

    county = models.CharField(_("county"), max_length=240, db_collation="C")
    month = models.DateField(_("month"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    category = models.ForeignKey(Category, models.CASCADE, related_name="hot_places", verbose_name=_("category"))
    paths = ArrayField(models.CharField(max_length=240, db_collation="C"), verbose_name=_("cells"))
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    reach_m = models.PositiveIntegerField(_("reach"))
    came_back = models.PositiveIntegerField(_("issues that came back"))
    issues = models.PositiveIntegerField(_("issues"))
    counts = ArrayField(models.PositiveIntegerField(), verbose_name=_("issues by month"))
    trend = models.CharField(_("trend"), max_length=8, choices=Trend.choices)
    is_hot = models.BooleanField(_("touches a hot spot"))
    sample = ArrayField(models.BigIntegerField(), verbose_name=_("latest issues"))

    objects = HotPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place where issues keep coming back")
        verbose_name_plural = _("places where issues keep coming back")
        constraints = (models.UniqueConstraint(fields=("county", "month", "rank"), name="hot_place_rank_once"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.rank}. {self.category}"


class Topic(models.Model):
    """每月一题: what a county works on in a month, chosen by a person from the places where issues keep coming back.

    The evidence is kept as it was when it was chosen: what `HotPlace` says, for that is made anew.
    """

    county = models.ForeignKey(Area, models.PROTECT, related_name="topics", verbose_name=_("county"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")  # of the county
    month = models.DateField(_("month"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="topics", verbose_name=_("category"))
    paths = ArrayField(models.CharField(max_length=240, db_collation="C"), verbose_name=_("cells"))
    evidence = models.JSONField(_("evidence"))
    goal = models.CharField(_("what is to be reached"), max_length=300)
    chosen_by = models.ForeignKey(Person, models.PROTECT, related_name="topics_chosen", verbose_name=_("chosen by"))
    chosen_at = models.DateTimeField(_("chosen at"))

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of a month")
        verbose_name_plural = _("topics of months")
        ordering = ("-month",)
        constraints = (models.UniqueConstraint(fields=("path", "month"), name="topic_once_a_month"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.category}"


class TopicLine(models.Model):
    """A line of what was done about a topic since; the last may say that it is done with."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", pgettext_lazy("topic", "progress")
        DONE = "done", pgettext_lazy("topic", "done with")

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="lines", verbose_name=_("topic"))
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PROGRESS)
    text = models.CharField(_("text"), max_length=500)
    by = models.ForeignKey(Person, models.PROTECT, related_name="topic_lines", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("line of a topic")
        verbose_name_plural = _("lines of topics")
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("topic", "number"), name="topic_line_once"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"
