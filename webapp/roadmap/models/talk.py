"""What people say about a milestone, and what they put beside it."""

from django.conf import settings
from django.db import models

from .plan import Milestone


class Comment(models.Model):
    """What somebody said; `mentions` are the members it names."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=5000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A job, a study or a scenario of the project put beside a milestone, by what it is and its code: `job:k3v9…`."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="attachments")
    ref = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["milestone", "ref"], name="attached_once"),)
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.ref
