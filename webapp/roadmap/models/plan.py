"""Phases, milestones, the links between them, named baselines, and who changed what."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from webapp.projects.models import Project

from ..schedule import LinkKind


class Roadmap(models.Model):
    """The plan of one project. `stale_since` is when something its gates rest on changed; None once they are judged."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="roadmap")
    template = models.CharField(max_length=120, blank=True, help_text="What it was started from.")
    stale_since = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Roadmap of {self.project}"


class Phase(models.Model):
    """A part of the plan with an aim of its own, in order."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="phases")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    aim = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["roadmap", "number"], name="one_phase_a_number"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """Something to be shown by a day. It is done when its gate is passed, not when somebody says so.

    `serves` names the job kinds and studies that bring its evidence: `job:<kind>` or `study:<kind>`; kinds that are
    not there yet attach themselves once they are.
    """

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="milestones")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="milestones")
    key = models.SlugField(max_length=60, help_text="Its name in addresses, links and files.")
    name = models.CharField(max_length=160)
    description = models.TextField(blank=True, max_length=5000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    start = models.DateField()
    finish = models.DateField(help_text="Its last day.")
    effort_days = models.FloatField(default=0, validators=[MinValueValidator(0), MaxValueValidator(100_000)])
    serves = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts edits, so that two people do not overwrite each other."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["roadmap", "key"], name="one_milestone_a_key"),
            models.CheckConstraint(condition=Q(finish__gte=F("start")), name="finishes_after_it_starts"),
        )
        ordering = ("phase__number", "position", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> int:
        """Length in days, first and last included."""
        return (self.finish - self.start).days + 1

    def is_late(self, today: date) -> bool:
        """Whether its last day has gone by without its gate being passed."""
        return self.finish < today and not self.gate.is_passed


class LinkType(models.TextChoices):
    """What a dependency ties together."""

    FINISH_TO_START = LinkKind.FINISH_TO_START.value, "Finish to start"
    START_TO_START = LinkKind.START_TO_START.value, "Start to start"


class Dependency(models.Model):
    """`after` waits for `before`, and `lag_days` more."""

    before = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="leads_to")
    after = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="waits_for")
    kind = models.CharField(max_length=2, choices=LinkType.choices, default=LinkType.FINISH_TO_START)
    lag_days = models.IntegerField(default=0, validators=[MinValueValidator(-3650), MaxValueValidator(3650)])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["before", "after"], name="one_dependency_a_pair"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="no_dependency_on_itself"),
        )
        ordering = ("pk",)
        verbose_name_plural = "dependencies"

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Baseline(models.Model):
    """The dates as they stood on a day, under a name. Only the name may change; `dates` maps a milestone's key to its
    dates."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="baselines")
    name = models.CharField(max_length=80)
    dates = models.JSONField(help_text="key: {name, start, finish, effort_days}")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["roadmap", "name"], name="one_baseline_a_name"),)
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A baseline never changes")
        super().save(*args, **kwargs)


class Change(models.Model):
    """Who changed what when, from what to what. `by` is None where the product did it. Rows never change."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="changes")
    milestone = models.ForeignKey(Milestone, on_delete=models.SET_NULL, null=True, related_name="changes")
    subject = models.CharField(max_length=200, help_text="The thing's name at that time.")
    field = models.CharField(max_length=60)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    note = models.TextField(blank=True, help_text="Why.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["roadmap", "-at"]),)

    def __str__(self) -> str:
        return f"{self.subject}: {self.field}"


class PlanTemplate(models.Model):
    """A plan that the organisation starts projects from: no owners, and dates counted from a common first day."""

    name = models.CharField(max_length=120, unique=True)
    summary = models.CharField(max_length=300, blank=True)
    document = models.JSONField(help_text="An `exchange.document.PlanDocument`.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
