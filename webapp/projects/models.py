"""Projects, who takes part in them, what an hour of compute costs there, and what was done."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from webapp.accounts.models import User


class Role(models.TextChoices):
    """What a member may do. Owners also manage members and delete; viewers only read."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    VIEWER = "viewer", "Viewer"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Selections of projects."""

    def visible_to(self, user: User) -> Self:
        """The projects in which the user is a member."""
        return self.filter(members__user=user)


class Project(models.Model):
    """One use case under evaluation."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    task = models.TextField(blank=True, help_text="What the model is to do, in a sentence or two.")
    base_model = models.CharField(max_length=300, default="smollm2-135m-instruct")
    minimum_effect = models.FloatField(
        default=0.02,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="The smallest difference in accuracy that would change a decision, as a fraction.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts edits, so that two people do not overwrite each other."
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's part in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person"),)
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class DevicePrice(models.Model):
    """The price of an hour of one device class in a project, with its source. The newest row counts."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prices")
    device_class = models.CharField(max_length=40, help_text="cpu, cuda, or a class of your own such as h200.")
    usd_per_hour = models.DecimalField(max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal(0))])
    source = models.CharField(max_length=300)
    read_on = models.DateField(help_text="The day the price was read.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("device_class", "-created_at")
        indexes = (models.Index(fields=["project", "device_class", "-created_at"]),)

    def __str__(self) -> str:
        return f"{self.device_class}: {self.usd_per_hour} USD/h"


class AuditEntry(models.Model):
    """Who did what to which thing, when. Rows are never changed or deleted by the product."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="audit", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, help_text="The thing's code or name at that time.")
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["project", "-at"]),)

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
