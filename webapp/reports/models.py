"""Issued reports, frozen as they were, and the links that let others read them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from pydantic import ValidationError

from webapp.projects.models import Project

from .document import Document, content_digest


class Report(models.Model):
    """A report as it was issued. Rows never change; `digest` is of the document."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reports")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, help_text="Why it was issued, or for whom.")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "number"], name="one_report_a_number"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"Report {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An issued report never changes")
        super().save(*args, **kwargs)

    def read(self) -> Document | None:
        """The document, typed; None where what is stored is no report any more."""
        try:
            return Document.model_validate(self.document)
        except ValidationError:
            return None

    @property
    def is_intact(self) -> bool:
        """Whether what is stored still has the digest that it was issued with."""
        return content_digest(self.document) == self.digest


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Sets of links."""

    def open(self) -> Self:
        """Those that still show their report."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ShareLink(models.Model):
    """A link by which anybody who has it reads one report. Only the SHA-256 of its key is kept."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="links")
    key_digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=120, blank=True, help_text="Whom it is for.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.label or f"Link to {self.report}"

    @property
    def is_open(self) -> bool:
        """Whether it still shows its report."""
        return self.revoked_at is None and self.expires_at > timezone.now()
