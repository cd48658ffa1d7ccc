"""Scenarios of a project: what a plan costs and brings, and every state it has been in."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from webapp.accounts.models import User
from webapp.jobs.models import Study, new_code
from webapp.projects.models import Project


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Selections of scenarios."""

    def visible_to(self, user: User) -> Self:
        """Scenarios in the user's projects."""
        return self.filter(project__members__user=user)


class Scenario(models.Model):
    """A named business case. Its figures are those of its newest version, kept here too so that lists are one query.

    `latest_outcome` is what `outcomes.summary` computed when the version was stored; nothing recomputes it to show it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="scenarios")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    document = models.JSONField(help_text="The newest version's `roi.Scenario`.")
    latest_outcome = models.JSONField(default=dict, help_text="The newest version's outcome, at the fixed seed.")
    version = models.PositiveIntegerField(
        default=1,
        help_text="The newest version's number; counts edits, so that two people do not overwrite each other.",
    )
    is_main = models.BooleanField(
        default=False, help_text="The one that the project's overview and its gates speak of."
    )
    study = models.ForeignKey(
        Study,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="scenarios",
        help_text="The study whose measurements it was made from.",
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project"], condition=Q(is_main=True), name="one_main_scenario_a_project"),
        )
        indexes = (models.Index(fields=["project", "-changed_at"]),)
        ordering = ("-is_main", "-changed_at", "-pk")

    def __str__(self) -> str:
        return self.name


class ScenarioVersion(models.Model):
    """One state of a scenario: who stored it, what it changed, and what that did to NPV. Rows never change.

    `changes` is a list of `history.Change` as plain data.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    outcome = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True, help_text="Why, or by which act: restored, measured again.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scenario", "number"], name="one_scenario_version_a_number"),)
        ordering = ("scenario", "-number")

    def __str__(self) -> str:
        return f"{self.scenario} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A stored version never changes")
        super().save(*args, **kwargs)


class DeletedScenario(models.Model):
    """The last figures of a deleted scenario, kept for `services.KEPT`: somebody may be editing them just then."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deleted_scenarios")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    document = models.JSONField()
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    deleted_at = models.DateTimeField()

    class Meta:
        ordering = ("-deleted_at",)

    def __str__(self) -> str:
        return self.name
