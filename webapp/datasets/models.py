"""Datasets: named, with immutable versions known by their digest; and uploads on their way to become one."""

from typing import Self

from django.conf import settings
from django.db import models

from training.data.splits import SPLITS
from webapp.accounts.models import User
from webapp.projects.models import Project


class Dataset(models.Model):
    """A named line of versions."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "code"], name="one_dataset_a_code"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(models.QuerySet["DatasetVersion"]):
    """Selections of dataset versions."""

    def visible_to(self, user: User) -> Self:
        """Versions in the user's projects."""
        return self.filter(dataset__project__members__user=user)


class DatasetVersion(models.Model):
    """An immutable set of canonical rows in splits.

    `folder` is relative to the state folder and holds one `<split>.jsonl` a split and `manifest.json`.
    `splits` maps a split's name to its number of rows.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    row_type = models.CharField(max_length=40, help_text="The trl dataset type of the rows.")
    folder = models.CharField(max_length=300)
    splits = models.JSONField(default=dict)
    manifest = models.JSONField(default=dict, help_text="Statistics, mapping, faults left out, overlap, provenance.")
    bytes = models.PositiveBigIntegerField(default=0, help_text="Size of the canonical rows on disk.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["dataset", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["dataset", "digest"], name="one_version_a_digest"),
        )
        ordering = ("dataset", "-number")

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def split_rows(self) -> list[tuple[str, int]]:
        """The splits with their rows, train first. (Postgres does not keep the order of `splits`.)"""
        return [(name, self.splits[name]) for name in SPLITS if name in self.splits]

    @property
    def rows(self) -> int:
        """Rows over all splits."""
        return sum(self.splits.values())


class UploadState(models.TextChoices):
    """An upload's way: received, read through by a worker, shown for a decision, stored or refused."""

    CHECKING = "checking", "Checking"
    READY = "ready", "Ready to store"
    STORING = "storing", "Storing"
    STORED = "stored", "Stored"
    FAILED = "failed", "Refused"


WORKING = (UploadState.CHECKING, UploadState.STORING)


class Upload(models.Model):
    """A file between arrival and becoming a version; its file is deleted when it is stored or thrown away."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    code = models.CharField(max_length=20, unique=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, null=True, blank=True, related_name="uploads")
    dataset_name = models.CharField(max_length=120)
    files = models.JSONField(default=list, help_text="name, path under the upload folder, bytes, split of each file")
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.CHECKING)
    mapping = models.JSONField(
        null=True, blank=True, help_text="The column mapping the person chose; the proposed one if null."
    )
    options = models.JSONField(default=dict, help_text="Splits, seed, masking, whether to leave faulty rows out.")
    report = models.JSONField(default=dict, help_text="What the check found.")
    progress = models.FloatField(default=0.0)
    claim = models.CharField(max_length=40, blank=True, help_text="The worker process that reads it now; empty: none.")
    attempts = models.PositiveIntegerField(default=0, help_text="How often workers began this check or store.")
    failure = models.TextField(blank=True, help_text="Why checking or storing did not come to an end.")
    version = models.ForeignKey(DatasetVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True, help_text="Also set by the worker's signs of life.")

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["state", "changed_at"], name="open_uploads"),)

    def __str__(self) -> str:
        return f"{self.dataset_name} ({self.state})"

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do with it, so that a page asks again."""
        return self.state in WORKING
